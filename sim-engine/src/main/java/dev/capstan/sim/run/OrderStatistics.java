package dev.capstan.sim.run;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;

/**
 * Exact quantiles of values that can be walked through again, without a copy of them and without sorting them all: the
 * first walk counts them by the leading bits of their representation, which order as they do; the second keeps those that
 * share these bits with a quantile. Memory is the counters and, for each quantile, the values within 1/256 of it.
 */
final class OrderStatistics {

    /** Sign, exponent and 8 bits of the fraction. */
    private static final int SHIFT = 44;

    private final int[] counts = new int[1 << (63 - SHIFT)];

    /**
     * The quantiles of the values of a walk: for each share q the smallest value that at least the share q of all do not
     * exceed; NaN where there are none.
     *
     * @param walk hands all values, 0 or more and finite, to a consumer; the same each time
     */
    double[] quantiles(Consumer<DoubleConsumer> walk, double... shares) {
        Arrays.fill(counts, 0);
        walk.accept(value -> counts[bucket(value)]++);
        long size = 0;
        for (int count : counts) {
            size += count;
        }
        double[] quantiles = new double[shares.length];
        for (int i = 0; i < shares.length; i++) {
            quantiles[i] = size == 0 ? Double.NaN : ofRank(walk, Math.max(1, (long) Math.ceil(shares[i] * size)));
        }
        return quantiles;
    }

    private double ofRank(Consumer<DoubleConsumer> walk, long rank) {
        int bucket = 0;
        long below = 0;
        while (below + counts[bucket] < rank) {
            below += counts[bucket++];
        }
        int wanted = bucket;
        double[] kept = new double[counts[bucket]];
        int[] size = new int[1];
        walk.accept(value -> {
            if (bucket(value) == wanted) {
                kept[size[0]++] = value;
            }
        });
        Arrays.sort(kept);
        return kept[(int) (rank - below) - 1];
    }

    private static int bucket(double value) {
        return (int) (Double.doubleToRawLongBits(value) >>> SHIFT);
    }
}
