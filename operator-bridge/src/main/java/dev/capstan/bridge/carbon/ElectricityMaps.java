package dev.capstan.bridge.carbon;

import com.fasterxml.jackson.databind.JsonNode;
import dev.capstan.capping.CarbonForecast;
import dev.capstan.trace.CarbonTrace;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;

/** Electricity Maps v3: the average mix by the hour, life-cycle or direct, often estimated. */
public final class ElectricityMaps implements CarbonSource {

    /** Of the service. */
    public static final URI ADDRESS = URI.create("https://api.electricitymap.org");

    private static final Duration HOUR = Duration.ofHours(1);

    private final CarbonHttp http;
    private final String zone;
    private final String token;
    private final CarbonTrace.Scope scope;
    private final boolean forecast;

    /**
     * @param address {@link #ADDRESS}, or of a proxy
     * @param zone such as {@code DE} or {@code US-CAL-CISO}
     * @param token sent as {@code auth-token}; in no text
     * @param scope of the emissions; an answer of the other one is refused
     * @param forecast whether to ask for it too, which takes a plan that has it
     * @param timeout for a whole answer
     */
    public ElectricityMaps(
            URI address, String zone, String token, CarbonTrace.Scope scope, boolean forecast, Duration timeout) {
        this.zone = zone;
        this.token = token;
        this.scope = scope;
        this.forecast = forecast;
        http = new CarbonHttp(name(), address, timeout);
    }

    @Override
    public CarbonIntensity ask(Instant now) throws CarbonException {
        JsonNode latest = get("latest", now);
        if (latest.path("carbonIntensity").isNull()) {
            throw new CarbonException(
                    name() + " has no value for " + latest.path("datetime").asText() + " yet");
        }
        requireScope(latest);
        Instant from = http.time(latest, "datetime");
        return new CarbonIntensity(
                http.grams(latest.path("carbonIntensity"), "carbonIntensity", 1),
                CarbonTrace.Signal.AVERAGE,
                scope,
                latest.path("isEstimated").asBoolean(),
                from,
                from.plus(HOUR),
                forecast ? forecast(now) : CarbonForecast.NONE);
    }

    private CarbonForecast forecast(Instant now) throws CarbonException {
        JsonNode answer = get("forecast", now);
        Slots slots = new Slots();
        for (JsonNode one : answer.path("forecast")) {
            if (!one.path("carbonIntensity").isNull()) {
                slots.put(http.time(one, "datetime"), http.grams(one.path("carbonIntensity"), "carbonIntensity", 1));
            }
        }
        return slots.forecast(http.time(answer, "updatedAt"), HOUR);
    }

    private JsonNode get(String what, Instant now) throws CarbonException {
        return http.json(http.get(
                "/v3/carbon-intensity/" + what + "?zone=" + CarbonHttp.encoded(zone) + "&emissionFactorType="
                        + factors(),
                "auth-token",
                token,
                now));
    }

    private void requireScope(JsonNode answer) throws CarbonException {
        String type = answer.path("emissionFactorType").asText();
        if (!type.equals(factors())) {
            throw new CarbonException(name() + " answers with emissionFactorType '" + type + "', " + factors()
                    + " was asked for; the two must not be mixed");
        }
    }

    private String factors() {
        return scope == CarbonTrace.Scope.DIRECT ? "direct" : "lifecycle";
    }

    @Override
    public String name() {
        return "Electricity Maps " + zone;
    }

    @Override
    public Duration interval() {
        return Duration.ofMinutes(15);
    }
}
