package dev.capstan.sim.experiment;

import dev.capstan.trace.Quantity;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.function.Function;

/**
 * A condition on the settings of one point of a sweep, such as {@code telemetry.rate_window >= 2 * telemetry.scrape_interval}.
 * Its text reads back as the same condition.
 */
sealed interface Condition {

    /**
     * Whether it holds. The sides of {@code and} and {@code or} are looked at from left to right, as far as needed.
     *
     * @param settings the value of a setting as text; empty for a word that names none
     * @throws IllegalArgumentException if it cannot be told, saying why
     */
    boolean holds(Function<String, Optional<String>> settings);

    record And(Condition left, Condition right) implements Condition {

        @Override
        public boolean holds(Function<String, Optional<String>> settings) {
            return left.holds(settings) && right.holds(settings);
        }

        @Override
        public String toString() {
            return "(" + left + " and " + right + ")";
        }
    }

    record Or(Condition left, Condition right) implements Condition {

        @Override
        public boolean holds(Function<String, Optional<String>> settings) {
            return left.holds(settings) || right.holds(settings);
        }

        @Override
        public String toString() {
            return "(" + left + " or " + right + ")";
        }
    }

    record Not(Condition negated) implements Condition {

        @Override
        public boolean holds(Function<String, Optional<String>> settings) {
            return !negated.holds(settings);
        }

        @Override
        public String toString() {
            return "not " + negated;
        }
    }

    /** Quantities of one kind compare by size, with any unit; names are equal or not. */
    record Comparison(Side left, Relation relation, Side right) implements Condition {

        @Override
        public boolean holds(Function<String, Optional<String>> settings) {
            String first = left.text(settings);
            String second = right.text(settings);
            if (!left.isSetting(settings) && !right.isSetting(settings)) {
                throw new IllegalArgumentException(
                        "'" + this + "' compares no setting: neither side is an axis or a key of the experiment");
            }
            Optional<Quantity.Amount> one = Quantity.any(first);
            Optional<Quantity.Amount> other = Quantity.any(second);
            if (one.isPresent() && other.isPresent()) {
                if (one.get().kind() != other.get().kind()) {
                    throw new IllegalArgumentException("'" + this + "' compares "
                            + one.get().kind().words() + ", " + first + ", with "
                            + other.get().kind().words() + ", " + second);
                }
                return relation.accepts(left.times(one.get()).compareTo(right.times(other.get())));
            }
            if (relation.orders() || left.isMultiplied() || right.isMultiplied()) {
                throw new IllegalArgumentException("'" + this + "' needs two quantities, found '" + first + "' and '"
                        + second + "'. Names can only be compared with == and !=.");
            }
            return relation.accepts(first.equals(second) ? 0 : 1);
        }

        @Override
        public String toString() {
            return left + " " + relation.sign + " " + right;
        }
    }

    enum Relation {
        EQUAL("=="),
        UNEQUAL("!="),
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

        private boolean orders() {
            return this != EQUAL && this != UNEQUAL;
        }

        /** @param order of the left side to the right one, as of {@link Comparable} */
        private boolean accepts(int order) {
            return switch (this) {
                case EQUAL -> order == 0;
                case UNEQUAL -> order != 0;
                case AT_MOST -> order <= 0;
                case AT_LEAST -> order >= 0;
                case BELOW -> order < 0;
                case ABOVE -> order > 0;
            };
        }
    }

    /**
     * One side of a comparison.
     *
     * @param factor times the value
     * @param text of a setting, of a name, or of a quantity
     */
    record Side(BigDecimal factor, Form form, String text) {

        enum Form {
            /** A setting where there is one of this name, otherwise the name itself. */
            WORD,
            QUANTITY,
            QUOTED
        }

        public Side {
            factor = factor.compareTo(BigDecimal.ONE) == 0 ? BigDecimal.ONE : factor;
        }

        boolean isMultiplied() {
            return factor.compareTo(BigDecimal.ONE) != 0;
        }

        private boolean isSetting(Function<String, Optional<String>> settings) {
            return form == Form.WORD && settings.apply(text).isPresent();
        }

        private String text(Function<String, Optional<String>> settings) {
            Optional<String> value = form == Form.WORD ? settings.apply(text) : Optional.of(text);
            if (value.isEmpty() && (text.contains(".") || text.contains("["))) {
                throw new IllegalArgumentException(
                        "'" + text
                                + "' is neither an axis nor a key of the experiment that has a value. If it is a name, put it in quotes.");
            }
            return value.orElse(text);
        }

        private BigDecimal times(Quantity.Amount amount) {
            return factor.multiply(amount.value());
        }

        @Override
        public String toString() {
            String value = form != Form.QUOTED ? text : text.contains("'") ? '"' + text + '"' : "'" + text + "'";
            return isMultiplied() ? factor + " * " + value : value;
        }
    }
}
