package dev.capstan.benchmarks;

import dev.capstan.sim.telemetry.PromQl;
import dev.capstan.sim.telemetry.SampleSeries;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** {@code rate()} over five minutes of an energy counter, one answer for each operation. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RateBenchmark {

    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long WINDOW_NANOS = 300 * SECOND_NANOS;

    /** Seconds between scrapes: 300, 60 and 20 samples in the window. */
    @Param({"1", "5", "15"})
    int scrapeSeconds;

    /** A counter that was reset inside the window costs a pass over its samples. */
    @Param({"false", "true"})
    boolean reset;

    private final SampleSeries series = new SampleSeries(WINDOW_NANOS);
    private long nowNanos;

    @Setup
    public void scrapeTenMinutes() {
        int samples = 600 / scrapeSeconds;
        for (int i = 1; i <= samples; i++) {
            nowNanos = SECOND_NANOS * i * scrapeSeconds;
            double joules = 20_000.0 * i * scrapeSeconds;
            series.append(nowNanos, reset && i > samples - 5 ? joules - 10_000_000 : joules);
        }
        nowNanos += SECOND_NANOS / 2;
    }

    @Benchmark
    public double rate() {
        return PromQl.rate(series, nowNanos, WINDOW_NANOS);
    }
}
