package dev.capstan.capping;

import java.util.Arrays;

/**
 * The threshold at which a slow actuator must be pulled: whatever power may rise by until it takes hold has to fit under the
 * limit. With L the actuator's latency, R<sub>L</sub> is a high quantile over past power of the largest rise within L, and
 * the threshold is 1 &minus; R<sub>L</sub>. Source: the rule behind T2 of POLCA (Patel et al., ASPLOS 2024, second-hand):
 * there the largest rise in 40 s is 11.8 %, which gives 0.882.
 */
public final class ActionThreshold {

    /** The quantile that the rule is used with. */
    public static final double QUANTILE = 0.999;

    private ActionThreshold() {}

    /**
     * The threshold for power that rises so far until the actuator takes hold.
     *
     * @param rise as a share of the limit
     * @return share of the limit
     */
    public static double under(double rise) {
        return 1 - rise;
    }

    /**
     * The quantile, over all samples with a full latency ahead of them, of by how much power rises within that latency at
     * most; never negative.
     *
     * @param power at even intervals, in any unit; rises have the same. Of a time without capping, or the rises are those
     *     that capping has left
     * @param steps intervals of the latency, at least 0
     * @param quantile from 0 to 1; 1 for the largest
     * @throws IllegalArgumentException for no more samples than steps, and for what else is out of range
     */
    public static double rise(double[] power, int steps, double quantile) {
        if (steps < 0 || power.length <= steps || !(quantile >= 0 && quantile <= 1)) {
            throw new IllegalArgumentException(
                    "a rise needs more samples than steps, of which there are at least 0, and a"
                            + " quantile from 0 to 1; was " + power.length + " samples, " + steps + " steps, quantile "
                            + quantile);
        }
        double[] rises = new double[power.length - steps];
        // Samples that no later one up to now exceeds, in falling order: the first is the highest ahead.
        int[] highs = new int[power.length];
        int first = 0;
        int end = 0;
        for (int i = 0; i < power.length; i++) {
            while (end > first && power[highs[end - 1]] <= power[i]) {
                end--;
            }
            highs[end++] = i;
            int from = i - steps;
            if (from >= 0) {
                if (highs[first] < from) {
                    first++;
                }
                rises[from] = power[highs[first]] - power[from];
            }
        }
        Arrays.sort(rises);
        return rises[(int) Math.max(0, Math.ceil(quantile * rises.length) - 1)];
    }
}
