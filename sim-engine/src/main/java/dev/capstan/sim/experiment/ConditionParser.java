package dev.capstan.sim.experiment;

import dev.capstan.sim.experiment.Condition.And;
import dev.capstan.sim.experiment.Condition.Comparison;
import dev.capstan.sim.experiment.Condition.Not;
import dev.capstan.sim.experiment.Condition.Or;
import dev.capstan.sim.experiment.Condition.Relation;
import dev.capstan.sim.experiment.Condition.Side;
import dev.capstan.trace.Quantity;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads conditions. {@code not} binds closest, then {@code and}, then {@code or}:
 *
 * <pre>
 * condition   all ("or" all)*
 * all         one ("and" one)*
 * one         "not" one | "(" condition ")" | side ("==" | "!=" | "&lt;=" | "&gt;=" | "&lt;" | "&gt;") side
 * side        value | number "*" value | value "*" number
 * value       quantity | word | quoted
 * </pre>
 */
final class ConditionParser {

    private enum Kind {
        QUANTITY("[+-]?[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"),
        WORD("[\\p{L}_][\\p{L}\\p{N}_./\\[\\]-]*"),
        QUOTED("'[^']*'|\"[^\"]*\""),
        SIGN("==|!=|<=|>=|[<>=()*]"),
        END("\\z");

        private final Pattern pattern;

        Kind(String pattern) {
            this.pattern = Pattern.compile(pattern);
        }
    }

    /** @param column from 1 */
    private record Token(Kind kind, String text, int column) {

        boolean is(String sign) {
            return (kind == Kind.SIGN || kind == Kind.WORD) && text.equals(sign);
        }
    }

    /** No condition needs more; keeps hostile text from nesting too deep. */
    private static final int LONGEST = 1000;

    private static final Pattern UNIT = Pattern.compile("\\s*(%|[A-Za-z]+(?:/[A-Za-z]+)?)");
    private static final Pattern NEXT_PART = Pattern.compile("\\s*[0-9]");

    private final List<Token> tokens;
    private int at;

    private ConditionParser(List<Token> tokens) {
        this.tokens = tokens;
    }

    /** @throws IllegalArgumentException if the text is no condition, naming the column */
    static Condition parse(String text) {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException("is longer than " + LONGEST + " characters. Maybe make it several.");
        }
        ConditionParser parser = new ConditionParser(tokens(text));
        Condition condition = parser.condition();
        if (parser.peek().kind() != Kind.END) {
            throw parser.expected("and, or, or the end");
        }
        return condition;
    }

    private Condition condition() {
        Condition left = all();
        while (take("or")) {
            left = new Or(left, all());
        }
        return left;
    }

    private Condition all() {
        Condition left = one();
        while (take("and")) {
            left = new And(left, one());
        }
        return left;
    }

    private Condition one() {
        if (take("not")) {
            return new Not(one());
        }
        if (take("(")) {
            Condition inner = condition();
            if (!take(")")) {
                throw expected("and, or, or a closing parenthesis");
            }
            return inner;
        }
        Side left = side();
        for (Relation relation : Relation.values()) {
            if (take(relation.sign())) {
                return new Comparison(left, relation, side());
            }
        }
        throw expected("one of == != <= >= < >" + (peek().is("=") ? ", such as ==" : ""));
    }

    private Side side() {
        Token first = value();
        Token sign = peek();
        if (!take("*")) {
            return side(BigDecimal.ONE, first);
        }
        Token second = value();
        Optional<BigDecimal> before = number(first);
        if (before.isPresent()) {
            return side(before.get(), second);
        }
        return side(
                number(second)
                        .orElseThrow(() -> fault(
                                sign, "* needs a plain number on one side, such as 2 * telemetry.scrape_interval")),
                first);
    }

    private static Side side(BigDecimal factor, Token value) {
        return switch (value.kind()) {
            case QUANTITY -> new Side(factor, Side.Form.QUANTITY, value.text());
            case QUOTED ->
                new Side(
                        factor,
                        Side.Form.QUOTED,
                        value.text().substring(1, value.text().length() - 1));
            default -> new Side(factor, Side.Form.WORD, value.text());
        };
    }

    private static Optional<BigDecimal> number(Token token) {
        return token.kind() != Kind.QUANTITY
                ? Optional.empty()
                : Quantity.any(token.text())
                        .filter(amount -> amount.kind() == Quantity.Kind.NUMBER)
                        .map(Quantity.Amount::value);
    }

    private Token value() {
        Token token = peek();
        boolean keyword = token.is("and") || token.is("or") || token.is("not");
        if (keyword || token.kind() == Kind.SIGN || token.kind() == Kind.END) {
            throw expected("a setting, a quantity or a name");
        }
        at++;
        return token;
    }

    private Token peek() {
        return tokens.get(at);
    }

    private boolean take(String sign) {
        boolean taken = peek().is(sign);
        at += taken ? 1 : 0;
        return taken;
    }

    private IllegalArgumentException expected(String what) {
        Token found = peek();
        return fault(
                found,
                "expected " + what + ", found " + (found.kind() == Kind.END ? "the end" : "'" + found.text() + "'"));
    }

    private static IllegalArgumentException fault(Token token, String message) {
        return new IllegalArgumentException("column " + token.column() + ": " + message);
    }

    private static List<Token> tokens(String text) {
        List<Token> tokens = new ArrayList<>();
        int from = 0;
        do {
            while (from < text.length() && Character.isWhitespace(text.charAt(from))) {
                from++;
            }
            Token token = token(text, from);
            tokens.add(token);
            from += token.text().length();
        } while (tokens.get(tokens.size() - 1).kind() != Kind.END);
        return tokens;
    }

    private static Token token(String text, int from) {
        for (Kind kind : Kind.values()) {
            Matcher matcher = kind.pattern.matcher(text).region(from, text.length());
            if (matcher.lookingAt()) {
                int to = kind == Kind.QUANTITY ? endOfQuantity(text, matcher.end()) : matcher.end();
                Token token = new Token(kind, text.substring(from, to), from + 1);
                if (kind == Kind.QUANTITY && Quantity.any(token.text()).isEmpty()) {
                    throw fault(
                            token,
                            "'" + token.text()
                                    + "' is no quantity, such as 15s, 20 kW or 80 %. If it is a name, put it in quotes.");
                }
                return token;
            }
        }
        throw fault(
                new Token(Kind.END, "", from + 1),
                "found '" + Character.toString(text.codePointAt(from))
                        + "', which no condition has. If it is part of a name, put that in quotes.");
    }

    /** Takes the unit in, apart from the number or not, and further parts such as in {@code 1h 30m}. */
    private static int endOfQuantity(String text, int endOfNumber) {
        Matcher unit = UNIT.matcher(text).region(endOfNumber, text.length());
        if (!unit.lookingAt() || (unit.start(1) > endOfNumber && !Quantity.isUnit(unit.group(1)))) {
            return endOfNumber;
        }
        Matcher next = NEXT_PART.matcher(text).region(unit.end(), text.length());
        if (!next.lookingAt()) {
            return unit.end();
        }
        Matcher number = Kind.QUANTITY.pattern.matcher(text).region(next.end() - 1, text.length());
        return number.lookingAt() ? endOfQuantity(text, number.end()) : unit.end();
    }
}
