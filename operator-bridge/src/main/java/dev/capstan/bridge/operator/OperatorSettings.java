package dev.capstan.bridge.operator;

import java.time.Duration;

/**
 * How an operator runs.
 *
 * @param version of this program
 * @param identity of this process among those that may lead; unlike all others
 * @param namespace of the operator: of its lease, and of what cluster-wide caps refer to
 * @param leaseName of the lease
 * @param leaseDuration how long a lease counts that is not renewed; a fall of the leader costs that long
 * @param renewDeadline how long a leader tries to renew it before it gives up
 * @param retryPeriod between two tries
 * @param threads turns at the same time
 */
public record OperatorSettings(
        String version,
        String identity,
        String namespace,
        String leaseName,
        Duration leaseDuration,
        Duration renewDeadline,
        Duration retryPeriod,
        int threads) {

    /** The lease times of Kubernetes' own controllers: 15 s, 10 s and 2 s. */
    public static OperatorSettings of(String version, String identity, String namespace) {
        return new OperatorSettings(
                version,
                identity,
                namespace,
                "capstan",
                Duration.ofSeconds(15),
                Duration.ofSeconds(10),
                Duration.ofSeconds(2),
                4);
    }

    /** @throws IllegalArgumentException if a lease would end before its leader gives it up */
    public OperatorSettings {
        if (retryPeriod.compareTo(renewDeadline) >= 0 || renewDeadline.compareTo(leaseDuration) >= 0) {
            throw new IllegalArgumentException("a lease needs retry period < renew deadline < duration, had "
                    + retryPeriod + ", " + renewDeadline + ", " + leaseDuration);
        }
    }

    /** For how long after its start a step may write: until the lease may be another's. */
    Duration stepLimit() {
        return leaseDuration.minus(renewDeadline);
    }
}
