package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.capstan.testcluster.ControlPlane;
import dev.capstan.testcluster.GpuExporter;
import dev.capstan.testcluster.Kubelet;
import dev.capstan.testcluster.LoopbackIdentity;
import dev.capstan.testcluster.PrometheusServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * From the experiment to the cluster, by the commands alone: a sweep, its certificate, and the operator that enforces the
 * policy on a real API server with the real controllers of Deployments, ReplicaSets and HPAs, and a real Prometheus that
 * scrapes an exporter whose watts follow the pods. Only the kubelet and the load are played. What the cluster needs for a step
 * of load is held to what the simulator needed.
 *
 * <p>The commands are those of this build, or of the program that {@code CAPSTAN_PROGRAM} names, which shares the folder of
 * temporary files: {@code ./verify} gives a container of the operator's image.
 */
class RehearsedCapTest {

    private static final double CAP_WATTS = 16_000;
    private static final int GPUS = 4;
    /** Of each GPU: 6 kW among eight replicas, and the limit of the board. */
    private static final double CALM_WATTS = 187.5;

    private static final double LOADED_WATTS = 700;
    private static final Duration CONTROL = Duration.ofSeconds(5);
    private static final Duration SCRAPE = Duration.ofSeconds(2);
    private static final Duration HPA_SYNC = Duration.ofSeconds(2);

    /** Each run begins with eight replicas and the phases of its clocks; the first step of load is the one that it sheds. */
    private static final String EXPERIMENT = """
            name: step
            mode: power
            warmup: 30s
            duration: 8m
            replications: 20
            workload: {generate: {disturbance: {shape: square, base: 6 kW, peak: 40 kW, at: 45s, lasting: 37s}}}
            cluster: {servers: 4, server_base: 0 W, wall_watts_per_gpu_watt: 1, unallocated_gpu: 0 W}
            services:
              - name: chat
                model: llama-3.1-70b-h100x4
                replicas: {min: 1, initial: 8, max: 8}
                grace: 0s
                autoscaler: {enabled: false, hpa_sync: 2s}
            cap: {power: 16 kW, contain_within: 15s}
            telemetry: {exporter: dcgm, exporter_interval: 100ms, scrape_interval: 2s}
            control: {interval: 5s, api_latency: 500ms, max_reading_age: 60s}
            policies: [none, {name: replica-cap, parameters: {theta: 0.5, smoothing: 1}}]
            output: {detail: all}
            """;

    private static final String CAP = """
            {"apiVersion": "capstan.dev/v1alpha1", "kind": "PowerCap",
             "metadata": {"name": "row", "namespace": "default"},
             "spec": {"mode": "Enforce", "limit": {"watts": 16000},
              "certificate": {"configMapRef": {"name": "rehearsed", "key": "certificate.json"}},
              "measurement": {"source": "dcgm", "prometheus": {"url": "%s", "timeout": "2s",
                                             "bearerTokenSecretRef": {"name": "login", "key": "token"}}},
              "timers": {"controlInterval": "5s", "exporterInterval": "100ms", "scrapeInterval": "2s", "hpaSync": "2s",
                         "apiLatency": "500ms"},
              "policy": {"name": "replica-cap", "parameters": {"theta": 0.5, "smoothing": 1}},
              "targets": [{"ref": {"kind": "Deployment", "name": "chat"},
                           "replica": {"peakWatts": 2800, "idleWatts": 480}}]}}
            """;

    private static final String CAPS = "/apis/capstan.dev/v1alpha1/namespaces/default/powercaps";
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
    private static final String HPAS = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";
    private static final String TOKEN = "s3cret-t0ken";
    private static final Pattern PORT = Pattern.compile("health on port (\\d+)");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    /** What the exporter says of each GPU now. */
    private volatile double gpuWatts = CALM_WATTS;

