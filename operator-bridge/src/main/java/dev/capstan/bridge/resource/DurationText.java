package dev.capstan.bridge.resource;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as resources write them: {@code 15s}, {@code 1.5s}, {@code 5m}, {@code 2h}, {@code 30d}, {@code 500ms}. */
public final class DurationText {

    static final String PATTERN = "^[0-9]{1,6}([.][0-9]{1,3})?(ms|s|m|h|d)$";

    private static final Pattern SHAPE = Pattern.compile("([0-9]{1,6}(?:[.][0-9]{1,3})?)(ms|s|m|h|d)");

    private DurationText() {}

    /**
     * The duration, exact.
     *
     * @throws IllegalArgumentException if it is not written as said above
     */
    public static Duration parse(String text) {
        Matcher matcher = SHAPE.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("must be a number and one of ms, s, m, h, d, such as 15s or 5m, was \""
                    + text + "\"." + (text.matches("[0-9.]+") ? " Maybe you meant " + text + "s." : ""));
        }
        ChronoUnit unit = switch (matcher.group(2)) {
            case "ms" -> ChronoUnit.MILLIS;
            case "s" -> ChronoUnit.SECONDS;
            case "m" -> ChronoUnit.MINUTES;
            case "h" -> ChronoUnit.HOURS;
            default -> ChronoUnit.DAYS;
        };
        // In thousandths, as many digits as are allowed behind the point.
        long thousandths = new BigDecimal(matcher.group(1)).movePointRight(3).longValueExact();
        return unit.getDuration().multipliedBy(thousandths).dividedBy(1000);
    }

    static double seconds(String text) {
        Duration duration = parse(text);
        return duration.getSeconds() + duration.getNano() / 1e9;
    }

    static long nanos(String text) {
        return parse(text).toNanos();
    }
}
