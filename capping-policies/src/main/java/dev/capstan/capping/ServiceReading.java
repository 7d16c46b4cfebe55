package dev.capstan.capping;

import org.jspecify.annotations.Nullable;

/**
 * What is known of one service. Rates and counts that telemetry did not deliver are {@link Double#NaN}.
 *
 * @param name unique among the services of an observation
 * @param domain name of the power domain that feeds it
 * @param power the sum over its pods of the power they add to the domain (Kepler's "active" watts): idle watts of
 *     unallocated GPUs and the base power of servers are in {@link Observation#overheadWatts()}
 * @param replicas its replicas
 * @param replicaPower what one replica may draw
 * @param law how the draw of a replica follows its sequences; null where the owner does not know
 * @param stepLaw how its steps follow load and clock; null where the owner does not know
 * @param gateway how many of its requests it takes on
 * @param latency how long its requests take, and what its owner promises
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
        @Nullable ReplicaLaw law,
        @Nullable StepLaw stepLaw,
        GatewayReading gateway,
        LatencyReading latency,
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

    /** The same with another reading of its power. */
    public ServiceReading withPower(PowerReading reading) {
        return new ServiceReading(
                name,
                domain,
                reading,
                replicas,
                replicaPower,
                law,
                stepLaw,
                gateway,
                latency,
                priority,
                weight,
                runningRequests,
                waitingRequests,
                inputTokensPerSecond,
                outputTokensPerSecond);
    }
}
