package dev.capstan.sim.search;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What a search is after, such as {@code min stranded_watt_seconds s.t. success_rate >= 99 % and ttft_p99_seconds <= 2s}. Its text
 * reads back as the same goal.
 *
 * @param column of {@code points.csv} that shall be least or most
 * @param constraints that all shall hold
 */
public record Goal(Direction direction, String column, List<Constraint> constraints) {

    /** Which way is better. */
    public enum Direction {
        MIN,
        MAX
    }

    /** How a column and a bound shall compare. */
    public enum Relation {
        AT_MOST("<="),
        AT_LEAST(">="),
        BELOW("<"),
        ABOVE(">");

        private final String sign;

        Relation(String sign) {
            this.sign = sign;
        }

        String sign() {
            return sign;
        }

        private boolean holds(double value, double bound) {
            return switch (this) {
                case AT_MOST -> value <= bound;
                case AT_LEAST -> value >= bound;
                case BELOW -> value < bound;
                case ABOVE -> value > bound;
            };
        }
    }

    /**
     * A bound on a column.
     *
     * @param bound in the unit of the column
     */
    public record Constraint(String column, Relation relation, double bound) {

        /**
         * How far a value is from holding: its distance to the bound as a share of the bound's size, or the distance itself where the
         * bound is 0. 0 where it holds, infinite where there is no value.
         */
        double violation(double value) {
            if (relation.holds(value, bound)) {
                return 0;
            }
            if (Double.isNaN(value)) {
                return Double.POSITIVE_INFINITY;
            }
            double distance = Math.abs(value - bound) / (bound == 0 ? 1 : Math.abs(bound));
            return Math.max(Double.MIN_VALUE, distance);
        }

        @Override
        public String toString() {
            return column + " " + relation.sign() + " " + bound;
        }
    }

    /** Copies the constraints. */
    public Goal {
        constraints = List.copyOf(constraints);
    }

    /**
     * Reads {@code min|max COLUMN [s.t. COLUMN <=|>=|<|> NUMBER [and ...]]}. A number may have a unit: {@code 99 %}, and of columns of
     * seconds and watts {@code 500ms} and {@code 20 kW}.
     *
     * @param columns those of {@code points.csv} that hold numbers; the name of a figure alone means its {@code _mean}
     * @throws IllegalArgumentException if the text is no goal, naming the column of the text, what was found and what is allowed
     */
    public static Goal parse(String text, Collection<String> columns) {
        return new GoalParser(text, columns).goal();
    }

    /** The score of a point by the values of its columns, NaN where there is none. */
    public Score score(ToDoubleFunction<String> valueOf) {
        double violation = 0;
        for (Constraint constraint : constraints) {
            violation += constraint.violation(valueOf.applyAsDouble(constraint.column()));
        }
        double value = valueOf.applyAsDouble(column);
        return new Score(violation, direction == Direction.MIN ? value : -value);
    }

    @Override
    public String toString() {
        String objective = direction.name().toLowerCase(Locale.ROOT) + " " + column;
        return constraints.isEmpty()
                ? objective
                : objective + " s.t. "
                        + constraints.stream().map(Constraint::toString).collect(Collectors.joining(" and "));
    }
}
