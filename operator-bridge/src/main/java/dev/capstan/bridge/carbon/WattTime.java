package dev.capstan.bridge.carbon;

import com.fasterxml.jackson.databind.JsonNode;
import dev.capstan.capping.CarbonForecast;
import dev.capstan.trace.CarbonTrace;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * WattTime v3: marginal emissions by five minutes ({@code co2_moer}), direct. The value of now is the first of its
 * forecast, so always estimated.
 *
 * <p><b>Caveats.</b> Not safe for use by several threads: it keeps the token of its login.
 */
public final class WattTime implements CarbonSource {

    /** Of the service. */
    public static final URI ADDRESS = URI.create("https://api.watttime.org");

    private static final String UNITS = "lbs_co2_per_mwh";

    /** One pound is 0.45359237 kg by definition, and 1 kg/MWh is 1 g/kWh. */
    private static final double GRAMS_PER_KILOWATT_HOUR_OF_A_POUND = 0.45359237;

    /** Tokens are good for about 30 minutes. */
    private static final Duration TOKEN_LIFE = Duration.ofMinutes(25);

    private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

    private final CarbonHttp http;
    private final String region;
    private final String login;
    private @Nullable String token;
    private Instant tokenUntil = Instant.MIN;

    /**
     * @param address {@link #ADDRESS}, or of a proxy
     * @param region such as {@code CAISO_NORTH}
     * @param user of the account
     * @param password of it; in no text
     * @param timeout for a whole answer
     */
    public WattTime(URI address, String region, String user, String password, Duration timeout) {
        this.region = region;
        login = "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        http = new CarbonHttp(name(), address, timeout);
    }

    @Override
    public CarbonIntensity ask(Instant now) throws CarbonException {
        String known = token;
        boolean renewed = known == null || !now.isBefore(tokenUntil);
        CarbonHttp.Answer answer = forecast(renewed || known == null ? newToken(now) : known, now);
        if (answer.status() == 401 && !renewed) {
            answer = forecast(newToken(now), now);
        }
        if (answer.status() == 401) {
            token = null;
        }
        return intensity(http.json(answer), now);
    }

    private CarbonHttp.Answer forecast(String bearer, Instant now) throws CarbonException {
        return http.get(
                "/v3/forecast?region=" + CarbonHttp.encoded(region) + "&signal_type=co2_moer&horizon_hours=24",
                "Authorization",
                "Bearer " + bearer,
                now);
    }

    private String newToken(Instant now) throws CarbonException {
        String fresh = http.json(http.get("/login", "Authorization", login, now))
                .path("token")
                .asText();
        if (fresh.isEmpty()) {
            throw new CarbonException(name() + " answers to the login without a token");
        }
        token = fresh;
        tokenUntil = now.plus(TOKEN_LIFE);
        return fresh;
    }

    private CarbonIntensity intensity(JsonNode answer, Instant now) throws CarbonException {
        JsonNode meta = answer.path("meta");
        require("units", meta, UNITS);
        require("signal_type", meta, "co2_moer");
        Slots slots = new Slots();
        for (JsonNode one : answer.path("data")) {
            slots.put(
                    http.time(one, "point_time"),
                    http.grams(one.path("value"), "value", GRAMS_PER_KILOWATT_HOUR_OF_A_POUND));
        }
        CarbonForecast forecast = slots.forecast(http.time(meta, "generated_at"), FIVE_MINUTES);
        CarbonForecast.Slot slot = forecast.at(CarbonHttp.nanos(now));
        if (slot == null) {
            throw new CarbonException(name() + " answers without the five minutes of " + now + "; made at "
                    + meta.path("generated_at").asText() + ". Maybe its data are late, or our clock is wrong.");
        }
        return new CarbonIntensity(
                slot.gramsPerKilowattHour(),
                CarbonTrace.Signal.MARGINAL,
                CarbonTrace.Scope.DIRECT,
                true,
                Instant.ofEpochSecond(0, slot.startNanos()),
                Instant.ofEpochSecond(0, slot.endNanos()),
                forecast);
    }

    private void require(String field, JsonNode meta, String wanted) throws CarbonException {
        String found = meta.path(field).asText();
        if (!found.equals(wanted)) {
            throw new CarbonException(name() + " answers with " + field + " '" + found + "', expected " + wanted);
        }
    }

    @Override
    public String name() {
        return "WattTime " + region;
    }

    @Override
    public Duration interval() {
        return FIVE_MINUTES;
    }
}
