package dev.capstan.capping;

import org.jspecify.annotations.Nullable;

/**
 * What shall be done to one service. A lever that is null is left as it is.
 *
 * @param service name of the service
 * @param replicaCeiling maximum of replicas to write to the service's autoscaler
 * @param freezeGrowth true keeps the service's autoscaler from adding replicas, false lets it again
 * @param gpuLimitWatts power limit for each GPU of the service
 * @param clockMegahertz highest SM clock for each GPU: locks it there; 0 gives it back to what its owner set
 * @param concurrencyLimit most sequences that a replica may run at once, at least 1; those that run go on where it is
 *     lowered, those that wait do so until there is a slot
 * @param routingWeight weight of the service among the pools of its route, 0 to 1: it gets weight / sum of the new requests
 * @param admissionShare share of new requests that are admitted, 0 to 1; the others are refused at once
 * @param urgent whether the clock takes the fast path that clusters keep for emergencies, the power brake
 */
public record ServiceAction(
        String service,
        @Nullable Integer replicaCeiling,
        @Nullable Boolean freezeGrowth,
        @Nullable Double gpuLimitWatts,
        @Nullable Integer clockMegahertz,
        @Nullable Integer concurrencyLimit,
        @Nullable Double routingWeight,
        @Nullable Double admissionShare,
        boolean urgent) {

    /** Write this replica ceiling, leave all other levers alone. */
    public static ServiceAction ceiling(String service, int replicas) {
        return new ServiceAction(service, replicas, null, null, null, null, null, null, false);
    }

    /** Write this GPU power limit, leave all other levers alone. */
    public static ServiceAction gpuLimit(String service, double watts) {
        return new ServiceAction(service, null, null, watts, null, null, null, null, false);
    }

    /** Lock the GPUs at this clock, or with 0 unlock them; leave all other levers alone. */
    public static ServiceAction clock(String service, int megahertz, boolean urgent) {
        return new ServiceAction(service, null, null, null, megahertz, null, null, null, urgent);
    }

    /** Freeze or thaw growth, leave all other levers alone. */
    public static ServiceAction growth(String service, boolean frozen) {
        return new ServiceAction(service, null, frozen, null, null, null, null, null, false);
    }

    /** Write this concurrency limit, leave all other levers alone. */
    public static ServiceAction concurrency(String service, int sequences) {
        return new ServiceAction(service, null, null, null, null, sequences, null, null, false);
    }

    /** Admit this share of new requests, leave all other levers alone. */
    public static ServiceAction admission(String service, double share) {
        return new ServiceAction(service, null, null, null, null, null, null, share, false);
    }

    /** Give it this weight among the pools of its route, leave all other levers alone. */
    public static ServiceAction routing(String service, double weight) {
        return new ServiceAction(service, null, null, null, null, null, weight, null, false);
    }

    /** The same action with another replica ceiling. */
    public ServiceAction withReplicaCeiling(@Nullable Integer replicas) {
        return new ServiceAction(
                service,
                replicas,
                freezeGrowth,
                gpuLimitWatts,
                clockMegahertz,
                concurrencyLimit,
                routingWeight,
                admissionShare,
                urgent);
    }

    /** The same action with another GPU power limit. */
    public ServiceAction withGpuLimitWatts(@Nullable Double watts) {
        return new ServiceAction(
                service,
                replicaCeiling,
                freezeGrowth,
                watts,
                clockMegahertz,
                concurrencyLimit,
                routingWeight,
                admissionShare,
                urgent);
    }

    /** The same action with growth frozen, thawed, or left alone. */
    public ServiceAction withFreezeGrowth(@Nullable Boolean frozen) {
        return new ServiceAction(
                service,
                replicaCeiling,
                frozen,
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
                && freezeGrowth == null
                && gpuLimitWatts == null
                && clockMegahertz == null
                && concurrencyLimit == null
                && routingWeight == null
                && admissionShare == null;
    }
}
