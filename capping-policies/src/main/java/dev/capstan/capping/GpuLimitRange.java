package dev.capstan.capping;

import org.jspecify.annotations.Nullable;

/**
 * What a service can be held to by the power limit of its GPUs: its worst case, in watts at the domain's meter, from the
 * lowest limit to the highest. Counted are the replicas that draw power and those that the autoscaler may start now.
 */
final class GpuLimitRange {

    private final ReplicaPower power;
    private final int replicas;

    private GpuLimitRange(ReplicaPower power, int replicas) {
        this.power = power;
        this.replicas = replicas;
    }

    static GpuLimitRange of(ServiceReading service) {
        ReplicaCounts counts = service.replicas();
        int replicas = Math.max(counts.present(), Math.min(counts.desired(), counts.ceiling()));
        return new GpuLimitRange(service.replicaPower(), replicas);
    }

    /** Replicas counted; without any the range is empty. */
    int replicas() {
        return replicas;
    }

    /** Worst case at a limit for each GPU. */
    double worstCaseWatts(double limitWatts) {
        return replicas * power.worstCaseWatts(limitWatts);
    }

    /** Worst case at the lowest limit that the boards accept. */
    double lowestWatts() {
        return worstCaseWatts(power.minGpuLimitWatts());
    }

    /** Worst case at the boards' highest limit. */
    double highestWatts() {
        return worstCaseWatts(power.maxGpuLimitWatts());
    }

    /** Watts of the worst case that the whole range of limits moves. */
    double spanWatts() {
        return replicas
                * power.gpus()
                * power.wallWattsPerGpuWatt()
                * (power.maxGpuLimitWatts() - power.minGpuLimitWatts());
    }

    /** The highest limit, in whole watts, whose worst case is at most this; the lowest limit where there is none. */
    double limitFor(double watts) {
        double belowPeakWatts = power.peakWatts() - watts / replicas;
        // A millionth of a watt of rounding shall not cost a whole one.
        double limit = Math.floor(
                power.maxGpuLimitWatts() - belowPeakWatts / (power.gpus() * power.wallWattsPerGpuWatt()) + 1e-6);
        return Math.max(power.minGpuLimitWatts(), Math.min(power.maxGpuLimitWatts(), limit));
    }

    /**
     * What brings a service to this limit for each GPU and gives it back the replica ceiling of its owner, which the guard
     * rails take away while telemetry is lost; null where both are in force.
     */
    static @Nullable ServiceAction toward(ServiceReading service, double limitWatts) {
        ReplicaCounts replicas = service.replicas();
        ServiceAction action = limitWatts == CapController.enforcedLimit(service.replicaPower())
                ? null
                : ServiceAction.gpuLimit(service.name(), limitWatts);
        if (replicas.ceiling() >= replicas.originalCeiling()) {
            return action;
        }
        return action == null
                ? ServiceAction.ceiling(service.name(), replicas.originalCeiling())
                : action.withReplicaCeiling(replicas.originalCeiling());
    }
}
