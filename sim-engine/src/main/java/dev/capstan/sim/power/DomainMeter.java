package dev.capstan.sim.power;

import dev.capstan.capping.BreakerCurve;

/**
 * Everything that is integrated over the true power of one domain: energy, time and energy over the limit, headroom left
 * unused while demand was refused, the thermal state of its breaker, averages over whole seconds.
 *
 * <p>Until {@link #startScoring} only the averages and the breaker run, so that a warm-up leaves no mark on the sums.
 */
public final class DomainMeter {

    /** A trip further off than 30 years is none; keeps sums of times from running over. */
    private static final double LONGEST_NANOS = 1e18;

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
    private long firstTripNanos = Long.MAX_VALUE;
    private int trips;
    /** From cold to the trip at the present power; NaN until it is wanted. */
    private double secondsFromCold = Double.NaN;
    /** When the breaker trips if nothing changes; negative until it is wanted. */
    private long tripNanos = -1;

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
        if (!isOverRating()) {
            coolingSeconds += seconds;
            return;
        }
        heat = Math.min(1, heat() + seconds / secondsFromCold());
        highestHeat = Math.max(highestHeat, heat);
    }

    /**
     * The power changes from now on. Cooling is exponential, so that it may be made up for at once.
     *
     * @return whether that changes when the breaker will trip
     */
    boolean power(double newWatts) {
        boolean was = isOverRating();
        watts = newWatts;
        secondsFromCold = Double.NaN;
        tripNanos = -1;
        return was || isOverRating();
    }

    /** Whether the breaker heats up. */
    boolean isOverRating() {
        return watts > ratingWatts;
    }

    /** When the breaker will trip if nothing changes; {@link Long#MAX_VALUE} for never. */
    long tripNanos() {
        if (tripNanos < 0) {
            tripNanos = isOverRating() ? foretell() : Long.MAX_VALUE;
        }
        return tripNanos;
    }

    /** Leaves cooling that is not made up for alone: power that is over the rating for no time at all changes nothing. */
    private long foretell() {
        double now = coolingSeconds > 0 && heat > 0 ? breaker.heat(heat, 0, coolingSeconds) : heat;
        double nanos = (1 - now) * secondsFromCold() * 1e9;
        return nanos < LONGEST_NANOS ? settledNanos + Math.round(nanos) : Long.MAX_VALUE;
    }

    private double secondsFromCold() {
        if (Double.isNaN(secondsFromCold)) {
            secondsFromCold = breaker.tripSeconds(watts / ratingWatts);
        }
        return secondsFromCold;
    }

    /** The breaker trips. What it does then is the business of the caller. */
    public void trip(long nowNanos) {
        settle(nowNanos);
        heat = 1;
        highestHeat = 1;
        coolingSeconds = 0;
        tripNanos = -1;
        trips++;
        firstTripNanos = Math.min(firstTripNanos, nowNanos);
    }

    /** The breaker is closed again, cold. */
    public void reset(long nowNanos) {
        settle(nowNanos);
        heat = 0;
        coolingSeconds = 0;
        tripNanos = -1;
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

    /** How often the breaker has tripped. */
    public int trips() {
        return trips;
    }

    /** When it tripped first; {@link Long#MAX_VALUE} if it did not. */
    public long firstTripNanos() {
        return firstTripNanos;
    }

    /** Averages over whole seconds from the start of the run. */
    public SecondMeans means() {
        return means;
    }
}
