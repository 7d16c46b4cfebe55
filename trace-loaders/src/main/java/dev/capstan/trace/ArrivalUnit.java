package dev.capstan.trace;

/** How a column of a request file states the arrival. */
public enum ArrivalUnit {
    SECONDS("s", 9),
    MILLISECONDS("ms", 6),
    MICROSECONDS("us", 3),
    NANOSECONDS("ns", 0),
    /** A date and time with its zone, such as {@code 2024-05-10T00:00:01.5+02:00}. */
    ISO8601("iso8601", 0);

    private final String symbol;
    private final int decimalsToNanos;

    ArrivalUnit(String symbol, int decimalsToNanos) {
        this.symbol = symbol;
        this.decimalsToNanos = decimalsToNanos;
    }

    /** What a user writes: {@code s}, {@code ms}, {@code us}, {@code ns} or {@code iso8601}. */
    public String symbol() {
        return symbol;
    }

    int decimalsToNanos() {
        return decimalsToNanos;
    }

    /**
     * The unit of a symbol.
     *
     * @throws IllegalArgumentException where there is no such unit
     */
    public static ArrivalUnit ofSymbol(String symbol) {
        for (ArrivalUnit unit : values()) {
            if (unit.symbol.equals(symbol)) {
                return unit;
            }
        }
        throw new IllegalArgumentException(
                "arrival unit must be s, ms, us, ns or iso8601, was '" + symbol + "'. Maybe write s for seconds.");
    }
}
