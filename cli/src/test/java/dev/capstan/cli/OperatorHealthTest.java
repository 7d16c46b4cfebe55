package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What the operator says over HTTP. */
final class OperatorHealthTest {

    @Test
    void tellsHealthLeadershipAndMetrics() throws Exception {
        AtomicBoolean leads = new AtomicBoolean();
        try (OperatorHealth health =
                OperatorHealth.listen(0, leads::get, () -> "capstan_leader " + (leads.get() ? 1 : 0) + "\n")) {
            assertThat(get(health, "/healthz").body()).isEqualTo("ok\n");
            assertThat(get(health, "/readyz").body()).isEqualTo("stands by\n");
            leads.set(true);
            assertThat(get(health, "/readyz").body()).isEqualTo("leads\n");
            HttpResponse<String> metrics = get(health, "/metrics");
            assertThat(metrics.body()).isEqualTo("capstan_leader 1\n");
            assertThat(metrics.headers().firstValue("Content-Type"))
                    .hasValue("text/plain; version=0.0.4; charset=utf-8");
        }
    }

    private static HttpResponse<String> get(OperatorHealth health, String path)
            throws IOException, InterruptedException {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + health.port() + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        return response;
    }
}
