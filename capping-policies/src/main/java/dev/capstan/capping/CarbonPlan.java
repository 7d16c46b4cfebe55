package dev.capstan.capping;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Spreads a carbon budget over hours of known intensity so that the sum of their utility is largest:
 *
 * <pre>{@code maximise sum h_t U(P_t)  subject to  sum h_t c_t P_t <= budget,  least <= P_t <= most}</pre>
 *
 * <p>where c_t is what a watt emits in an hour. The optimum has U'(P_t) = lambda c_t wherever no bound holds (KKT).
 */
public final class CarbonPlan {

    /** Halvings of the multiplier: beyond the digits of a double. */
    private static final int HALVINGS = 200;

    /** What an hour at a power is worth. */
    public enum Utility {
        /** The power itself: fills the cleanest hours first, with at most one fractional hour between full and least. */
        LINEAR,
        /** Its logarithm over the least: spreads the budget, in inverse proportion to the intensity. */
        LOGARITHMIC
    }

    private CarbonPlan() {}

    /**
     * The power of each hour. Where even the least power emits more than the budget, that is the plan.
     *
     * @param hours lengths of the slots, above 0
     * @param gramsPerKilowattHour intensity of each slot, at least 0
     * @param pue facility watts for each watt
     * @param leastWatts lowest power, at least 0
     * @param mostWatts highest power, at least the lowest
     * @param budgetGrams for all slots together
     */
    public static double[] watts(
            double[] hours,
            double[] gramsPerKilowattHour,
            double pue,
            double leastWatts,
            double mostWatts,
            double budgetGrams,
            Utility utility) {
        double[] gramsPerWatt = new double[hours.length];
        double spare = budgetGrams;
        for (int i = 0; i < hours.length; i++) {
            gramsPerWatt[i] = hours[i] * gramsPerKilowattHour[i] * pue / 1000;
            spare -= gramsPerWatt[i] * leastWatts;
        }
        double[] watts = new double[hours.length];
        Arrays.fill(watts, leastWatts);
        if (spare < 0) {
            return watts;
        }
        return utility == Utility.LINEAR
                ? fillCleanest(watts, gramsPerKilowattHour, gramsPerWatt, mostWatts, spare)
                : spread(watts, gramsPerKilowattHour, gramsPerWatt, mostWatts, spare);
    }

    private static double[] fillCleanest(
            double[] watts, double[] intensity, double[] gramsPerWatt, double mostWatts, double spareGrams) {
        double spare = spareGrams;
        int[] cleanestFirst = IntStream.range(0, watts.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> intensity[i]))
                .mapToInt(i -> i)
                .toArray();
        for (int i : cleanestFirst) {
            double more = mostWatts - watts[i];
            if (gramsPerWatt[i] * more > spare) {
                more = spare / gramsPerWatt[i];
            }
            watts[i] += more;
            spare -= gramsPerWatt[i] * more;
        }
        return watts;
    }

    /** Power above the least is k / intensity up to the most; the largest k that the budget allows, by bisection. */
    private static double[] spread(
            double[] watts, double[] intensity, double[] gramsPerWatt, double mostWatts, double spareGrams) {
        double range = mostWatts - watts[0];
        double low = 0;
        double high = range * Arrays.stream(intensity).max().orElse(0);
        double all = 0;
        for (double each : gramsPerWatt) {
            all += each * range;
        }
        if (all <= spareGrams) {
            low = high;
        }
        for (int i = 0; i < HALVINGS && low < high; i++) {
            double middle = (low + high) / 2;
            double grams = 0;
            for (int slot = 0; slot < watts.length; slot++) {
                grams += gramsPerWatt[slot] * above(middle, intensity[slot], range);
            }
            if (grams <= spareGrams) {
                low = middle;
            } else {
                high = middle;
            }
        }
        for (int slot = 0; slot < watts.length; slot++) {
            watts[slot] += above(low, intensity[slot], range);
        }
        return watts;
    }

    private static double above(double k, double intensity, double range) {
        return intensity == 0 ? range : Math.min(range, k / intensity);
    }
}
