package dev.capstan.bridge.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.capstan.bridge.PowerReadings;
import dev.capstan.bridge.prometheus.Credentials;
import dev.capstan.bridge.prometheus.PrometheusClient;
import dev.capstan.capping.PowerReading;
import dev.capstan.capping.Quality;
import dev.capstan.testcluster.PrometheusServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Power as a real Prometheus has it, which scrapes small exporters with the metrics and labels of the real ones. */
class RealTelemetryTest {

    private static final Duration SCRAPE = Duration.ofMillis(250);
    private static final TelemetrySettings SETTINGS =
            new TelemetrySettings("row", Duration.ofSeconds(10), Duration.ofSeconds(1), 100, 2_000);
    private static final MeteredService CHAT = new MeteredService("chat", "shop", "chat-[a-z0-9]+", 2, 2, 1);

    /** On MIG instances of one board. */
    private static final MeteredService CODE = new MeteredService("code", "shop", "code-[a-z0-9]+", 1, 1, 1);

    private static final MeteredService TRAIN = new MeteredService("train", "lab", "train-[a-z0-9]+", 1, 1, 1);
    private static final MeteredService OLD = new MeteredService("old", "attic", "old-.*", 1, 1, 1);

    @TempDir
    Path folder;

    /** What each exporter says; one that says nothing is down. */
    private final Map<String, String> pages = new ConcurrentHashMap<>();

    private final long startMillis = System.currentTimeMillis();

    @Test
    void readsDcgmThroughVanishedBoardsDeadExportersAndOldSamples() throws Exception {
        assumeTrue(PrometheusServer.isInstalled(), "skipped: there is no prometheus on the path");
        pages.put(
                "/shop",
                gauge("GPU-1", "shop", "chat-a", "", 350.5)
                        + gauge("GPU-2", "shop", "chat-b", "", 410)
                        + gauge("GPU-3", "shop", "code-a", ",GPU_I_PROFILE=\"1g.10gb\",GPU_I_ID=\"1\"", 120)
                        + gauge("GPU-3", "shop", "code-a", ",GPU_I_PROFILE=\"1g.10gb\",GPU_I_ID=\"2\"", 120)
                        + "DCGM_FI_DEV_POWER_USAGE{UUID=\"GPU-9\",gpu=\"9\",Hostname=\"node-1\"} 60\n");
        pages.put("/lab", gauge("GPU-5", "lab", "train-a", "", 200));
        // An exporter that tells times of its own: its samples stay for five minutes when they are no longer renewed.
        pages.put(
                "/attic",
                gauge("GPU-7", "attic", "old-a", "", 90).replace("90.0\n", "90.0 " + (startMillis - 20_000) + "\n"));
        HttpServer exporter = exporter();
        try (PrometheusServer prometheus = PrometheusServer.start(
                folder,
                PrometheusServer.config(
                        SCRAPE,
                        job("shop", false, exporter) + job("lab", true, exporter) + job("attic", false, exporter)))) {
            PrometheusPowerSource source = source(prometheus, new PowerMetrics.Dcgm(null, null));
            await().atMost(30, TimeUnit.SECONDS)
                    .until(() -> root(source, CHAT, CODE, TRAIN).isFresh()
                            && !Double.isNaN(service(read(source, OLD), "old").watts()));

            PowerReadings readings = read(source, CHAT, CODE, TRAIN);
            assertThat(service(readings, "chat").watts()).isEqualTo(760.5);
            assertThat(service(readings, "code").watts()).isEqualTo(120);
            assertThat(service(readings, "train").watts()).isEqualTo(200);
            assertThat(readings.domains().get("row")).isNotNull().satisfies(root -> {
                assertThat(root.watts()).isEqualTo(760.5 + 120 + 200 + 100);
                assertThat(root.ageNanos()).isBetween(seconds(1), seconds(10));
            });
            assertThat(source.remarks()).isEmpty();
            assertThat(source.matched())
                    .contains("exported_namespace/exported_pod and namespace/pod")
                    .contains("Hostname");

            assertThat(survey(prometheus).exporters()).singleElement().satisfies(dcgm -> {
                assertThat(dcgm.source()).isEqualTo("dcgm");
                assertThat(dcgm.units()).isEqualTo(6);
                // Prometheus calls GPU-9 one of exporter-1, as which it scrapes the exporter.
                assertThat(dcgm.ofPods()).isEqualTo(5);
                assertThat(dcgm.oldestSeconds()).isGreaterThanOrEqualTo(20);
            });

            // All boards of the nodes, that of no pod too: 350.5 + 410 + 120 + 60 + 200 + 90 and 100.
            PowerReadings domain = read(source(prometheus, new PowerMetrics.Dcgm(null, "node-.*")), CHAT);
            assertThat(domain.domains().get("row"))
                    .isNotNull()
                    .satisfies(root -> assertThat(root.watts()).isEqualTo(1_330.5));
            assertThat(domain.overheadWatts()).isEqualTo(100); // Not measured yet: the old sample makes the root stale.

            PowerReading old = service(read(source, OLD), "old");
            assertThat(old.quality()).isEqualTo(Quality.STALE);
            assertThat(old.watts()).isEqualTo(90);
            assertThat(service(read(source, OLD), "old").ageNanos()).isGreaterThan(old.ageNanos());

            assertThat(peakWatts(source, CHAT, CODE)).isEqualTo(760.5 + 120 + 100);

            pages.compute(
                    "/shop",
                    (page, text) -> String.valueOf(text).replace(gauge("GPU-2", "shop", "chat-b", "", 410), ""));
            await().atMost(30, TimeUnit.SECONDS)
                    .until(() -> service(read(source, CHAT), "chat").quality() == Quality.PARTIAL);
            assertThat(service(read(source, CHAT), "chat").watts()).isEqualTo(350.5);
            assertThat(source.remarks()).containsExactly("chat: 1 of 2 GPUs answer, so that the sum is too low");

            pages.remove("/shop");
            await().atMost(30, TimeUnit.SECONDS)
                    .until(() -> service(read(source, CHAT), "chat").quality() == Quality.ABSENT);
            PowerReading gone = service(read(source, CHAT), "chat");
            assertThat(service(read(source, CHAT), "chat").ageNanos()).isGreaterThan(gone.ageNanos());
            assertThat(root(source, CHAT, TRAIN).quality()).isEqualTo(Quality.ABSENT);
            assertThat(service(read(source, CHAT, TRAIN), "train").isFresh()).isTrue();
        } finally {
            exporter.stop(0);
        }
    }

