package dev.capstan.trace;

import java.nio.charset.StandardCharsets;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/**
 * One named stream of random numbers. Every component draws from its own, so that adding or changing one shifts nobody
 * else's numbers. The same seed and name give the same numbers on every machine: the generator is XoRoShiRo128++
 * (Blackman and Vigna, 2021), and logarithms and powers are those of {@link StrictMath}.
 *
 * <p><b>Caveats.</b> Not for several threads at once. Distributions take a varying number of draws, so a component whose
 * draws must stay in step with another run's should take a stream for each purpose.
 */
public final class RandomStream {

    private static final double UNIT_53_BITS = 0x1.0p-53;

    /** The increment of SplitMix64, and twice it without its carry. */
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private static final long TWICE_GOLDEN_GAMMA = 0x3c6ef372fe94f82aL;

    private final UniformRandomProvider generator;
    private double spareGaussian = Double.NaN;

    private RandomStream(UniformRandomProvider generator) {
        this.generator = generator;
    }

    /** The stream of this name under this seed, at its beginning. */
    public static RandomStream named(long seed, String name) {
        long state = mix(seed) ^ hash(name);
        long first = mix(state + GOLDEN_GAMMA);
        long second = mix(state + TWICE_GOLDEN_GAMMA);
        return new RandomStream(RandomSource.XO_RO_SHI_RO_128_PP.create(new long[] {first, second}));
    }

    /** 64 random bits. */
    public long nextLong() {
        return generator.nextLong();
    }

    /** A number from 0 to below {@code bound}, which is at least 1. */
    public int nextInt(int bound) {
        return generator.nextInt(bound);
    }

    /** A number from 0 to below 1 on a grid of 2^-53. */
    public double nextDouble() {
        return (generator.nextLong() >>> 11) * UNIT_53_BITS;
    }

    /** A number of the exponential distribution of mean 1. */
    public double nextExponential() {
        return -StrictMath.log(nextOpenDouble());
    }

    /** A number of the normal distribution of mean 0 and standard deviation 1, by Marsaglia's polar method. */
    public double nextGaussian() {
        if (!Double.isNaN(spareGaussian)) {
            double spare = spareGaussian;
            spareGaussian = Double.NaN;
            return spare;
        }
        double x;
        double y;
        double square;
        do {
            x = 2 * nextDouble() - 1;
            y = 2 * nextDouble() - 1;
            square = x * x + y * y;
        } while (square >= 1 || square == 0);
        double factor = Math.sqrt(-2 * StrictMath.log(square) / square);
        spareGaussian = y * factor;
        return x * factor;
    }

    /**
     * A number of the gamma distribution of this shape and scale 1 (mean {@code shape}), after Marsaglia and Tsang, <i>A
     * simple method for generating gamma variables</i>, ACM TOMS 26 (2000).
     *
     * @param shape above 0
     */
    public double nextGamma(double shape) {
        if (!(shape > 0)) {
            throw new IllegalArgumentException("shape must be above 0, was " + shape);
        }
        if (shape < 1) {
            // Section 6 of the paper: lift the shape by one and scale down.
            double lifted = nextGamma(shape + 1);
            return lifted * StrictMath.pow(nextOpenDouble(), 1 / shape);
        }
        double d = shape - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = nextGaussian();
            double v = 1 + c * x;
            if (v <= 0) {
                continue;
            }
            v = v * v * v;
            double u = nextOpenDouble();
            double squared = x * x;
            if (u < 1 - 0.0331 * squared * squared
                    || StrictMath.log(u) < 0.5 * squared + d * (1 - v + StrictMath.log(v))) {
                return d * v;
            }
        }
    }

    /** A number above 0 and up to 1. */
    private double nextOpenDouble() {
        return ((generator.nextLong() >>> 11) + 1) * UNIT_53_BITS;
    }

    /** The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). */
    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** FNV-1a, 64 bits, of the name in UTF-8. */
    private static long hash(String name) {
        long hash = 0xcbf29ce484222325L;
        for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (octet & 0xff)) * 0x100000001b3L;
        }
        return hash;
    }
}
