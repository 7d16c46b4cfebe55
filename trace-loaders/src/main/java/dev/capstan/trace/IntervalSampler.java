package dev.capstan.trace;

/** Draws the intervals of a renewal process, in units of their mean. */
abstract class IntervalSampler {

    /** An interval from one arrival to the next. */
    abstract double next(RandomStream random);

    /**
     * The time from an instant that knows nothing of the arrivals to the next one. A process that begins with it is
     * stationary: it has its rate from the start on, whatever its variation. An interval picked by an instant is
     * picked in proportion to its length, and the instant falls anywhere within it (Cox, Renewal Theory, 1962, ch. 5).
     */
    abstract double first(RandomStream random);

    static IntervalSampler exponential() {
        return new IntervalSampler() {
            @Override
            double next(RandomStream random) {
                return random.nextExponential();
            }

            @Override
            double first(RandomStream random) {
                return random.nextExponential();
            }
        };
    }

    static IntervalSampler gamma(double cv) {
        double shape = 1 / (cv * cv);
        return new IntervalSampler() {
            @Override
            double next(RandomStream random) {
                return random.nextGamma(shape) / shape;
            }

            @Override
            double first(RandomStream random) {
                return random.nextDouble() * random.nextGamma(shape + 1) / shape;
            }
        };
    }

    static IntervalSampler weibull(double cv) {
        double inverseShape = 1 / GammaFunction.weibullShape(cv);
        double mean = StrictMath.exp(GammaFunction.logGamma(1 + inverseShape));
        return new IntervalSampler() {
            @Override
            double next(RandomStream random) {
                return StrictMath.pow(random.nextExponential(), inverseShape) / mean;
            }

            @Override
            double first(RandomStream random) {
                return random.nextDouble() * StrictMath.pow(random.nextGamma(1 + inverseShape), inverseShape) / mean;
            }
        };
    }
}
