package dev.capstan.bridge.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.capstan.bridge.prometheus.Credentials;
import dev.capstan.bridge.prometheus.PrometheusClient;
import dev.capstan.testcluster.PrometheusServer;
import dev.capstan.trace.PowerCsv;
import dev.capstan.trace.RateProfile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records from a Prometheus that scrapes a small exporter on loopback. */
class RealPrometheusTest {

    private static final Duration SCRAPE = Duration.ofMillis(250);
    private static final Duration STEP = Duration.ofMillis(500);

    @TempDir
    Path folder;

    private final AtomicBoolean secondGpu = new AtomicBoolean(true);
    private final AtomicInteger requests = new AtomicInteger();

    @Test
    void recordsALiveSpanOfPowerAndRequestsAndTellsWhenAGpuWentSilent() throws Exception {
        assumeTrue(PrometheusServer.isInstalled(), "skipped: there is no prometheus on the path");
        HttpServer exporter = exporter();
        URI target = URI.create("http://localhost:" + exporter.getAddress().getPort());
        try (PrometheusServer prometheus =
                PrometheusServer.start(folder, PrometheusServer.config(SCRAPE, PrometheusServer.gpus(target)))) {
            PrometheusClient client =
                    new PrometheusClient(prometheus.address(), Credentials.none(), Duration.ofSeconds(10));
            await().atMost(30, TimeUnit.SECONDS).until(() -> series(client, "DCGM_FI_DEV_POWER_USAGE") == 2);
            await().atMost(30, TimeUnit.SECONDS)
                    .until(() -> series(client, "rate(vllm:request_success_total[2s])") == 1);

            Instant start = now();
            secondGpu.set(false);
            await().atMost(30, TimeUnit.SECONDS).until(() -> series(client, "DCGM_FI_DEV_POWER_USAGE") == 1);
            Instant silent = now();
            RecordingPlan plan = new RecordingPlan(
                    List.of(
                            Recording.dcgmService("gpus", "shop", "chat-[a-z0-9]+"),
                            Recording.vllmRequests("requests", "model_name=\"llama\"", "2s"),
                            Recording.keplerNodes("nodes", ".*")),
                    start,
                    silent.plusSeconds(3),
                    STEP);
            RecordingReport report = new TraceRecorder(
                            client, Pacing.of(Clock.systemUTC()), Duration.ofSeconds(1), Duration.ofSeconds(1))
                    .record(plan, folder.resolve("out"));

            Path out = folder.resolve("out");
            double[] watts = PowerCsv.read(out.resolve("gpus.0.csv")).watts();
            assertThat(watts).containsOnly(350.5).hasSizeGreaterThan(6);
            RateProfile rates = RateProfile.read(out.resolve("requests.csv"));
            assertThat(rates.requestsPerSecond(0)).isGreaterThan(0);
            assertThat(report.remarks())
                    .anyMatch(
                            remark -> remark.startsWith("gpus: answered by") && remark.contains("exported_namespace"));
            assertThat(report.missing())
                    .anySatisfy(gap -> {
                        assertThat(gap.series()).isEqualTo("gpu {UUID=GPU-2}");
                        assertThat(gap.to()).isAfterOrEqualTo(silent.plusSeconds(2));
                    })
                    .noneMatch(gap -> gap.series().contains("GPU-1"));
            assertThat(report.missing())
                    .filteredOn(gap -> gap.recording().equals("nodes"))
                    .extracting(RecordingReport.Missing::series)
                    .containsExactly("gpu", "cpu", "dram");
        } finally {
            exporter.stop(0);
        }
    }

    /** Two GPUs of a service, of which the second may fall silent, and an engine that ends two requests a scrape. */
    private HttpServer exporter() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/metrics", exchange -> {
            String labels = ",namespace=\"shop\",pod=\"chat-abc12\"} ";
            String text = "DCGM_FI_DEV_POWER_USAGE{UUID=\"GPU-1\"" + labels + "350.5\n"
                    + (secondGpu.get() ? "DCGM_FI_DEV_POWER_USAGE{UUID=\"GPU-2\"" + labels + "410\n" : "")
                    + "vllm:request_success_total{model_name=\"llama\",finished_reason=\"stop\"} "
                    + requests.addAndGet(2) + "\n";
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static int series(PrometheusClient client, String query) {
        Instant now = now();
        return client.queryRange(query, now, now.plusMillis(1), Duration.ofSeconds(1))
                .series()
                .size();
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
