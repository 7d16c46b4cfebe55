package dev.capstan.cli;

import dev.capstan.sim.sweep.SweepListener;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar with rate and time left on standard error, where that is a terminal; else nothing. */
final class RunProgress implements SweepListener, AutoCloseable {

    private static final int REDRAW_MILLIS = 250;

    private final Console console;
    private final boolean drawn;
    private @Nullable ProgressBar bar;
    private boolean started;

    RunProgress(Console console, boolean quiet) {
        this.console = console;
        this.drawn = !quiet && console.isTerminal();
    }

    @Override
    public synchronized void started(int totalRuns, int alreadyDone) {
        started = true;
        if (!drawn) {
            return;
        }
        bar = new ProgressBarBuilder()
                .setTaskName("runs")
                .setInitialMax(totalRuns)
                .setStyle(console.color() ? ProgressBarStyle.COLORFUL_UNICODE_BLOCK : ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(REDRAW_MILLIS)
                .setConsumer(new ConsoleProgressBarConsumer(console.err(), console.errColumns()))
                .setSpeedUnit(ChronoUnit.SECONDS)
                .showSpeed()
                .startsFrom(alreadyDone, Duration.ZERO)
                .build();
    }

    @Override
    public synchronized void runFinished(String runId, double successRate) {
        if (bar != null) {
            bar.step();
        }
    }

    /** Whether runs have begun. */
    synchronized boolean hasStarted() {
        return started;
    }

    @Override
    public synchronized void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
