package dev.capstan.bridge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.capstan.bridge.CycleRecord;
import dev.capstan.bridge.PowerReadings;
import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.PowerCapStatus;
import dev.capstan.capping.PowerReading;
import dev.capstan.testcluster.ControlPlane;
import dev.capstan.testcluster.Kubelet;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
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
                        public PowerReadings read(List<Metered> services, long nowNanos) {
                            double watts = POD_WATTS * kubelet.running().size();
                            PowerReading reading = PowerReading.fresh(watts, 0);
                            return new PowerReadings(0, Map.of(CapLoop.DOMAIN, reading), Map.of("chat", reading));
                        }

                        @Override
                        public List<String> remarks() {
                            return List.of();
                        }

                        @Override
                        public double peakWatts(Duration over, long nowNanos) {
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
                cluster.plane.post("/apis/capstan.dev/v1alpha1/namespaces/default/powercaps", """
                        {"apiVersion": "capstan.dev/v1alpha1", "kind": "PowerCap", "metadata": {"name": "row"},
                         "spec": {"mode": "Enforce", "limit": {"watts": 4000},
                          "measurement": {"source": "dcgm", "prometheus": {"url": "http://localhost:9", "timeout": "500ms"}},
                          "timers": {"controlInterval": "1s", "exporterInterval": "1s", "scrapeInterval": "1s"},
                          "policy": {"name": "static-floor"},
                          "targets": [{"ref": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "chat"},
                                       "replica": {"peakWatts": 750}}]}}
                        """);
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> cluster.condition("row", "Ready").equals("True"));
                System.out.println(cluster.cap("row").toPrettyString());
                System.out.println(cluster.plane
                        .get("/api/v1/namespaces/default/events")
                        .toPrettyString()
                        .length());
                assertThat(cluster.condition("row", "Certified")).isEqualTo("False");
                assertThat(cluster.maxReplicas("chat")).isEqualTo(10);
            }
        }
    }
}
