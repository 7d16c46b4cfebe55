package dev.capstan.bridge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.capstan.bridge.install.InstallManifests;
import dev.capstan.testcluster.ControlPlane;
import dev.capstan.testcluster.FaultyApiServer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * An API server that is down, slow, refuses, or tells late: the operator never raises a ceiling on it, and puts back exactly
 * what was there.
 */
class ApiServerFaultsTest extends OperatedCluster {

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
    void carriesOutNoDecisionThatCouldNotBeStoredAndCountsNone() throws Exception {
        create(cap(service, 4000, "static-floor"));
        awaitMax(5);
        awaitSteps(service, 1);
        long before = sequence();

        front.answerStatus(new FaultyApiServer.Fault(409, "the object has been modified"));
        for (int watts : new int[] {3100, 2300}) {
            cluster.plane.patch(CAPS + service, "{\"spec\": {\"limit\": {\"watts\": " + watts + "}}}");
            awaitSteps(service, 2);
        }
        assertThat(cluster.maxReplicas(service)).isEqualTo(5);
        assertThat(sequence()).isEqualTo(before);

        front.answerStatus(null);
        awaitMax(3);
        assertThat(sequence()).isEqualTo(before + 1);
        deleteCapAndAwait(service, MAX);
    }

    private long sequence() {
        return cluster.cap(service).at("/status/lastDecision/sequence").asLong();
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
    void aCapDoesNotGoBeforeWhatItHeldIsPutBackAndSaysWhy() throws Exception {
        create(cap(service, 4000, "static-floor"));
        awaitMax(5);

        front.answer(new FaultyApiServer.Fault(500, "etcdserver: request timed out"));
        cluster.plane.delete(CAPS + service);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(events("NotRestored"))
                        .isNotEmpty()
                        .allSatisfy(message ->
                                assertThat(message).contains(service + ": ", "etcdserver: request timed out")));
        assertThat(cluster.maxReplicas(service)).isEqualTo(5);
        assertThat(cluster.cap(service).at("/metadata/deletionTimestamp").asText())
                .isNotEmpty();
        assertThat(scrape().lines())
                .filteredOn(line -> line.contains("name=\"" + service + "\""))
                .singleElement()
                .asString()
                .startsWith("capstan_restore_failures_total{");

        front.answer(null);
        awaitMax(MAX);
        await().atMost(Duration.ofSeconds(20)).until(() -> SCRIPTED.gone.contains(service));
        assertThat(scrape()).doesNotContain("name=\"" + service + "\"");
    }

    @Test
    void looksAtThePermissionsOfTheOperatorsAccountWhoeverAsks() {
        Preflight preflight = new Preflight(client, InstallManifests.NAMESPACE);
        assertThat(preflight.findings())
                .contains(new Preflight.Finding(
                        "permissions",
                        Preflight.Verdict.OK,
                        "are looked at for system:serviceaccount:capstan-system:capstan"))
                .extracting(Preflight.Finding::subject)
                .doesNotContain("permission");

        client.rbac().clusterRoleBindings().withName("capstan-lever-keda").delete();

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> assertThat(preflight.findings())
                                .filteredOn(finding -> finding.subject().equals("permission"))
                                .extracting(Preflight.Finding::message)
                                .containsExactly(
                                        "to patch scaledobjects.keda.sh is missing: without it KEDA ScaledObjects do not work."));
        assertThat(new Preflight(client, "default").findings())
                .contains(new Preflight.Finding(
                        "permissions",
                        Preflight.Verdict.OK,
                        "are looked at for your own login: namespace default has no ServiceAccount capstan (--namespace:"
                                + " that of the operator)"))
                .extracting(Preflight.Finding::subject)
                .doesNotContain("permission");
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
                                + " work."))
                .anySatisfy(finding -> {
                    assertThat(finding.subject()).isEqualTo("PowerCap default/" + service);
                    assertThat(finding.verdict()).isEqualTo(Preflight.Verdict.WARNING);
                    assertThat(finding.message()).startsWith("has Degraded True: ");
                });

        cluster.bind("capstan-lever-horizontalpodautoscalers", ControlPlane.OPERATOR);
        // KServe and the production stack are not there, and this server is older than rules over several fields.
        assertThat(preflight.findings())
                .noneMatch(finding -> finding.verdict() == Preflight.Verdict.FAILED)
                .filteredOn(finding -> finding.verdict() == Preflight.Verdict.WARNING)
                .extracting(Preflight.Finding::subject)
                .filteredOn(subject -> !subject.startsWith("PowerCap "))
                .containsExactly("API server", "KServe", "vLLM production stack");
        awaitMax(5);
        deleteCapAndAwait(service, MAX);
    }
}
