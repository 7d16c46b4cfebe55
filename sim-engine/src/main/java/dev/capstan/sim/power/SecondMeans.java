package dev.capstan.sim.power;

import java.util.Arrays;

/**
 * Averages over whole seconds of a piecewise constant signal, from the start of the run: the grid on which excursions,
 * window success and timelines are judged.
 */
public final class SecondMeans {

    private static final long SECOND_NANOS = 1_000_000_000L;

    private double[] means;
    private int complete;
    /** Integral of the signal over the part of the current second that has passed, in units × ns. */
    private double pending;

    SecondMeans(int expectedSeconds) {
        means = new double[Math.max(16, expectedSeconds)];
    }

    /** The signal had this value from one instant to the other; calls follow one another without a gap. */
    void hold(long fromNanos, long toNanos, double value) {
        long at = fromNanos;
        long boundary = (complete + 1) * SECOND_NANOS;
        while (toNanos >= boundary) {
            pending += value * (boundary - at);
            if (complete == means.length) {
                means = Arrays.copyOf(means, means.length * 2);
            }
            means[complete++] = pending / SECOND_NANOS;
            pending = 0;
            at = boundary;
            boundary += SECOND_NANOS;
        }
        pending += value * (toNanos - at);
    }

    /** The averages of all whole seconds so far. */
    public double[] toArray() {
        return Arrays.copyOf(means, complete);
    }
}
