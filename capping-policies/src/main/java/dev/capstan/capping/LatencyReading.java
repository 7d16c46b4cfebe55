package dev.capstan.capping;

/**
 * How long the requests of a service take, from the histograms of its engines over the window of {@code rate()}, and what
 * its owner promises. As old as the last scrape; {@link Double#NaN} where telemetry did not deliver or nothing was served.
 *
 * <p>Caveats: quantiles are interpolated inside the buckets of the engine, as {@code histogram_quantile()} does, and so are
 * off by up to a bucket (vLLM: 10, 25, 50, 75, 100 ms for each token).
 *
 * @param p99TtftSeconds time to first token
 * @param meanTpotSeconds time per output token after the first, mean over requests that ended
 * @param p95TpotSeconds its 95th percentile
 * @param p99TpotSeconds its 99th
 * @param requestsPerSecond requests of two tokens and more that ended
 * @param ttftTargetSeconds the owner's target; above 0, infinite for none
 * @param tpotTargetSeconds the owner's target; above 0, infinite for none
 */
public record LatencyReading(
        double p99TtftSeconds,
        double meanTpotSeconds,
        double p95TpotSeconds,
        double p99TpotSeconds,
        double requestsPerSecond,
        double ttftTargetSeconds,
        double tpotTargetSeconds) {

    /** Nothing is known and nothing promised, as where a service serves no requests. */
    public static final LatencyReading NONE = new LatencyReading(
            Double.NaN,
            Double.NaN,
            Double.NaN,
            Double.NaN,
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.POSITIVE_INFINITY);

    public LatencyReading {
        if (!(ttftTargetSeconds > 0) || !(tpotTargetSeconds > 0)) {
            throw new IllegalArgumentException("targets of latencies must be above 0 s, were " + ttftTargetSeconds
                    + " s to the first token and " + tpotTargetSeconds + " s for each other");
        }
    }
}
