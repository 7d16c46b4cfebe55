package dev.capstan.capping;

/**
 * What {@link CapController} allows, whatever the policy says.
 *
 * @param maxAgeNanos age from which a reading is stale
 * @param holdNanos how long to hold on lost telemetry before stepping down to ceilings that are safe without it
 * @param plausibleFactor a reading above this multiple of what the pods present can draw is implausible; at least 1
 * @param maxRaisePerStep replicas by which one step may raise a ceiling
 * @param raiseIntervalNanos least time between two raises of the same service
 * @param leadNanos how long before an announced fall of the cap the lower one is held already
 * @param rampWattsPerSecond how fast raises may add to the worst case of the services; infinite for no limit
 * @param staggerNanos how long after a raise of one service's ceiling no other service's is raised; 0 for no such wait
 */
public record GuardRails(
        long maxAgeNanos,
        long holdNanos,
        double plausibleFactor,
        int maxRaisePerStep,
        long raiseIntervalNanos,
        long leadNanos,
        double rampWattsPerSecond,
        long staggerNanos) {

    /**
     * Readings up to 60 s old (dcgm-exporter's defaults give up to 45 s), hold 60 s (assumption), 10 % above what the
     * boards can draw (assumption), raises of one replica, 15 s apart: one sync of the HPA; an announced fall of the cap
     * is met a minute ahead: a sync of the HPA and 30 s of draining, with something to spare (assumption). No
     * ramp and no staggered starts: what a feed can take is known to its owner only.
     */
    public static final GuardRails DEFAULTS = new GuardRails(
            60_000_000_000L, 60_000_000_000L, 1.1, 1, 15_000_000_000L, 60_000_000_000L, Double.POSITIVE_INFINITY, 0);

    public GuardRails {
        if (maxAgeNanos <= 0 || holdNanos < 0 || raiseIntervalNanos < 0 || leadNanos < 0 || staggerNanos < 0) {
            throw new IllegalArgumentException(
                    "guard rails need a maximum age above 0 and no negative time; was age " + maxAgeNanos + ", hold "
                            + holdNanos + ", raise interval " + raiseIntervalNanos + ", lead " + leadNanos
                            + ", stagger " + staggerNanos
                            + " ns");
        }
        if (!(plausibleFactor >= 1) || maxRaisePerStep < 1) {
            throw new IllegalArgumentException("guard rails need a plausible factor and a raise per step of at least 1;"
                    + " was " + plausibleFactor + " and " + maxRaisePerStep);
        }
        if (!(rampWattsPerSecond > 0)) {
            throw new IllegalArgumentException(
                    "guard rails need a ramp above 0 W/s, infinite for none; was " + rampWattsPerSecond);
        }
    }
}
