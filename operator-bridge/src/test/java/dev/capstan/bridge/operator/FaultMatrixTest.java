package dev.capstan.bridge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.capstan.capping.PowerReading;
import dev.capstan.capping.Quality;
import io.fabric8.kubernetes.api.model.autoscaling.v1.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What goes wrong around an operator, but for the API server, and what it must do then: never raise a ceiling on it, never go
 * below a floor, and put back exactly what was there.
 */
class FaultMatrixTest extends OperatedCluster {

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
    void aSecretThatIsMissingLiftsNoCap() throws Exception {
        create(cap(service, 4000, "static-floor"));
        awaitMax(5);

        SCRIPTED.missing = "there is no Secret default/login";
        cluster.plane.patch(CAPS + service, "{\"spec\": {\"limit\": {\"watts\": 3100}}}");
        awaitCondition(service, "Ready", "False");
        assertThat(cluster.cap(service).toString())
                .contains("spec.measurement.prometheus: there is no Secret default/login");
        assertThat(cluster.maxReplicas(service)).isEqualTo(5);

        SCRIPTED.missing = "";
        awaitMax(4);
        awaitCondition(service, "Ready", "True");
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

    @ParameterizedTest
    @ValueSource(strings = {"mode", "deletion"})
    void letsGoStepByStep(String how) throws Exception {
        create(cap(service, 4000, "static-floor"));
        awaitMax(5);
        List<Integer> ceilings = new CopyOnWriteArrayList<>();
        try (Watch watch = watchCeilings(ceilings)) {
            assertThat(watch).isNotNull();
            cluster.plane.patch(
                    CAPS + service, "{\"spec\": {\"timers\": {\"raiseInterval\": \"1s\", \"maxRaisePerStep\": 2}}}");
            awaitCondition(service, "Certified", "False");
            assertThat(cluster.maxReplicas(service)).isEqualTo(5);

            if (how.equals("mode")) {
                cluster.plane.patch(CAPS + service, "{\"spec\": {\"mode\": \"Observe\"}}");
                awaitCondition(service, "Capping", "False");
            } else {
                cluster.plane.delete(CAPS + service);
                await().atMost(Duration.ofSeconds(20)).until(() -> SCRIPTED.gone.contains(service));
                assertThat(events("Restoring")).singleElement().asString().contains("rise by 2 every 1 s");
            }

            awaitMax(MAX);
            await().atMost(Duration.ofSeconds(20)).until(() -> ceilings.contains(MAX));
            assertThat(ceilings.stream().distinct()).containsExactly(5, 7, 9, MAX);
        }
        if (how.equals("mode")) {
            deleteCapAndAwait(service, MAX);
        }
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
}
