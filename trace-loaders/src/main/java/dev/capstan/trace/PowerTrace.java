package dev.capstan.trace;

import java.time.Instant;
import java.util.Optional;

/**
 * Measured power of one meter: each value holds from its time until the next one.
 *
 * <p><b>Caveats.</b> The arrays are shared, not copied: nobody may write to them.
 */
public final class PowerTrace {

    private final long[] timeNanos;
    private final double[] watts;
    private final long endNanos;
    private final Optional<Instant> start;
    private final TraceOrigin origin;

    /**
     * @param timeNanos times of the samples, strictly increasing, the first 0
     * @param watts finite, at least 0
     * @param endNanos until when the last value holds; after the last time
     * @param start wall-clock time of nanosecond 0 where the source has one
     * @param origin where it comes from
     */
    public PowerTrace(long[] timeNanos, double[] watts, long endNanos, Optional<Instant> start, TraceOrigin origin) {
        if (timeNanos.length != watts.length || timeNanos.length == 0 || timeNanos[0] != 0) {
            throw new IllegalArgumentException("a power trace needs as many values as times, at least one, the first at"
                    + " 0; has " + timeNanos.length + " times and " + watts.length + " values");
        }
        for (int i = 0; i < watts.length; i++) {
            if (!(watts[i] >= 0) || Double.isInfinite(watts[i])) {
                throw new IllegalArgumentException("sample " + i + " must be at least 0 W, is " + watts[i]);
            }
            long next = i + 1 < timeNanos.length ? timeNanos[i + 1] : endNanos;
            if (next <= timeNanos[i]) {
                throw new IllegalArgumentException(
                        "sample " + i + " at " + timeNanos[i] + " ns must end later, ends at " + next + " ns");
            }
        }
        this.timeNanos = timeNanos;
        this.watts = watts;
        this.endNanos = endNanos;
        this.start = start;
        this.origin = origin;
    }

    /** Number of samples. */
    public int size() {
        return watts.length;
    }

    /** Times of the samples in nanoseconds; not to be written to. */
    public long[] timeNanos() {
        return timeNanos;
    }

    /** Power in watts; not to be written to. */
    public double[] watts() {
        return watts;
    }

    /** When the last value stops holding. */
    public long endNanos() {
        return endNanos;
    }

    /** Wall-clock time of nanosecond 0, where known. */
    public Optional<Instant> start() {
        return start;
    }

    /** Where the trace comes from. */
    public TraceOrigin origin() {
        return origin;
    }
}
