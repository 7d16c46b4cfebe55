package dev.capstan.trace;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads and writes quantities with units as people write them: {@code 15s}, {@code 1h 30m}, {@code 20 kW}, {@code 80 %},
 * {@code 300 g/kWh}. The only place where text becomes a number with a unit.
 */
public final class Quantity {

    private static final Pattern PART =
            Pattern.compile("([+-]?[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)\\s*([^0-9\\s.+-]*)");

    private static final Map<String, Double> DURATION_SECONDS = units(
            "ns", 1e-9, "us", 1e-6, "ms", 1e-3, "s", 1.0, "m", 60.0, "min", 60.0, "h", 3600.0, "d", 86_400.0, "w",
            604_800.0);
    private static final Map<String, Double> POWER_WATTS = units("mW", 1e-3, "W", 1.0, "kW", 1e3, "MW", 1e6);
    private static final Map<String, Double> CARBON =
            units("g/kWh", 1.0, "kg/MWh", 1.0, "lb/MWh", 0.45359237, "lbs/MWh", 0.45359237);
    private static final Map<String, Double> RATIO = units("", 1.0, "%", 0.01);

    private Quantity() {}

    /** Parses a duration such as {@code 15s}, {@code 250ms} or {@code 1h 30m} into nanoseconds. */
    public static long durationNanos(String text) {
        double seconds = 0;
        String rest = text.strip();
        if (rest.isEmpty()) {
            throw unreadable("a duration", text, DURATION_SECONDS, "15s");
        }
        boolean first = true;
        while (!rest.isEmpty()) {
            Matcher part = PART.matcher(rest);
            if (!part.lookingAt() || (!first && part.group(1).startsWith("-"))) {
                throw unreadable("a duration", text, DURATION_SECONDS, "15s");
            }
            Double unit = DURATION_SECONDS.get(part.group(2));
            if (unit == null) {
                throw unreadable(
                        "a duration", text, DURATION_SECONDS, part.group(2).isEmpty() ? part.group(1) + "s" : "15s");
            }
            seconds += Double.parseDouble(part.group(1)) * unit;
            rest = rest.substring(part.end()).strip();
            first = false;
        }
        double nanos = seconds * 1e9;
        if (!(Math.abs(nanos) < 9.2e18)) {
            throw new IllegalArgumentException("'" + text + "' is longer than 292 years");
        }
        return Math.round(nanos);
    }

    /** Parses a power such as {@code 20 kW} into watts. */
    public static double powerWatts(String text) {
        return single("a power", text, POWER_WATTS, "20 kW");
    }

    /** Parses a carbon intensity such as {@code 300 g/kWh} into grams per kilowatt-hour. */
    public static double carbonGramsPerKilowattHour(String text) {
        return single("a carbon intensity", text, CARBON, "300 g/kWh");
    }

    /** Parses a share such as {@code 0.8} or {@code 80 %}. */
    public static double ratio(String text) {
        return single("a share", text, RATIO, "80 %");
    }

    /** Factor from a unit of power, such as {@code kW}, to watts. */
    public static double wattsPer(String unit) {
        Double factor = POWER_WATTS.get(unit.strip());
        if (factor == null) {
            throw new IllegalArgumentException(
                    "'" + unit + "' is not a unit of power. Allowed: " + String.join(", ", POWER_WATTS.keySet()) + ".");
        }
        return factor;
    }

    /** The shortest exact text for a duration: {@code 90s} is {@code 1m 30s}. */
    public static String formatDuration(long nanos) {
        if (nanos == 0) {
            return "0s";
        }
        StringBuilder text = new StringBuilder(nanos < 0 ? "-" : "");
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
        return text.append(String.join(" ", parts)).toString();
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

    private static double single(String what, String text, Map<String, Double> units, String example) {
        Matcher part = PART.matcher(text.strip());
        Double unit = part.matches() ? units.get(part.group(2)) : null;
        if (unit == null) {
            throw unreadable(what, text, units, example);
        }
        double value = Double.parseDouble(part.group(1)) * unit;
        if (!Double.isFinite(value)) {
            throw unreadable(what, text, units, example);
        }
        return value;
    }

    private static IllegalArgumentException unreadable(
            String what, String text, Map<String, Double> units, String example) {
        String allowed = String.join(
                ", ", units.keySet().stream().filter(unit -> !unit.isEmpty()).toList());
        return new IllegalArgumentException("'" + text + "' is not " + what + ": expected a number and a unit ("
                + allowed + "). Maybe you meant " + example + ".");
    }

    private static Map<String, Double> units(Object... namesAndFactors) {
        Map<String, Double> units = new LinkedHashMap<>();
        for (int i = 0; i < namesAndFactors.length; i += 2) {
            units.put((String) namesAndFactors[i], (Double) namesAndFactors[i + 1]);
        }
        return units;
    }
}
