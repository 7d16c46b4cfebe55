package dev.capstan.bridge.carbon;

import dev.capstan.capping.CarbonForecast;
import dev.capstan.trace.CarbonTrace;
import java.time.Instant;

/**
 * What a source says of the carbon intensity of one zone.
 *
 * @param gramsPerKilowattHour grams of CO2-equivalent, at least 0
 * @param signal average or marginal
 * @param scope direct or life-cycle
 * @param estimated whether the source has modelled or forecast the value in place of measuring it
 * @param from first instant that the value is of
 * @param to the instant after it
 * @param forecast of what comes; its clock counts nanoseconds since the Unix epoch
 */
public record CarbonIntensity(
        double gramsPerKilowattHour,
        CarbonTrace.Signal signal,
        CarbonTrace.Scope scope,
        boolean estimated,
        Instant from,
        Instant to,
        CarbonForecast forecast) {

    public CarbonIntensity {
        if (!(gramsPerKilowattHour >= 0) || Double.isInfinite(gramsPerKilowattHour) || !from.isBefore(to)) {
            throw new IllegalArgumentException("an intensity needs at least 0 g/kWh and from < to; was "
                    + gramsPerKilowattHour + " g/kWh from " + from + " to " + to);
        }
    }
}
