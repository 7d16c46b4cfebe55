package dev.capstan.bridge.carbon;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Gets JSON from a source, in bounded time. */
final class CarbonHttp {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SHOWN_CHARACTERS = 200;
    private static final double HIGHEST_GRAMS_PER_KILOWATT_HOUR = 5_000;

    private final String name;
    private final String address;
    private final Duration timeout;
    private final HttpClient http;

    /** What came back. */
    record Answer(int status, String body, @Nullable Duration retryAfter) {}

    CarbonHttp(String name, URI address, Duration timeout) {
        String scheme = address.getScheme() == null ? "" : address.getScheme();
        if (!(scheme.equals("http") || scheme.equals("https"))
                || address.getHost() == null
                || address.getUserInfo() != null) {
            throw new IllegalArgumentException(
                    "the address of " + name + " must be http or https with a host, and without a password");
        }
        this.name = name;
        this.address = address.toString().replaceAll("/+$", "");
        this.timeout = timeout;
        this.http = HttpClient.newBuilder().connectTimeout(timeout).build();
    }

    /** @param header name and value, or nulls for none */
    Answer get(String path, @Nullable String header, @Nullable String value, Instant now) throws CarbonException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address + path)).timeout(timeout);
        if (header != null && value != null) {
            try {
                request.header(header, value);
            } catch (IllegalArgumentException e) {
                // Its message may hold the value.
                throw new CarbonException("the token of " + name + " cannot be sent. Maybe it ends with a line end.");
            }
        }
        CompletableFuture<HttpResponse<String>> answer =
                http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        try {
            // The request's own timeout ends with the headers; a body that stalls must end as well.
            HttpResponse<String> response = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return new Answer(
                    response.statusCode(),
                    response.body(),
                    response.headers()
                            .firstValue("Retry-After")
                            .map(text -> retryAfter(text, now))
                            .orElse(null));
        } catch (ExecutionException e) {
            throw new CarbonException(
                    name + " does not answer at " + address + " (" + e.getCause() + ")", null, e.getCause());
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new CarbonException(
                    name + " did not answer at " + address + " within " + timeout.toMillis() + " ms", null, e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new CarbonException(name + " was not waited for", null, e);
        }
    }

    /** The JSON of an answer that is one. */
    JsonNode json(Answer answer) throws CarbonException {
        if (answer.status() == 429) {
            throw new CarbonException(
                    name + " was asked too often (HTTP 429). It is left alone for a while.", answer.retryAfter(), null);
        }
        if (answer.status() == 401 || answer.status() == 403) {
            throw new CarbonException(
                    name + " refuses with HTTP " + answer.status() + ": '" + shown(answer.body())
                            + "'. Maybe the token is wrong, or its plan has not this zone or forecasts.",
                    answer.retryAfter(),
                    null);
        }
        if (answer.status() != 200) {
            throw new CarbonException(
                    name + " answers HTTP " + answer.status() + ": '" + shown(answer.body()) + "'",
                    answer.retryAfter(),
                    null);
        }
        try {
            return JSON.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw new CarbonException(name + " answers with something that is not JSON: '" + shown(answer.body())
                    + "'. Maybe a proxy answers in its place.");
        }
    }

    /** A time that may lack its seconds. */
    Instant time(JsonNode node, String field) throws CarbonException {
        String text = node.path(field).asText();
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw new CarbonException(name + " answers with " + field + " '" + shown(text)
                    + "', expected a time such as" + " 2026-01-20T12:00Z");
        }
    }

    /** Grams per kilowatt-hour after conversion. */
    double grams(JsonNode value, String field, double gramsPerUnit) throws CarbonException {
        double grams = value.isNumber() ? value.doubleValue() * gramsPerUnit : Double.NaN;
        if (!(grams >= 0 && grams <= HIGHEST_GRAMS_PER_KILOWATT_HOUR)) {
            throw new CarbonException(name + " answers with " + field + " "
                    + (value.isMissingNode() ? "missing" : "'" + shown(value.asText()) + "'")
                    + ", expected a number that is 0 to 5000 g/kWh");
        }
        return grams;
    }

    static long nanos(Instant time) {
        return Math.addExact(TimeUnit.SECONDS.toNanos(time.getEpochSecond()), time.getNano());
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Seconds, or the date of RFC 9110, 10.2.3; null where it is neither. */
    static @Nullable Duration retryAfter(String text, Instant now) {
        try {
            return text.strip().matches("[0-9]{1,9}")
                    ? Duration.ofSeconds(Long.parseLong(text.strip()))
                    : Duration.between(now, DateTimeFormatter.RFC_1123_DATE_TIME.parse(text.strip(), Instant::from));
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static String shown(String text) {
        String cut = text.length() > SHOWN_CHARACTERS ? text.substring(0, SHOWN_CHARACTERS) + "..." : text;
        return cut.replaceAll("\\p{Cntrl}", " ").strip();
    }
}
