package dev.capstan.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.sim.results.Row;
import dev.capstan.sim.sweep.SweepListener;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** How many runs are done, at what rate, what is left and which point looks best so far, on standard error. */
final class RunProgress implements SweepListener, AutoCloseable {

    /** How it is told. */
    enum Form {
        /** Not at all. */
        NONE,
        /** A bar where standard error is a terminal. */
        BAR,
        /** Lines of JSON, one a second and one at the end. */
        JSON
    }

    private static final int REDRAW_MILLIS = 250;
    private static final long LINE_NANOS = 1_000_000_000;

    private final Console console;
    private final Form form;
    private final LongSupplier nanos;
    private final BestSoFar best = new BestSoFar();
    private @Nullable ProgressBar bar;
    private List<String> axes = List.of();
    private boolean started;
    private int total;
    private int before;
    private int done;
    private long beganNanos;
    private long toldNanos;

    /** @param nanos a clock that only differences are taken of */
    RunProgress(Console console, Form form, LongSupplier nanos) {
        this.console = console;
        this.form = form == Form.BAR && !console.isTerminal() ? Form.NONE : form;
        this.nanos = nanos;
    }

    @Override
    public synchronized void started(int totalRuns, int alreadyDone, List<String> paths) {
        started = true;
        axes = paths;
        total = totalRuns;
        before = alreadyDone;
        done = alreadyDone;
        beganNanos = nanos.getAsLong();
        toldNanos = beganNanos;
        if (form == Form.BAR) {
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
    }

    @Override
    public synchronized void totalIs(int totalRuns) {
        total = totalRuns;
        if (bar != null) {
            bar.maxHint(totalRuns);
        }
    }

    @Override
    public synchronized void runFinished(Row row) {
        done++;
        if (form == Form.NONE) {
            return;
        }
        best.add(row);
        long now = nanos.getAsLong();
        boolean due = done == total || now - toldNanos >= LINE_NANOS;
        if (due) {
            toldNanos = now;
        }
        ProgressBar drawn = bar;
        if (drawn != null) {
            drawn.step();
            if (due) {
                best.best().ifPresent(standing -> drawn.setExtraMessage(words(standing)));
            }
        } else if (due) {
            console.err().println(json((now - beganNanos) * 1e-9));
        }
    }

    private static String words(BestSoFar.Standing standing) {
        String rate = Double.isNaN(standing.successRate())
                ? ""
                : String.format(Locale.ROOT, " %.4g %%", 100 * standing.successRate());
        String values = String.join(", ", standing.axisValues());
        return " best" + rate + ": " + standing.policy() + (values.isEmpty() ? "" : ", " + values);
    }

    private String json(double seconds) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        double rate = (done - before) / seconds;
        line.put("done", done);
        line.put("total", total);
        line.put("runs_per_second", rate);
        line.put("seconds_left", (total - done) / rate);
        best.best().ifPresent(standing -> {
            ObjectNode node = line.putObject("best");
            for (int i = 0; i < axes.size(); i++) {
                node.put(axes.get(i), standing.axisValues().get(i));
            }
            node.put("policy", standing.policy());
            put(node, "success_rate", standing.successRate());
            put(node, "goodput_requests_per_second", standing.goodput());
        });
        return line.toString();
    }

    private static void put(ObjectNode node, String key, double value) {
        if (Double.isNaN(value)) {
            node.putNull(key);
        } else {
            node.put(key, value);
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
