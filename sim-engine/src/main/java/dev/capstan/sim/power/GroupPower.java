package dev.capstan.sim.power;

import java.util.Arrays;

/**
 * The true power of groups of loads that are no tree: they may overlap. Each has a limit and a {@link DomainMeter}; beside
 * them stands the time in which any group was over its limit. Whole microwatts, for the reason that {@link PowerDomains} has.
 */
public final class GroupPower {

    private final DomainMeter[] meters;
    private final long[] microwatts;
    private final double[] limitsWatts;
    private int over;
    private long overNanos;
    private long settledNanos;
    private boolean scoring;

    /**
     * @param limitsWatts of each group
     * @param expectedSeconds length of the run, to size the meters
     */
    public GroupPower(double[] limitsWatts, int expectedSeconds) {
        this.limitsWatts = limitsWatts.clone();
        microwatts = new long[limitsWatts.length];
        meters = new DomainMeter[limitsWatts.length];
        Arrays.setAll(
                meters,
                group -> new DomainMeter(
                        new PowerDomains.Domain(
                                "", -1, limitsWatts[group], Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY),
                        expectedSeconds));
    }

    /** The meter of a group. */
    public DomainMeter meter(int group) {
        return meters[group];
    }

    /** Number of groups. */
    public int size() {
        return meters.length;
    }

    /** Adds to the draw of a group from now on. */
    public void add(int group, long deltaMicrowatts, long nowNanos) {
        meters[group].settle(nowNanos);
        settleAny(nowNanos);
        boolean was = isOver(group);
        microwatts[group] += deltaMicrowatts;
        meters[group].power(microwatts[group] * 1e-6);
        over += (isOver(group) ? 1 : 0) - (was ? 1 : 0);
    }

    private boolean isOver(int group) {
        return microwatts[group] * 1e-6 > limitsWatts[group];
    }

    private void settleAny(long nowNanos) {
        if (scoring && over > 0) {
            overNanos += nowNanos - settledNanos;
        }
        settledNanos = nowNanos;
    }

    /** Brings everything up to now. */
    public void settle(long nowNanos) {
        settleAny(nowNanos);
        for (DomainMeter meter : meters) {
            meter.settle(nowNanos);
        }
    }

    /** The warm-up is over. */
    public void startScoring(long nowNanos) {
        settle(nowNanos);
        scoring = true;
        for (DomainMeter meter : meters) {
            meter.startScoring(nowNanos);
        }
    }

    /** Time with any group over its limit since scoring began. */
    public double overLimitSeconds() {
        return overNanos * 1e-9;
    }
}
