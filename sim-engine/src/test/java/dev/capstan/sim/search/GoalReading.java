package dev.capstan.sim.search;

import static org.assertj.core.api.Assertions.assertThat;

/** What must come of any text that stands for a goal. */
final class GoalReading {

    private GoalReading() {}

    /** It is refused with its column, or it reads back as it is written. */
    static void survives(String text) {
        Goal goal;
        try {
            goal = Goal.parse(text, GoalTest.COLUMNS);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).matches("(?s)column [0-9]+: expected .*|is longer than 1000 characters");
            return;
        }
        try {
            assertThat(Goal.parse(goal.toString(), GoalTest.COLUMNS)).isEqualTo(goal);
        } catch (IllegalArgumentException e) {
            // Names in full may make it longer than what is read.
            assertThat(e).hasMessage("is longer than 1000 characters");
        }
    }
}
