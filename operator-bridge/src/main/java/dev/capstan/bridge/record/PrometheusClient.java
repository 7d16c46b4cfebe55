package dev.capstan.bridge.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Asks a Prometheus over its HTTP API. */
public final class PrometheusClient {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SHOWN_CHARACTERS = 200;

    private final URI address;
    private final Credentials credentials;
    private final Duration timeout;
    private final HttpClient http;

    /**
     * @param address of the server, such as {@code http://prometheus:9090}, with or without a path ahead of
     *     {@code /api/v1}
     * @param credentials how to log in
     * @param timeout for connecting, and for each whole answer
     */
    public PrometheusClient(URI address, Credentials credentials, Duration timeout) {
        String scheme = address.getScheme() == null ? "" : address.getScheme();
        if (!(scheme.equals("http") || scheme.equals("https")) || address.getHost() == null) {
            throw new IllegalArgumentException("the address of a Prometheus must be http or https with a host, was '"
                    + address + "'. Maybe http://localhost:9090.");
        }
        if (address.getUserInfo() != null) {
            throw new IllegalArgumentException(
                    "the address of a Prometheus must not hold a password. Maybe give user and password apart.");
        }
        this.address = URI.create(address.toString().replaceAll("/+$", ""));
        this.credentials = credentials;
        this.timeout = timeout;
        this.http = HttpClient.newBuilder()
                .connectTimeout(timeout)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    /** Of the server. */
    public URI address() {
        return address;
    }

    /**
     * Evaluates a query at {@code start}, {@code start + step} and so on up to {@code end}.
     *
     * @throws PrometheusException where there is no answer, an error, or something that is not Prometheus
     */
    public PrometheusAnswer queryRange(String query, Instant start, Instant end, Duration step) {
        String form = "query=" + encoded(query) + "&start=" + seconds(start.toEpochMilli()) + "&end="
                + seconds(end.toEpochMilli()) + "&step=" + seconds(step.toMillis());
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + "/api/v1/query_range"))
                .timeout(timeout)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form));
        credentials.authorization().ifPresent(header -> request.header("Authorization", header));
        HttpResponse<String> response = send(request.build());
        return parsed(response.statusCode(), response.body());
    }

    private HttpResponse<String> send(HttpRequest request) {
        CompletableFuture<HttpResponse<String>> answer =
                http.sendAsync(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        try {
            // The request's own timeout ends with the headers; a body that stalls must end as well.
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException) {
                throw fault("does not answer (" + e.getCause() + "). Maybe it is down.", true, e.getCause());
            }
            throw fault("cannot be asked (" + e.getCause() + ")", false, e.getCause());
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw fault("did not answer within " + timeout.toMillis() + " ms. Maybe ask for less.", true, e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw fault("was interrupted", false, e);
        }
    }

    private PrometheusAnswer parsed(int status, String body) {
        JsonNode json;
        try {
            json = JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw fault(
                    "answers HTTP " + status + " with something that is not JSON: '" + shown(body)
                            + "'. Maybe a proxy answers in its place, or it wants a login.",
                    status >= 500,
                    e);
        }
        if (status != 200 || !json.path("status").asText().equals("success")) {
            throw fault(
                    "answers HTTP " + status + ", " + json.path("errorType").asText("no error type") + ": "
                            + shown(json.path("error").asText("no message")),
                    status >= 500,
                    null);
        }
        String type = json.path("data").path("resultType").asText();
        if (!type.equals("matrix")) {
            throw fault("answers with a '" + shown(type) + "', expected a matrix", false, null);
        }
        List<PrometheusSeries> series = new ArrayList<>();
        for (JsonNode one : json.path("data").path("result")) {
            series.add(series(one));
        }
        series.sort(Comparator.comparing(one -> one.labels().toString()));
        List<String> warnings = new ArrayList<>();
        json.path("warnings").forEach(warning -> warnings.add(warning.asText()));
        return new PrometheusAnswer(series, warnings);
    }

    private PrometheusSeries series(JsonNode one) {
        Map<String, String> labels = new TreeMap<>();
        one.path("metric")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        if (one.has("histograms")) {
            throw fault(
                    "answers with native histograms, expected numbers. Maybe wrap the query in rate or sum.",
                    false,
                    null);
        }
        JsonNode samples = one.path("values");
        long[] millis = new long[samples.size()];
        double[] values = new double[samples.size()];
        for (int i = 0; i < millis.length; i++) {
            JsonNode sample = samples.get(i);
            if (!sample.path(0).isNumber() || !sample.path(1).isTextual()) {
                throw fault(
                        "answers with the sample " + shown(sample.toString()) + ", expected [time, \"value\"]",
                        false,
                        null);
            }
            millis[i] = sample.get(0)
                    .decimalValue()
                    .movePointRight(3)
                    .setScale(0, RoundingMode.HALF_EVEN)
                    .longValue();
            values[i] = number(sample.get(1).asText());
        }
        return new PrometheusSeries(labels, millis, values);
    }

    /** Go writes infinities in a way that Java does not read. */
    private double number(String text) {
        if (text.equals("+Inf")) {
            return Double.POSITIVE_INFINITY;
        }
        if (text.equals("-Inf")) {
            return Double.NEGATIVE_INFINITY;
        }
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw fault("answers with the value '" + shown(text) + "', expected a number", false, e);
        }
    }

    private PrometheusException fault(String problem, boolean mayPass, @Nullable Throwable cause) {
        return new PrometheusException(address + " " + problem, mayPass, cause);
    }

    private static String seconds(long millis) {
        return BigDecimal.valueOf(millis, 3).toPlainString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String shown(String text) {
        String cut = text.length() > SHOWN_CHARACTERS ? text.substring(0, SHOWN_CHARACTERS) + "..." : text;
        return cut.replaceAll("\\p{Cntrl}", " ").strip();
    }
}
