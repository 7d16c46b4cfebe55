package dev.capstan.bridge.carbon;

import com.fasterxml.jackson.databind.JsonNode;
import dev.capstan.capping.CarbonForecast;
import dev.capstan.trace.CarbonTrace;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The Carbon Intensity API of NESO for Great Britain (CC BY 4.0), which needs no key: average, direct, half hours, the
 * forecast of 48 hours in the same answer.
 */
public final class Neso implements CarbonSource {

    /** Of the service. */
    public static final URI ADDRESS = URI.create("https://api.carbonintensity.org.uk");

    private static final DateTimeFormatter MINUTES =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final Duration HALF_HOUR = Duration.ofMinutes(30);

    private final CarbonHttp http;

    /**
     * @param address {@link #ADDRESS}, or of a proxy
     * @param timeout for a whole answer
     */
    public Neso(URI address, Duration timeout) {
        http = new CarbonHttp(name(), address, timeout);
    }

    /** The half hour of now is a forecast, and marked as estimated, until its actual value is known. */
    @Override
    public CarbonIntensity ask(Instant now) throws CarbonException {
        JsonNode data = http.json(http.get("/intensity/" + MINUTES.format(now) + "/fw48h", null, null, now))
                .path("data");
        Slots forecast = new Slots();
        JsonNode current = null;
        @Nullable Instant currentFrom = null;
        for (JsonNode one : data) {
            Instant from = http.time(one, "from");
            JsonNode value = one.path("intensity").path("forecast");
            if (!value.isNull()) {
                forecast.put(from, http.grams(value, "intensity.forecast", 1));
            }
            if (!from.isAfter(now) && now.isBefore(from.plus(HALF_HOUR))) {
                current = one.path("intensity");
                currentFrom = from;
            }
        }
        if (current == null || currentFrom == null) {
            throw new CarbonException(name() + " answers without the half hour of " + now);
        }
        boolean measured = current.path("actual").isNumber();
        String field = measured ? "actual" : "forecast";
        CarbonForecast slots = forecast.forecast(now, HALF_HOUR);
        return new CarbonIntensity(
                http.grams(current.path(field), "intensity." + field, 1),
                CarbonTrace.Signal.AVERAGE,
                CarbonTrace.Scope.DIRECT,
                !measured,
                currentFrom,
                currentFrom.plus(HALF_HOUR),
                slots);
    }

    @Override
    public String name() {
        return "NESO GB";
    }

    @Override
    public Duration interval() {
        return Duration.ofMinutes(10);
    }
}
