package dev.capstan.capping;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a wish may raise of a service, and what that may add to its worst case.
 *
 * @param maxReplicas by which one step may raise a ceiling
 */
record Raise(ServiceAction wish, ServiceReading service, int maxReplicas) {

    /** A wish whose GPU limit keeps to the ramp. */
    static Raise of(ServiceAction wish, ServiceReading service, GuardRails rails) {
        Raise raise = new Raise(wish, service, rails.maxRaisePerStep());
        return Double.isInfinite(rails.rampWattsPerSecond()) || !raise.raisesLimit()
                ? raise
                : new Raise(raise.eased(rails), service, rails.maxRaisePerStep());
    }

    String name() {
        return service.name();
    }

    /** Where the one who is waited for stands among those due; -1 when it is not due any more. */
    static int position(@Nullable String waiting, List<Raise> due) {
        for (int i = 0; i < due.size(); i++) {
            if (due.get(i).name().equals(waiting)) {
                return i;
            }
        }
        return -1;
    }

    /** A ceiling inside the rails: between the lowest and so many replicas above the one in force, the owner's at most. */
    static int railedCeiling(int wish, ReplicaCounts replicas, int maxReplicas) {
        // The owner's maximum bounds raises; a ceiling that stands above it may stay.
        int most = maxReplicas > 0
                ? Math.min(replicas.originalCeiling(), replicas.ceiling() + maxReplicas)
                : replicas.ceiling();
        return Math.max(replicas.lowestCeiling(), Math.min(most, wish));
    }

    /** The clock that a wish allows: 0 stands for the owner's. */
    static int highestClock(int wish, ReplicaPower power) {
        return wish == 0 ? power.maxClockMegahertz() : Math.min(wish, power.maxClockMegahertz());
    }

    /**
     * Whether anything is raised.
     *
     * @param mayStart whether a ceiling counts
     */
    boolean isOne(boolean mayStart) {
        Integer ceiling = wish.replicaCeiling();
        return (mayStart && ceiling != null && ceiling > service.replicas().ceiling())
                || thaws()
                || raisesLimit()
                || raisesLoad();
    }

    private boolean thaws() {
        return Boolean.FALSE.equals(wish.freezeGrowth()) && service.replicas().growthFrozen();
    }

    private boolean raisesLimit() {
        Double limit = wish.gpuLimitWatts();
        return limit != null && limit > service.replicaPower().enforcedGpuLimitWatts();
    }

    /** Whether replicas may draw more by it, though their worst case stays what it is. */
    private boolean raisesLoad() {
        Integer clock = wish.clockMegahertz();
        Integer sequences = wish.concurrencyLimit();
        Double share = wish.admissionShare();
        ReplicaPower power = service.replicaPower();
        GatewayReading gateway = service.gateway();
        return (sequences != null && Math.min(sequences, gateway.maxConcurrencyLimit()) > gateway.enforcedConcurrency())
                || (share != null && Math.min(share, gateway.maxAdmissionShare()) > gateway.enforcedAdmission())
                || (clock != null && highestClock(clock, power) > power.enforcedClockMegahertz());
    }

    /**
     * The wish with a GPU limit that rises by no more than the ramp brings in one raise interval, and by 1 W at least: all boards
     * of a service at once would be a step and no ramp.
     */
    private ServiceAction eased(GuardRails rails) {
        ReplicaPower power = service.replicaPower();
        double wattsPerLimitWatt =
                Math.max(1, service.replicas().present()) * power.gpus() * power.wallWattsPerGpuWatt();
        double intervalWatts = rails.rampWattsPerSecond() * rails.raiseIntervalNanos() * 1e-9;
        double stepWatts = Math.max(1, Math.floor(intervalWatts / wattsPerLimitWatt));
        return wish.withGpuLimitWatts(raisedLimit(power.enforcedGpuLimitWatts() + stepWatts));
    }

    /** The limit that is wished, no higher than given; the one in force where none is raised. */
    private double raisedLimit(double mostWatts) {
        Double limit = wish.gpuLimitWatts();
        return limit != null && raisesLimit()
                ? Math.min(limit, mostWatts)
                : service.replicaPower().enforcedGpuLimitWatts();
    }

    /** Replicas by which the ceiling would rise. */
    int addedReplicas() {
        Integer ceiling = wish.replicaCeiling();
        ReplicaCounts replicas = service.replicas();
        return ceiling == null ? 0 : Math.max(0, railedCeiling(ceiling, replicas, maxReplicas) - replicas.ceiling());
    }

    /**
     * What it adds to the worst case at most. What the same wish lowers is not set off, because it may never arrive. Where
     * the watts of a lever are not known, the pods present may go from what was read to their worst case.
     *
     * @param starts whether the ceiling rises
     */
    double addedWatts(boolean starts) {
        ReplicaPower power = service.replicaPower();
        int present = service.replicas().present();
        double inForce = power.enforcedGpuLimitWatts();
        double limit = raisedLimit(power.maxGpuLimitWatts());
        int more = starts ? addedReplicas() : 0;
        if (thaws()) {
            more += Math.max(0, service.replicas().ceiling() - present);
        }
        // Not the difference of worst cases: what a pod draws while it starts hides there what it may draw more when it
        // serves.
        double watts = present * (limit - inForce) * power.gpus() * power.wallWattsPerGpuWatt()
                + more * power.worstCaseWatts(limit);
        if (raisesLoad()) {
            double drawnWatts = service.power().isFresh() ? service.power().watts() : 0;
            watts += Math.max(0, present * power.worstCaseWatts(inForce) - drawnWatts);
        }
        return watts;
    }
}
