package dev.capstan.bridge.carbon;

import dev.capstan.capping.CarbonForecast;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Values by the time they begin, of which each holds until the next. */
final class Slots {

    private final TreeMap<Instant, Double> values = new TreeMap<>();

    void put(Instant from, double gramsPerKilowattHour) {
        values.put(from, gramsPerKilowattHour);
    }

    /**
     * As a forecast.
     *
     * @param lastLength of the last value; no value holds longer, so that a gap stays one
     */
    CarbonForecast forecast(Instant issuedAt, Duration lastLength) {
        List<CarbonForecast.Slot> slots = new ArrayList<>();
        for (Map.Entry<Instant, Double> one : values.entrySet()) {
            Instant next = values.higherKey(one.getKey());
            Instant end = one.getKey().plus(lastLength);
            slots.add(new CarbonForecast.Slot(
                    CarbonHttp.nanos(one.getKey()),
                    CarbonHttp.nanos(next != null && next.isBefore(end) ? next : end),
                    one.getValue()));
        }
        return new CarbonForecast(CarbonHttp.nanos(issuedAt), slots);
    }
}
