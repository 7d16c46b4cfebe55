package dev.capstan.capping;

/**
 * Inverse-time breaker with memory, calibrated on two published points. With the ratio r of power to rated power:
 *
 * <pre>
 * r &gt; 1 : d heat/dt = (r^2 - 1)^exponent / scaleSeconds        trips at heat 1
 * r &lt;= 1: d heat/dt = -heat / coolingSeconds
 * </pre>
 *
 * <p>No public value of the cooling time was found; the constants never cool, which is the safe side. All methods are
 * free of allocation.
 *
 * @param exponent steepness of the curve
 * @param scaleSeconds trip time at r = sqrt(2)
 * @param coolingSeconds time constant of cooling at or under rated power; {@link Double#POSITIVE_INFINITY} for never
 */
public record BreakerCurve(double exponent, double scaleSeconds, double coolingSeconds) {

    /**
     * Rack or RPP class: 10 % over for 17 min, 40 % over for 60 s (exponent 1.864170, scale 55.603 s). Anchors: Wu et
     * al., Dynamo, ISCA 2016, from a second-hand account.
     */
    public static final BreakerCurve RACK = through(1.10, 1020, 1.40, 60);

    /** MSB class: 15 % over for 60 s, with the rack's exponent (scale 7.277 s). Anchor: as for {@link #RACK}. */
    public static final BreakerCurve MSB = new BreakerCurve(
            RACK.exponent, 60 * StrictMath.pow(1.15 * 1.15 - 1, RACK.exponent), Double.POSITIVE_INFINITY);

    public BreakerCurve {
        if (!(exponent > 0) || !(scaleSeconds > 0) || !(coolingSeconds > 0)) {
            throw new IllegalArgumentException("a breaker curve needs exponent, scale and cooling time above 0; was "
                    + exponent + ", " + scaleSeconds + " s, " + coolingSeconds + " s");
        }
    }

    /** The curve through two points of ratio and trip time that never cools. Ratios are above 1. */
    public static BreakerCurve through(
            double lowRatio, double longTripSeconds, double highRatio, double shortTripSeconds) {
        double low = lowRatio * lowRatio - 1;
        double high = highRatio * highRatio - 1;
        double exponent = StrictMath.log(longTripSeconds / shortTripSeconds) / StrictMath.log(high / low);
        return new BreakerCurve(exponent, shortTripSeconds * StrictMath.pow(high, exponent), Double.POSITIVE_INFINITY);
    }

    /** The same curve with another time constant of cooling. */
    public BreakerCurve withCooling(double seconds) {
        return new BreakerCurve(exponent, scaleSeconds, seconds);
    }

    /** Time from cold to the trip at a constant ratio; infinite at or under rated power. */
    public double tripSeconds(double ratio) {
        // Not StrictMath.pow, which allocates: a simulated breaker asks at every change of power.
        return ratio > 1
                ? scaleSeconds * StrictMath.exp(-exponent * StrictMath.log(ratio * ratio - 1))
                : Double.POSITIVE_INFINITY;
    }

    /** The largest ratio that a cold breaker survives for as long as a reaction takes. */
    public double survivableRatio(double latencySeconds) {
        return StrictMath.sqrt(1 + StrictMath.pow(scaleSeconds / latencySeconds, 1 / exponent));
    }

    /**
     * The thermal state after some time at a constant ratio.
     *
     * <p>Caveats: it does not stop at 1; the caller decides what a tripped breaker does.
     *
     * @param heat thermal state before, 0 cold, 1 tripped
     */
    public double heat(double heat, double ratio, double seconds) {
        return ratio > 1 ? heat + seconds / tripSeconds(ratio) : heat * StrictMath.exp(-seconds / coolingSeconds);
    }
}