    @Test
    void readsKeplerOfBothGenerationsAndEnergyCounters() throws Exception {
        assumeTrue(PrometheusServer.isInstalled(), "skipped: there is no prometheus on the path");
        // 300 W are 300 J a second; what Kepler has no zone dram for must not empty the sum.
        pages.put("/new", """
                kepler_pod_gpu_watts{pod_id="1",pod_namespace="shop",pod_name="chat-a",state="running",node_name="n1"} 300
                kepler_pod_gpu_watts{pod_id="2",pod_namespace="shop",pod_name="chat-b",state="running",node_name="n1"} 250
                kepler_pod_gpu_watts{pod_id="3",pod_namespace="shop",pod_name="chat-c",state="terminated",node_name="n1"} 99
                kepler_pod_cpu_watts{pod_id="1",pod_namespace="shop",pod_name="chat-a",state="running",zone="package",node_name="n1"} 40
                kepler_pod_cpu_watts{pod_id="2",pod_namespace="shop",pod_name="chat-b",state="running",zone="package",node_name="n1"} 35.5
                kepler_pod_cpu_watts{pod_id="1",pod_namespace="shop",pod_name="chat-a",state="running",zone="core",node_name="n1"} 30
                kepler_node_gpu_watts{gpu="0",gpu_uuid="GPU-1",node_name="n1"} 380
                kepler_node_gpu_watts{gpu="1",gpu_uuid="GPU-2",node_name="n1"} 330
                kepler_node_cpu_watts{zone="package",path="/0",node_name="n1"} 150
                """);
        pages.put("/old", """
                kepler_container_joules_total{container_namespace="lab",pod_name="train-a",mode="dynamic"} @250
                kepler_container_joules_total{container_namespace="lab",pod_name="train-a",mode="idle"} @50
                """);
        pages.put("/dcgm", """
                DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{UUID="GPU-1",namespace="shop",pod="chat-a"} @300000
                DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{UUID="GPU-2",namespace="shop",pod="chat-b"} @150000
                """);
        HttpServer exporter = exporter();
        try (PrometheusServer prometheus = PrometheusServer.start(
                folder,
                PrometheusServer.config(
                        SCRAPE,
                        job("new", false, exporter) + job("old", false, exporter) + job("dcgm", false, exporter)))) {
            PrometheusPowerSource pods =
                    source(prometheus, new PowerMetrics.Kepler(false, Duration.ofSeconds(4), true, "n[0-9]"));
            await().atMost(30, TimeUnit.SECONDS).until(() -> root(pods, CHAT).isFresh());
            PowerReadings readings = read(pods, CHAT);
            assertThat(service(readings, "chat").watts()).isEqualTo(300 + 250 + 40 + 35.5);
            assertThat(root(pods, CHAT).watts()).isEqualTo(380 + 330 + 150 + 100);
            assertThat(readings.overheadWatts()).isEqualTo(960 - 625.5);
            assertThat(peakWatts(pods, CHAT)).isEqualTo(960);

            assertThat(survey(prometheus).exporters()).singleElement().satisfies(kepler -> {
                assertThat(kepler.source()).isEqualTo("kepler");
                assertThat(kepler.units()).as("those that run").isEqualTo(2);
                assertThat(kepler.ofPods()).isEqualTo(2);
            });

            PrometheusPowerSource older =
                    source(prometheus, new PowerMetrics.Kepler(false, Duration.ofSeconds(4), true, null));
            await().atMost(30, TimeUnit.SECONDS)
                    .untilAsserted(() -> assertThat(
                                    service(read(older, TRAIN), "train").watts())
                            .isCloseTo(300, within(15.0)));
            assertThat(older.matched()).isEqualTo("kepler_container_joules_total of Kepler up to 0.9");

            PrometheusPowerSource energy = source(prometheus, new PowerMetrics.Dcgm(Duration.ofSeconds(4), null));
            await().atMost(30, TimeUnit.SECONDS)
                    .untilAsserted(() -> assertThat(
                                    service(read(energy, CHAT), "chat").watts())
                            .isCloseTo(450, within(20.0)));
            assertThat(service(read(energy, CHAT), "chat").isFresh()).isTrue();
        } finally {
            exporter.stop(0);
        }
    }

