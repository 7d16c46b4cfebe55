package dev.capstan.sim.search;

/**
 * How good a point is: less is better. What keeps to all constraints comes before what does not, less violation before more, and where
 * that is the same, the lower objective.
 *
 * @param violation 0 where all constraints hold; infinite where one cannot be told
 * @param objective what is to be least; NaN, which comes last, where there is none
 */
public record Score(double violation, double objective) implements Comparable<Score> {

    /** Whether all constraints hold. */
    public boolean isFeasible() {
        return violation == 0;
    }

    @Override
    public int compareTo(Score other) {
        int byViolation = Double.compare(violation, other.violation);
        return byViolation == 0 ? Double.compare(objective, other.objective) : byViolation;
    }
}
