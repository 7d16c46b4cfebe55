package dev.capstan.capping;

import org.jspecify.annotations.Nullable;

/**
 * What shall be done to one service. A lever that is null is left as it is.
 *
 * @param service name of the service
 * @param replicaCeiling maximum of replicas to write to the service's autoscaler
 * @param gpuLimitWatts power limit for each GPU of the service
 * @param clockMegahertz highest SM clock for each GPU: locks it there; 0 gives it back to what its owner set
 * @param concurrencyLimit most sequences that a replica may run at once
 * @param routingWeight share of new requests against other pools of the same model, 0 to 1
 * @param admissionShare share of new requests that are admitted, 0 to 1
 * @param urgent whether the clock takes the fast path that clusters keep for emergencies, the power brake
 */
public record ServiceAction(
        String service,
        @Nullable Integer replicaCeiling,
        @Nullable Double gpuLimitWatts,
        @Nullable Integer clockMegahertz,
        @Nullable Integer concurrencyLimit,
        @Nullable Double routingWeight,
        @Nullable Double admissionShare,
        boolean urgent) {

    /** Write this replica ceiling, leave all other levers alone. */
    public static ServiceAction ceiling(String service, int replicas) {
        return new ServiceAction(service, replicas, null, null, null, null, null, false);
    }

    /** Write this GPU power limit, leave all other levers alone. */
    public static ServiceAction gpuLimit(String service, double watts) {
        return new ServiceAction(service, null, watts, null, null, null, null, false);
    }

    /** Lock the GPUs at this clock, or with 0 unlock them; leave all other levers alone. */
    public static ServiceAction clock(String service, int megahertz, boolean urgent) {
        return new ServiceAction(service, null, null, megahertz, null, null, null, urgent);
    }

    /** The same action with another replica ceiling. */
    public ServiceAction withReplicaCeiling(@Nullable Integer replicas) {
        return new ServiceAction(
                service,
                replicas,
                gpuLimitWatts,
                clockMegahertz,
                concurrencyLimit,
                routingWeight,
                admissionShare,
                urgent);
    }

    /** Whether it leaves every lever as it is. */
    public boolean isEmpty() {
        return replicaCeiling == null
                && gpuLimitWatts == null
                && clockMegahertz == null
                && concurrencyLimit == null
                && routingWeight == null
                && admissionShare == null;
    }
}
