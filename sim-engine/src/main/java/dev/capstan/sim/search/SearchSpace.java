package dev.capstan.sim.search;

import java.util.List;
import java.util.Optional;

/**
 * The points that a search may try.
 *
 * @param <P> a point; two that are equal are the same
 */
public interface SearchSpace<P> {

    /**
     * A way in which points differ.
     *
     * @param levels how many values there are; 0 for all of a range
     * @param isOrdered whether neighbouring values are like each other
     */
    record Dimension(int levels, boolean isOrdered) {

        /** All values between two ends. */
        public static Dimension range() {
            return new Dimension(0, true);
        }

        /** Whether it has all values between two ends. */
        public boolean isRange() {
            return levels == 0;
        }
    }

    /** At least one. */
    List<Dimension> dimensions();

    /**
     * The point at a position; empty where there is none that may be tried.
     *
     * @param position in each dimension the index of a value, or how far on its way in a range, from 0 to 1
     */
    Optional<P> at(double[] position);
}
