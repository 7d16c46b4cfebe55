package dev.capstan.sim.telemetry;

import dev.capstan.sim.cluster.LatencyHistogram;

/**
 * The scraped series of a histogram: one for each cumulative bucket, the last of them the count, and one for the sum.
 *
 * <p><b>Caveats.</b> Queries are about the window of a {@code rate()} and need two samples in it.
 */
final class HistogramSeries {

    private final LatencyHistogram histogram;
    private final SampleSeries[] cumulative;
    private final SampleSeries sum;
    /** Rate of each bucket, of the query under way. */
    private final double[] rates;

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

    /** {@code rate(count[window])}: latencies observed a second; NaN without two samples. */
    double perSecond(long atNanos, long windowNanos) {
        return PromQl.rate(cumulative[cumulative.length - 1], atNanos, windowNanos);
    }

    /** {@code rate(sum[window]) / rate(count[window])}; NaN where nothing was observed. */
    double mean(long atNanos, long windowNanos) {
        double count = perSecond(atNanos, windowNanos);
        return count > 0 ? PromQl.rate(sum, atNanos, windowNanos) / count : Double.NaN;
    }

    /**
     * {@code histogram_quantile(q, rate(bucket[window]))} of Prometheus 3 ({@code promql/quantile.go}): on a line inside the
     * bucket that holds it, which for the first begins at 0; the lower end of a bucket without an upper one.
     *
     * @return seconds; NaN where nothing was observed
     */
    double quantile(double q, long atNanos, long windowNanos) {
        double most = 0;
        for (int bucket = 0; bucket < rates.length; bucket++) {
            double rate = PromQl.rate(cumulative[bucket], atNanos, windowNanos);
            if (Double.isNaN(rate)) {
                return Double.NaN;
            }
            // The extrapolation of rate() to a counter's zero may leave an upper bucket a little below a lower one.
            most = Math.max(most, rate);
            rates[bucket] = most;
        }
        if (most == 0) {
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
