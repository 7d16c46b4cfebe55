package dev.capstan.bridge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.sun.net.httpserver.HttpExchange;
import dev.capstan.bridge.carbon.StubSource;
import dev.capstan.bridge.prometheus.StubPrometheus;
import dev.capstan.bridge.resource.PowerCap;
import dev.capstan.bridge.telemetry.MeteredService;
import dev.capstan.capping.PowerReading;
import dev.capstan.capping.Quality;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Secrets that are renewed, missing or of no use, with a Prometheus and carbon services that take one token at a time. */
@EnableKubernetesMockClient(crud = true)
class LiveSourcesTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final long NOON_NANOS = TimeUnit.SECONDS.toNanos(NOON.getEpochSecond());

    private static final MeteredService CHAT = new MeteredService("chat", "shop", "chat-[a-z0-9]+", 1, 1, 1);

    private static final String CAP = """
            {"kind": "PowerCap", "metadata": {"name": "row", "namespace": "shop", "uid": "u"},
             "spec": {"limit": {%s},
              "measurement": {"source": "custom", "query": "power", "countQuery": "boards",
                              "prometheus": {"url": "%s", %s}},
              "targets": [{"ref": {"kind": "Deployment", "name": "chat"}, "replica": {"peakWatts": 1000}}]}}
            """;
    private static final String TOKEN = "\"bearerTokenSecretRef\": {\"name\": \"login\", \"key\": \"token\"}";
    private static final String BASIC = "\"basicSecretRef\": {\"name\": \"login\"}";
    private static final String AUTHORITY = "\"tls\": {\"caSecretRef\": {\"name\": \"login\", \"key\": \"ca\"}}";

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    @SuppressWarnings("NullAway.Init")
    private StubPrometheus prometheus;

    @SuppressWarnings("NullAway.Init")
    private StubSource carbon;

    private volatile String taken = "";
    private volatile String boards = "1";
    private long monotonicNanos;

    @BeforeEach
    void serve() throws IOException {
        prometheus = new StubPrometheus((form, exchange) -> {
            if (isTaken(exchange)) {
                StubPrometheus.send(
                        exchange,
                        200,
                        StubPrometheus.vector("{\"metric\":{},\"value\":[1,\""
                                + ("boards".equals(form.get("query")) ? boards : "500") + "\"]}"));
            } else {
                StubPrometheus.send(exchange, 401, "Unauthorized");
            }
        });
        carbon = new StubSource(exchange -> {
            if (isTaken(exchange)) {
                StubSource.send(exchange, 200, """
                        {"zone": "DE", "carbonIntensity": 302, "datetime": "2026-03-01T12:00:00.000Z",
                         "emissionFactorType": "lifecycle", "isEstimated": true}""");
            } else {
                StubSource.send(exchange, 401, "Unauthorized");
            }
        });
    }

    @AfterEach
    void stop() {
        prometheus.close();
        carbon.close();
    }

    private boolean isTaken(HttpExchange exchange) {
        return taken.equals(exchange.getRequestHeaders().getFirst("Authorization"))
                || taken.equals(exchange.getRequestHeaders().getFirst("auth-token"));
    }

    private void store(Map<String, String> values) {
        client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withNamespace("shop")
                        .withName("login")
                        .endMetadata()
                        .addToData(base64(values))
                        .build())
                .createOr(resource -> resource.update());
    }

    private static Map<String, String> base64(Map<String, String> values) {
        Map<String, String> data = new TreeMap<>();
        values.forEach((key, value) ->
                data.put(key, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))));
        return data;
    }

    private LiveSources sources() {
        return new LiveSources(
                new Keys(client, "capstan-system", () -> monotonicNanos), InstantSource.fixed(NOON), Runnable::run);
    }

    private Telemetry telemetry(String login) throws IOException {
        return telemetry(login, prometheus.client().address());
    }

    private Telemetry telemetry(String login, URI address) throws IOException {
        PowerCap cap = cap(CAP.formatted("\"watts\": 4000", address, login));
        return sources().telemetry(cap, CapPlan.of(cap));
    }

    private static PowerCap cap(String json) throws IOException {
        return JsonMapper.builder().addModule(new JavaTimeModule()).build().readValue(json, PowerCap.class);
    }

    /** What was read of a Secret counts for a minute. */
    private void aMinutePasses() {
        monotonicNanos += Duration.ofSeconds(61).toNanos();
    }

    private static PowerReading power(Telemetry telemetry) throws IOException {
        return Objects.requireNonNull(
                telemetry.read(List.of(CHAT), NOON_NANOS).domains().get(CapLoop.DOMAIN));
    }

    @Test
    void noReadingIsLostWhenATokenIsRenewed() throws IOException {
        store(Map.of("token", "old\n"));
        taken = "Bearer old";
        Telemetry telemetry = telemetry(TOKEN);
        assertThat(power(telemetry).watts()).isEqualTo(500);

        aMinutePasses();
        store(Map.of("token", "new"));
        taken = "Bearer new";
        assertThat(power(telemetry).watts()).isEqualTo(500);
        assertThat(prometheus.logins).endsWith("POST Bearer old", "POST Bearer new", "POST Bearer new");
        assertThat(power(telemetry).watts()).isEqualTo(500);
    }

    @Test
    void whatWasCountedBeforeARenewalIsMissedAfterIt() throws IOException {
        store(Map.of("token", "old"));
        taken = "Bearer old";
        boards = "4";
        Telemetry telemetry = telemetry(TOKEN);
        assertThat(power(telemetry).quality()).isEqualTo(Quality.FRESH);

        aMinutePasses();
        store(Map.of("token", "new"));
        taken = "Bearer new";
        boards = "3";
        assertThat(power(telemetry).quality()).isEqualTo(Quality.PARTIAL);
    }

    @Test
    void noReadingIsLostWhenAPasswordIsRenewed() throws IOException {
        store(Map.of("username", "Aladdin", "password", "old"));
        taken = "Basic QWxhZGRpbjpvbGQ=";
        Telemetry telemetry = telemetry(BASIC);
        assertThat(power(telemetry).watts()).isEqualTo(500);

        aMinutePasses();
        // The example of RFC 7617.
        store(Map.of("username", "Aladdin", "password", "open sesame"));
        taken = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==";
        assertThat(power(telemetry).watts()).isEqualTo(500);
    }

    @Test
    void asksOnceWhereTheTokenIsTheSame() throws IOException {
        store(Map.of("token", "old"));
        Telemetry telemetry = telemetry(TOKEN);
        aMinutePasses();

        assertThatThrownBy(() -> power(telemetry))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("answers HTTP 401")
                .hasMessageNotContaining("old");
        assertThat(prometheus.logins).hasSize(1);
    }

    @Test
    void tellsOfASecretThatWentBesidesTheFailure() throws IOException {
        store(Map.of("token", "old"));
        Telemetry telemetry = telemetry(TOKEN);
        aMinutePasses();
        client.secrets().inNamespace("shop").withName("login").delete();

        assertThatThrownBy(() -> power(telemetry))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("answers HTTP 401")
                .hasMessageEndingWith("; and there is no Secret shop/login");
    }

    @Test
    void aTokenThatIsNoneIsNeitherSentNorShown() {
        store(Map.of("token", "first\nsecond"));

        assertThatThrownBy(() -> telemetry(TOKEN))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the bearer token must be one line of visible ASCII")
                .hasMessageNotContaining("second");
    }

    @Test
    void anAuthorityThatIsNoneIsToldAtOnce() {
        store(Map.of("ca", "hello"));

        assertThatThrownBy(() -> telemetry(AUTHORITY))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the CA bundle must be certificates in PEM");
    }

    @Test
    void aKeyThatIsNotThereIsToldWithThoseThatAre() {
        store(Map.of("tokn", "old"));

        assertThatThrownBy(() -> telemetry(TOKEN))
                .isInstanceOf(IOException.class)
                .hasMessage("Secret shop/login has no key \"token\", only tokn");
    }

    @Test
    void carbonIsAskedAgainWithATokenThatWasRenewed() throws IOException {
        store(Map.of("token", "old"));
        taken = "old";
        PowerCap cap = cap(CAP.formatted(
                """
                "carbon": {"gramsPerHour": 2000,
                           "source": {"type": "electricity-maps", "zone": "DE", "url": "%s",
                                      "tokenSecretRef": {"name": "login", "key": "token"}}}""".formatted(carbon.address()), prometheus.client().address(), TOKEN));
        CarbonFeed feed = sources().carbon(cap, CapPlan.of(cap));
        assertThat(feed.reading(NOON_NANOS).gramsPerKilowattHour()).isEqualTo(302);

        aMinutePasses();
        store(Map.of("token", "new"));
        taken = "new";
        int asked = carbon.asked.size();
        feed.reading(NOON_NANOS + Duration.ofHours(1).toNanos());
        assertThat(feed.problem()).isNull();
        assertThat(carbon.asked.subList(asked, carbon.asked.size()))
                .extracting(one -> one.substring(one.indexOf(' ') + 1))
                .containsExactly("old", "new");
    }
}
