package dev.capstan.sim.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.capstan.sim.search.Goal.Constraint;
import dev.capstan.sim.search.Goal.Direction;
import dev.capstan.sim.search.Goal.Relation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoalTest {

    static final List<String> COLUMNS = List.of(
            "success_rate",
            "success_rate_low",
            "success_rate_high",
            "stranded_watt_seconds_mean",
            "stranded_watt_seconds_low",
            "ttft_p99_seconds_mean",
            "ttft_p99_seconds_high",
            "peak_power_watts_mean");

    @Test
    void readsTheFigureThatShallBeLeastAndItsConstraints() {
        assertThat(parse("min stranded_watt_seconds s.t. success_rate_low >= 99 % and ttft_p99_seconds<=2"))
                .isEqualTo(new Goal(
                        Direction.MIN,
                        "stranded_watt_seconds_mean",
                        List.of(
                                new Constraint("success_rate_low", Relation.AT_LEAST, 0.99),
                                new Constraint("ttft_p99_seconds_mean", Relation.AT_MOST, 2))));
        assertThat(parse(" max\n success_rate ")).isEqualTo(new Goal(Direction.MAX, "success_rate", List.of()));
    }

    @Test
    void takesTheUnitsOfTheColumn() {
        assertThat(parse("max success_rate s.t. ttft_p99_seconds_high < 1m 30s and peak_power_watts > 20 kW")
                        .constraints())
                .extracting(Constraint::bound)
                .containsExactly(90.0, 20_000.0);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | column 1: expected min or max, found the end",
                "least x | column 1: expected min or max, found 'least'",
                "min | column 4: expected a column of points.csv, such as success_rate, success_rate_low, success_rate_high, found the end",
                "min stranded_wat_seconds | column 5: expected a column of points.csv, such as success_rate, success_rate_low, success_rate_high, found 'stranded_wat_seconds'. Maybe you meant stranded_watt_seconds.",
                "min success_rate where x | column 18: expected s.t., or the end, found 'where'",
                "min success_rate < 5 | column 18: expected s.t., or the end, found '<'",
                "min success_rate s.t. | column 22: expected a column of points.csv, such as success_rate, success_rate_low, success_rate_high, found the end",
                "min success_rate s.t. success_rate = 5 | column 36: expected one of <= >= < >, found '='",
                "min success_rate s.t. success_rate 5 | column 36: expected one of <= >= < >, found '5'",
                "min success_rate s.t. success_rate > 5 or | column 38: expected a number, found '5 or'",
                "min success_rate s.t. success_rate > | column 37: expected a number, found the end",
                "min success_rate s.t. success_rate > 5s | column 38: expected a number, found '5s'",
                "min success_rate s.t. stranded_watt_seconds > 5s | column 47: expected a number, found '5s'",
                "min success_rate s.t. ttft_p99_seconds > 5 kW | column 42: expected a number or a duration, found '5 kW'",
                "min success_rate s.t. peak_power_watts > 5s | column 42: expected a number or a power, found '5s'",
                "min success_rate s.t. success_rate > 5 and | column 38: expected a number, found '5 and'",
                "min success_rate s.t. success_rate > 5 and and | column 44: expected a column of points.csv, such as success_rate, success_rate_low, success_rate_high, found 'and'",
            })
    void refusesOtherTextsSayingWhereAndWhatIsAllowed(String text, String message) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void refusesTextsThatNobodyWrites() {
        assertThatThrownBy(() -> parse("min " + "x".repeat(1000))).hasMessage("is longer than 1000 characters");
    }

    /** 0.9 is a tenth of 0.99 and 0.09 below it, 3 s half of 2 s over it. */
    @Test
    void addsUpViolationsAsSharesOfTheirBounds() {
        Goal goal = parse("min stranded_watt_seconds s.t. success_rate >= 0.9 and ttft_p99_seconds <= 2");

        assertThat(score(goal, 0.9, 2)).isEqualTo(new Score(0, 7));
        assertThat(score(goal, 0.45, 3)).isEqualTo(new Score(0.5 + 0.5, 7));
        assertThat(score(goal, Double.NaN, 2)).isEqualTo(new Score(Double.POSITIVE_INFINITY, 7));
        assertThat(score(parse("max stranded_watt_seconds s.t. success_rate <= 0"), 0.25, 0))
                .isEqualTo(new Score(0.25, -7));
        assertThat(score(parse("max stranded_watt_seconds s.t. success_rate < 0.5"), 0.5, 0)
                        .isFeasible())
                .isFalse();
    }

    @Test
    void ranksWhatIsFeasibleFirstThenTheLesserViolationThenTheObjective() {
        List<Score> scores = List.of(
                new Score(0, 1),
                new Score(0, 2),
                new Score(0, Double.NaN),
                new Score(0.1, 0),
                new Score(0.2, -5),
                new Score(Double.POSITIVE_INFINITY, -9));

        assertThat(scores).isSorted();
        assertThat(PatternSearch.best(List.of(new Score(1, 0), new Score(0, 3), new Score(0, 3))))
                .isEqualTo(1);
    }

    private static Score score(Goal goal, double success, double ttft) {
        Map<String, Double> values =
                Map.of("success_rate", success, "ttft_p99_seconds_mean", ttft, "stranded_watt_seconds_mean", 7.0);
        return goal.score(values::get);
    }

    private static Goal parse(String text) {
        return Goal.parse(text, COLUMNS);
    }
}
