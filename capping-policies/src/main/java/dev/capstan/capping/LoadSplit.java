package dev.capstan.capping;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Splits a load of tokens over pools of replicas that draw {@code fixed watts + joules per token * tokens per second}
 * where they are on, and nothing where they are off.
 */
public final class LoadSplit {

    /**
     * A pool, or one replica.
     *
     * @param fixedWatts drawn as soon as it serves at all, at least 0; 0 for one that stays on whatever it serves, whose
     *     fixed watts are spent already
     * @param joulesPerToken drawn by each token more, at least 0
     * @param mostTokensPerSecond largest load at which it meets its SLO, above 0
     */
    public record Pool(double fixedWatts, double joulesPerToken, double mostTokensPerSecond) {

        public Pool {
            if (!(fixedWatts >= 0) || !(joulesPerToken >= 0) || !(mostTokensPerSecond > 0)) {
                throw new IllegalArgumentException(
                        "a pool needs fixed watts and joules per token of at least 0 and a load above 0; was "
                                + fixedWatts + " W, " + joulesPerToken + " J, " + mostTokensPerSecond + " tokens/s");
            }
        }

        /** Watts at a load of at least 0 tokens a second. */
        public double watts(double tokensPerSecond) {
            return tokensPerSecond > 0 ? fixedWatts + joulesPerToken * tokensPerSecond : 0;
        }

        /** Joules of a token when the pool is full. */
        double fullJoulesPerToken() {
            return fixedWatts / mostTokensPerSecond + joulesPerToken;
        }
    }

    private LoadSplit() {}

    /**
     * Fills one pool after the other, the one with the fewest joules per token when full first. At most one pool is left
     * partly filled, so that the watts are above the least possible by no more than the largest fixed watts: they are those
     * of {@link #leastWatts} but for the part of that one pool's fixed watts that its load does not pay for.
     *
     * @param tokensPerSecond the whole load, at least 0
     * @return tokens a second of each pool; less in all than the load where that exceeds what all pools can take
     */
    public static double[] byMarginalEnergy(List<Pool> pools, double tokensPerSecond) {
        double[] split = new double[pools.size()];
        double left = tokensPerSecond;
        for (int pool : byFullJoules(pools)) {
            split[pool] = Math.min(left, pools.get(pool).mostTokensPerSecond());
            left -= split[pool];
        }
        return split;
    }

    /**
     * A bound that no split can go below: the watts of the same load if pools could be on in part (the linear relaxation of
     * the fixed-charge problem).
     */
    public static double leastWatts(List<Pool> pools, double tokensPerSecond) {
        double[] split = byMarginalEnergy(pools, tokensPerSecond);
        double watts = 0;
        for (int pool = 0; pool < split.length; pool++) {
            watts += split[pool] * pools.get(pool).fullJoulesPerToken();
        }
        return watts;
    }

    /** Watts of a split, in the order of the pools. */
    public static double watts(List<Pool> pools, double[] split) {
        double watts = 0;
        for (int pool = 0; pool < split.length; pool++) {
            watts += pools.get(pool).watts(split[pool]);
        }
        return watts;
    }

    /**
     * The pool that gives most tokens for each watt as measured now, and the first among equals. A negative control, from
     * Climatik's plan: a busy pool looks efficient, so that all load ends on one.
     *
     * @param tokensPerSecond what each pool serves
     * @param watts what each draws; a pool that draws nothing scores nothing
     */
    public static int byAverageTokensPerWatt(double[] tokensPerSecond, double[] watts) {
        int best = 0;
        double highest = -1;
        for (int pool = 0; pool < watts.length; pool++) {
            double score = watts[pool] > 0 ? tokensPerSecond[pool] / watts[pool] : 0;
            if (score > highest) {
                best = pool;
                highest = score;
            }
        }
        return best;
    }

    private static List<Integer> byFullJoules(List<Pool> pools) {
        List<Integer> order = new ArrayList<>();
        for (int pool = 0; pool < pools.size(); pool++) {
            order.add(pool);
        }
        order.sort(Comparator.comparingDouble(pool -> pools.get(pool).fullJoulesPerToken()));
        return order;
    }
}
