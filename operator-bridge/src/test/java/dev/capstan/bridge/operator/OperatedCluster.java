package dev.capstan.bridge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.capstan.bridge.install.InstallManifests;
import dev.capstan.capping.PowerReading;
import dev.capstan.testcluster.ControlPlane;
import dev.capstan.testcluster.FaultyApiServer;
import dev.capstan.testcluster.Kubelet;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * An operator on a real API server that fails as it is told to, with a service of its own for each test. The operator may do what
 * the shipped roles allow, and no more.
 */
abstract class OperatedCluster {

    static final int MAX = 10;
    static final String CAPS = "/apis/capstan.dev/v1alpha1/namespaces/default/powercaps/";
    static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments/";
    static final String HPAS = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers/";

    @TempDir
    static Path folder;

    static LiveCluster cluster;
    static KubernetesClient client;
    static FaultyApiServer front;
    static KubernetesClient operatorClient;
    private static Kubelet kubelet;
    private static CapstanOperator operator;
    static final Scripted SCRIPTED = new Scripted();
    private static final AtomicInteger NAMES = new AtomicInteger();

    String service = "";

    @BeforeAll
    static void startCluster() throws Exception {
        Path binaries = ControlPlane.binaries();
        assumeTrue(ControlPlane.isInstalled(binaries), "skipped: no control plane in " + binaries);
        cluster = LiveCluster.start(folder, "--authorization-mode=RBAC");
        cluster.installKeda();
        cluster.install(ControlPlane.OPERATOR);
        kubelet = new Kubelet(cluster.plane, "default", Duration.ofMillis(100));
        client = cluster.client(ControlPlane.ADMIN);
        front = cluster.front();
        operatorClient = cluster.client(ControlPlane.OPERATOR, front);
        OperatorSettings settings = new OperatorSettings(
                Rehearsed.VERSION,
                "one",
                InstallManifests.NAMESPACE,
                "capstan",
                // Longer than the API server is ever away here: who loses his lease ends, which another test is about.
                Duration.ofSeconds(120),
                Duration.ofSeconds(90),
                Duration.ofMillis(500),
                2);
        operator = new CapstanOperator(
                operatorClient, settings, SCRIPTED, SCRIPTED, InstantSource.system(), System::nanoTime, () -> {});
        operator.start();
    }

    @AfterAll
    static void stopCluster() {
        if (cluster != null) {
            operator.close();
            client.close();
            operatorClient.close();
            front.close();
            kubelet.close();
            cluster.close();
        }
    }

    @BeforeEach
    void createService() throws Exception {
        service = "s" + NAMES.incrementAndGet();
        SCRIPTED.failure = "";
        SCRIPTED.missing = "";
        SCRIPTED.reading = PowerReading.fresh(500, 0);
        front.answer(null);
        front.answerStatus(null);
        front.delay(Duration.ZERO);
        front.freezeWatches("");
        front.refuseWatches(false);
        cluster.deployment(service, 1, 1);
        cluster.autoscaler(service, 1, MAX);
        cluster.awaitReady(service, 1);
    }

    /** A cap of this service in its own name, held at {@code watts / 750} replicas by policy static-floor. */
    String cap(String name, double watts, String policy) {
        return """
                {"apiVersion": "capstan.dev/v1alpha1", "kind": "PowerCap",
                 "metadata": {"name": "%s", "namespace": "default"},
                 "spec": {"mode": "Enforce", "limit": {"watts": %s},
                  "certificate": {"configMapRef": {"name": "%s", "key": "certificate.json"}},
                  "measurement": {"source": "dcgm", "prometheus": {"url": "http://localhost:9", "timeout": "400ms"}},
                  "timers": {"controlInterval": "1s", "exporterInterval": "1s", "scrapeInterval": "1s",
                             "raiseInterval": "0s", "maxRaisePerStep": 10, "hold": "60s"},
                  "policy": {"name": "%s"},
                  "targets": [{"ref": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "%s"},
                               "replica": {"peakWatts": 750}}]}}
                """.formatted(name, watts, service, policy, service);
    }

    void create(String json) throws Exception {
        Rehearsed.store(client, service, json, 100, 100, 100_000);
        cluster.plane.post("/apis/capstan.dev/v1alpha1/namespaces/default/powercaps", json);
    }

    void awaitMax(int replicas) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(cluster.maxReplicas(service)).isEqualTo(replicas));
    }

    static void awaitCondition(String cap, String type, String status) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(cluster.condition(cap, type))
                        .as(cluster.cap(cap).path("status").toString())
                        .isEqualTo(status));
    }

    void deleteCapAndAwait(String cap, int replicas) {
        cluster.plane.delete(CAPS + cap);
        awaitMax(replicas);
        await().atMost(Duration.ofSeconds(20)).until(() -> SCRIPTED.gone.contains(cap));
    }

    /** Waits until some more steps of a cap were made. */
    static void awaitSteps(String cap, int count) {
        long before = SCRIPTED.steps(cap);
        await().atMost(Duration.ofSeconds(30)).until(() -> SCRIPTED.steps(cap) >= before + count);
    }

    /** The operator's metrics. */
    static String scrape() {
        return operator.scrape();
    }

    /** Messages of the events about caps of this service. */
    List<String> events(String reason) {
        return client.v1().events().inNamespace("default").list().getItems().stream()
                .filter(event -> event.getInvolvedObject().getName().startsWith(service)
                        && event.getReason().equals(reason))
                .map(Event::getMessage)
                .toList();
    }

    /** No cap took what the other one wrote for an edit of the owner. */
    void assertNoEdits() {
        assertThat(client.v1().events().inNamespace("default").list().getItems())
                .filteredOn(event -> event.getInvolvedObject().getName().startsWith(service))
                .extracting(Event::getReason)
                .contains("Decided")
                .doesNotContain("Edited");
    }
}
