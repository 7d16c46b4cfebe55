package dev.capstan.sim.results;

import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * An estimate with its interval, of 95 % where no other confidence is asked for.
 *
 * @param estimate NaN where there is nothing to estimate from
 */
public record Interval(double estimate, double low, double high) {

    /** The confidence where no other is asked for. */
    static final double CONFIDENCE = 0.95;

    /** The 97.5 % quantile of the normal distribution. */
    private static final double Z = 1.959963984540054;

    /** Where there is nothing to estimate from. */
    static final Interval NOTHING = new Interval(Double.NaN, Double.NaN, Double.NaN);

    /** Half of its width; NaN where there is nothing to estimate from. */
    public double halfWidth() {
        return (high - low) / 2;
    }

    /** Wilson's score interval of a share (E. B. Wilson, JASA 22, 1927). */
    public static Interval ofShare(long successes, long trials) {
        return trials == 0 ? NOTHING : wilson((double) successes / trials, (double) trials, Z);
    }

    /**
     * The same where trials come in clusters, such as the disturbances of one run, which may be alike: Wilson's interval for as many
     * trials as those of all clusters are worth, which is their number over the design effect, where that is above 1 (J. N. K. Rao and
     * A. J. Scott, Biometrics 48, 1992). Where all or none succeed the trials are taken for independent.
     *
     * @param successes of each cluster
     * @param trials of each cluster
     */
    public static Interval ofShare(double[] successes, double[] trials) {
        return ofShare(successes, trials, CONFIDENCE);
    }

    /** The same with another confidence, above 0 and below 1. */
    public static Interval ofShare(double[] successes, double[] trials, double confidence) {
        double allSuccesses = 0;
        double allTrials = 0;
        for (int i = 0; i < trials.length; i++) {
            allSuccesses += successes[i];
            allTrials += trials[i];
        }
        if (allTrials == 0) {
            return NOTHING;
        }
        double share = allSuccesses / allTrials;
        double squares = 0;
        for (int i = 0; i < trials.length; i++) {
            double residual = successes[i] - share * trials[i];
            squares += residual * residual;
        }
        double ofClusters = trials.length / (trials.length - 1.0) * squares / allTrials;
        double ofIndependent = share * (1 - share);
        boolean known = trials.length > 1 && ofIndependent > 0;
        double designEffect = known ? Math.max(1, ofClusters / ofIndependent) : 1;
        double z = confidence == CONFIDENCE
                ? Z
                : new NormalDistribution(null, 0, 1).inverseCumulativeProbability((1 + confidence) / 2);
        return wilson(share, allTrials / designEffect, z);
    }

    private static Interval wilson(double p, double trials, double z) {
        double z2 = z * z;
        double centre = (p + z2 / (2 * trials)) / (1 + z2 / trials);
        double half = z / (1 + z2 / trials) * Math.sqrt(p * (1 - p) / trials + z2 / (4 * trials * trials));
        // Rounding must not keep the interval from holding the share of none or of all.
        return new Interval(p, Math.min(p, Math.max(0, centre - half)), Math.max(p, Math.min(1, centre + half)));
    }

    /**
     * The fewest trials that, if all succeed, give an interval that does not reach below a share: Wilson's lower end is then
     * n / (n + z²).
     *
     * @param low at least 0, below 1
     */
    public static long trialsFor(double low) {
        return (long) Math.ceil(Z * Z * low / (1 - low));
    }

    /** The interval of an estimate that is normal with this standard deviation. */
    static Interval ofDeviation(double estimate, double deviation) {
        return new Interval(estimate, estimate - Z * deviation, estimate + Z * deviation);
    }

    /** Student's t interval of a mean; the mean alone where there is but one value. Values that are NaN do not count. */
    public static Interval ofMean(double[] values) {
        return ofMean(values, CONFIDENCE);
    }

    /** The same with another confidence, above 0 and below 1. */
    public static Interval ofMean(double[] values, double confidence) {
        int count = 0;
        double sum = 0;
        for (double value : values) {
            if (!Double.isNaN(value)) {
                sum += value;
                count++;
            }
        }
        if (count == 0) {
            return NOTHING;
        }
        double mean = sum / count;
        if (count == 1) {
            return new Interval(mean, mean, mean);
        }
        double squares = 0;
        for (double value : values) {
            if (!Double.isNaN(value)) {
                squares += (value - mean) * (value - mean);
            }
        }
        double t = new TDistribution(null, count - 1).inverseCumulativeProbability((1 + confidence) / 2);
        double half = t * Math.sqrt(squares / (count - 1) / count);
        return new Interval(mean, mean - half, mean + half);
    }
}