    @Test
    void theClusterShedsAStepOfLoadAsTheSimulatorDidAndGetsBackWhatItHad() throws Exception {
        Path binaries = ControlPlane.binaries();
        assumeTrue(ControlPlane.isInstalled(binaries), "skipped: no control plane in " + binaries);
        assumeTrue(PrometheusServer.isInstalled(), "skipped: no prometheus");
        // A container has a user of its own.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        String certificate = rehearse();
        DoubleSummaryStatistics predicted = firstExcursions();
        assertThat(predicted.getMax()).isLessThan(15);

        try (ControlPlane plane = ControlPlane.start(binaries, folder, LoopbackIdentity.make(folder));
                Kubelet kubelet = new Kubelet(plane, "default", Duration.ofMillis(300));
                GpuExporter exporter = new GpuExporter(() -> gpus(kubelet));
                PrometheusServer prometheus = PrometheusServer.start(
                        folder, PrometheusServer.config(SCRAPE, PrometheusServer.gpus(exporter.address())))) {
            plane.startController(
                    "--controllers=deployment,replicaset",
                    "--horizontal-pod-autoscaler-sync-period=" + HPA_SYNC.toSeconds() + "s");
            install(plane, certificate);
            await().atMost(Duration.ofSeconds(30)).until(() -> kubelet.running().size() == 8);
            Process operator = operator(plane.kubeconfig(ControlPlane.ADMIN));
            try {
                plane.post(CAPS, CAP.formatted(prometheus.address()));
                await().atMost(Duration.ofSeconds(60))
                        .untilAsserted(() -> assertThat(metrics())
                                .contains(
                                        "capstan_condition{name=\"row\",namespace=\"default\",type=\"Certified\"} 1.0")
                                .contains("capstan_telemetry_fresh{name=\"row\",namespace=\"default\"} 1.0"));
                assertThat(plane.get(CAPS + "/row").at("/status/mode").asText()).isEqualTo("Enforce");
                assertThat(kubelet.running()).as("without load all of them fit").hasSize(8);

                assertThat(succeed(
                                "operator",
                                "check",
                                "--kubeconfig",
                                plane.kubeconfig(ControlPlane.ADMIN).toString(),
                                "--prometheus",
                                prometheus.address().toString()))
                        .contains("ok: source dcgm has 32 GPUs, 32 of them with the name of their pod;")
                        .contains("ok: powercaps.capstan.dev is installed")
                        .contains("ok: PowerCap default/row works in mode Enforce");

                gpuWatts = LOADED_WATTS;
                long loaded = System.nanoTime();
                await().atMost(Duration.ofSeconds(60)).until(() -> watts(kubelet) <= CAP_WATTS);
                double seconds = (System.nanoTime() - loaded) / 1e9;
                assertThat(kubelet.running()).as("5 x 2,800 W").hasSize(5);
                assertThat(seconds)
                        .as("predicted: %s", predicted)
                        .isBetween(predicted.getMin() - CONTROL.toSeconds(), predicted.getMax() + CONTROL.toSeconds());

                gpuWatts = CALM_WATTS;
                plane.delete(CAPS + "/row");
                await().atMost(Duration.ofMinutes(2))
                        .until(() -> plane.get(CAPS).path("items").isEmpty());
                JsonNode bounds = plane.get(HPAS + "/chat").path("spec");
                assertThat(bounds.path("maxReplicas").asInt()).isEqualTo(8);
                assertThat(bounds.path("minReplicas").asInt()).isEqualTo(1);
                assertThat(metrics()).contains("capstan_leader 1.0").doesNotContain("name=\"row\"");
            } finally {
                operator.destroy();
                assertThat(operator.waitFor(30, TimeUnit.SECONDS)).isTrue();
            }
        }
        checkLog();
        assertThat(succeed("replay", folder.resolve("journal").toString()))
                .matches("\\d+ steps decided again, all the same\\R");
    }

    /** One object a line, with what was decided and about which cap; the token of Prometheus in neither log nor journal. */
    private void checkLog() throws IOException {
        String log = Files.readString(folder.resolve("operator.log"));
        List<JsonNode> lines = new ArrayList<>();
        for (String line :
                log.lines().filter(one -> !one.startsWith("capstan: ")).toList()) {
            lines.add(new ObjectMapper().readTree(line));
        }
        assertThat(lines).allMatch(line -> line.has("timestamp") && line.has("level"));
        assertThat(lines)
                .filteredOn(line -> line.path("kvpList").toString().contains("{\"reason\":\"Decided\"}"))
                .isNotEmpty()
                .allMatch(line -> line.path("kvpList").toString().contains("{\"name\":\"row\"}"))
                .anyMatch(line -> line.path("formattedMessage").asText().startsWith("chat to at most 5 (lowered)"));
        assertThat(log).doesNotContain(TOKEN);
        try (Stream<Path> journals = Files.list(folder.resolve("journal"))) {
            assertThat(journals)
                    .isNotEmpty()
                    .allSatisfy(journal -> assertThat(journal).content().doesNotContain(TOKEN));
        }
    }

