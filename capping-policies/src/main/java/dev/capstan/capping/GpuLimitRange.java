package dev.capstan.capping;

import org.jspecify.annotations.Nullable;

/**
 * What a service can be held to by the power limit of its GPUs: its worst case, in watts at the domain's meter, from the
 * lowest limit to the highest. Counted are the replicas that draw power and those that the autoscaler may start now; these
 * and the starting ones draw what starting takes whatever the limit is.
 */
final class GpuLimitRange {

    private final ReplicaPower power;
    private final int serving;
    private final int starting;
    private final boolean startingServes;

    private GpuLimitRange(ReplicaPower power, int serving, int starting, boolean startingServes) {
        this.power = power;
        this.serving = serving;
        this.starting = starting;
        this.startingServes = startingServes;
    }

    static GpuLimitRange of(ServiceReading service) {
        return of(service, true);
    }

    /** The same with replicas that start at no more than that takes: what holds until the next of them is ready. */
    static GpuLimitRange untilReady(ServiceReading service) {
        return of(service, false);
    }

    private static GpuLimitRange of(ServiceReading service, boolean startingServes) {
        ReplicaCounts counts = service.replicas();
        int serving = counts.ready() + counts.terminating();
        int coming = Math.min(counts.desired(), counts.ceiling()) - serving;
        return new GpuLimitRange(service.replicaPower(), serving, Math.max(counts.starting(), coming), startingServes);
    }

    /** Replicas counted; without any the range is empty. */
    int replicas() {
        return serving + starting;
    }

    /** Worst case at a limit for each GPU. */
    double worstCaseWatts(double limitWatts) {
        double limit = Double.isNaN(limitWatts)
                ? power.maxGpuLimitWatts()
                : Math.max(power.minGpuLimitWatts(), Math.min(power.maxGpuLimitWatts(), limitWatts));
        double limitedPeakWatts =
                power.peakWatts() - power.gpus() * power.wallWattsPerGpuWatt() * (power.maxGpuLimitWatts() - limit);
        double startingWatts = startingServes ? power.worstCaseWatts(limit) : power.startingWatts();
        return serving * Math.max(limitedPeakWatts, power.idleWatts()) + starting * startingWatts;
    }

    /** Worst case at the lowest limit that the boards accept. */
    double lowestWatts() {
        return worstCaseWatts(power.minGpuLimitWatts());
    }

    /** Worst case at the boards' highest limit. */
    double highestWatts() {
        return worstCaseWatts(power.maxGpuLimitWatts());
    }

    /** Worst case at the limit that is in force. */
    double enforcedWatts() {
        return worstCaseWatts(power.gpuLimitWatts());
    }

    /** Watts of the worst case that the whole range of limits moves. */
    double spanWatts() {
        return replicas()
                * power.gpus()
                * power.wallWattsPerGpuWatt()
                * (power.maxGpuLimitWatts() - power.minGpuLimitWatts());
    }

    /** The highest limit, in whole watts, whose worst case is at most this; the lowest limit where there is none. */
    double limitFor(double watts) {
        // A millionth of a watt of rounding shall not cost a whole one.
        double most = watts + 1e-6;
        if (highestWatts() <= most) {
            return power.maxGpuLimitWatts();
        }
        int fits = (int) Math.floor(power.minGpuLimitWatts());
        int exceeds = (int) Math.ceil(power.maxGpuLimitWatts());
        while (exceeds - fits > 1) {
            int middle = (fits + exceeds) / 2;
            if (worstCaseWatts(middle) <= most) {
                fits = middle;
            } else {
                exceeds = middle;
            }
        }
        return Math.max(power.minGpuLimitWatts(), fits);
    }

    /**
     * What brings a service to this limit for each GPU and gives it back the replica ceiling of its owner, which the guard
     * rails take away while telemetry is lost; null where both are in force.
     */
    static @Nullable ServiceAction toward(ServiceReading service, double limitWatts) {
        ReplicaCounts replicas = service.replicas();
        ServiceAction action = limitWatts == service.replicaPower().enforcedGpuLimitWatts()
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
