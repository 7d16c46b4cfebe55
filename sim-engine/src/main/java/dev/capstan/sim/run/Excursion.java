package dev.capstan.sim.run;

import java.util.ArrayList;
import java.util.List;

/**
 * Stretches of time in which 1 s averages of power lie over the cap, gaps shorter than the bridge closed.
 *
 * @param fromSeconds first second over the cap
 * @param toSeconds the second after the last one over the cap
 */
public record Excursion(int fromSeconds, int toSeconds) {

    /** How long it lasted. */
    public int seconds() {
        return toSeconds - fromSeconds;
    }

    boolean overlaps(Excursion other) {
        return fromSeconds < other.toSeconds && other.fromSeconds < toSeconds;
    }

    /**
     * The excursions between two seconds of a series.
     *
     * @param watts 1 s averages
     * @param caps the cap over each second, in watts
     */
    public static List<Excursion> find(double[] watts, double[] caps, int fromSecond, int toSecond, int bridgeSeconds) {
        List<Excursion> found = new ArrayList<>();
        int from = -1;
        int last = -1;
        for (int second = fromSecond; second < toSecond; second++) {
            if (watts[second] <= caps[second]) {
                continue;
            }
            if (from >= 0 && second - last - 1 >= Math.max(1, bridgeSeconds)) {
                found.add(new Excursion(from, last + 1));
                from = second;
            } else if (from < 0) {
                from = second;
            }
            last = second;
        }
        if (from >= 0) {
            found.add(new Excursion(from, last + 1));
        }
        return found;
    }
}
