package dev.capstan.trace;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** Decimal numbers from files, bounded so that hostile ones cost neither time nor memory. */
final class Decimals {

    private static final int LONGEST_NUMBER = 40;
    private static final int LARGEST_EXPONENT = 400;

    /** Half of what a long holds, so that sums and differences of two times cannot overflow. */
    private static final BigDecimal LATEST_NANOS = BigDecimal.valueOf(Long.MAX_VALUE / 2);

    private Decimals() {}

    /** The number; null where the text is none or has no finite double. */
    static @Nullable BigDecimal parse(String text) {
        if (text.isEmpty() || text.length() > LONGEST_NUMBER) {
            return null;
        }
        try {
            BigDecimal value = new BigDecimal(text);
            return Math.abs(value.scale()) < LARGEST_EXPONENT && Double.isFinite(value.doubleValue()) ? value : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** Nanoseconds of a time in units of 10^-decimals s; -1 where the text is no time from 0 to 146 years. */
    static long nanos(String text, int decimalsToNanos) {
        BigDecimal value = parse(text);
        if (value == null) {
            return -1;
        }
        BigDecimal nanos = value.movePointRight(decimalsToNanos);
        return nanos.signum() < 0 || nanos.compareTo(LATEST_NANOS) > 0
                ? -1
                : nanos.setScale(0, RoundingMode.HALF_EVEN).longValue();
    }

    /** Exact decimal seconds without needless zeros: {@code 4.314579}, {@code 12}. */
    static String seconds(long nanos) {
        return BigDecimal.valueOf(nanos, 9).stripTrailingZeros().toPlainString();
    }
}
