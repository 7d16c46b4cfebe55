package dev.capstan.capping;

import java.util.Arrays;

/**
 * The cheapest choice of one option for each service that sheds at least so many watts: a knapsack that must be filled, solved
 * exactly by dynamic programming over steps of a thousandth of the need. What an option sheds is rounded down to steps, so that the
 * choice never sheds less than it says. Source: the offline part of Flex (Zhang et al., ISCA 2021), recalled.
 */
final class CheapestShedding {

    private static final int STEPS = 1000;

    private CheapestShedding() {}

    /**
     * The option of each service.
     *
     * @param shedWatts what the options of each service shed; the first of each sheds nothing and costs nothing
     * @param costs of the same options
     * @param needWatts to be shed
     * @return the deepest options where even these shed less
     */
    static int[] choose(double[][] shedWatts, double[][] costs, double needWatts) {
        int count = shedWatts.length;
        int[] chosen = new int[count];
        if (needWatts <= 0) {
            return chosen;
        }
        double step = needWatts / STEPS;
        double[] cheapest = new double[STEPS + 1];
        Arrays.fill(cheapest, Double.POSITIVE_INFINITY);
        cheapest[0] = 0;
        int[][] choices = new int[count][STEPS + 1];
        for (int i = 0; i < count; i++) {
            double[] with = new double[STEPS + 1];
            Arrays.fill(with, Double.POSITIVE_INFINITY);
            for (int option = 0; option < shedWatts[i].length; option++) {
                int shed = steps(shedWatts[i][option], step);
                for (int steps = 0; steps <= STEPS; steps++) {
                    double cost = cheapest[Math.max(0, steps - shed)] + costs[i][option];
                    if (cost < with[steps]) {
                        with[steps] = cost;
                        choices[i][steps] = option;
                    }
                }
            }
            cheapest = with;
        }
        if (Double.isInfinite(cheapest[STEPS])) {
            Arrays.setAll(chosen, i -> deepest(shedWatts[i]));
            return chosen;
        }
        int steps = STEPS;
        for (int i = count - 1; i >= 0; i--) {
            chosen[i] = choices[i][steps];
            steps = Math.max(0, steps - steps(shedWatts[i][chosen[i]], step));
        }
        return chosen;
    }

    private static int steps(double watts, double step) {
        // An exact multiple shall not lose a step to rounding.
        return (int) Math.min(STEPS, Math.floor(Math.max(0, watts) / step + 1e-9));
    }

    /** The option that sheds most; of equal ones the first, which costs least. */
    private static int deepest(double[] shedWatts) {
        int deepest = 0;
        for (int option = 1; option < shedWatts.length; option++) {
            if (shedWatts[option] > shedWatts[deepest]) {
                deepest = option;
            }
        }
        return deepest;
    }
}
