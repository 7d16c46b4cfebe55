package dev.capstan.bridge.certificate;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Numbers of a certificate: ten significant digits, as in the tables of results, never in exponent form. */
final class Numbers {

    private static final MathContext DIGITS = new MathContext(10, RoundingMode.HALF_EVEN);

    private Numbers() {}

    /**
     * The number as it is written.
     *
     * @throws IllegalArgumentException for what is no number
     */
    static String text(double value) {
        return rounded(value).toPlainString();
    }

    /** The order of two numbers as they are written. */
    static int compare(double one, double other) {
        return rounded(one).compareTo(rounded(other));
    }

    private static BigDecimal rounded(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("a certificate holds finite numbers only, was " + value);
        }
        return new BigDecimal(value).round(DIGITS).stripTrailingZeros();
    }
}