    /** Sweeps the experiment and certifies the policy; the text of the certificate. */
    private String rehearse() throws IOException, InterruptedException {
        Path experiment = Files.writeString(folder.resolve("step.yaml"), EXPERIMENT);
        Path certificate = folder.resolve("certificate.json");
        succeed("sweep", experiment.toString(), "--out", results().toString(), "--no-report");
        succeed(
                "certify",
                results().toString(),
                "--run",
                "best",
                "--issued",
                Instant.now().minusSeconds(60).toString(),
                "--out",
                certificate.toString());
        return Files.readString(certificate);
    }

    private Path results() {
        return folder.resolve("results");
    }

    private static String succeed(String... arguments) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(capstan(arguments)).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static List<String> capstan(String... arguments) {
        String program = System.getenv("CAPSTAN_PROGRAM");
        List<String> command = new ArrayList<>(
                program == null
                        ? List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Dcapstan.log.format=json",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Capstan.class.getName())
                        : List.of(program.split(" ", -1)));
        command.addAll(List.of(arguments));
        return command;
    }

    /** How long power was over the cap after the first step of load, in seconds, over the runs of the policy. */
    private DoubleSummaryStatistics firstExcursions() throws IOException {
        DoubleSummaryStatistics seconds = new DoubleSummaryStatistics();
        try (Stream<Path> runs = Files.list(results().resolve("runs"))) {
            for (Path run :
                    runs.filter(one -> one.toString().contains("replica-cap")).toList()) {
                List<String> lines = Files.readAllLines(run.resolve("excursions.csv"));
                assertThat(lines.get(0)).startsWith("time_seconds,duration_seconds,");
                assertThat(lines.get(1)).startsWith("45,");
                seconds.accept(Double.parseDouble(lines.get(1).split(",", -1)[1]));
            }
        }
        assertThat(seconds.getCount()).isEqualTo(20);
        return seconds;
    }

    private void install(ControlPlane plane, String certificate) throws Exception {
        Path definitions = folder.resolve("definitions.yaml");
        succeed("operator", "crds", "--out", definitions.toString());
        ControlPlane.Answer answer = plane.kubectl("apply", "--validate=false", "-f", definitions.toString());
        assertThat(answer.exitCode()).as(answer.output()).isZero();
        plane.awaitAnswer("/apis/capstan.dev/v1alpha1/powercaps");
        plane.awaitAnswer("/apis/capstan.dev/v1alpha1/clusterpowercaps");
        plane.post("/api/v1/namespaces/default/configmaps", """
                {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "rehearsed"},
                 "data": {"certificate.json": %s}}
                """.formatted(
                        new ObjectMapper().writeValueAsString(certificate)));
        plane.post("/api/v1/namespaces/default/secrets", """
                {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "login"}, "stringData": {"token": "%s"}}
                """.formatted(TOKEN));
        plane.post(DEPLOYMENTS, """
                {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "chat"},
                 "spec": {"replicas": 8, "selector": {"matchLabels": {"app": "chat"}},
                  "template": {"metadata": {"labels": {"app": "chat"}},
                   "spec": {"automountServiceAccountToken": false, "terminationGracePeriodSeconds": 0,
                    "containers": [{"name": "model", "image": "none",
                                    "resources": {"limits": {"nvidia.com/gpu": "%d"}}}]}}}}
                """.formatted(GPUS));
        plane.post(HPAS, """
                {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "chat"},
                 "spec": {"minReplicas": 1, "maxReplicas": 8,
                  "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "chat"}}}
                """);
    }

    private Process operator(Path kubeconfig) throws IOException {
        Path log = folder.resolve("operator.log");
        Process process = new ProcessBuilder(capstan(
                        "operator",
                        "run",
                        "--kubeconfig",
                        kubeconfig.toString(),
                        "--namespace",
                        "default",
                        "--journal",
                        folder.resolve("journal").toString(),
                        "--listen",
                        "0"))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> PORT.matcher(Files.readString(log)).find());
        return process;
    }

    private String metrics() throws IOException, InterruptedException {
        Matcher port = PORT.matcher(Files.readString(folder.resolve("operator.log")));
        assertThat(port.find()).isTrue();
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port.group(1) + "/metrics"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private double watts(Kubelet kubelet) {
        return kubelet.running().size() * GPUS * gpuWatts;
    }

    private List<GpuExporter.Gpu> gpus(Kubelet kubelet) {
        List<GpuExporter.Gpu> gpus = new ArrayList<>();
        for (String pod : kubelet.running()) {
            for (int i = 0; i < GPUS; i++) {
                gpus.add(GpuExporter.Gpu.of("GPU-" + pod + "-" + i, "default", pod, gpuWatts));
            }
        }
        return gpus;
    }
}
