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
    /** The first and the last counter that is not 0. */
    private int lowest;

    private int highest = -1;

    /**
     * The quantiles of the values of a walk: for each share q the smallest value that at least the share q of all do not
     * exceed; NaN where there are none.
     *
     * @param walk hands all values, 0 or more and finite, to a consumer; the same each time
     */
    double[] quantiles(Consumer<DoubleConsumer> walk, double... shares) {
        for (int bucket = lowest; bucket <= highest; bucket++) {
            counts[bucket] = 0;
        }
        lowest = counts.length - 1;
        highest = -1;
        walk.accept(this::count);
        long size = 0;
        for (int bucket = lowest; bucket <= highest; bucket++) {
            size += counts[bucket];
        }
        double[] quantiles = new double[shares.length];
        if (size == 0) {
            Arrays.fill(quantiles, Double.NaN);
            return quantiles;
        }
        long[] ranks = new long[shares.length];
        int[] buckets = new int[shares.length];
        double[][] kept = new double[shares.length][];
        int[] sizes = new int[shares.length];
        for (int i = 0; i < shares.length; i++) {
            ranks[i] = Math.max(1, (long) Math.ceil(shares[i] * size));
            buckets[i] = lowest;
            while (counts[buckets[i]] < ranks[i]) {
                ranks[i] -= counts[buckets[i]++];
            }
            kept[i] = new double[counts[buckets[i]]];
        }
        walk.accept(value -> {
            int bucket = bucket(value);
            for (int i = 0; i < buckets.length; i++) {
                if (bucket == buckets[i]) {
                    kept[i][sizes[i]++] = value;
                }
            }
        });
        for (int i = 0; i < shares.length; i++) {
            Arrays.sort(kept[i]);
            quantiles[i] = kept[i][(int) ranks[i] - 1];
        }
        return quantiles;
    }

    private void count(double value) {
        int bucket = bucket(value);
        counts[bucket]++;
        lowest = Math.min(lowest, bucket);
        highest = Math.max(highest, bucket);
    }

    private static int bucket(double value) {
        return (int) (Double.doubleToRawLongBits(value) >>> SHIFT);
    }
}
