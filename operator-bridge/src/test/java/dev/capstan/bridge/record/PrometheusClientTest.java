package dev.capstan.bridge.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrometheusClientTest {

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
