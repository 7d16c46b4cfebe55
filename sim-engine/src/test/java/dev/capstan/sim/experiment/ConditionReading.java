package dev.capstan.sim.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;

/** What must come of any text that stands for a condition. */
final class ConditionReading {

    private ConditionReading() {}

    /** It is refused with its column, or it reads back as it is written; it then holds, does not hold, or says why not. */
    static void survives(String text) {
        Condition condition;
        try {
            condition = ConditionParser.parse(text);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).matches("(?s)column [0-9]+: .*|is longer than 1000 characters.*");
            return;
        }
        try {
            assertThat(ConditionParser.parse(condition.toString())).isEqualTo(condition);
        } catch (IllegalArgumentException e) {
            // Parentheses may make it longer than what is read.
            assertThat(e).hasMessageStartingWith("is longer than 1000 characters");
        }
        try {
            condition.holds(word -> word.startsWith("a") ? Optional.of("30s") : Optional.empty());
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).startsWith("'");
        }
    }
}
