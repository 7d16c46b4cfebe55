package dev.capstan.sim.serving;

/**
 * How long the replicas of a service had a step under way, all of them together.
 *
 * @param outsideNanos of it in steps outside the ranges in which the profile was measured
 */
public record BusyTime(long nanos, long outsideNanos) {

    /** No time at all. */
    public static final BusyTime NONE = new BusyTime(0, 0);

    /** The sum of this and another. */
    public BusyTime plus(BusyTime other) {
        return new BusyTime(nanos + other.nanos, outsideNanos + other.outsideNanos);
    }

    BusyTime since(BusyTime earlier) {
        return new BusyTime(nanos - earlier.nanos, outsideNanos - earlier.outsideNanos);
    }

    /** Share of the time outside the ranges; NaN where nothing was done. */
    public double outsideShare() {
        return nanos == 0 ? Double.NaN : (double) outsideNanos / nanos;
    }
}
