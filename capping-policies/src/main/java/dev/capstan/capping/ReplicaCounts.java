package dev.capstan.capping;

/**
 * The replicas of a service as its cluster reports them.
 *
 * @param ready pods that serve
 * @param starting pods that load or warm up: they draw power and serve nothing
 * @param terminating pods that drain: they still draw power
 * @param desired what the autoscaler asks for now
 * @param ceiling the maximum in force now
 * @param floor the minimum that the owner of the service set; no policy may go below it
 * @param originalCeiling the maximum that the owner of the service set, before any capping
 * @param growthFrozen whether the autoscaler may not add replicas now
 */
public record ReplicaCounts(
        int ready,
        int starting,
        int terminating,
        int desired,
        int ceiling,
        int floor,
        int originalCeiling,
        boolean growthFrozen) {

    public ReplicaCounts {
        if (ready < 0 || starting < 0 || terminating < 0 || desired < 0 || ceiling < 0) {
            throw new IllegalArgumentException("replica counts must not be negative: ready " + ready + ", starting "
                    + starting + ", terminating " + terminating + ", desired " + desired + ", ceiling " + ceiling);
        }
        if (floor < 0 || originalCeiling < floor) {
            throw new IllegalArgumentException("floor must lie between 0 and the original ceiling, was " + floor
                    + " with an original ceiling of " + originalCeiling);
        }
    }

    /** Pods that draw power: ready, starting and terminating. */
    public int present() {
        return ready + starting + terminating;
    }

    /** The lowest ceiling that may be written: the floor, and never 0, which KEDA 2.20 and later reject. */
    public int lowestCeiling() {
        return Math.max(1, floor);
    }
}
