package dev.capstan.bridge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.capstan.bridge.install.InstallManifests;
import dev.capstan.capping.PowerReading;
import dev.capstan.capping.Quality;
import dev.capstan.testcluster.ControlPlane;
import dev.capstan.testcluster.FaultyApiServer;
import dev.capstan.testcluster.Kubelet;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.autoscaling.v1.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What goes wrong around an operator on a real API server, and what it must do then: never raise a ceiling on it, never go
 * below a floor, and put back exactly what was there. The operator may do what the shipped roles allow, and no more.
 */
class FaultMatrixTest {

    private static final int MAX = 10;
    private static final String CAPS = "/apis/capstan.dev/v1alpha1/namespaces/default/powercaps/";
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments/";
    private static final String HPAS = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers/";

    @TempDir
    static Path folder;

    private static LiveCluster cluster;
    private static KubernetesClient client;
    private static FaultyApiServer front;
    private static KubernetesClient operatorClient;
    private static Kubelet kubelet;
    private static CapstanOperator operator;
    private static final Scripted SCRIPTED = new Scripted();
    private static final AtomicInteger NAMES = new AtomicInteger();

    private String service = "";

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
        SCRIPTED.reading = PowerReading.fresh(500, 0);
        front.answer(null);
        front.delay(Duration.ZERO);
        front.freezeWatches("");
        front.refuseWatches(false);
        cluster.deployment(service, 1, 1);
        cluster.autoscaler(service, 1, MAX);
        cluster.awaitReady(service, 1);
    }

    /** A cap of this service in its own name, held at {@code watts / 750} replicas by policy static-floor. */
    private String cap(String name, double watts, String policy) {
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

    private void create(String json) throws Exception {
        Rehearsed.store(client, service, json, 100, 100, 100_000);
        cluster.plane.post("/apis/capstan.dev/v1alpha1/namespaces/default/powercaps", json);
    }

    private void awaitMax(int replicas) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(cluster.maxReplicas(service)).isEqualTo(replicas));
    }

    private static void awaitCondition(String cap, String type, String status) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(cluster.condition(cap, type))
                        .as(cluster.cap(cap).path("status").toString())
                        .isEqualTo(status));
    }

    private void deleteCapAndAwait(String cap, int replicas) {
        cluster.plane.delete(CAPS + cap);
        awaitMax(replicas);
        await().atMost(Duration.ofSeconds(20)).until(() -> SCRIPTED.gone.contains(cap));
    }

    /** Waits until some more steps of a cap were made. */
    private static void awaitSteps(String cap, int count) {
        long before = SCRIPTED.steps(cap);
        await().atMost(Duration.ofSeconds(30)).until(() -> SCRIPTED.steps(cap) >= before + count);
    }

    @Test
    void goesOnWhenTheApiServerComesBack() throws Exception {
        create(cap(service, 4000, "static-floor"));
        awaitMax(5);

        cluster.plane.stopApiServer();
        awaitSteps(service, 2);
        cluster.plane.startApiServer();

        assertThat(cluster.maxReplicas(service)).isEqualTo(5);
        cluster.plane.patch(CAPS + service, "{\"spec\": {\"limit\": {\"watts\": 3100}}}");
        await().atMost(Duration.ofSeconds(60)).until(() -> cluster.maxReplicas(service) == 4);
        deleteCapAndAwait(service, MAX);
    }

    @Test
    void holdsWhileTelemetryIsLostAndSaysSo() throws Exception {
        create(cap(service, 4000, "replica-cap"));
        awaitMax(5);

        SCRIPTED.failure = "connection refused";
        awaitCondition(service, "TelemetryFresh", "False");
        assertThat(cluster.cap(service).toString()).contains("connection refused");
        cluster.plane.patch(CAPS + service, "{\"spec\": {\"limit\": {\"watts\": 7600}}}");
        awaitSteps(service, 4);
        assertThat(cluster.maxReplicas(service)).isEqualTo(5);

        SCRIPTED.failure = "";
        awaitCondition(service, "TelemetryFresh", "True");
        awaitMax(MAX);
        deleteCapAndAwait(service, MAX);
    }

    @Test
    void neverRaisesOnAReadingThatIsPartialStaleOrImpossible() throws Exception {
        create(cap(service, 4000, "replica-cap"));
        awaitMax(5);
        for (PowerReading bad : new PowerReading[] {
            new PowerReading(500, 0, Quality.PARTIAL),
            PowerReading.fresh(500, Duration.ofSeconds(90).toNanos()),
            PowerReading.fresh(1e12, 0),
            PowerReading.absent()
        }) {
            SCRIPTED.reading = bad;
            cluster.plane.patch(
                    CAPS + service, "{\"spec\": {\"limit\": {\"watts\": " + (7600 + bad.ageNanos() % 7) + "}}}");
            awaitSteps(service, 3);
            assertThat(cluster.maxReplicas(service)).as(bad.toString()).isLessThanOrEqualTo(5);
        }
        deleteCapAndAwait(service, MAX);
    }

    @Test
    void knowsItsOwnWritesFromEditsWhileTheWatchOfItsTargetsIsStuck() throws Exception {
        create(cap(service, 4000, "static-floor"));
        awaitMax(5);
        awaitSteps(service, 2);

        front.freezeWatches("horizontalpodautoscalers");
        for (int replicas : new int[] {4, 3, 4, 2}) {
            cluster.plane.patch(CAPS + service, "{\"spec\": {\"limit\": {\"watts\": " + (750 * replicas + 100) + "}}}");
            awaitMax(replicas);
            awaitSteps(service, 3);
            assertThat(cluster.maxReplicas(service)).isEqualTo(replicas);
        }
        assertNoEdits();

        deleteCapAndAwait(service, MAX);
    }

    @Test
    void doesNotOverwriteAnEditThatItHasNotSeen() throws Exception {
        create(cap(service, 4000, "static-floor"));
        awaitMax(5);
        awaitSteps(service, 2);

        front.freezeWatches("horizontalpodautoscalers");
        cluster.plane.patch(HPAS + service, "{\"spec\": {\"maxReplicas\": 20}}");
        cluster.plane.patch(CAPS + service, "{\"spec\": {\"limit\": {\"watts\": 3100}}}");

        awaitMax(4);
        deleteCapAndAwait(service, 20);
    }

    @Test
    void goesOnWhenWatchesComeBack() throws Exception {
        create(cap(service, 4000, "static-floor"));
        awaitMax(5);

        front.refuseWatches(true);
        cluster.plane.patch(CAPS + service, "{\"spec\": {\"limit\": {\"watts\": 3100}}}");
        cluster.plane.patch(HPAS + service, "{\"spec\": {\"maxReplicas\": 20}}");
        awaitSteps(service, 3);
        assertThat(cluster.maxReplicas(service)).isEqualTo(20);

        front.refuseWatches(false);
        await().atMost(Duration.ofSeconds(60)).until(() -> cluster.maxReplicas(service) == 4);
        deleteCapAndAwait(service, 20);
    }

    @Test
    void takesUpACapHoweverLongTheApiServerRefusedIt() throws Exception {
        front.answer(new FaultyApiServer.Fault(500, "etcdserver: request timed out"));
        create(cap(service, 4000, "static-floor"));
        // Longer than the framework would try by default.
        await().during(Duration.ofSeconds(30))
                .atMost(Duration.ofSeconds(40))
                .until(() -> cluster.maxReplicas(service) == MAX);

        front.answer(null);
        awaitMax(5);
        deleteCapAndAwait(service, MAX);
    }

    @Test
    void takesItsTimeWhenTheApiServerDoes() throws Exception {
        front.delay(Duration.ofMillis(700));
        create(cap(service, 4000, "static-floor"));
        awaitMax(5);
        cluster.plane.patch(CAPS + service, "{\"spec\": {\"limit\": {\"watts\": 3100}}}");
        awaitMax(4);

        // No request is answered in the time that the client gives it, though the server carries them all out.
        front.delay(LiveCluster.CLIENT_LIMIT.plusSeconds(1));
        cluster.plane.patch(CAPS + service, "{\"spec\": {\"limit\": {\"watts\": 2300}}}");
        await().during(Duration.ofSeconds(15))
                .atMost(Duration.ofSeconds(20))
                .until(() -> cluster.maxReplicas(service) >= 3 && cluster.maxReplicas(service) <= 4);

        front.delay(Duration.ZERO);
        awaitMax(3);
        assertNoEdits();
        deleteCapAndAwait(service, MAX);
    }

    @Test
    void takesAnEditOfTheOwnerForTheNewOriginal() throws Exception {
        create(cap(service, 4000, "static-floor"));
        awaitMax(5);

        cluster.plane.patch(HPAS + service, "{\"spec\": {\"maxReplicas\": 20}}");
        awaitMax(5);
        deleteCapAndAwait(service, 20);
    }

    @Test
    void letsAnOwnerGoLowerByHimself() throws Exception {
        create(cap(service, 4000, "static-floor"));
        awaitMax(5);

        cluster.plane.patch(HPAS + service, "{\"spec\": {\"maxReplicas\": 3}}");
        awaitSteps(service, 3);
        assertThat(cluster.maxReplicas(service)).isEqualTo(3);
        deleteCapAndAwait(service, 3);
    }

    @Test
    void leavesATargetThatSomebodyPutsBackAgainAndAgain() throws Exception {
        create(cap(service, 4000, "static-floor"));
        awaitMax(5);

        for (int i = 0; i < 8 && !cluster.condition(service, "Conflict").equals("True"); i++) {
            cluster.plane.patch(HPAS + service + "?fieldManager=gitops", "{\"spec\": {\"maxReplicas\": " + MAX + "}}");
            awaitSteps(service, 2);
        }

        awaitCondition(service, "Conflict", "True");
        assertThat(cluster.cap(service).toString()).contains("by gitops");
        cluster.plane.patch(HPAS + service + "?fieldManager=gitops", "{\"spec\": {\"maxReplicas\": " + MAX + "}}");
        awaitSteps(service, 3);
        assertThat(cluster.maxReplicas(service)).isEqualTo(MAX);
        deleteCapAndAwait(service, MAX);
    }

    @Test
    void leavesAnObjectThatWasMadeAnewAlone() throws Exception {
        create(cap(service, 4000, "static-floor"));
        awaitMax(5);

        cluster.plane.delete(HPAS + service);
        awaitSteps(service, 2);
        cluster.autoscaler(service, 1, 4);
        awaitSteps(service, 3);

        assertThat(cluster.maxReplicas(service)).isEqualTo(4);
        deleteCapAndAwait(service, 4);
    }

    @Test
    void saysWhatIsMissingWhenATargetIsGone() throws Exception {
        create(cap(service, 4000, "static-floor"));
        awaitMax(5);

        cluster.plane.delete(HPAS + service);
        cluster.plane.delete(DEPLOYMENTS + service);

        awaitCondition(service, "Ready", "False");
        assertThat(cluster.cap(service).toString()).contains("there is no Deployment default/" + service);
        cluster.plane.delete(CAPS + service);
        await().atMost(Duration.ofSeconds(20)).until(() -> SCRIPTED.gone.contains(service));
    }

    @Test
    void followsATargetThatIsRenamed() throws Exception {
        String renamed = service + "-renamed";
        String target = "{\"ref\": {\"kind\": \"Deployment\", \"name\": \"%s\"}, \"replica\": {\"peakWatts\": 750}}";
        String json = cap(service, 4000, "static-floor");
        Rehearsed.store(
                client,
                service,
                withTargets(json, target.formatted(service) + ", " + target.formatted(renamed)),
                100,
                100,
                100_000);
        label(service);
        cluster.plane.post(
                "/apis/capstan.dev/v1alpha1/namespaces/default/powercaps", withTargets(json, """
                        {"selector": {"kind": "Deployment", "matchLabels": {"row": "%s"}}, "replica": {"peakWatts": 750}}
                        """.formatted(service)));
        awaitMax(5);

        cluster.plane.delete(HPAS + service);
        cluster.plane.delete(DEPLOYMENTS + service);
        cluster.deployment(renamed, 1, 1);
        cluster.autoscaler(renamed, 1, 8);
        label(renamed);

        await().atMost(Duration.ofSeconds(20)).until(() -> cluster.maxReplicas(renamed) == 5);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(cluster.cap(service).at("/status/targets"))
                        .extracting(one -> one.path("name").asText())
                        .containsExactly(renamed));
        cluster.plane.delete(CAPS + service);
        await().atMost(Duration.ofSeconds(20)).until(() -> cluster.maxReplicas(renamed) == 8);
    }

    private static String withTargets(String cap, String targets) {
        return cap.replaceFirst("(?s)\"targets\": \\[.*]", Matcher.quoteReplacement("\"targets\": [" + targets + "]"));
    }

    private void label(String deployment) {
        cluster.plane.patch(
                DEPLOYMENTS + deployment, "{\"metadata\": {\"labels\": {\"row\": \"%s\"}}}".formatted(service));
    }

    @Test
    void holdsATargetWhoseAutoscalerIsPausedAndSaysSo() throws Exception {
        cluster.plane.delete(HPAS + service);
        String scaled = "/apis/keda.sh/v1alpha1/namespaces/default/scaledobjects";
        cluster.plane.post(scaled, """
                {"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": {"name": "%1$s"},
                 "spec": {"scaleTargetRef": {"name": "%1$s"}, "maxReplicaCount": 10, "triggers": [{"type": "prometheus"}]}}
                """.formatted(service));
        String path = scaled + "/" + service;
        create(cap(service, 4000, "static-floor"));
        await().atMost(Duration.ofSeconds(20)).until(() -> ceiling(path) == 5);

        cluster.plane.patch(
                path, "{\"metadata\": {\"annotations\": {\"autoscaling.keda.sh/paused-replicas\": \"7\"}}}");
        awaitMessage(service, "the autoscaler is paused");
        // What it will find when it goes on.
        cluster.plane.patch(CAPS + service, "{\"spec\": {\"limit\": {\"watts\": 3100}}}");
        await().atMost(Duration.ofSeconds(20)).until(() -> ceiling(path) == 4);

        cluster.plane.patch(path, "{\"metadata\": {\"annotations\": {\"autoscaling.keda.sh/paused-replicas\": null}}}");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> !cluster.cap(service).toString().contains("paused"));
        cluster.plane.delete(CAPS + service);
        await().atMost(Duration.ofSeconds(20)).until(() -> ceiling(path) == 10);
    }

    private static int ceiling(String scaledObject) {
        return cluster.plane.get(scaledObject).at("/spec/maxReplicaCount").asInt();
    }

    @Test
    void saysWhichRoleIsMissing() throws Exception {
        String binding = "capstan-lever-horizontalpodautoscalers-tested";
        client.rbac().clusterRoleBindings().withName(binding).delete();
        create(cap(service, 4000, "static-floor"));

        awaitCondition(service, "Degraded", "True");
        assertThat(cluster.cap(service).toString())
                .contains("cannot patch resource")
                .contains("Grant the operator the role for HorizontalPodAutoscaler");
        assertThat(cluster.maxReplicas(service)).isEqualTo(MAX);
        Preflight preflight = new Preflight(operatorClient, InstallManifests.NAMESPACE);
        assertThat(preflight.findings())
                .contains(new Preflight.Finding(
                        "permission",
                        Preflight.Verdict.WARNING,
                        "to patch horizontalpodautoscalers.autoscaling is missing: without it HorizontalPodAutoscalers do not"
                                + " work."));

        cluster.bind("capstan-lever-horizontalpodautoscalers", ControlPlane.OPERATOR);
        // KServe and the production stack are not there, and this server is older than rules over several fields.
        assertThat(preflight.findings())
                .noneMatch(finding -> finding.verdict() == Preflight.Verdict.FAILED)
                .filteredOn(finding -> finding.verdict() == Preflight.Verdict.WARNING)
                .extracting(Preflight.Finding::subject)
                .containsExactly("API server", "KServe", "vLLM production stack");
        awaitMax(5);
        deleteCapAndAwait(service, MAX);
    }

    @Test
    void aSlipInTheSpecLiftsNoCap() throws Exception {
        create(cap(service, 4000, "static-floor"));
        awaitMax(5);

        cluster.plane.patch(CAPS + service, "{\"spec\": {\"policy\": {\"name\": \"static-flor\"}}}");

        awaitCondition(service, "Ready", "False");
        assertThat(cluster.cap(service).toString()).contains("spec.policy.name").contains("static-floor");
        assertThat(cluster.maxReplicas(service)).isEqualTo(5);
        deleteCapAndAwait(service, MAX);
    }

    @Test
    void withoutItsCertificateACapStaysAsItIs() throws Exception {
        create(cap(service, 4000, "static-floor"));
        awaitMax(5);

        cluster.plane.patch(CAPS + service, "{\"spec\": {\"certificate\": {\"configMapRef\": {\"name\": \"gone\"}}}}");

        awaitCondition(service, "Certified", "False");
        assertThat(cluster.cap(service).at("/status/mode").asText()).isEqualTo("Recommend");
        assertThat(cluster.cap(service).toString()).contains("there is no ConfigMap default/gone");
        assertThat(cluster.maxReplicas(service)).isEqualTo(5);
        deleteCapAndAwait(service, MAX);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"mode\": \"Recommend\"}",
                "{\"mode\": \"Observe\"}",
                "{\"expiresAt\": \"2026-01-01T00:00:00Z\"}"
            })
    void putsBackWhatItHeldWhenItNoLongerEnforces(String change) throws Exception {
        create(cap(service, 4000, "static-floor"));
        awaitMax(5);

        cluster.plane.patch(CAPS + service, "{\"spec\": " + change + "}");

        awaitMax(MAX);
        awaitSteps(service, 2);
        assertThat(cluster.maxReplicas(service)).isEqualTo(MAX);
        assertThat(cluster.cap(service).at("/status/mode").asText()).isNotEqualTo("Enforce");
        assertThat(cluster.condition(service, "Capping")).isEqualTo("False");
        deleteCapAndAwait(service, MAX);
    }

    @Test
    void putsBackWhatItHeldOfATargetThatIsTakenOut() throws Exception {
        String other = service + "-other";
        cluster.deployment(other, 1, 1);
        cluster.autoscaler(other, 1, MAX);
        String target = "{\"ref\": {\"kind\": \"Deployment\", \"name\": \"%s\"}, \"replica\": {\"peakWatts\": 750}}";
        create(withTargets(
                cap(service, 8000, "static-floor"), target.formatted(service) + ", " + target.formatted(other)));
        await().atMost(Duration.ofSeconds(20)).until(() -> cluster.maxReplicas(other) < MAX);
        assertThat(cluster.maxReplicas(service)).isLessThan(MAX);

        cluster.plane.patch(
                CAPS + service,
                "{\"spec\": {\"limit\": {\"watts\": 4000}, \"targets\": [" + target.formatted(service) + "]}}");

        await().atMost(Duration.ofSeconds(20)).until(() -> cluster.maxReplicas(other) == MAX);
        awaitMax(5);
        deleteCapAndAwait(service, MAX);
    }

    @Test
    void theLowerOfTwoCapsCountsAndTheLastOneRestores() throws Exception {
        String strict = service + "-strict";
        create(cap(service, 4000, "static-floor"));
        awaitMax(5);
        List<Integer> ceilings = new CopyOnWriteArrayList<>();
        try (Watch watch = watchCeilings(ceilings)) {
            assertThat(watch).isNotNull();
            cluster.plane.post(
                    "/apis/capstan.dev/v1alpha1/namespaces/default/powercaps", cap(strict, 2300, "static-floor"));
            awaitMax(3);
            awaitMessage(strict, "also held by PowerCap default/" + service);
            awaitSteps(service, 2);

            deleteCapAndAwait(strict, 5);

            assertThat(ceilings).contains(3).allMatch(replicas -> replicas <= 5);
            assertNoEdits();
        }
        deleteCapAndAwait(service, MAX);
    }

    @Test
    void aCapThatLetsGoLeavesTheCeilingOfTheOther() throws Exception {
        String strict = service + "-strict";
        create(cap(service, 4000, "static-floor"));
        awaitMax(5);
        cluster.plane.post(
                "/apis/capstan.dev/v1alpha1/namespaces/default/powercaps", cap(strict, 2300, "static-floor"));
        awaitMax(3);
        List<Integer> ceilings = new CopyOnWriteArrayList<>();
        try (Watch watch = watchCeilings(ceilings)) {
            assertThat(watch).isNotNull();
            // It would take 6 now, and the other one does not let it.
            cluster.plane.patch(CAPS + service, "{\"spec\": {\"limit\": {\"watts\": 4600}}}");
            awaitSteps(service, 3);
            assertThat(cluster.maxReplicas(service)).isEqualTo(3);

            cluster.plane.patch(CAPS + strict, "{\"spec\": {\"limit\": {\"watts\": 50000}}}");

            awaitMax(6);
            awaitSteps(strict, 2);
            assertThat(ceilings).allMatch(replicas -> replicas <= 6);
            assertNoEdits();
        }
        deleteCapAndAwait(strict, 6);
        deleteCapAndAwait(service, MAX);
    }

    private void awaitMessage(String cap, String message) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> cluster.cap(cap).toString().contains(message));
    }

    /** Every ceiling of the service that the API server stores from now on. */
    private Watch watchCeilings(List<Integer> ceilings) {
        return client.autoscaling()
                .v1()
                .horizontalPodAutoscalers()
                .inNamespace("default")
                .withName(service)
                .watch(new Watcher<>() {
                    @Override
                    public void eventReceived(Action action, HorizontalPodAutoscaler autoscaler) {
                        ceilings.add(autoscaler.getSpec().getMaxReplicas());
                    }

                    @Override
                    public void onClose(WatcherException cause) {
                        throw new IllegalStateException(cause);
                    }
                });
    }

    /** No cap took what the other one wrote for an edit of the owner. */
    private void assertNoEdits() {
        assertThat(client.v1().events().inNamespace("default").list().getItems())
                .filteredOn(event -> event.getInvolvedObject().getName().startsWith(service))
                .extracting(Event::getReason)
                .contains("Decided")
                .doesNotContain("Edited");
    }
}
