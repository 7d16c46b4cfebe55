package dev.capstan.sim.telemetry;

import dev.capstan.sim.cluster.LatencyHistogram;

/**
 * The scraped series of a histogram: one for each cumulative bucket, the last of them the count, and one for the sum.
 *
 * <p><b>Caveats.</b> Answers are about the window of the last {@link #query} and need two samples in it.
 */
final class HistogramSeries {

    private final LatencyHistogram histogram;
    private final SampleSeries[] cumulative;
    private final SampleSeries sum;
    /** Rate of each bucket in the window of the last query, never under that of the bucket before. */
    private final double[] rates;

    private double rateOfSum = Double.NaN;
    private double rateOfCount = Double.NaN;

    HistogramSeries(LatencyHistogram histogram, long retentionNanos) {
        this.histogram = histogram;
        cumulative = new SampleSeries[histogram.buckets()];
        for (int bucket = 0; bucket < cumulative.length; bucket++) {
            cumulative[bucket] = new SampleSeries(retentionNanos);
        }
        sum = new SampleSeries(retentionNanos);
        rates = new double[cumulative.length];
    }

    void scrape(long nowNanos) {
        long count = 0;
        for (int bucket = 0; bucket < cumulative.length; bucket++) {
            count += histogram.count(bucket);
            cumulative[bucket].append(nowNanos, (double) count);
        }
        sum.append(nowNanos, histogram.sumSeconds());
    }

    /** Takes the rates over a window; its answers are about them until the next query. */
    void query(long atNanos, long windowNanos) {
        double most = 0;
        for (int bucket = 0; bucket < rates.length; bucket++) {
            rateOfCount = PromQl.rate(cumulative[bucket], atNanos, windowNanos);
            // The extrapolation of rate() to a counter's zero may leave an upper bucket a little below a lower one.
            most = Math.max(most, rateOfCount);
            rates[bucket] = most;
        }
        rateOfSum = PromQl.rate(sum, atNanos, windowNanos);
    }

    /** {@code rate(count[window])}: latencies observed a second; NaN without two samples. */
    double perSecond() {
        return rateOfCount;
    }

    /** {@code rate(sum[window]) / rate(count[window])}; NaN where nothing was observed. */
    double mean() {
        return rateOfCount > 0 ? rateOfSum / rateOfCount : Double.NaN;
    }

    /**
     * {@code histogram_quantile(q, rate(bucket[window]))} of Prometheus 3 ({@code promql/quantile.go}): on a line inside the
     * bucket that holds it, which for the first begins at 0; the lower end of a bucket without an upper one.
     *
     * @return seconds; NaN where nothing was observed
     */
    double quantile(double q) {
        double most = rates[rates.length - 1];
        if (!(most > 0)) {
            return Double.NaN;
        }
        double rank = q * most;
        int bucket = 0;
        while (rates[bucket] < rank) {
            bucket++;
        }
        if (bucket == rates.length - 1) {
            return histogram.upperSeconds(bucket - 1);
        }
        double lower = bucket == 0 ? 0 : histogram.upperSeconds(bucket - 1);
        double below = bucket == 0 ? 0 : rates[bucket - 1];
        return lower + (histogram.upperSeconds(bucket) - lower) * (rank - below) / (rates[bucket] - below);
    }
}
