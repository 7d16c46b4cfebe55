package dev.capstan.benchmarks;

import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.kernel.Priority;
import dev.capstan.trace.RandomStream;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The hold model: every event that is handled schedules itself again after an exponential time, so that the number of
 * pending events stays what it is. Time for each event, queue and dispatch together.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class KernelHoldBenchmark {

    private static final int EVENTS = 100_000;
    private static final long NANOS_BETWEEN_EVENTS = 1000;
    private static final int INCREMENTS = 1 << 16;

    /** Pending events; a run of the timers experiment has some tens. */
    @Param({"16", "256", "65536"})
    int pending;

    private final Kernel kernel = new Kernel();
    private final long[] increments = new long[INCREMENTS];
    private int next;

    @Setup
    public void fill() {
        RandomStream random = RandomStream.named(1, "hold");
        for (int i = 0; i < INCREMENTS; i++) {
            increments[i] = (long) (random.nextExponential() * pending * NANOS_BETWEEN_EVENTS);
        }
        int handler = kernel.register(this::again);
        for (int i = 0; i < pending; i++) {
            again(handler);
        }
    }

    /** As many events as operations but for chance, which is one in three hundred. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public long hold() {
        kernel.runUntil(kernel.nowNanos() + EVENTS * NANOS_BETWEEN_EVENTS);
        return kernel.handled();
    }

    private void again(long handler) {
        long increment = increments[next++ & (INCREMENTS - 1)];
        kernel.schedule(kernel.nowNanos() + increment, Priority.PLANT, (int) handler, handler);
    }
}
