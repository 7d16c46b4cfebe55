package dev.capstan.trace;

import java.util.Locale;
import java.util.Optional;

/**
 * A test signal for control studies: one number over time that goes from a base to a peak, as a rate profile (requests/s)
 * or as a power trace (W). Both cut time into equal cells and hold in each the exact mean of the signal, so that integrals
 * are kept also where a corner falls into a cell.
 *
 * @param shape course of the signal
 * @param base value at rest, finite, at least 0
 * @param peak value of the disturbance, finite, at least 0; below the base for a drop
 * @param fromNanos when the signal first leaves the base, at least 0
 * @param lengthNanos of a ramp, of a burst, of one half of a square wave; above 0
 * @param durationNanos of the whole signal, above {@code fromNanos}
 */
public record Disturbance(Shape shape, double base, double peak, long fromNanos, long lengthNanos, long durationNanos) {

    /** Courses of a signal. */
    public enum Shape {
        /** Jumps to the peak and stays. */
        STEP,
        /** Goes to the peak in a straight line and stays. */
        RAMP,
        /** Jumps to the peak and back. */
        BURST,
        /** Jumps to the peak and back for ever, as long at the one as at the other. */
        SQUARE
    }

    private static final int MOST_CELLS = 100_000_000;

    /** @throws IllegalArgumentException for a value out of range */
    public Disturbance {
        if (!(base >= 0) || !(peak >= 0) || Double.isInfinite(base) || Double.isInfinite(peak)) {
            throw new IllegalArgumentException(
                    "base and peak of a disturbance must be numbers of at least 0, were " + base + " and " + peak);
        }
        if (fromNanos < 0 || lengthNanos <= 0 || durationNanos <= fromNanos) {
            throw new IllegalArgumentException("a disturbance must begin at 0s or later, be longer than 0s, and begin"
                    + " before the signal ends; begins at " + Quantity.formatDuration(fromNanos) + ", is "
                    + Quantity.formatDuration(lengthNanos) + " long, in a signal of "
                    + Quantity.formatDuration(durationNanos));
        }
    }

    /** A jump that stays. */
    public static Disturbance step(double base, double peak, long atNanos, long durationNanos) {
        return new Disturbance(Shape.STEP, base, peak, atNanos, durationNanos, durationNanos);
    }

    /**
     * The signal as the rates of requests, in requests/s.
     *
     * @param cellNanos length of the windows, above 0; the last may be shorter
     */
    public RateProfile rates(long cellNanos) {
        long[] starts = starts(cellNanos);
        return new RateProfile(starts, means(starts), durationNanos, origin("rates", cellNanos));
    }

    /**
     * The signal as power in watts.
     *
     * @param cellNanos interval of the samples, above 0; the last may hold for less
     */
    public PowerTrace power(long cellNanos) {
        long[] starts = starts(cellNanos);
        return new PowerTrace(starts, means(starts), durationNanos, Optional.empty(), origin("power", cellNanos));
    }

    private long[] starts(long cellNanos) {
        if (cellNanos <= 0 || durationNanos / cellNanos >= MOST_CELLS) {
            throw new IllegalArgumentException("cells of a disturbance must be longer than 0s and at most " + MOST_CELLS
                    + ", were " + Quantity.formatDuration(cellNanos) + " long in a signal of "
                    + Quantity.formatDuration(durationNanos));
        }
        long[] starts = new long[(int) ((durationNanos - 1) / cellNanos) + 1];
        for (int i = 0; i < starts.length; i++) {
            starts[i] = i * cellNanos;
        }
        return starts;
    }

    private double[] means(long[] starts) {
        double[] means = new double[starts.length];
        for (int i = 0; i < starts.length; i++) {
            long end = i + 1 < starts.length ? starts[i + 1] : durationNanos;
            double share = (nanosAtPeak(end) - nanosAtPeak(starts[i])) / (end - starts[i]);
            means[i] = base + share * (peak - base);
        }
        return means;
    }

    /** Integral, from 0 to a time, of how far the signal is on its way from 0 (base) to 1 (peak). */
    private double nanosAtPeak(long nanos) {
        long since = Math.max(0, nanos - fromNanos);
        return switch (shape) {
            case STEP -> since;
            case BURST -> Math.min(since, lengthNanos);
            case RAMP ->
                since < lengthNanos
                        ? (double) since * since / (2.0 * lengthNanos)
                        : lengthNanos / 2.0 + (since - lengthNanos);
            case SQUARE -> {
                long halves = since / lengthNanos;
                long rest = halves % 2 == 0 ? since % lengthNanos : 0;
                yield (double) ((halves + 1) / 2 * lengthNanos + rest);
            }
        };
    }

    private TraceOrigin origin(String what, long cellNanos) {
        String recipe =
                "generated " + what + ": " + shape.name().toLowerCase(Locale.ROOT) + ", base=" + base + ", peak="
                        + peak + ", from=" + Quantity.formatDuration(fromNanos) + ", length="
                        + Quantity.formatDuration(lengthNanos) + ", duration=" + Quantity.formatDuration(durationNanos)
                        + ", cells=" + Quantity.formatDuration(cellNanos);
        return TraceOrigin.ofRecipe(recipe, Sha256.of(recipe), "");
    }
}
