package dev.capstan.sim.search;

import dev.capstan.capping.NearestName;
import dev.capstan.trace.Quantity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads one goal from left to right. */
final class GoalParser {

    /** No goal needs more. */
    private static final int LONGEST = 1000;

    private static final Pattern WORD = Pattern.compile("[^\\s<>=]+");
    private static final Pattern SIGN = Pattern.compile("[<>=]+");
    private static final Pattern BOUND = Pattern.compile(".+?(?=\\s+and\\s|\\s*\\z)", Pattern.DOTALL);
    private static final Pattern SPACE = Pattern.compile("\\s*");
    private static final String MEAN = "_mean";

    private final String text;
    private final Collection<String> columns;
    private int at;

    GoalParser(String text, Collection<String> columns) {
        this.text = text;
        this.columns = columns;
    }

    Goal goal() {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException("is longer than " + LONGEST + " characters");
        }
        Goal.Direction direction = switch (next(WORD)) {
            case "min" -> Goal.Direction.MIN;
            case "max" -> Goal.Direction.MAX;
            default -> throw expected("min or max");
        };
        advance(WORD);
        String column = column();
        List<Goal.Constraint> constraints = new ArrayList<>();
        String joint = "s.t.";
        while (!next(WORD).isEmpty() || !next(SIGN).isEmpty()) {
            if (!next(WORD).equals(joint)) {
                throw expected(joint + ", or the end");
            }
            advance(WORD);
            constraints.add(constraint());
            joint = "and";
        }
        return new Goal(direction, column, constraints);
    }

    private Goal.Constraint constraint() {
        String column = column();
        String sign = next(SIGN);
        Goal.Relation relation = Arrays.stream(Goal.Relation.values())
                .filter(known -> known.sign().equals(sign))
                .findFirst()
                .orElseThrow(() -> expected("one of <= >= < >"));
        advance(SIGN);
        double bound = bound(column);
        advance(BOUND);
        return new Goal.Constraint(column, relation, bound);
    }

    /** The column of a name; of that of a figure alone its mean. */
    private String column() {
        String name = next(WORD);
        String found = columns.contains(name) ? name : name + MEAN;
        if (!columns.contains(found)) {
            List<String> names = columns.stream()
                    .map(column ->
                            column.endsWith(MEAN) ? column.substring(0, column.length() - MEAN.length()) : column)
                    .toList();
            throw expected(
                    "a column of points.csv, such as " + String.join(", ", names.subList(0, Math.min(3, names.size()))),
                    NearestName.hint(name, names));
        }
        advance(WORD);
        return found;
    }

    private double bound(String column) {
        String written = next(BOUND);
        Quantity.Kind kind = kind(column);
        Optional<Quantity.Amount> amount =
                Quantity.any(written).filter(of -> of.kind() == kind || (of.kind() == Quantity.Kind.NUMBER));
        if (amount.isEmpty()) {
            throw fault("expected " + (kind == Quantity.Kind.NUMBER ? "a number" : "a number or " + kind.words())
                    + ", found " + found(written));
        }
        double value = amount.get().value().doubleValue();
        return amount.get().kind() == Quantity.Kind.DURATION ? value * 1e-9 : value;
    }

    /** What may be written for a column beside a plain number, by the unit in its name. */
    private static Quantity.Kind kind(String column) {
        String figure = column.replaceFirst("_(mean|low|high)$", "");
        if (figure.endsWith("_watts")) {
            return Quantity.Kind.POWER;
        }
        return figure.endsWith("_seconds") && !figure.endsWith("_watt_seconds")
                ? Quantity.Kind.DURATION
                : Quantity.Kind.NUMBER;
    }

    /** What follows that is like this; nothing where it is not. */
    private String next(Pattern pattern) {
        Matcher space = SPACE.matcher(text).region(at, text.length());
        at = space.lookingAt() ? space.end() : at;
        Matcher matcher = pattern.matcher(text).region(at, text.length());
        return matcher.lookingAt() ? matcher.group() : "";
    }

    private void advance(Pattern pattern) {
        at += next(pattern).length();
    }

    private IllegalArgumentException expected(String what) {
        return expected(what, "");
    }

    private IllegalArgumentException expected(String what, String hint) {
        String word = next(WORD);
        return fault("expected " + what + ", found " + found(word.isEmpty() ? next(SIGN) : word)
                + (hint.isEmpty() ? "" : "." + hint));
    }

    private static String found(String written) {
        return written.isEmpty() ? "the end" : "'" + written + "'";
    }

    private IllegalArgumentException fault(String message) {
        return new IllegalArgumentException("column " + (at + 1) + ": " + message);
    }
}
