package dev.capstan.trace.inspect;

import java.util.Arrays;

/** Statistics of a series of samples that is held in memory. */
final class Samples {

    private static final int BINS = 48;

    private Samples() {}

    /** Quantile of sorted values, linear between them: definition 7 of Hyndman and Fan (1996). */
    static double quantile(double[] sorted, double quantile) {
        double rank = quantile * (sorted.length - 1);
        int below = (int) rank;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
    }

    static double[] sorted(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    /** Mean of values weighted by how long each holds: until the next, the last until the end. */
    static double mean(long[] timeNanos, double[] values, long endNanos) {
        double integral = 0;
        for (int i = 0; i < values.length; i++) {
            integral += values[i] * ((i + 1 < values.length ? timeNanos[i + 1] : endNanos) - timeNanos[i]);
        }
        return integral / (endNanos - timeNanos[0]);
    }

    /** Median distance of samples; NaN for a single one. */
    static double medianIntervalNanos(long[] timeNanos) {
        if (timeNanos.length < 2) {
            return Double.NaN;
        }
        double[] intervals = new double[timeNanos.length - 1];
        for (int i = 0; i < intervals.length; i++) {
            intervals[i] = timeNanos[i + 1] - timeNanos[i];
        }
        return quantile(sorted(intervals), 0.5);
    }

    /**
     * The longest run of one value.
     *
     * @param samples its length
     * @param value the value
     * @param fromNanos time of its first sample
     * @param toNanos time of its last sample
     */
    record Run(int samples, double value, long fromNanos, long toNanos) {}

    static Run longestRun(long[] timeNanos, double[] values) {
        int best = 0;
        int bestEnd = 0;
        int length = 0;
        for (int i = 0; i < values.length; i++) {
            length = i > 0 && values[i] == values[i - 1] ? length + 1 : 1;
            if (length > best) {
                best = length;
                bestEnd = i;
            }
        }
        return new Run(best, values[bestEnd], timeNanos[bestEnd - best + 1], timeNanos[bestEnd]);
    }

    /** Bins of one width from the lowest value to the highest. */
    static Histogram histogram(double[] sorted) {
        double low = sorted[0];
        double high = sorted[sorted.length - 1];
        int bins = high > low ? BINS : 1;
        double width = high > low ? (high - low) / bins : 1;
        double[] edges = new double[bins + 1];
        for (int i = 0; i <= bins; i++) {
            edges[i] = low + i * width;
        }
        long[] counts = new long[bins];
        for (double value : sorted) {
            counts[(int) Math.min(bins - 1, (value - low) / width)]++;
        }
        return new Histogram(edges, counts);
    }
}
