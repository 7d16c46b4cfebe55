package dev.capstan.report;

import dev.capstan.sim.results.Interval;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How figures and names are written for people: SI units after a no-break space, few digits, words for known axes. */
final class Wording {

    private static final char NO_BREAK_SPACE = '\u00a0';
    private static final Pattern VALUE_WITH_UNIT = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*([A-Za-z%][A-Za-z/%]*)");
    private static final Map<String, String> AXIS_WORDS = Map.ofEntries(
            Map.entry("cap", "cap"),
            Map.entry("cap.power", "cap"),
            Map.entry("cap.watts", "cap"),
            Map.entry("cap.contain_within", "containment time"),
            Map.entry("control.interval", "interval"),
            Map.entry("control.latency", "control latency"),
            Map.entry("telemetry.rate_window", "window"),
            Map.entry("telemetry.window", "window"),
            Map.entry("telemetry.scrape_interval", "scrape interval"),
            Map.entry("telemetry.exporter_interval", "exporter interval"),
            Map.entry("telemetry.query_delay", "query delay"),
            Map.entry("autoscaling.hpa.sync_period", "HPA sync period"),
            Map.entry("services[0].autoscaler.hpa_sync", "HPA sync"),
            Map.entry("cold_start", "cold start"),
            Map.entry("autoscaling.keda.polling_interval", "KEDA polling interval"));

    private Wording() {}

    static String watts(double watts) {
        double size = Math.abs(watts);
        if (size >= 999_500) {
            return number(watts / 1e6) + NO_BREAK_SPACE + "MW";
        }
        return size >= 999.5 ? number(watts / 1e3) + NO_BREAK_SPACE + "kW" : number(watts) + NO_BREAK_SPACE + "W";
    }

    static String seconds(double seconds) {
        return number(seconds) + NO_BREAK_SPACE + "s";
    }

    /** A share in per cent. Only the exact values 0 and 1 are written as 0 % and 100 %. */
    static String percent(double share) {
        return bareFigure(share) + NO_BREAK_SPACE + "%";
    }

    /** A share in per cent with its interval: {@code 97 % [95, 98]}. */
    static String percent(double share, double low, double high) {
        if (Double.isNaN(share)) {
            return "no disturbance";
        }
        return percent(share) + NO_BREAK_SPACE + "[" + bareFigure(low) + "," + NO_BREAK_SPACE + bareFigure(high) + "]";
    }

    /** A share in per cent with its interval, without the unit: {@code 97 [95, 98]}. */
    static String interval(Interval share) {
        return bareFigure(share.estimate()) + " [" + bareFigure(share.low()) + ", " + bareFigure(share.high()) + "]";
    }

    /** A difference of shares, in points of a hundred. */
    static String points(double share) {
        return new BigDecimal(100 * share).setScale(1, RoundingMode.HALF_UP).toPlainString();
    }

    /** A share as the width of a bar in a style attribute. */
    static String barWidth(double share) {
        return String.format(Locale.ROOT, "%.1f%%", 100 * share);
    }

    /** A share in per cent without its unit. */
    static String bareFigure(double share) {
        if (Double.isNaN(share)) {
            return "–";
        }
        double percent = share * 100;
        BigDecimal whole = new BigDecimal(percent).setScale(0, RoundingMode.HALF_UP);
        boolean looksExact = whole.signum() == 0 || whole.intValue() == 100;
        if (!looksExact || percent == 0 || percent == 100) {
            return whole.toPlainString();
        }
        return String.format(Locale.ROOT, "%.1f", Math.min(99.9, Math.max(0.1, percent)));
    }

    /** Three significant digits, whole numbers from 100 on; {@code –} where there is no value. */
    static String number(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return "–";
        }
        if (value == 0) {
            return "0";
        }
        BigDecimal exact = new BigDecimal(value);
        BigDecimal rounded = Math.abs(value) >= 100
                ? exact.setScale(0, RoundingMode.HALF_UP)
                : exact.round(new MathContext(3, RoundingMode.HALF_UP));
        String plain = rounded.stripTrailingZeros().toPlainString();
        return grouped(plain);
    }

    private static String grouped(String plain) {
        int digits = plain.indexOf('.') < 0 ? plain.length() : plain.indexOf('.');
        StringBuilder out = new StringBuilder(plain);
        int first = plain.startsWith("-") ? 1 : 0;
        if (digits - first >= 5) {
            for (int at = digits - 3; at > first; at -= 3) {
                out.insert(at, '\u202f');
            }
        }
        return out.toString();
    }

    /** The value of an axis as written in the experiment, with its unit set apart: {@code 5m} is {@code 5 min}. */
    static String axisValue(String written) {
        Matcher value = VALUE_WITH_UNIT.matcher(written);
        if (!value.matches()) {
            return written;
        }
        String unit = value.group(2).equals("m") ? "min" : value.group(2);
        return value.group(1) + NO_BREAK_SPACE + unit;
    }

    /** What people call the axis; its path where there is no word for it. */
    static String axisName(String path) {
        return AXIS_WORDS.getOrDefault(path, path);
    }

    /** A setting in running text: {@code a 5 s interval}, or {@code path = value} where there is no word for the axis. */
    static String setting(String path, String written) {
        String value = axisValue(written);
        if (!AXIS_WORDS.containsKey(path)) {
            return path + " = " + value;
        }
        boolean vowel = value.matches("(8|11|18)(\\D.*)?|8\\d.*");
        return (vowel ? "an " : "a ") + value + " " + axisName(path);
    }
}
