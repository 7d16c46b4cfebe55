package dev.capstan.trace;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes quantities with units as people write them: {@code 15s}, {@code 1h 30m}, {@code 20 kW}, {@code 80 %},
 * {@code 300 g/kWh}. The only place where text becomes a number with a unit.
 */
public final class Quantity {

    private static final Pattern PART =
            Pattern.compile("([+-]?[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)\\s*([^0-9\\s.+-]*)");

    private static final Pattern LAST_UNIT = Pattern.compile("([a-z]+)\\s*$");

    private static final Map<String, BigDecimal> DURATION_NANOS = units(
            "ns",
            "1",
            "us",
            "1e3",
            "ms",
            "1e6",
            "s",
            "1e9",
            "m",
            "60e9",
            "min",
            "60e9",
            "h",
            "3600e9",
            "d",
            "86400e9",
            "w",
            "604800e9");
    private static final Map<String, BigDecimal> POWER_WATTS = units("mW", "1e-3", "W", "1", "kW", "1e3", "MW", "1e6");
    // One pound is 0.45359237 kg by definition; 1 kg/MWh is 1 g/kWh.
    private static final Map<String, BigDecimal> CARBON =
            units("g/kWh", "1", "kg/MWh", "1", "lb/MWh", "0.45359237", "lbs/MWh", "0.45359237");
    private static final Map<String, BigDecimal> EMISSION = units("g/h", "1", "kg/h", "1e3", "t/h", "1e6");
    private static final Map<String, BigDecimal> RATIO = units("", "1", "%", "0.01");

    /** What a quantity measures. */
    public enum Kind {
        DURATION("a duration"),
        POWER("a power"),
        EMISSION("a rate of emission"),
        NUMBER("a number");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        /** In words, such as {@code a duration}. */
        public String words() {
            return words;
        }

        private Map<String, BigDecimal> units() {
            return switch (this) {
                case DURATION -> DURATION_NANOS;
                case POWER -> POWER_WATTS;
                case EMISSION -> Quantity.EMISSION;
                case NUMBER -> RATIO;
            };
        }
    }

    /**
     * A quantity of the kind that its unit tells.
     *
     * @param value exact, in nanoseconds, watts or grams per hour, or the plain number: 0.8 for {@code 80 %}
     * @param unit as written, of {@code 1h 30m} the last one; empty for a plain number
     * @param perUnit the value of one such unit
     */
    public record Amount(Kind kind, BigDecimal value, String unit, BigDecimal perUnit) {

        /** This many units as text: {@code 15s}, {@code 20 kW}, {@code 80 %}, {@code 0.8}. */
        public static String text(BigDecimal number, String unit) {
            String gap = unit.isEmpty() || DURATION_NANOS.containsKey(unit) ? "" : " ";
            return number.stripTrailingZeros().toPlainString() + gap + unit;
        }
    }

    /** No quantity needs more; keeps hostile exponents from costing time and memory. */
    private static final int LONGEST_NUMBER = 40;

    private static final int LARGEST_EXPONENT = 400;

    private Quantity() {}

    /**
     * Parses a duration such as {@code 15s}, {@code 250ms} or {@code 1h 30m} into nanoseconds, exactly; below a nanosecond
     * it is rounded. A minus in front makes the whole negative.
     *
     * @throws IllegalArgumentException for anything else, saying what is allowed
     */
    public static long durationNanos(String text) {
        String rest = text.strip();
        boolean negative = rest.startsWith("-");
        BigDecimal nanos = BigDecimal.ZERO;
        boolean first = true;
        do {
            Matcher part = PART.matcher(rest);
            if (!part.lookingAt() || (!first && isSigned(part.group(1)))) {
                throw unreadable("a duration", text, DURATION_NANOS, "15s");
            }
            BigDecimal unit = DURATION_NANOS.get(part.group(2));
            BigDecimal number = number(part.group(1));
            if (unit == null || number == null) {
                throw unreadable(
                        "a duration", text, DURATION_NANOS, part.group(2).isEmpty() ? part.group(1) + "s" : "15s");
            }
            nanos = nanos.add(number.abs().multiply(unit));
            rest = rest.substring(part.end()).strip();
            first = false;
        } while (!rest.isEmpty());
        if (nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException("'" + text + "' is longer than 292 years");
        }
        long whole = nanos.setScale(0, RoundingMode.HALF_UP).longValueExact();
        return negative ? -whole : whole;
    }

    /**
     * Parses a power such as {@code 20 kW} into watts.
     *
     * @throws IllegalArgumentException for anything else, saying what is allowed
     */
    public static double powerWatts(String text) {
        return single("a power", text, POWER_WATTS, "20 kW");
    }

    /**
     * Parses a carbon intensity such as {@code 300 g/kWh} into grams per kilowatt-hour.
     *
     * @throws IllegalArgumentException for anything else, saying what is allowed
     */
    public static double carbonGramsPerKilowattHour(String text) {
        return single("a carbon intensity", text, CARBON, "300 g/kWh");
    }

    /**
     * Parses a rate of emission such as {@code 5 kg/h} into grams per hour.
     *
     * @throws IllegalArgumentException for anything else, saying what is allowed
     */
    public static double gramsPerHour(String text) {
        return single("a rate of emission", text, EMISSION, "5 kg/h");
    }

