package dev.capstan.sim.power;

import dev.capstan.capping.BreakerCurve;

/**
 * Everything that is integrated over the true power of one domain: energy, time and energy over the limit, headroom left
 * unused while demand was refused, the thermal state of its breaker, averages over whole seconds.
 *
 * <p>Until {@link #startScoring} only the averages and the breaker run, so that a warm-up leaves no mark on the sums.
 */
public final class DomainMeter {

    private final boolean hasBreaker;
    private final double ratingWatts;
    private final BreakerCurve breaker;
    private final SecondMeans means;
    private final CompensatedSum energyJoules = new CompensatedSum();
    private final CompensatedSum overLimitJoules = new CompensatedSum();
    private final CompensatedSum strandedJoules = new CompensatedSum();
    private long overLimitNanos;
    private double peakWatts;
    private double peakOverLimitWatts;
    private double heat;
    /** Time at or under the rating that {@link #heat} does not know of yet. */
    private double coolingSeconds;

    private double highestHeat;
    private long trippedNanos = Long.MAX_VALUE;

    private long settledNanos;
    private double watts;
    private double limitWatts;
    private boolean refusing;
    private boolean scoring;

    DomainMeter(PowerDomains.Domain domain, int expectedSeconds) {
        limitWatts = domain.limitWatts();
        hasBreaker = Double.isFinite(domain.breakerRatingWatts());
        ratingWatts = domain.breakerRatingWatts();
        breaker = BreakerCurve.RACK.withCooling(domain.breakerCoolingSeconds());
        means = new SecondMeans(expectedSeconds);
    }

    /** Integrates up to now what has held since the last change. */
    void settle(long nowNanos) {
        long nanos = nowNanos - settledNanos;
        if (nanos == 0) {
            return;
        }
        means.hold(settledNanos, nowNanos, watts);
        if (hasBreaker) {
            advanceBreaker(nanos * 1e-9);
        }
        if (scoring) {
            energyJoules.add(PowerDomains.joules(watts, nanos));
            double over = watts - limitWatts;
            if (over > 0) {
                overLimitNanos += nanos;
                overLimitJoules.add(PowerDomains.joules(over, nanos));
                peakOverLimitWatts = Math.max(peakOverLimitWatts, over);
            } else if (refusing && limitWatts < Double.POSITIVE_INFINITY) {
                strandedJoules.add(PowerDomains.joules(-over, nanos));
            }
            peakWatts = Math.max(peakWatts, watts);
        }
        settledNanos = nowNanos;
    }

    /** Cooling is worked out when the heat is wanted next: a power of e for each change of power would cost more. */
    private void advanceBreaker(double seconds) {
        double ratio = watts / ratingWatts;
        if (ratio <= 1) {
            coolingSeconds += seconds;
            return;
        }
        double before = heat();
        heat = Math.min(1, breaker.heat(before, ratio, seconds));
        if (heat >= 1 && trippedNanos == Long.MAX_VALUE) {
            trippedNanos = settledNanos + Math.round((1 - before) * breaker.tripSeconds(ratio) * 1e9);
        }
        highestHeat = Math.max(highestHeat, heat);
    }

    /** Cooling is exponential, so that it may be made up for at once. */
    void power(double newWatts) {
        watts = newWatts;
    }

    /** The limit changes from now on. */
    public void limit(double newLimitWatts, long nowNanos) {
        settle(nowNanos);
        limitWatts = newLimitWatts;
    }

    /** From now on demand is, or is no longer, being refused for want of power. */
    public void refusing(boolean now, long nowNanos) {
        if (now != refusing) {
            settle(nowNanos);
            refusing = now;
        }
    }

    /** The warm-up is over. */
    public void startScoring(long nowNanos) {
        settle(nowNanos);
        scoring = true;
        peakWatts = watts;
    }

    /** The limit in force. */
    public double limitWatts() {
        return limitWatts;
    }

    /** Energy since scoring began. */
    public double energyJoules() {
        return energyJoules.value();
    }

    /** Time with power over the limit. */
    public double overLimitSeconds() {
        return overLimitNanos * 1e-9;
    }

    /** Energy over the limit. */
    public double overLimitJoules() {
        return overLimitJoules.value();
    }

    /** Headroom under the limit integrated over the time in which demand was refused, in watt-seconds. */
    public double strandedWattSeconds() {
        return strandedJoules.value();
    }

    /** Highest power. */
    public double peakWatts() {
        return peakWatts;
    }

    /** Highest excess over the limit; 0 where there was none. */
    public double peakOverLimitWatts() {
        return peakOverLimitWatts;
    }

    /** Whether the domain has a breaker. */
    public boolean hasBreaker() {
        return hasBreaker;
    }

    /** Thermal state of the breaker now: 0 cold, 1 tripped. */
    public double heat() {
        if (coolingSeconds > 0 && heat > 0) {
            heat = breaker.heat(heat, 0, coolingSeconds);
        }
        coolingSeconds = 0;
        return heat;
    }

    /** Highest thermal state so far. */
    public double highestHeat() {
        return highestHeat;
    }

    /** When the breaker tripped; {@link Long#MAX_VALUE} if it did not. */
    public long trippedNanos() {
        return trippedNanos;
    }

    /** Averages over whole seconds from the start of the run. */
    public SecondMeans means() {
        return means;
    }
}
