package dev.capstan.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.function.LongConsumer;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** How much of a file has been read, as a bar on standard error where that is a terminal; else nothing. */
final class ReadProgress implements LongConsumer, AutoCloseable {

    private static final int REDRAW_MILLIS = 250;
    private static final long MEGABYTE = 1_000_000;

    private final Console console;
    private final Path file;
    private @Nullable ProgressBar bar;

    ReadProgress(Console console, Path file) {
        this.console = console;
        this.file = file;
    }

    @Override
    public void accept(long bytes) {
        if (bar == null && console.isTerminal()) {
            bar = new ProgressBarBuilder()
                    .setTaskName("reading")
                    .setInitialMax(length())
                    .setUnit(" MB", MEGABYTE)
                    .setStyle(console.color() ? ProgressBarStyle.COLORFUL_UNICODE_BLOCK : ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(REDRAW_MILLIS)
                    .setConsumer(new ConsoleProgressBarConsumer(console.err(), console.errColumns()))
                    .setSpeedUnit(ChronoUnit.SECONDS)
                    .showSpeed()
                    .build();
        }
        if (bar != null) {
            bar.stepTo(bytes);
        }
    }

    /** -1, which draws no end, where it cannot be told. */
    private long length() {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return -1;
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
