package dev.capstan.capping;

/**
 * Carbon intensity of the grid.
 *
 * @param gramsPerKilowattHour intensity now; {@link Double#NaN} where unknown
 * @param ageNanos age of that figure
 * @param forecast what its source expects from here on
 */
public record CarbonReading(double gramsPerKilowattHour, long ageNanos, CarbonForecast forecast) {

    /** No source is configured, or it never answered. */
    public static final CarbonReading UNKNOWN = new CarbonReading(Double.NaN, 0, CarbonForecast.NONE);
}
