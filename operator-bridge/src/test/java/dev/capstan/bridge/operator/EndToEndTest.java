package dev.capstan.bridge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.capstan.bridge.journal.JournalReplay;
import dev.capstan.bridge.journal.JournalWriter;
import dev.capstan.testcluster.ControlPlane;
import dev.capstan.testcluster.GpuExporter;
import dev.capstan.testcluster.Kubelet;
import dev.capstan.testcluster.PrometheusServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The operator on a real API server with the real controllers of Deployments, ReplicaSets and HPAs, and a real Prometheus that
 * scrapes an exporter whose watts follow the pods. Only the kubelet and the load are played.
 */
class EndToEndTest {

    private static final double GPU_WATTS = 350;
    private static final int GPUS = 2;
    private static final Duration SCRAPE = Duration.ofSeconds(1);
    private static final Duration CONTROL = Duration.ofSeconds(2);
    /**
     * The longest loop there can be, by the closed form of the simulator's study of timers: scrape, control interval, the API
     * and a sync of the HPA; pods that no node holds end at once.
     */
    private static final Duration LATEST_SHED =
            SCRAPE.plus(CONTROL).plus(Duration.ofSeconds(1)).plus(LiveCluster.HPA_SYNC);

    private static final String CAP = """
            {"apiVersion": "capstan.dev/v1alpha1", "kind": "PowerCap",
             "metadata": {"name": "row", "namespace": "default"},
             "spec": {"mode": "Enforce", "limit": {"watts": 4000},
              "certificate": {"configMapRef": {"name": "rehearsed", "key": "certificate.json"}},
              "measurement": {"source": "dcgm", "maximumAge": "10s",
                              "prometheus": {"url": "%s", "timeout": "900ms"}},
              "timers": {"controlInterval": "2s", "exporterInterval": "0s", "scrapeInterval": "1s", "hpaSync": "1s",
                         "apiLatency": "1s", "raiseInterval": "0s"},
              "policy": {"name": "replica-cap", "parameters": {"raise_steps": 1, "smoothing": 1, "theta": 0.5}},
              "targets": [{"ref": {"kind": "Deployment", "name": "chat"},
                           "replica": {"peakWatts": 1000, "idleWatts": 100}}]}}
            """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    /** What the exporter of a pod says now. */
    private volatile double gpuWatts = 100;

    @Test
    void bringsALoadStepBackUnderTheCapWithinItsLoopAndRestores() throws Exception {
        Path binaries = ControlPlane.binaries();
        assumeTrue(ControlPlane.isInstalled(binaries), "skipped: no control plane in " + binaries);
        assumeTrue(PrometheusServer.isInstalled(), "skipped: no prometheus");
        try (LiveCluster cluster = LiveCluster.start(folder);
                Kubelet kubelet = new Kubelet(cluster.plane, "default", Duration.ofMillis(300));
                GpuExporter exporter = new GpuExporter(() -> gpus(kubelet));
                PrometheusServer prometheus = PrometheusServer.start(
                        folder, PrometheusServer.config(SCRAPE, PrometheusServer.gpus(exporter.address())));
                KubernetesClient client = cluster.client(ControlPlane.ADMIN)) {
            cluster.deployment("chat", 8, GPUS);
            cluster.autoscaler("chat", 1, 10);
            cluster.awaitReady("chat", 8);
            String cap = CAP.formatted(prometheus.address());
            Rehearsed.store(client, "rehearsed", cap, 10, 4000, 4000);
            OperatorSettings settings = OperatorSettings.of(Rehearsed.VERSION, "one", "default");
            Path journal = folder.resolve("journal");
            try (JournalWriter writer = new JournalWriter(journal, 1 << 20, 100);
                    CapstanOperator operator = CapstanOperator.of(client, settings, writer, () -> {})) {
                operator.start();
                cluster.plane.post("/apis/capstan.dev/v1alpha1/namespaces/default/powercaps", cap);
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> assertThat(cluster.condition("row", "TelemetryFresh"))
                                .as(cluster.cap("row").path("status").toString())
                                .isEqualTo("True"));
                // 8 replicas at 200 W are planned at half of their worst case, 500 W each: they fit 4000 W.
                assertThat(cluster.ready("chat")).isEqualTo(8);

                gpuWatts = GPU_WATTS;
                long loaded = System.nanoTime();
                await().atMost(Duration.ofSeconds(60)).until(() -> watts(kubelet) <= 4000);
                double shedSeconds = (System.nanoTime() - loaded) / 1e9;
                assertThat(kubelet.running()).hasSize(5);
                assertThat(shedSeconds).isLessThan(LATEST_SHED.plus(CONTROL).toMillis() / 1e3);

                gpuWatts = 100;
                await().atMost(Duration.ofSeconds(60)).until(() -> cluster.maxReplicas("chat") == 8);
                assertThat(operator.scrape().lines())
                        .contains(
                                "capstan_leader 1.0",
                                "capstan_cap_watts{name=\"row\",namespace=\"default\"} 4000.0",
                                "capstan_target_original_replicas{name=\"row\",namespace=\"default\",target=\"chat\"}"
                                        + " 10.0");
                cluster.plane.delete("/apis/capstan.dev/v1alpha1/namespaces/default/powercaps/row");
                await().atMost(Duration.ofSeconds(20)).until(() -> caps(cluster).isEmpty());
                assertThat(cluster.autoscaler("chat").at("/spec/maxReplicas").asInt())
                        .isEqualTo(10);
                assertThat(cluster.autoscaler("chat").at("/spec/minReplicas").asInt())
                        .isEqualTo(1);
                assertThat(operator.scrape()).doesNotContain("name=\"row\"");
            }
            JournalReplay.Result replay = JournalReplay.of(List.of(journal), Rehearsed.VERSION);
            assertThat(replay.difference()).isNull();
            assertThat(replay.notes()).isEmpty();
            assertThat(replay.steps()).isGreaterThan(5);
        }
    }

    private static JsonNode caps(LiveCluster cluster) {
        return cluster.plane.get("/apis/capstan.dev/v1alpha1/powercaps").path("items");
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