    /**
     * Parses a share such as {@code 0.8} or {@code 80 %}; it is not held to lie between 0 and 1.
     *
     * @throws IllegalArgumentException for anything else, saying what is allowed
     */
    public static double ratio(String text) {
        return single("a share", text, RATIO, "80 %");
    }

    /** Parses a quantity whose kind its unit tells: a duration, a power, a rate of emission, a share or a plain number. */
    public static Optional<Amount> any(String text) {
        Matcher part = PART.matcher(text.strip());
        if (!part.matches()) {
            return durationInParts(text);
        }
        BigDecimal number = number(part.group(1));
        String unit = part.group(2);
        for (Kind kind : Kind.values()) {
            BigDecimal factor = kind.units().get(unit);
            if (factor != null && number != null) {
                BigDecimal value = number.multiply(factor);
                return Double.isFinite(value.doubleValue())
                        ? Optional.of(new Amount(kind, value, unit, factor))
                        : Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static Optional<Amount> durationInParts(String text) {
        Matcher unit = LAST_UNIT.matcher(text);
        BigDecimal factor = unit.find() ? DURATION_NANOS.get(unit.group(1)) : null;
        if (factor == null) {
            return Optional.empty();
        }
        try {
            BigDecimal nanos = BigDecimal.valueOf(durationNanos(text));
            return Optional.of(new Amount(Kind.DURATION, nanos, unit.group(1), factor));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Whether a number may be followed by this unit, {@code %} included. */
    public static boolean isUnit(String text) {
        return !text.isEmpty()
                && Arrays.stream(Kind.values()).anyMatch(kind -> kind.units().containsKey(text));
    }

    /**
     * Factor from a unit of power, such as {@code kW}, to watts.
     *
     * @throws IllegalArgumentException for an unknown unit
     */
    public static double wattsPer(String unit) {
        BigDecimal factor = POWER_WATTS.get(unit.strip());
        if (factor == null) {
            throw new IllegalArgumentException(
                    "'" + unit + "' is not a unit of power. Allowed: " + String.join(", ", POWER_WATTS.keySet()) + ".");
        }
        return factor.doubleValue();
    }

    /** An exact text for a duration that {@link #durationNanos} reads back: {@code 1m 30s}, {@code -250ms}. */
    public static String formatDuration(long nanos) {
        if (nanos == 0) {
            return "0s";
        }
        if (nanos == Long.MIN_VALUE) {
            throw new IllegalArgumentException("a duration of -2^63 ns has no opposite");
        }
        List<String> parts = new ArrayList<>();
        long rest = Math.abs(nanos);
        long[] sizes = {86_400_000_000_000L, 3_600_000_000_000L, 60_000_000_000L, 1_000_000_000L, 1_000_000L, 1_000L, 1L
        };
        String[] names = {"d", "h", "m", "s", "ms", "us", "ns"};
        for (int i = 0; i < sizes.length; i++) {
            if (rest >= sizes[i]) {
                parts.add(rest / sizes[i] + names[i]);
                rest %= sizes[i];
            }
        }
        return (nanos < 0 ? "-" : "") + String.join(" ", parts);
    }

    /** A power in the unit that reads best, with up to three decimals: {@code 20 kW}, {@code 12.35 kW}, {@code 350 W}. */
    public static String formatPower(double watts) {
        double size = Math.abs(watts);
        if (size >= 1e6) {
            return trimmed(watts / 1e6) + " MW";
        }
        return size >= 1e3 ? trimmed(watts / 1e3) + " kW" : trimmed(watts) + " W";
    }

    private static String trimmed(double value) {
        String text = String.format(Locale.ROOT, "%.3f", value);
        return text.replaceFirst("\\.?0+$", "");
    }

    private static double single(String what, String text, Map<String, BigDecimal> units, String example) {
        Matcher part = PART.matcher(text.strip());
        BigDecimal unit = part.matches() ? units.get(part.group(2)) : null;
        BigDecimal number = unit == null ? null : number(part.group(1));
        if (unit == null || number == null) {
            throw unreadable(what, text, units, example);
        }
        double value = number.multiply(unit).doubleValue();
        if (!Double.isFinite(value)) {
            throw unreadable(what, text, units, example);
        }
        return value;
    }

    private static @Nullable BigDecimal number(String digits) {
        if (digits.length() > LONGEST_NUMBER) {
            return null;
        }
        try {
            BigDecimal number = new BigDecimal(digits);
            return Math.abs(number.scale()) > LARGEST_EXPONENT ? null : number;
        } catch (NumberFormatException e) {
            return null; // An exponent of more than nine digits.
        }
    }

    private static boolean isSigned(String number) {
        return number.startsWith("-") || number.startsWith("+");
    }

    private static IllegalArgumentException unreadable(
            String what, String text, Map<String, BigDecimal> units, String example) {
        String allowed = String.join(
                ", ", units.keySet().stream().filter(unit -> !unit.isEmpty()).toList());
        return new IllegalArgumentException("'" + text + "' is not " + what + ": expected a number and a unit ("
                + allowed + "). Maybe you meant " + example + ".");
    }

    private static Map<String, BigDecimal> units(String... namesAndFactors) {
        Map<String, BigDecimal> units = new LinkedHashMap<>();
        for (int i = 0; i < namesAndFactors.length; i += 2) {
            units.put(namesAndFactors[i], new BigDecimal(namesAndFactors[i + 1]));
        }
        return units;
    }
}
