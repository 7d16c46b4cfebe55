package dev.capstan.trace;

/**
 * How arrivals scatter around their rate: a renewal process whose intervals follow the gamma distribution. At a
 * coefficient of variation of 1 that is the exponential distribution, a Poisson process. ServeGen (Xiang et al., 2025)
 * finds gamma intervals in production, with most clients burstier than Poisson.
 *
 * @param cv coefficient of variation of the intervals: standard deviation over mean, from 0.05 to 20
 */
public record ArrivalLaw(double cv) {

    /** Arrivals that know nothing of each other. */
    public static final ArrivalLaw POISSON = new ArrivalLaw(1);

    /** @throws IllegalArgumentException for a {@code cv} out of range */
    public ArrivalLaw {
        if (!(cv >= 0.05 && cv <= 20)) {
            throw new IllegalArgumentException(
                    "cv must be from 0.05 to 20, was " + cv + ". Maybe 1, which is a Poisson process.");
        }
    }

    /** Gamma intervals of this coefficient of variation. */
    public static ArrivalLaw gamma(double cv) {
        return new ArrivalLaw(cv);
    }

    /** An interval of mean 1. */
    double nextInterval(RandomStream random) {
        if (cv == 1) {
            return random.nextExponential();
        }
        double shape = 1 / (cv * cv);
        return random.nextGamma(shape) / shape;
    }

    @Override
    public String toString() {
        return cv == 1 ? "poisson" : "gamma(cv=" + cv + ")";
    }
}
