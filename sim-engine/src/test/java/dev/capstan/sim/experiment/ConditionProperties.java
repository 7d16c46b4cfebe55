package dev.capstan.sim.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Random conditions, each made together with what it must come to by the arithmetic of whole seconds. */
class ConditionProperties {

    /** @param text written with as few parentheses as the order of binding allows */
    record Expected(String text, int binding, boolean holds) {

        String within(int outer) {
            return binding < outer ? "(" + text + ")" : text;
        }
    }

    record Seconds(String text, long seconds) {}

    private static final int OR = 0;
    private static final int AND = 1;
    private static final int ONE = 2;

    private static final long A = 30;
    private static final long B = 90;

    @Property
    void comesToWhatArithmeticSays(@ForAll("conditions") Expected expected) {
        assertThat(holds(ConditionParser.parse(expected.text()))).isEqualTo(expected.holds());
    }

    @Property
    void readsBackWhatItWrites(@ForAll("conditions") Expected expected) {
        Condition condition = ConditionParser.parse(expected.text());

        assertThat(ConditionParser.parse(condition.toString())).isEqualTo(condition);
    }

    @Property
    void takesOrRefusesAnyTextOfItsTokens(@ForAll("tokens") String text) {
        ConditionReading.survives(text);
    }

    private static boolean holds(Condition condition) {
        return condition.holds(word -> switch (word) {
            case "a" -> Optional.of(A + "s");
            case "sect.b[0]" -> Optional.of(B + "s");
            default -> Optional.empty();
        });
    }

    @Provide
    Arbitrary<Expected> conditions() {
        return conditions(3);
    }

    private Arbitrary<Expected> conditions(int depth) {
        if (depth == 0) {
            return comparisons();
        }
        Arbitrary<Expected> smaller = conditions(depth - 1);
        return Arbitraries.oneOf(
                comparisons(),
                smaller.map(of -> new Expected("not " + of.within(ONE), ONE, !of.holds())),
                Combinators.combine(smaller, smaller)
                        .as((left, right) -> new Expected(
                                left.within(AND) + " and " + right.within(ONE), AND, left.holds() && right.holds())),
                Combinators.combine(smaller, smaller)
                        .as((left, right) -> new Expected(
                                left.within(OR) + " or " + right.within(AND), OR, left.holds() || right.holds())));
    }

    private Arbitrary<Expected> comparisons() {
        return Combinators.combine(settings(), Arbitraries.of("==", "!=", "<", "<=", ">", ">="), seconds())
                .as((left, sign, right) -> new Expected(
                        left.text() + " " + sign + " " + right.text(),
                        ONE,
                        compare(left.seconds(), sign, right.seconds())));
    }

    private static boolean compare(long left, String sign, long right) {
        return switch (sign) {
            case "==" -> left == right;
            case "!=" -> left != right;
            case "<" -> left < right;
            case "<=" -> left <= right;
            case ">" -> left > right;
            default -> left >= right;
        };
    }

    private Arbitrary<Seconds> settings() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 4),
                        Arbitraries.of(List.of(new Seconds("a", A), new Seconds("sect.b[0]", B))))
                .as((factor, setting) -> factor == 1
                        ? setting
                        : new Seconds(factor + " * " + setting.text(), factor * setting.seconds()));
    }

    private Arbitrary<Seconds> seconds() {
        Arbitrary<Seconds> literals = Arbitraries.integers()
                .between(0, 12)
                .map(tens ->
                        new Seconds(tens % 6 == 0 ? tens / 6 + " m" : tens / 6 + "m " + tens % 6 + "0s", 10L * tens));
        return Arbitraries.oneOf(literals, settings());
    }

    @Provide
    Arbitrary<String> tokens() {
        return Arbitraries.of(
                        "a",
                        "sect.b[0]",
                        "none",
                        "and",
                        "or",
                        "not",
                        "(",
                        ")",
                        "*",
                        "==",
                        "!=",
                        "<",
                        ">=",
                        "=",
                        " ",
                        "2",
                        "1h 30m",
                        "80 %",
                        "20 kW",
                        "-5s",
                        "1e999",
                        "'x y'",
                        "\"",
                        "'",
                        "\u0085",
                        "é",
                        "9")
                .list()
                .ofMaxSize(12)
                .map(tokens -> String.join("", tokens));
    }
}
