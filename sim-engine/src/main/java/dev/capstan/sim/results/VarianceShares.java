package dev.capstan.sim.results;

import java.util.List;
import java.util.Optional;

/** What the runs of one policy say of where the variance of its figures over the points of a sweep comes from. */
sealed interface VarianceShares permits GridVariance, DesignVariance {

    /**
     * A share of the variance.
     *
     * @param term what it is due to
     * @param share NaN where there is no variance
     */
    record Term(String term, String kind, Interval share) {}

    /** Whether the variance of a figure is large enough to show in tables, which have ten digits. */
    static boolean varies(double variance, double mean) {
        return Math.sqrt(variance) > 1e-10 * Math.abs(mean);
    }

    /**
     * Adds a run.
     *
     * @param places of its point in each dimension of the sweep
     * @param figures in the order of the columns
     */
    void add(int replication, int[] places, double[] figures);

    /** Why there are no shares; empty where there are. */
    Optional<String> obstacle();

    /** For each figure its shares; none where no replication has the figure at every point. Only without an obstacle. */
    List<List<Term>> terms();
}
