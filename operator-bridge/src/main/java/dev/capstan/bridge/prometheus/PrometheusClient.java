package dev.capstan.bridge.prometheus;

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
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private final Map<String, String> headers;
    private final InstantSource clock;
    private final HttpClient http;

    /** Without more headers, with the trust of the system; else as the other one. */
    public PrometheusClient(URI address, Credentials credentials, Duration timeout) {
        this(address, credentials, timeout, Map.of(), Tls.ofSystem(), InstantSource.system());
    }

    /**
     * @param address of the server, such as {@code http://prometheus:9090}, with or without a path ahead of
     *     {@code /api/v1}
     * @param credentials how to log in
     * @param timeout for connecting, and for each whole answer
     * @param headers sent with each request, such as {@code X-Scope-OrgID}; their values are in no text
     * @param tls for https
     * @param clock to hold against that of the server
     * @throws IllegalArgumentException if the address or the name of a header is none
     */
    public PrometheusClient(
            URI address,
            Credentials credentials,
            Duration timeout,
            Map<String, String> headers,
            Tls tls,
            InstantSource clock) {
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
        this.headers = new TreeMap<>(headers);
        this.clock = clock;
        requireHeaders(this.headers);
        this.http = HttpClient.newBuilder()
                .connectTimeout(timeout)
                .sslContext(tls.context())
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
        HttpResponse<String> response = post("query_range", form);
        JsonNode answer = parsed(response.statusCode(), response.body());
        return new PrometheusAnswer(series(answer.path("data")), warnings(answer));
    }

    /**
     * Evaluates a query at one instant: the same for all queries of a cycle, so that they see the same samples.
     *
     * @throws PrometheusException where there is no answer, an error, or something that is not Prometheus
     */
    public InstantAnswer query(String query, Instant time) {
        String form = "query=" + encoded(query) + "&time=" + seconds(time.toEpochMilli());
        Instant sent = clock.instant();
        HttpResponse<String> response = post("query", form);
        Duration skew = leastSkew(response, sent, clock.instant());
        JsonNode answer = parsed(response.statusCode(), response.body());
        return new InstantAnswer(samples(answer.path("data")), warnings(answer), skew);
    }

    private HttpResponse<String> post(String endpoint, String form) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + "/api/v1/" + endpoint))
                .timeout(timeout)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form));
        headers.forEach(request::header);
        credentials.authorization().ifPresent(header -> request.header("Authorization", header));
        return send(request.build());
    }

    private static Duration leastSkew(HttpResponse<String> response, Instant sent, Instant received) {
        Optional<String> date = response.headers().firstValue("Date");
        if (date.isEmpty()) {
            return Duration.ZERO;
        }
        try {
            return leastSkew(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date.get(), Instant::from), sent, received);
        } catch (DateTimeParseException e) {
            return Duration.ZERO;
        }
    }

    /** The server wrote its date somewhere between {@code sent} and {@code received}, and cut it to a whole second. */
    static Duration leastSkew(Instant date, Instant sent, Instant received) {
        if (date.isAfter(received)) {
            return Duration.between(received, date);
        }
        Instant latest = date.plusSeconds(1);
        return latest.isBefore(sent) ? Duration.between(sent, latest) : Duration.ZERO;
    }

    private static void requireHeaders(Map<String, String> headers) {
        HttpRequest.Builder trial = HttpRequest.newBuilder(URI.create("http://localhost"));
        headers.forEach((name, value) -> {
            try {
                trial.header(name, value);
            } catch (IllegalArgumentException e) {
                // Its message may hold the value, and so may that of its cause.
                throw new IllegalArgumentException(
                        "header '" + name + "' cannot be sent. Maybe its name or value has a line end or it is one of"
                                + " those that the connection sets.");
            }
        });
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

    private JsonNode parsed(int status, String body) {
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
        return json;
    }

    private static List<String> warnings(JsonNode answer) {
        List<String> warnings = new ArrayList<>();
        answer.path("warnings").forEach(warning -> warnings.add(shown(warning.asText())));
        return warnings;
    }

    private List<InstantSample> samples(JsonNode data) {
        String type = data.path("resultType").asText();
        if (type.equals("scalar")) {
            return List.of(new InstantSample(Map.of(), value(data.path("result"))));
        }
        if (!type.equals("vector")) {
            throw fault("answers with a '" + shown(type) + "', expected a vector or a scalar", false, null);
        }
        List<InstantSample> samples = new ArrayList<>();
        for (JsonNode one : data.path("result")) {
            if (one.has("histogram")) {
                throw histograms();
            }
            samples.add(new InstantSample(labels(one), value(one.path("value"))));
        }
        samples.sort(Comparator.comparing(one -> one.labels().toString()));
        return samples;
    }

    private List<PrometheusSeries> series(JsonNode data) {
        String type = data.path("resultType").asText();
        if (!type.equals("matrix")) {
            throw fault("answers with a '" + shown(type) + "', expected a matrix", false, null);
        }
        List<PrometheusSeries> series = new ArrayList<>();
        for (JsonNode one : data.path("result")) {
            series.add(oneSeries(one));
        }
        series.sort(Comparator.comparing(one -> one.labels().toString()));
        return series;
    }

    private static Map<String, String> labels(JsonNode one) {
        Map<String, String> labels = new TreeMap<>();
        one.path("metric")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        return labels;
    }

    private PrometheusException histograms() {
        return fault(
                "answers with native histograms, expected numbers. Maybe wrap the query in rate or sum.", false, null);
    }

    /** The second half of {@code [time, "value"]}. */
    private double value(JsonNode sample) {
        if (!sample.path(0).isNumber() || !sample.path(1).isTextual()) {
            throw fault(
                    "answers with the sample " + shown(sample.toString()) + ", expected [time, \"value\"]",
                    false,
                    null);
        }
        return number(sample.get(1).asText());
    }

    private PrometheusSeries oneSeries(JsonNode one) {
        if (one.has("histograms")) {
            throw histograms();
        }
        JsonNode samples = one.path("values");
        long[] millis = new long[samples.size()];
        double[] values = new double[samples.size()];
        for (int i = 0; i < millis.length; i++) {
            JsonNode sample = samples.get(i);
            values[i] = value(sample);
            millis[i] = sample.get(0)
                    .decimalValue()
                    .movePointRight(3)
                    .setScale(0, RoundingMode.HALF_EVEN)
                    .longValue();
        }
        return new PrometheusSeries(labels(one), millis, values);
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
