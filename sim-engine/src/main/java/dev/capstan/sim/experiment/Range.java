package dev.capstan.sim.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.capstan.trace.Quantity;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The values of an axis between two ends, both included. Between the ends they are rounded, half up, to 4 significant
 * digits, or to whole numbers; the ends stand as they are.
 *
 * @param from the lower end, in {@code unit}
 * @param to the upper end, in {@code unit}
 * @param unit of all values: the smaller one of those that the ends are written in
 * @param steps how many values; empty where a design is to sample them
 */
record Range(BigDecimal from, BigDecimal to, String unit, Scale scale, boolean whole, OptionalInt steps) {

    enum Scale {
        LINEAR,
        LOG
    }

    static final Set<String> KEYS = Set.of("from", "to", "steps", "scale", "whole");
    private static final MathContext DIGITS = new MathContext(4, RoundingMode.HALF_UP);
    private static final MathContext EXACT_ENOUGH = MathContext.DECIMAL128;

    private static final int MOST_STEPS = 1000;

    /** Whether a mapping is a range: it has only values, and a key of a range among them. */
    static boolean isRange(ObjectNode mapping) {
        return KEYS.stream().anyMatch(mapping::has)
                && mapping.properties().stream()
                        .allMatch(entry -> entry.getValue().isValueNode()
                                && !entry.getValue().isNull());
    }

    /** Reads a range; empty where it has an issue. */
    static Optional<Range> read(Section section, List<Issue> issues) {
        int before = issues.size();
        Optional<Quantity.Amount> from = section.amount("from");
        Optional<Quantity.Amount> to = section.amount("to");
        OptionalInt steps =
                section.has("steps") ? OptionalInt.of(section.integer("steps", 2, 2, MOST_STEPS)) : OptionalInt.empty();
        Scale scale = section.choice("scale", Scale.class, Scale.LINEAR);
        boolean whole = section.flag("whole", false);
        section.finish();
        if (issues.size() > before || from.isEmpty() || to.isEmpty()) {
            return Optional.empty();
        }
        Quantity.Amount low = from.get();
        Quantity.Amount high = to.get();
        if (low.kind() != high.kind()) {
            section.issue(
                    "to",
                    "must be " + low.kind().words() + " as from is, was "
                            + high.kind().words());
            return Optional.empty();
        }
        Quantity.Amount smaller = low.perUnit().compareTo(high.perUnit()) <= 0 ? low : high;
        Range range = new Range(
                low.value().divide(smaller.perUnit(), EXACT_ENOUGH),
                high.value().divide(smaller.perUnit(), EXACT_ENOUGH),
                smaller.unit(),
                scale,
                whole,
                steps);
        range.check(section);
        return issues.size() > before ? Optional.empty() : Optional.of(range);
    }

    private void check(Section section) {
        if (from.compareTo(to) >= 0) {
            section.issue("to", "must be above from, " + text(from) + ", was " + text(to));
        }
        if (Double.isInfinite(to.doubleValue())) {
            section.issue("to", "is beyond what a number can hold, was " + text(to));
        }
        if (scale == Scale.LOG && !(from.doubleValue() > 0)) {
            section.issue("from", "must be above 0 with scale: log, was " + text(from));
        }
        if (whole && (!isWhole(from) || !isWhole(to))) {
            section.issue("whole", "needs ends that are whole numbers, were " + text(from) + " and " + text(to));
        }
    }

    private static boolean isWhole(BigDecimal number) {
        return number.stripTrailingZeros().scale() <= 0;
    }

    boolean isStepped() {
        return steps.isPresent();
    }

    /** The ends and what lies between them, as tables have it. */
    Axis.Continuum continuum() {
        return new Axis.Continuum(text(from), text(to), scale.name().toLowerCase(Locale.ROOT));
    }

    /** Evenly spaced values, each once. */
    List<JsonNode> values() {
        int last = steps.orElseThrow() - 1;
        Set<JsonNode> values = new LinkedHashSet<>();
        values.add(node(from));
        for (int i = 1; i < last; i++) {
            values.add(node(rounded(between(from, to, BigDecimal.valueOf(i), BigDecimal.valueOf(last)))));
        }
        values.add(node(to));
        return List.copyOf(values);
    }

    /**
     * The value at a share of the way from one end to the other. Whole numbers begin half of one below the lower end and
     * end half of one above the upper, so that the ends get as much room as others.
     */
    BigDecimal sample(double share) {
        BigDecimal margin = whole ? new BigDecimal("0.5") : BigDecimal.ZERO;
        return rounded(between(from.subtract(margin), to.add(margin), new BigDecimal(share), BigDecimal.ONE));
    }

    private BigDecimal between(BigDecimal low, BigDecimal high, BigDecimal part, BigDecimal of) {
        if (scale == Scale.LINEAR) {
            return low.add(high.subtract(low).multiply(part).divide(of, EXACT_ENOUGH));
        }
        double start = StrictMath.log(low.doubleValue());
        double span = StrictMath.log(high.doubleValue()) - start;
        return new BigDecimal(StrictMath.exp(start + span * (part.doubleValue() / of.doubleValue())));
    }

    private BigDecimal rounded(BigDecimal exact) {
        return (whole ? exact.setScale(0, RoundingMode.HALF_UP) : exact.round(DIGITS))
                .max(from)
                .min(to);
    }

    /** A value as an experiment takes it. */
    JsonNode node(BigDecimal number) {
        if (!unit.isEmpty()) {
            return TextNode.valueOf(text(number));
        }
        return isWhole(number) && number.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0
                ? LongNode.valueOf(number.longValueExact())
                : DoubleNode.valueOf(number.doubleValue());
    }

    private String text(BigDecimal number) {
        return Quantity.Amount.text(number, unit);
    }
}
