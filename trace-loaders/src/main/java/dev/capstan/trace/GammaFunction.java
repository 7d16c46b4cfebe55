package dev.capstan.trace;

/** The gamma function, and the shape of the Weibull distribution that has a given coefficient of variation. */
final class GammaFunction {

    /** Lanczos's approximation for g = 7 with nine terms; relative error below 1e-14 (P. Godfrey's coefficients). */
    private static final double[] LANCZOS = {
        0.9999999999998099,
        676.5203681218851,
        -1259.1392167224028,
        771.3234287776531,
        -176.6150291621406,
        12.507343278686905,
        -0.13857109526572012,
        9.984369578019572e-6,
        1.5056327351493116e-7
    };

    private static final double G = 7;
    private static final double HALF_LOG_TWO_PI = 0.9189385332046728;

    private GammaFunction() {}

    /** Natural logarithm of the gamma function at {@code x}, at least 0.5. */
    static double logGamma(double x) {
        double y = x - 1;
        double sum = LANCZOS[0];
        for (int i = 1; i < LANCZOS.length; i++) {
            sum += LANCZOS[i] / (y + i);
        }
        double t = y + G + 0.5;
        return HALF_LOG_TWO_PI + (y + 0.5) * StrictMath.log(t) - t + StrictMath.log(sum);
    }

    /**
     * Solves cv^2 = gamma(1 + 2/k) / gamma(1 + 1/k)^2 - 1 for the shape k by bisection of its logarithm: cv falls as k
     * grows.
     *
     * @param cv from 0.001 to 500
     */
    static double weibullShape(double cv) {
        double low = StrictMath.log(0.05);
        double high = StrictMath.log(2_000);
        // 60 halvings of a span of 11: below the last bit of the shape.
        for (int i = 0; i < 60; i++) {
            double middle = (low + high) / 2;
            if (squaredVariation(StrictMath.exp(middle)) > cv * cv) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return StrictMath.exp((low + high) / 2);
    }

    private static double squaredVariation(double shape) {
        return StrictMath.expm1(logGamma(1 + 2 / shape) - 2 * logGamma(1 + 1 / shape));
    }
}
