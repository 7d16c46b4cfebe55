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
    private final long[] uppersNanos;
    private final long[] counts;
    /** The first bucket that may hold a number of nanoseconds of so many bits: every request asks, twice. */
    private final byte[] firstOfBits = new byte[Long.SIZE + 1];

    private double sumSeconds;

    private LatencyHistogram(double[] uppersSeconds) {
        this.uppersSeconds = uppersSeconds;
        counts = new long[uppersSeconds.length + 1];
        uppersNanos = new long[counts.length];
        for (int bucket = 0; bucket < counts.length; bucket++) {
            uppersNanos[bucket] =
                    bucket < uppersSeconds.length ? Math.round(uppersSeconds[bucket] * 1e9) : Long.MAX_VALUE;
        }
        for (int bits = 1; bits < Long.SIZE; bits++) {
            int bucket = firstOfBits[bits - 1];
            while (uppersNanos[bucket] < 1L << (bits - 1)) {
                bucket++;
            }
            firstOfBits[bits] = (byte) bucket;
        }
    }

    /** An empty one with the buckets of vLLM's {@code time_to_first_token_seconds}. */
    public static LatencyHistogram ofTtft() {
        return new LatencyHistogram(TTFT_SECONDS);
    }

    /** An empty one with the buckets of vLLM's {@code request_time_per_output_token_seconds}. */
    public static LatencyHistogram ofTpot() {
        return new LatencyHistogram(TPOT_SECONDS);
    }

    /** Counts a latency, of at least 0. */
    public void observe(double nanos) {
        long whole = (long) Math.ceil(nanos);
        int bucket = firstOfBits[Long.SIZE - Long.numberOfLeadingZeros(whole)];
        while (whole > uppersNanos[bucket]) {
            bucket++;
        }
        counts[bucket]++;
        sumSeconds += nanos * 1e-9;
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