    private static String gauge(String uuid, String namespace, String pod, String more, double watts) {
        return "DCGM_FI_DEV_POWER_USAGE{UUID=\"" + uuid + "\",gpu=\"0\",Hostname=\"node-1\",namespace=\"" + namespace
                + "\",pod=\"" + pod + "\"" + more + "} " + watts + "\n";
    }

    private static String job(String name, boolean honorLabels, HttpServer exporter) {
        return """
                - job_name: %s
                  honor_labels: %s
                  metrics_path: /%s
                  static_configs:
                    - targets: ['localhost:%d']
                      labels: {namespace: gpu-operator, pod: exporter-1}
                """.formatted(name, honorLabels, name, exporter.getAddress().getPort());
    }

    /** {@code @n} is a counter that rises by n a second. */
    private HttpServer exporter() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String text = pages.get(exchange.getRequestURI().getPath());
            StringBuilder page = new StringBuilder();
            double seconds = (System.currentTimeMillis() - startMillis) / 1e3;
            for (String line : String.valueOf(text).split("\n", -1)) {
                int at = line.indexOf('@');
                page.append(
                                at < 0
                                        ? line
                                        : line.substring(0, at) + Double.parseDouble(line.substring(at + 1)) * seconds)
                        .append('\n');
            }
            byte[] bytes = page.toString().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4");
            exchange.sendResponseHeaders(text == null ? 503 : 200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static PrometheusPowerSource source(PrometheusServer prometheus, PowerMetrics metrics) {
        return new PrometheusPowerSource(client(prometheus), metrics, SETTINGS);
    }

    private static PowerSurvey survey(PrometheusServer prometheus) throws IOException {
        return PowerSurvey.of(client(prometheus), Instant.now());
    }

    private static PrometheusClient client(PrometheusServer prometheus) {
        return new PrometheusClient(prometheus.address(), Credentials.none(), Duration.ofSeconds(10));
    }

    private static PowerReadings read(PrometheusPowerSource source, MeteredService... services) throws IOException {
        return source.read(List.of(services), now());
    }

    /** Once there was a whole second, at which a look back takes its values. */
    private static double peakWatts(PrometheusPowerSource source, MeteredService... services) {
        return await().ignoreExceptionsInstanceOf(IOException.class)
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> source.peakWatts(List.of(services), Duration.ofMinutes(1), now()), watts -> true);
    }

    private static PowerReading root(PrometheusPowerSource source, MeteredService... services) throws IOException {
        return read(source, services).domains().getOrDefault("row", PowerReading.absent());
    }

    private static PowerReading service(PowerReadings readings, String name) {
        return readings.services().getOrDefault(name, PowerReading.absent());
    }

    private static long now() {
        Instant now = Instant.now();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    private static long seconds(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }
}
