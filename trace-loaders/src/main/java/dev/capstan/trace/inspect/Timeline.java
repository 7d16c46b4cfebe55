package dev.capstan.trace.inspect;

/**
 * A value over time in bins of one length, fit to be drawn.
 *
 * <p><b>Caveats.</b> The arrays are shared, not copied: nobody may write to them. A bin without a sample is NaN.
 *
 * @param binSeconds length of a bin; the first begins at {@code fromSeconds}
 * @param fromSeconds from nanosecond 0 of the trace
 * @param low lowest value of each bin
 * @param mean mean value of each bin
 * @param high highest value of each bin
 */
public record Timeline(double binSeconds, double fromSeconds, double[] low, double[] mean, double[] high) {

    /** More bins than a screen has columns show nothing. */
    static final int MOST_BINS = 1024;

    /** Samples put into at most {@link #MOST_BINS} bins. */
    static Timeline of(long[] timeNanos, double[] values, long endNanos) {
        long span = Math.max(1, endNanos - timeNanos[0]);
        int bins = Math.min(MOST_BINS, values.length);
        long width = Math.max(1, (span + bins - 1) / bins);
        double[] low = new double[bins];
        double[] mean = new double[bins];
        double[] high = new double[bins];
        int[] counts = new int[bins];
        for (int i = 0; i < values.length; i++) {
            int bin = (int) Math.min(bins - 1, (timeNanos[i] - timeNanos[0]) / width);
            low[bin] = counts[bin] == 0 ? values[i] : Math.min(low[bin], values[i]);
            high[bin] = counts[bin] == 0 ? values[i] : Math.max(high[bin], values[i]);
            mean[bin] += values[i];
            counts[bin]++;
        }
        for (int bin = 0; bin < bins; bin++) {
            mean[bin] /= counts[bin];
            if (counts[bin] == 0) {
                low[bin] = Double.NaN;
                high[bin] = Double.NaN;
            }
        }
        return new Timeline(width / 1e9, timeNanos[0] / 1e9, low, mean, high);
    }
}
