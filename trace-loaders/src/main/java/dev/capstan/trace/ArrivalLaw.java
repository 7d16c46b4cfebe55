package dev.capstan.trace;

/**
 * How arrivals scatter around their rate: a renewal process whose intervals follow the gamma or the Weibull
 * distribution. At a coefficient of variation of 1 both are the exponential distribution, a Poisson process. ServeGen
 * (Xiang et al., 2025) finds both in production, with most clients burstier than Poisson.
 *
 * @param intervals distribution of the intervals
 * @param cv coefficient of variation of the intervals: standard deviation over mean, from 0.001 to 500
 * @param gridNanos arrivals are noted at the last multiple of this at or before them, as systems do that log in
 *     batches; 0 for no such grid
 */
public record ArrivalLaw(Intervals intervals, double cv, long gridNanos) {

    /** Distributions of intervals. */
    public enum Intervals {
        GAMMA,
        WEIBULL
    }

    /** Arrivals that know nothing of each other. */
    public static final ArrivalLaw POISSON = gamma(1);

    private static final double LEAST_CV = 0.001;
    private static final double LARGEST_CV = 500;

    /** @throws IllegalArgumentException for a {@code cv} or grid out of range */
    public ArrivalLaw {
        if (!(cv >= LEAST_CV && cv <= LARGEST_CV)) {
            throw new IllegalArgumentException(
                    "cv must be from 0.001 to 500, was " + cv + ". Maybe 1, which is a Poisson process.");
        }
        if (gridNanos < 0) {
            throw new IllegalArgumentException("the grid of arrivals must be at least 0 ns, was " + gridNanos + " ns");
        }
    }

    /** Gamma intervals of this coefficient of variation. */
    public static ArrivalLaw gamma(double cv) {
        return new ArrivalLaw(Intervals.GAMMA, cv, 0);
    }

    /** Weibull intervals of this coefficient of variation. */
    public static ArrivalLaw weibull(double cv) {
        return new ArrivalLaw(Intervals.WEIBULL, cv, 0);
    }

    /** The same arrivals, noted on a grid: those within a cell stand together at its beginning. */
    public ArrivalLaw clumped(long gridNanos) {
        return new ArrivalLaw(intervals, cv, gridNanos);
    }

    /** Draws the intervals of this law. */
    IntervalSampler sampler() {
        if (cv == 1) {
            return IntervalSampler.exponential();
        }
        return intervals == Intervals.GAMMA ? IntervalSampler.gamma(cv) : IntervalSampler.weibull(cv);
    }

    /** Where an arrival is noted. */
    long noted(long arrivalNanos) {
        return gridNanos == 0 ? arrivalNanos : arrivalNanos - arrivalNanos % gridNanos;
    }

    @Override
    public String toString() {
        String law = cv == 1 ? "poisson" : (intervals == Intervals.GAMMA ? "gamma" : "weibull") + "(cv=" + cv + ")";
        return gridNanos == 0 ? law : law + " clumped on " + Quantity.formatDuration(gridNanos);
    }
}
