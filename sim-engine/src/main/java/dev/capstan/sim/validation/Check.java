package dev.capstan.sim.validation;

import dev.capstan.sim.results.Interval;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * One comparison of the model with something independent.
 *
 * @param name what is compared, unique within its suite
 * @param layer what kind of claim it supports
 * @param source of the expected value: a formula, a publication, a data set
 * @param expected value or range, with its unit
 * @param got what the model gives, with its uncertainty where it is a statistic
 * @param tolerance how far the two may be apart
 * @param note why it was skipped or how to read it; empty for nothing to say
 */
public record Check(
        String name,
        Layer layer,
        String source,
        String expected,
        String got,
        String tolerance,
        Verdict verdict,
        String note) {

    /** What a check supports; the three are never mixed in one sentence. */
    public enum Layer {
        /** The simulator computes what its own model says. */
        VERIFICATION,
        /** The model's parameters predict data that they were not fitted on. */
        CALIBRATION,
        /** A published finding appears, with the same ordering and reasons. */
        REPRODUCTION;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How a check ended. */
    public enum Verdict {
        PASSED,
        FAILED,
        /** The target is missed; the note says why. Known, and so no failure of the run. */
        MISSED,
        /** No target was set beforehand: the figure is told for what it is. */
        REPORTED,
        /** What it needs is not there; the note says what. */
        SKIPPED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A number that must be met to within an absolute tolerance. */
    public static Check within(
            String name, Layer layer, String source, String unit, double expected, double got, double tolerance) {
        return new Check(
                name,
                layer,
                source,
                quantity(expected, unit),
                quantity(got, unit),
                "± " + quantity(tolerance, unit),
                verdict(Math.abs(got - expected) <= tolerance),
                "");
    }

    /** A number that must be met to within a share of it. */
    public static Check near(
            String name, Layer layer, String source, String unit, double expected, double got, double share) {
        return new Check(
                name,
                layer,
                source,
                quantity(expected, unit),
                quantity(got, unit)
                        + String.format(Locale.ROOT, " (off by %.2f %%)", Math.abs(100 * (got / expected - 1))),
                "± " + digits(100 * share) + " %",
                verdict(Math.abs(got - expected) <= share * Math.abs(expected)),
                "");
    }

    /** A number that may be at most so large. */
    public static Check atMost(String name, Layer layer, String source, String unit, double most, double got) {
        return new Check(
                name,
                layer,
                source,
                "at most " + quantity(most, unit),
                quantity(got, unit),
                "none",
                verdict(got <= most),
                "");
    }

    /** A number that must lie in a range. */
    public static Check between(
            String name, Layer layer, String source, String unit, double low, double high, double got) {
        return new Check(
                name,
                layer,
                source,
                digits(low) + " to " + quantity(high, unit),
                quantity(got, unit),
                "none",
                verdict(got >= low && got <= high),
                "");
    }

    /**
     * A statistic whose interval must cover a closed form and be narrow, lest a vague one pass.
     *
     * @param narrow the largest half width, as a share of the estimate
     */
    public static Check covers(
            String name, Layer layer, String source, String unit, double closedForm, Interval interval, double narrow) {
        return meets(name, layer, source, unit, closedForm, closedForm, interval, narrow);
    }

    /** The same with a range to meet: two bounds between which the truth lies. */
    public static Check meets(
            String name,
            Layer layer,
            String source,
            String unit,
            double low,
            double high,
            Interval interval,
            double narrow) {
        boolean met = interval.high() >= low && interval.low() <= high;
        return new Check(
                name,
                layer,
                source,
                low == high ? quantity(low, unit) : digits(low) + " to " + quantity(high, unit),
                interval(interval, unit),
                "inside the interval, of at most ± " + digits(100 * narrow) + " %",
                verdict(met && halfWidth(interval) <= narrow * Math.abs(interval.estimate())),
                "");
    }

    /** A statistic whose whole interval must lie in a range. */
    public static Check liesIn(
            String name, Layer layer, String source, String unit, double low, double high, Interval interval) {
        return new Check(
                name,
                layer,
                source,
                digits(low) + " to " + quantity(high, unit),
                interval(interval, unit),
                "interval inside the range",
                verdict(interval.low() >= low && interval.high() <= high),
                "");
    }

    /** Figures of which none may be above the one before, and the last must be below the first. */
    public static Check falls(String name, Layer layer, String source, String unit, double... values) {
        boolean falls = values[values.length - 1] < values[0];
        StringJoiner got = new StringJoiner(", ");
        for (int i = 0; i < values.length; i++) {
            falls &= i == 0 || values[i] <= values[i - 1];
            got.add(digits(values[i], 3));
        }
        return new Check(
                name,
                layer,
                source,
                "falling",
                unit.isEmpty() ? got.toString() : got + " " + unit,
                "none",
                verdict(falls),
                "");
    }

    /** A figure that nothing was expected of. */
    public static Check reported(String name, Layer layer, String source, String unit, double got) {
        return new Check(name, layer, source, "", quantity(got, unit), "", Verdict.REPORTED, "");
    }

    /** The same of a statistic. */
    public static Check reported(String name, Layer layer, String source, String unit, Interval got) {
        return new Check(name, layer, source, "", interval(got, unit), "", Verdict.REPORTED, "");
    }

    /** A check that could not be made, and why. */
    public static Check skipped(String name, Layer layer, String source, String why) {
        return new Check(name, layer, source, "", "", "", Verdict.SKIPPED, why);
    }

    /** The same check; where it failed, as a miss that is known. */
    Check asMissed(String why) {
        return verdict == Verdict.FAILED
                ? new Check(name, layer, source, expected, got, tolerance, Verdict.MISSED, why)
                : this;
    }

    /** The same check with how to read it. */
    Check withNote(String how) {
        return new Check(name, layer, source, expected, got, tolerance, verdict, how);
    }

    static Verdict verdict(boolean holds) {
        return holds ? Verdict.PASSED : Verdict.FAILED;
    }

    private static String interval(Interval interval, String unit) {
        String half = digits(halfWidth(interval), 3);
        return digits(interval.estimate()) + " ± " + (unit.isEmpty() ? half : half + " " + unit);
    }

    private static double halfWidth(Interval interval) {
        return (interval.high() - interval.low()) / 2;
    }

    private static String quantity(double value, String unit) {
        return unit.isEmpty() ? digits(value) : digits(value) + " " + unit;
    }

    private static String digits(double value) {
        return digits(value, 6);
    }

    /** Significant digits without needless zeros. */
    private static String digits(double value, int significant) {
        if (value == 0) {
            return "0";
        }
        if (!Double.isFinite(value)) {
            return Double.toString(value);
        }
        String plain = new BigDecimal(value)
                .round(new MathContext(significant))
                .stripTrailingZeros()
                .toPlainString();
        return plain.length() <= 12 ? plain : String.format(Locale.ROOT, "%.5g", value);
    }
}
