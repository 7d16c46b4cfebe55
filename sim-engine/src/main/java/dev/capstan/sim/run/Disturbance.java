package dev.capstan.sim.run;

import java.util.ArrayList;
import java.util.List;

/**
 * A stretch in which power would have been over the cap without capping, or in which the policy itself brought it over,
 * and whether it was contained.
 *
 * @param fromSeconds from the start of the run
 * @param toSeconds from the start of the run
 * @param selfInflicted the run without capping stays under the cap here
 * @param contained no excursion that overlaps it lasts longer than allowed, and no breaker had tripped by its end
 */
public record Disturbance(int fromSeconds, int toSeconds, boolean selfInflicted, boolean contained) {

    /** @param ignoreSeconds shorter stretches are no disturbance, whoever caused them */
    static List<Disturbance> judge(
            List<Excursion> reference,
            List<Excursion> actual,
            double ignoreSeconds,
            double containWithinSeconds,
            double trippedSeconds) {
        List<Disturbance> judged = new ArrayList<>();
        for (Excursion stretch : reference) {
            if (stretch.seconds() >= ignoreSeconds) {
                judged.add(judge(stretch, false, actual, containWithinSeconds, trippedSeconds));
            }
        }
        for (Excursion stretch : actual) {
            if (stretch.seconds() >= ignoreSeconds && reference.stream().noneMatch(stretch::overlaps)) {
                judged.add(judge(stretch, true, actual, containWithinSeconds, trippedSeconds));
            }
        }
        judged.sort((a, b) -> Integer.compare(a.fromSeconds(), b.fromSeconds()));
        return judged;
    }

    private static Disturbance judge(
            Excursion stretch,
            boolean selfInflicted,
            List<Excursion> actual,
            double containWithinSeconds,
            double trippedSeconds) {
        boolean contained = trippedSeconds > stretch.toSeconds()
                && actual.stream().noneMatch(one -> one.overlaps(stretch) && one.seconds() > containWithinSeconds);
        return new Disturbance(stretch.fromSeconds(), stretch.toSeconds(), selfInflicted, contained);
    }
}
