package dev.capstan.sim.cluster;

/**
 * A histogram of latencies as an engine exposes it to Prometheus: counters of buckets and their sum since the beginning.
 * Observing allocates nothing.
 */
public final class LatencyHistogram {

    private static final double[] TTFT_SECONDS = {
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560
    };
    private static final double[] TPOT_SECONDS = {
        0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80
    };

    private final double[] uppersSeconds;
    private final long[] counts;
    private double sumSeconds;

    private LatencyHistogram(double[] uppersSeconds) {
        this.uppersSeconds = uppersSeconds;
        counts = new long[uppersSeconds.length + 1];
    }

    /** An empty one with the buckets of vLLM's {@code time_to_first_token_seconds}. */
    public static LatencyHistogram ofTtft() {
        return new LatencyHistogram(TTFT_SECONDS);
    }

    /** An empty one with the buckets of vLLM's {@code request_time_per_output_token_seconds}. */
    public static LatencyHistogram ofTpot() {
        return new LatencyHistogram(TPOT_SECONDS);
    }

    /** Counts a latency. */
    public void observe(double seconds) {
        int bucket = 0;
        while (bucket < uppersSeconds.length && seconds > uppersSeconds[bucket]) {
            bucket++;
        }
        counts[bucket]++;
        sumSeconds += seconds;
    }

    /** How many buckets there are, with the last one, which has no end. */
    public int buckets() {
        return counts.length;
    }

    /** The longest latency that a bucket counts; infinite for the last. */
    public double upperSeconds(int bucket) {
        return bucket < uppersSeconds.length ? uppersSeconds[bucket] : Double.POSITIVE_INFINITY;
    }

    /** Latencies in one bucket: not cumulative, other than what Prometheus is told. */
    public long count(int bucket) {
        return counts[bucket];
    }

    /** The sum of all latencies. */
    public double sumSeconds() {
        return sumSeconds;
    }
}
