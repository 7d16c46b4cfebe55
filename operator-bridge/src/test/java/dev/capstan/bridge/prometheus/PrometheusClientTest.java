package dev.capstan.bridge.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrometheusClientTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant START = Instant.parse("2026-01-01T00:00:00.250Z");

    @Test
    void postsTheQueryAndReadsSeriesSortedWithTheirStrangeNumbers() throws IOException {
        try (StubPrometheus stub = new StubPrometheus((form, exchange) -> StubPrometheus.send(
                exchange,
                200,
                StubPrometheus.matrix(
                        "{\"metric\":{\"UUID\":\"b\"},\"values\":[[1.5,\"350.5\"],[2,\"NaN\"]]}",
                        "{\"metric\":{\"UUID\":\"a\"},\"values\":[[1,\"+Inf\"],[2,\"-Inf\"]]}")))) {
            PrometheusAnswer answer = ask(stub.client());
            assertThat(answer.series())
                    .extracting(one -> one.labels().get("UUID"))
                    .containsExactly("a", "b");
            assertThat(answer.series().get(0).values())
                    .containsExactly(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
            assertThat(answer.series().get(1).values()).containsExactly(350.5, Double.NaN);
            assertThat(answer.series().get(1).epochMillis()).containsExactly(1_500, 2_000);
            assertThat(stub.forms.get(0))
                    .containsEntry("query", "up{a=\"b+c&d\"}")
                    .containsEntry("start", "1767225600.250")
                    .containsEntry("step", "15.000");
            assertThat(stub.logins).containsExactly("POST null");
        }
    }

    @Test
    void emptyIsNoSeriesAndWarningsAreKept() throws IOException {
        try (StubPrometheus stub = new StubPrometheus((form, exchange) -> StubPrometheus.send(
                exchange,
                200,
                "{\"status\":\"success\",\"warnings\":[\"truncated\"],"
                        + "\"data\":{\"resultType\":\"matrix\",\"result\":[]}}"))) {
            assertThat(ask(stub.client()).series()).isEmpty();
            assertThat(ask(stub.client()).warnings()).containsExactly("truncated");
        }
    }

    @Test
    void logsInByTokenOrPasswordAndNeverShowsThem() throws IOException {
        try (StubPrometheus stub =
                new StubPrometheus((form, exchange) -> StubPrometheus.send(exchange, 200, StubPrometheus.matrix()))) {
            ask(stub.client(Credentials.bearer("secret")));
            ask(stub.client(Credentials.basic("Aladdin", "open sesame")));
            // The second is the example of RFC 7617.
            assertThat(stub.logins).containsExactly("POST Bearer secret", "POST Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
            assertThat(Credentials.bearer("secret").toString()).doesNotContain("secret");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "secret ", "secret\nmore", "secret\u00e9"})
    void aTokenThatIsNoneIsNotShown(String token) {
        assertThatThrownBy(() -> Credentials.bearer(token))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one line of visible ASCII characters")
                .hasMessageNotContaining("secret");
    }

    @Test
    void readsAVectorOfOneInstantWithTheTimeItWasGiven() throws IOException {
        try (StubPrometheus stub = new StubPrometheus((form, exchange) -> StubPrometheus.send(
                exchange,
                200,
                StubPrometheus.vector(
                        "{\"metric\":{\"pod\":\"b\"},\"value\":[1.25,\"350.5\"]}",
                        "{\"metric\":{\"pod\":\"a\"},\"value\":[1.25,\"+Inf\"]}",
                        "{\"metric\":{},\"value\":[1.25,\"NaN\"]}")))) {
            InstantAnswer answer = stub.client().query("up", START);

            assertThat(answer.samples())
                    .containsExactly(
                            new InstantSample(Map.of("pod", "a"), Double.POSITIVE_INFINITY),
                            new InstantSample(Map.of("pod", "b"), 350.5),
                            new InstantSample(Map.of(), Double.NaN));
            assertThat(answer.samples().get(2).label("pod")).isEmpty();
            assertThat(stub.forms).containsExactly(Map.of("query", "up", "time", "1767225600.250"));
        }
    }

    @Test
    void aScalarIsOneSampleAndAMatrixIsRefused() throws IOException {
        try (StubPrometheus stub = new StubPrometheus((form, exchange) -> StubPrometheus.send(
                exchange,
                200,
                "42".equals(form.get("query"))
                        ? "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1,\"42\"]}}"
                        : StubPrometheus.matrix()))) {
            assertThat(stub.client().query("42", START).samples()).containsExactly(new InstantSample(Map.of(), 42));
            assertThatThrownBy(() -> stub.client().query("up[1m]", START))
                    .hasMessageContaining("expected a vector or a scalar");
        }
    }

    @Test
    void sendsHeadersOfATenantAndNeverShowsThem() throws IOException {
        List<String> tenants = new CopyOnWriteArrayList<>();
        try (StubPrometheus stub = new StubPrometheus((form, exchange) -> {
            tenants.add(exchange.getRequestHeaders().getFirst("X-Scope-OrgID"));
            StubPrometheus.send(exchange, 200, StubPrometheus.vector());
        })) {
            client(stub.client().address(), Map.of("X-Scope-OrgID", "ml"), NOON).query("up", START);

            assertThat(tenants).containsExactly("ml");
            assertThatThrownBy(() -> client(stub.client().address(), Map.of("Cookie", "secret\nX: y"), NOON))
                    .hasMessageContaining("header 'Cookie' cannot be sent")
                    .hasMessageNotContaining("secret")
                    .hasNoCause();
        }
    }

    @Test
    void clocksApartAreToldByTheDateOfTheServerAsFarAsWholeSecondsTell() throws IOException {
        // The server says 12:00:00, so its clock stood between 12:00:00.000 and 12:00:01.000 while we waited.
        assertThat(PrometheusClient.leastSkew(NOON, NOON.plusMillis(400), NOON.plusMillis(900)))
                .isZero();
        assertThat(PrometheusClient.leastSkew(NOON, NOON.plusMillis(3_500), NOON.plusMillis(3_600)))
                .isEqualTo(Duration.ofMillis(-2_500));
        assertThat(PrometheusClient.leastSkew(NOON, NOON.minusMillis(5_000), NOON.minusMillis(4_000)))
                .isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void theServersDateIsHeldAgainstOurClock() throws IOException {
        try (StubPrometheus stub =
                new StubPrometheus((form, exchange) -> StubPrometheus.send(exchange, 200, StubPrometheus.vector()))) {
            Instant hourAhead = Instant.now().plusSeconds(3_600);

            assertThat(client(stub.client().address(), Map.of(), hourAhead)
                            .query("up", START)
                            .leastClockSkew())
                    .isBetween(Duration.ofSeconds(-3_600), Duration.ofSeconds(-3_590));
        }
    }

    @Test
    void anAnswerThatNeverEndsIsGivenUpInTime() throws IOException {
        CountDownLatch end = new CountDownLatch(1);
        try (StubPrometheus stub = new StubPrometheus((form, exchange) -> {
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        })) {
            PrometheusClient hasty =
                    new PrometheusClient(stub.client().address(), Credentials.none(), Duration.ofMillis(300));
            assertThatThrownBy(() -> hasty.query("up", START)).hasMessageContaining("did not answer within 300 ms");
            end.countDown();
        }
    }

    private static PrometheusClient client(URI address, Map<String, String> headers, Instant clock) {
        return new PrometheusClient(
                address, Credentials.none(), Duration.ofSeconds(5), headers, Tls.ofSystem(), () -> clock);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | {\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse\"} | bad_data: parse | false",
                "422 | {\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"x\"} | HTTP 422, execution | false",
                "503 | {\"status\":\"error\",\"errorType\":\"timeout\",\"error\":\"x\"} | HTTP 503, timeout | true",
                "502 | <html>Bad Gateway</html> | not JSON: '<html>Bad Gateway</html>' | true",
                "200 | <html>Login</html> | Maybe a proxy answers in its place | false",
                "200 | {\"status\":\"success\",\"data\":{\"resultType\":\"vector\"}} | expected a matrix | false"
            })
    void tellsWhatCameInsteadOfAnAnswer(int status, String body, String told, boolean mayPass) throws IOException {
        try (StubPrometheus stub =
                new StubPrometheus((form, exchange) -> StubPrometheus.send(exchange, status, body))) {
            assertThatThrownBy(() -> ask(stub.client()))
                    .isInstanceOfSatisfying(
                            PrometheusException.class,
                            e -> assertThat(e.mayPass()).isEqualTo(mayPass))
                    .hasMessageContaining(told);
        }
    }

    @Test
    void aBrokenAnswerMayPass() throws IOException {
        try (StubPrometheus stub = new StubPrometheus((form, exchange) -> {
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write('{');
        })) {
            assertThatThrownBy(() -> ask(stub.client()))
                    .isInstanceOfSatisfying(
                            PrometheusException.class,
                            e -> assertThat(e.mayPass()).isTrue())
                    .hasMessageContaining("does not answer");
        }
    }

    @Test
    void refusesAddressesThatAreNone() {
        for (String address : new String[] {"localhost:9090", "ftp://host", "http://user:secret@host"}) {
            assertThatThrownBy(
                            () -> new PrometheusClient(URI.create(address), Credentials.none(), Duration.ofSeconds(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageNotContaining("secret");
        }
    }

    private static PrometheusAnswer ask(PrometheusClient client) {
        return client.queryRange("up{a=\"b+c&d\"}", START, START.plusSeconds(60), Duration.ofSeconds(15));
    }
}
