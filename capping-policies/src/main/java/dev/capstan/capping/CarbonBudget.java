package dev.capstan.capping;

/**
 * What the owner lets the site emit.
 *
 * @param gramsPerHour grams of CO2-equivalent in an hour; above 0
 * @param pue facility watts for each watt of the root domain; at least 1
 */
public record CarbonBudget(double gramsPerHour, double pue) {

    private static final double NANOS_PER_HOUR = 3.6e12;

    public CarbonBudget {
        if (!(gramsPerHour > 0) || Double.isInfinite(gramsPerHour) || !(pue >= 1)) {
            throw new IllegalArgumentException("a carbon budget needs grams per hour above 0 and a PUE of at least 1;"
                    + " was " + gramsPerHour + " g/h and " + pue);
        }
    }

    /** What the root domain may draw at an intensity without emitting more than the budget; infinite at 0 g/kWh. */
    public double watts(double gramsPerKilowattHour) {
        return watts(gramsPerHour, gramsPerKilowattHour);
    }

    /** The same for another rate of emission. */
    double watts(double gramsPerHour, double gramsPerKilowattHour) {
        return gramsPerKilowattHour <= 0
                ? Double.POSITIVE_INFINITY
                : 1000 * gramsPerHour / (gramsPerKilowattHour * pue);
    }

    /** What a draw of the root domain emits over a span of time. */
    public double grams(double watts, double gramsPerKilowattHour, long nanos) {
        return watts / 1000 * gramsPerKilowattHour * pue * (nanos / NANOS_PER_HOUR);
    }

    /** The budget of a span of time. */
    public double grams(long nanos) {
        return gramsPerHour * (nanos / NANOS_PER_HOUR);
    }
}
