package dev.capstan.sim.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionTest {

    private static final Map<String, String> SETTINGS = Map.of(
            "window", "1m",
            "telemetry.scrape_interval", "30s",
            "services[0].replicas.max", "8",
            "share", "80 %",
            "cap.power", "18 kW",
            "faults", "drop",
            "cooling", "never",
            "load", "5s");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "window >= 2 * telemetry.scrape_interval",
                "not window < telemetry.scrape_interval * 2",
                "window == 60s",
                "window < 1h 30m",
                "window<1h30m",
                "share < 100 %",
                "share == 0.8 and share != 81%",
                "cap.power <= 18000 W",
                "services[0].replicas.max > 7.5",
                "faults != none",
                "faults == 'drop' or faults > 5",
                "cooling == never",
                "cooling != 10m",
                "load == \"5s\"",
                "faults == none and window == 1h or share == 80 %",
                "not faults == none and not (window == 1h or share == 81 %)",
                "2 * 30s == window",
            })
    void holds(String text) {
        assertThat(evaluate(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "window > 2 * telemetry.scrape_interval",
                "faults == none",
                "cooling == 10m",
                "share >= 100 %",
                "faults == none and (window == 1h or share == 80 %)",
                "not (faults != none or faults < 5)",
            })
    void doesNotHold(String text) {
        assertThat(evaluate(text)).isFalse();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | column 1: expected a setting, a quantity or a name, found the end",
                "window | column 7: expected one of == != <= >= < >, found the end",
                "window = 5s | column 8: expected one of == != <= >= < >, such as ==, found '='",
                "window > | column 9: expected a setting, a quantity or a name, found the end",
                "window > and share < 1 | column 10: expected a setting, a quantity or a name, found 'and'",
                "(window > 5s | column 13: expected and, or, or a closing parenthesis, found the end",
                "window > 5s) | column 12: expected and, or, or the end, found ')'",
                "5s < window < 1m | column 13: expected and, or, or the end, found '<'",
                "window > 8b | column 10: '8b' is no quantity, such as 15s, 20 kW or 80 %. If it is a name, put it in quotes.",
                "window > 5s + 2s | column 13: found '+', which no condition has.",
                "window > 2s * share | column 13: * needs a plain number on one side",
                "window > 2 * 3 * share | column 16: expected and, or, or the end, found '*'",
                "faults == 'drop | column 11: found ''', which no condition has.",
            })
    void namesTheColumnOfWhatItCannotRead(String text, String message) {
        assertThatThrownBy(() -> ConditionParser.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "fault != none | 'fault != none' compares no setting: neither side is an axis or a key of the experiment",
                "window > 5 kW | 'window > 5 kW' compares a duration, 1m, with a power, 5 kW",
                "faults > 5s | 'faults > 5s' needs two quantities, found 'drop' and '5s'",
                "2 * faults == drop | '2 * faults == drop' needs two quantities, found 'drop' and 'drop'",
                "control.intervall == window | 'control.intervall' is neither an axis nor a key of the experiment that has a value. If it is a name, put it in quotes.",
            })
    void saysWhyItCannotTell(String text, String message) {
        assertThatThrownBy(() -> evaluate(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void refusesTextWithoutMeasure() {
        assertThatThrownBy(() -> ConditionParser.parse("(".repeat(1001))).hasMessageStartingWith("is longer than 1000");
        assertThatThrownBy(() -> ConditionParser.parse("(".repeat(1000))).hasMessageStartingWith("column 1001: ");
        assertThatThrownBy(() -> ConditionParser.parse("not ".repeat(250))).hasMessageStartingWith("column ");
    }

    static boolean evaluate(String text) {
        return ConditionParser.parse(text).holds(word -> Optional.ofNullable(SETTINGS.get(word)));
    }
}
