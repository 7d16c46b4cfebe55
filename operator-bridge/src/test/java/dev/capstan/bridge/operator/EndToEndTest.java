package dev.capstan.bridge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.capstan.bridge.CycleRecord;
import dev.capstan.bridge.PowerReadings;
import dev.capstan.bridge.certificate.Certificate;
import dev.capstan.bridge.certificate.CertificateFile;
import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.PowerCapStatus;
import dev.capstan.bridge.telemetry.MeteredService;
import dev.capstan.capping.PowerReading;
import dev.capstan.testcluster.ControlPlane;
import dev.capstan.testcluster.Kubelet;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

class EndToEndTest {

    private static final int POD_WATTS = 700;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @Test
    void holdsACapAndPutsEverythingBack() throws Exception {
        Path binaries = ControlPlane.binaries();
        assumeTrue(ControlPlane.isInstalled(binaries), "skipped: no control plane in " + binaries);
        try (LiveCluster cluster = LiveCluster.start(folder);
                Kubelet kubelet = new Kubelet(cluster.plane, "default", Duration.ofMillis(300));
                KubernetesClient client = cluster.client(ControlPlane.ADMIN)) {
            cluster.deployment("chat", 2, 2);
            cluster.autoscaler("chat", 1, 10);
            cluster.awaitReady("chat", 2);
            Sources sources = new Sources() {
                @Override
                public Telemetry telemetry(CapResource resource, CapPlan plan) {
                    return new Telemetry() {
                        @Override
                        public PowerReadings read(List<MeteredService> services, long nowNanos) {
                            double watts = POD_WATTS * kubelet.running().size();
                            PowerReading reading = PowerReading.fresh(watts, 0);
                            return new PowerReadings(0, Map.of(CapLoop.DOMAIN, reading), Map.of("chat", reading));
                        }

                        @Override
                        public List<String> remarks() {
                            return List.of();
                        }

                        @Override
                        public double peakWatts(List<MeteredService> services, Duration over, long nowNanos) {
                            return 0;
                        }
                    };
                }

                @Override
                public CarbonFeed carbon(CapResource resource, CapPlan plan) {
                    return CarbonFeed.NONE;
                }
            };
            StepListener listener = new StepListener() {
                @Override
                public void stepped(
                        CapResource resource,
                        CapPlan plan,
                        long sequence,
                        Leadership.Term term,
                        CycleRecord<?> record,
                        PowerCapStatus status,
                        long wallNanos) {
                    System.out.println("STEP " + sequence + " " + record.mode() + " "
                            + record.seen().rootPower() + " " + record.step().decision() + " " + record.applied() + " "
                            + wallNanos / 1e6);
                }

                @Override
                public void gone(CapResource resource) {}
            };
            OperatorSettings settings = new OperatorSettings(
                    "0.1.0",
                    "one",
                    "default",
                    "capstan",
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(2),
                    Duration.ofMillis(500),
                    2);
            try (CapstanOperator operator = new CapstanOperator(
                    client, settings, sources, listener, InstantSource.system(), System::nanoTime, () -> {})) {
                operator.start();
                Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
                String certificate = CertificateFile.text(new Certificate(
                        "0.1.0",
                        now.minusSeconds(60),
                        now.plusSeconds(3600),
                        new Certificate.Policy("floor", "static-floor", Map.of("reserve_watts", 0.0)),
                        new Certificate.Rails(60, 60, 1.1, 1, 15, 60, null, 0),
                        new Certificate.Timers("power-gauge", 1, 1, 1, null, 1, 1, 1, 1, 1, 1, 1),
                        new Certificate.Cap(
                                4000,
                                4000,
                                60,
                                List.of(new Certificate.CapPoint(
                                        4000, 400, 400, new Certificate.Estimate(1, 0.99, 1)))),
                        List.of(new Certificate.Service("chat", "llama-3.1-8b-h100", "00ff", 1, 10, 15, 30)),
                        new Certificate.Outcome(
                                400, 400, new Certificate.Estimate(1, 0.99, 1), 0.99, null, null, null, null, null),
                        new Certificate.Rehearsal(
                                "hand-made", "ab", "power", Map.of(), 0, 600.0, List.of(), "cd", "ef"),
                        List.of(),
                        List.of(),
                        null));
                client.configMaps()
                        .inNamespace("default")
                        .resource(new ConfigMapBuilder()
                                .withNewMetadata()
                                .withName("rehearsed")
                                .endMetadata()
                                .addToData("certificate.json", certificate)
                                .build())
                        .create();
                cluster.plane.post("/apis/capstan.dev/v1alpha1/namespaces/default/powercaps", """
                        {"apiVersion": "capstan.dev/v1alpha1", "kind": "PowerCap", "metadata": {"name": "row"},
                         "spec": {"mode": "Enforce", "limit": {"watts": 4000},
                          "certificate": {"configMapRef": {"name": "rehearsed", "key": "certificate.json"}},
                          "measurement": {"source": "dcgm", "prometheus": {"url": "http://localhost:9", "timeout": "400ms"}},
                          "timers": {"controlInterval": "1s", "exporterInterval": "1s", "scrapeInterval": "1s"},
                          "policy": {"name": "static-floor"},
                          "targets": [{"ref": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "chat"},
                                       "replica": {"peakWatts": 750}}]}}
                        """);
                await().atMost(Duration.ofSeconds(20))
                        .untilAsserted(() -> assertThat(cluster.condition("row", "Ready"))
                                .as(cluster.cap("row").path("status").toString())
                                .isEqualTo("True"));
                assertThat(cluster.condition("row", "Certified"))
                        .as(cluster.cap("row").at("/status").toString())
                        .isEqualTo("True");
                await().atMost(Duration.ofSeconds(20)).until(() -> cluster.maxReplicas("chat") == 5);
                cluster.scale("chat", 9);
                await().atMost(Duration.ofSeconds(20)).until(() -> cluster.ready("chat") == 5);
                System.out.println(cluster.cap("row").at("/status").toPrettyString());
                cluster.plane.patch(
                        "/apis/capstan.dev/v1alpha1/namespaces/default/powercaps/row",
                        "{\"spec\": {\"mode\": \"Recommend\"}}");
                await().atMost(Duration.ofSeconds(20)).until(() -> cluster.maxReplicas("chat") == 10);
                cluster.plane.patch(
                        "/apis/capstan.dev/v1alpha1/namespaces/default/powercaps/row",
                        "{\"spec\": {\"mode\": \"Enforce\"}}");
                await().atMost(Duration.ofSeconds(20)).until(() -> cluster.maxReplicas("chat") == 5);
                cluster.plane.delete("/apis/capstan.dev/v1alpha1/namespaces/default/powercaps/row");
                await().atMost(Duration.ofSeconds(20)).until(() -> cluster.maxReplicas("chat") == 10);
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> cluster.plane
                                .get("/apis/capstan.dev/v1alpha1/powercaps")
                                .at("/items")
                                .isEmpty());
            }
        }
    }
}
