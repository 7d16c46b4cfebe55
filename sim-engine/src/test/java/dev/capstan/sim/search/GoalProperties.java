package dev.capstan.sim.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class GoalProperties {

    @Property
    void readsBackWhatItWrites(@ForAll("goals") Goal goal) {
        assertThat(Goal.parse(goal.toString(), GoalTest.COLUMNS)).isEqualTo(goal);
    }

    @Property
    void takesOrRefusesAnyTextOfItsTokens(@ForAll("tokens") String text) {
        GoalReading.survives(text);
    }

    @Provide
    Arbitrary<Goal> goals() {
        Arbitrary<String> columns = Arbitraries.of(GoalTest.COLUMNS);
        Arbitrary<List<Goal.Constraint>> constraints = Combinators.combine(
                        columns,
                        Arbitraries.of(Goal.Relation.class),
                        Arbitraries.doubles().map(bound -> bound + 0.0))
                .as(Goal.Constraint::new)
                .list()
                .ofMaxSize(8);
        return Combinators.combine(Arbitraries.of(Goal.Direction.class), columns, constraints)
                .as(Goal::new);
    }

    @Provide
    Arbitrary<String> tokens() {
        return Arbitraries.of(
                        "min",
                        "max",
                        "success_rate",
                        "ttft_p99_seconds",
                        "s.t.",
                        "and",
                        "<=",
                        ">",
                        "=",
                        " ",
                        " ",
                        "2",
                        "1h 30m",
                        "80 %",
                        "20 kW",
                        "-5s",
                        "1e999",
                        "\u0085",
                        "é",
                        "9")
                .list()
                .ofMaxSize(14)
                .map(tokens -> String.join(" ", tokens));
    }
}
