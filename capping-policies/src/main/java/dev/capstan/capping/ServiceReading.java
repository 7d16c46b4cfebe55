package dev.capstan.capping;

/**
 * What is known of one service. Rates and counts that telemetry did not deliver are {@link Double#NaN}.
 *
 * @param name unique among the services of an observation
 * @param domain name of the power domain that feeds it
 * @param power the sum over its pods of the power they add to the domain (Kepler's "active" watts): idle watts of
 *     unallocated GPUs and the base power of servers are in {@link Observation#overheadWatts()}
 * @param replicas its replicas
 * @param replicaPower what one replica may draw
 * @param priority larger is more important
 * @param weight worth of one more replica against the other services of the same priority; above 0
 * @param runningRequests sequences in decode or prefill
 * @param waitingRequests requests that no replica has taken up
 * @param inputTokensPerSecond prompt tokens
 * @param outputTokensPerSecond generated tokens
 */
public record ServiceReading(
        String name,
        String domain,
        PowerReading power,
        ReplicaCounts replicas,
        ReplicaPower replicaPower,
        int priority,
        double weight,
        double runningRequests,
        double waitingRequests,
        double inputTokensPerSecond,
        double outputTokensPerSecond) {

    public ServiceReading {
        if (!(weight > 0)) {
            throw new IllegalArgumentException("weight of service " + name + " must be above 0, was " + weight);
        }
    }
}
