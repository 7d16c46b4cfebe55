package dev.capstan.sim.telemetry;

/**
 * The PromQL functions that a power controller asks for, on one series each.
 *
 * <p>The algorithms are those of Prometheus 3 ({@code promql/functions.go}, {@code promql/engine.go}): ranges and the
 * look-back are open on the left and closed on the right. "No result" is {@link Double#NaN}. Every call costs O(log n)
 * in the number of samples, and one more pass over the window when a counter was reset inside it.
 *
 * <p><b>Caveats.</b> Start timestamps, native histograms, and {@code @} and {@code offset} modifiers are not emulated.
 */
public final class PromQl {

    /** Default look-back of an instant selector, 5 min (Prometheus {@code --query.lookback-delta}). */
    public static final long DEFAULT_LOOKBACK_NANOS = 300_000_000_000L;

    private static final double NANOS_PER_SECOND = 1e9;
    private static final double EXTRAPOLATION_THRESHOLD = 1.1;

    private PromQl() {}

    /**
     * {@code rate(series[window])}: mean increase per second of a counter, extrapolated to the edges of the window.
     *
     * @return per second (joules become watts); NaN with fewer than two samples in the window
     * @throws IllegalArgumentException when the window is not positive or longer than the retention of the series
     */
    public static double rate(SampleSeries series, long atNanos, long windowNanos) {
        long rangeStartNanos = rangeStart(series, atNanos, windowNanos);
        int first = series.firstAfter(rangeStartNanos);
        int last = series.lastAtOrBefore(atNanos);
        if (last <= first) {
            return Double.NaN;
        }
        double increase = series.increase(first, last);
        double sampledSeconds = (series.timeNanos(last) - series.timeNanos(first)) / NANOS_PER_SECOND;
        double meanGapSeconds = sampledSeconds / (last - first);
        double thresholdSeconds = meanGapSeconds * EXTRAPOLATION_THRESHOLD;

        double toStartSeconds = (series.timeNanos(first) - rangeStartNanos) / NANOS_PER_SECOND;
        if (toStartSeconds >= thresholdSeconds) {
            toStartSeconds = meanGapSeconds / 2;
        }
        // A counter cannot have been below zero, so it is not extrapolated further back than its zero.
        if (increase > 0 && series.value(first) >= 0) {
            toStartSeconds = Math.min(toStartSeconds, sampledSeconds * (series.value(first) / increase));
        }
        double toEndSeconds = (atNanos - series.timeNanos(last)) / NANOS_PER_SECOND;
        if (toEndSeconds >= thresholdSeconds) {
            toEndSeconds = meanGapSeconds / 2;
        }
        double factor = (sampledSeconds + toStartSeconds + toEndSeconds) / sampledSeconds;
        return increase * (factor / (windowNanos / NANOS_PER_SECOND));
    }

    /**
     * {@code irate(series[window])}: increase per second between the two newest samples of the window. After a reset
     * the increase is the newest value.
     *
     * @return per second; NaN with fewer than two samples in the window
     * @throws IllegalArgumentException when the window is not positive or longer than the retention of the series
     */
    public static double irate(SampleSeries series, long atNanos, long windowNanos) {
        int first = series.firstAfter(rangeStart(series, atNanos, windowNanos));
        int last = series.lastAtOrBefore(atNanos);
        if (last <= first) {
            return Double.NaN;
        }
        double newest = series.value(last);
        double previous = series.value(last - 1);
        double increase = newest < previous ? newest : newest - previous;
        return increase / ((series.timeNanos(last) - series.timeNanos(last - 1)) / NANOS_PER_SECOND);
    }

    /**
     * An instant selector: the newest sample of the look-back.
     *
     * @param lookbackNanos how old a sample may be, usually {@link #DEFAULT_LOOKBACK_NANOS}
     * @return the value; NaN when there is no sample, or a stale marker came after it
     * @throws IllegalArgumentException when the look-back is not positive or longer than the retention of the series
     */
    public static double latest(SampleSeries series, long atNanos, long lookbackNanos) {
        long rangeStartNanos = rangeStart(series, atNanos, lookbackNanos);
        int last = series.lastAtOrBefore(atNanos);
        if (!series.isSample(last) || series.timeNanos(last) <= rangeStartNanos || series.isStale(last, atNanos)) {
            return Double.NaN;
        }
        return series.value(last);
    }

    private static long rangeStart(SampleSeries series, long atNanos, long windowNanos) {
        if (windowNanos <= 0 || windowNanos > series.retentionNanos()) {
            throw new IllegalArgumentException("a query window must be positive and at most the retention of "
                    + series.retentionNanos() + " ns, was " + windowNanos
                    + " ns. Maybe make the series with a longer retention.");
        }
        return atNanos - windowNanos;
    }
}
