package dev.capstan.capping;

import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** Ways to share watts out between bounds. */
final class WaterFilling {

    /** Halvings of a bracket: far more than a double of watts resolves. */
    private static final int BISECTIONS = 80;

    private WaterFilling() {}

    /**
     * Raises grants towards their bounds in proportion to what each lacks, until these watts are spent or all bounds are
     * reached.
     *
     * @param grants changed in place
     * @return the watts that are left
     */
    static double proRata(double[] grants, double[] bounds, double watts) {
        double lacking = 0;
        for (int i = 0; i < grants.length; i++) {
            lacking += Math.max(0, bounds[i] - grants[i]);
        }
        if (lacking <= 0 || watts <= 0) {
            return watts;
        }
        double share = Math.min(1, watts / lacking);
        for (int i = 0; i < grants.length; i++) {
            grants[i] += share * Math.max(0, bounds[i] - grants[i]);
        }
        return watts - share * lacking;
    }

    /**
     * Raises grants together, each at its rate, until it reaches its bound or a cap over it is full; those that are not held go
     * on. So nobody could have more without taking from one whose rise over its rate is no larger: the weighted max-min fair
     * outcome, of which there is one. Source: progressive filling, Bertsekas and Gallager, Data Networks, 2nd edition, 6.5.2.
     *
     * @param grants changed in place; kept where they exceed a cap from the beginning
     * @param rates of each; who has none does not rise
     * @param bounds finite
     */
    static void progressive(double[] grants, double[] rates, double[] bounds, List<GroupCap> caps) {
        double[] rising = rates.clone();
        double[] capSteps = new double[caps.size()];
        while (true) {
            double step = Double.POSITIVE_INFINITY;
            for (int i = 0; i < grants.length; i++) {
                rising[i] = grants[i] < bounds[i] ? rising[i] : 0;
                step = rising[i] > 0 ? Math.min(step, (bounds[i] - grants[i]) / rising[i]) : step;
            }
            if (step == Double.POSITIVE_INFINITY) {
                return;
            }
            for (int cap = 0; cap < capSteps.length; cap++) {
                double rate = caps.get(cap).sum(rising);
                double room = Math.max(0, caps.get(cap).watts() - caps.get(cap).sum(grants));
                capSteps[cap] = rate > 0 ? room / rate : Double.POSITIVE_INFINITY;
                step = Math.min(step, capSteps[cap]);
            }
            for (int i = 0; i < grants.length; i++) {
                if (rising[i] > 0) {
                    boolean arrives = (bounds[i] - grants[i]) / rising[i] <= step;
                    grants[i] = arrives ? bounds[i] : grants[i] + step * rising[i];
                }
            }
            for (int cap = 0; cap < capSteps.length; cap++) {
                for (int i = 0; i < grants.length && capSteps[cap] <= step; i++) {
                    rising[i] = caps.get(cap).members()[i] ? 0 : rising[i];
                }
            }
        }
    }

    /**
     * The grants between the bounds whose marginal gains are equal wherever no bound holds them, and whose sum is the
     * budget: the optimum of concave gains. The level of the marginals is found by bisection and, for each, the grants.
     *
     * @param marginals gain for one more watt at a grant, for each place; positive and never rising
     * @param budgetWatts the sum, where the bounds allow it
     */
    static double[] equalMarginals(
            DoubleUnaryOperator[] marginals, double[] lowest, double[] highest, double budgetWatts) {
        double lowLevel = Double.POSITIVE_INFINITY;
        double highLevel = 0;
        for (int i = 0; i < marginals.length; i++) {
            lowLevel = Math.min(lowLevel, marginals[i].applyAsDouble(highest[i]));
            highLevel = Math.max(highLevel, marginals[i].applyAsDouble(lowest[i]));
        }
        // Twice the highest marginal grants everyone the lowest; the lowest marginal everyone the highest.
        highLevel *= 2;
        for (int i = 0; i < BISECTIONS && lowLevel < highLevel; i++) {
            double level = StrictMath.sqrt(lowLevel * highLevel);
            if (sum(atLevel(marginals, lowest, highest, level)) > budgetWatts) {
                lowLevel = level;
            } else {
                highLevel = level;
            }
        }
        double[] grants = atLevel(marginals, lowest, highest, highLevel);
        // Where a marginal is flat its grant jumps at that level; what this leaves goes there.
        proRata(grants, atLevel(marginals, lowest, highest, lowLevel), budgetWatts - sum(grants));
        return grants;
    }

    private static double[] atLevel(DoubleUnaryOperator[] marginals, double[] lowest, double[] highest, double level) {
        double[] grants = new double[marginals.length];
        for (int i = 0; i < grants.length; i++) {
            grants[i] = atLevel(marginals[i], lowest[i], highest[i], level);
        }
        return grants;
    }

    /** The largest grant that still gains this much for its last watt. */
    private static double atLevel(DoubleUnaryOperator marginal, double lowest, double highest, double level) {
        if (marginal.applyAsDouble(lowest) < level) {
            return lowest;
        }
        if (marginal.applyAsDouble(highest) >= level) {
            return highest;
        }
        double low = lowest;
        double high = highest;
        for (int i = 0; i < BISECTIONS && high - low > 1e-9; i++) {
            double middle = 0.5 * (low + high);
            if (marginal.applyAsDouble(middle) >= level) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    static double sum(double[] watts) {
        double sum = 0;
        for (double one : watts) {
            sum += one;
        }
        return sum;
    }
}
