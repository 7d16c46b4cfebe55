package dev.capstan.sim.autoscaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.capstan.sim.autoscaling.HpaAudit.Sync;
import dev.capstan.testcluster.ControlPlane;
import dev.capstan.testcluster.LoopbackIdentity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds the emulated autoscaler against the real one: a kube-controller-manager syncs autoscalers drawn at random, and
 * the emulation is given what the audit log says that the controller saw, at the instants when it saw it. Skipped where
 * no control plane is installed.
 */
class RealHpaOracleTest {

    private static final int SCENARIOS = 216;
    private static final int AT_ONCE = 72;
    private static final int QUERIES = 16;
    private static final int MIN_SYNCS = 15;
    private static final Duration DEADLINE = Duration.ofMinutes(4);
    private static final String AUDIT_POLICY = """
            apiVersion: audit.k8s.io/v1
            kind: Policy
            omitStages: [RequestReceived, ResponseStarted]
            rules:
            - level: RequestResponse
              users: [controller]
              resources:
              - {group: capstan.test, resources: [fleets/scale]}
            - level: Metadata
              users: [controller]
              verbs: [get, list]
              resources:
              - {group: external.metrics.k8s.io}
              - {group: custom.metrics.k8s.io}
              - {group: metrics.k8s.io}
            - level: None
            """;
    private static final HpaController CONTROLLER = controller(HpaRelease.V1_20);
    private static final HpaController CURRENT = controller(HpaRelease.CURRENT);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    @Test
    void decidesEverySyncAsTheRealControllerDoes() throws Exception {
        Path binaries = ControlPlane.binaries();
        assumeTrue(
                ControlPlane.isInstalled(binaries), "skipped: no control plane in " + binaries + " (CAPSTAN_KUBE_DIR)");
        List<HpaScenario> scenarios = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 0; i < SCENARIOS; i++) {
            scenarios.add(new HpaScenario(i, random.split()));
        }

        LoopbackIdentity identity = LoopbackIdentity.make(folder);
        HpaStage stage;
        Path log = folder.resolve("audit.log");
        Path audited = Files.writeString(folder.resolve("audit.yaml"), AUDIT_POLICY);
        try (ControlPlane plane = ControlPlane.start(
                binaries,
                folder,
                identity,
                "--feature-gates=HPAScaleToZero=true",
                "--audit-policy-file=" + audited,
                "--audit-log-path=" + log)) {
            stage = new HpaStage(plane, Clock.systemUTC(), QUERIES, scenarios);
            try (MetricsServer server = new MetricsServer(identity, stage::answer)) {
                server.register(plane);
                play(plane, stage, scenarios);
            }
        }

        compare(scenarios, stage, HpaAudit.read(log));
    }

    private static void play(ControlPlane plane, HpaStage stage, List<HpaScenario> scenarios) throws Exception {
        createFleetType(plane);
        PodGroup.ALL.forEach(group -> group.create(plane));
        scenarios.forEach(scenario -> scenario.create(plane));
        plane.startController(
                "--horizontal-pod-autoscaler-sync-period=1s",
                "--horizontal-pod-autoscaler-downscale-stabilization=" + HpaScenario.DOWN_STABILIZATION_SECONDS + "s");
        int started = 0;
        for (; started < AT_ONCE; started++) {
            scenarios.get(started).createAutoscaler(plane);
        }
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        for (int done = 0; done < scenarios.size(); ) {
            HpaScenario finished = stage.finished().poll(200, TimeUnit.MILLISECONDS);
            assertThat(stage.failure()).isEmpty();
            assertThat(System.nanoTime())
                    .as("deadline, with %d of %d scenarios done", done, scenarios.size())
                    .isLessThan(deadline);
            stage.wake();
            if (finished != null) {
                done++;
                plane.delete(
                        "/apis/autoscaling/v2beta2/namespaces/default/horizontalpodautoscalers/" + finished.name());
                if (started < scenarios.size()) {
                    scenarios.get(started++).createAutoscaler(plane);
                }
            }
        }
        plane.stopController();
    }

    private static void compare(List<HpaScenario> scenarios, HpaStage stage, Map<String, List<Sync>> log) {
        int syncs = 0;
        int changes = 0;
        int ambiguous = 0;
        List<String> differences = new ArrayList<>();
        int otherInCurrentRelease = 0;
        for (HpaScenario scenario : scenarios) {
            List<Sync> recorded = log.getOrDefault(scenario.name(), List.of());
            assertThat(recorded).as(scenario.name()).hasSizeGreaterThanOrEqualTo(MIN_SYNCS);
            HpaReplay replay = new HpaReplay(CONTROLLER, scenario, stage.bounds(scenario), recorded);
            replay.difference().ifPresent(differences::add);
            ambiguous += replay.ambiguous();
            syncs += recorded.size();
            changes += (int) recorded.stream()
                    .filter(sync -> sync.decision() != sync.specReplicas())
                    .count();
            HpaReplay current = new HpaReplay(CURRENT, scenario, stage.bounds(scenario), recorded);
            otherInCurrentRelease += current.difference().isPresent() ? 1 : 0;
        }
        System.out.printf(
                Locale.ROOT,
                "Real HPA: %d scenarios, %d syncs, %d changes of replicas, %d differences, %d syncs at the edge of a window;"
                        + " the current release decides otherwise in %d scenarios%n",
                scenarios.size(),
                syncs,
                changes,
                differences.size(),
                ambiguous,
                otherInCurrentRelease);
        assertThat(differences).isEmpty();
        assertThat(ambiguous).as("syncs at the edge of a window").isLessThan(syncs / 50);
        // Otherwise the scenarios would not reach the rules in which the releases differ.
        assertThat(otherInCurrentRelease).isPositive();
    }

    private static HpaController controller(HpaRelease release) {
        return new HpaController(release, HpaScenario.DOWN_STABILIZATION_SECONDS * 1_000_000_000L);
    }

    private static void createFleetType(ControlPlane plane) {
        plane.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", """
                {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                 "metadata": {"name": "fleets.capstan.test"},
                 "spec": {"group": "capstan.test", "scope": "Namespaced",
                          "names": {"plural": "fleets", "singular": "fleet", "kind": "Fleet", "listKind": "FleetList"},
                          "versions": [{"name": "v1", "served": true, "storage": true,
                                        "schema": {"openAPIV3Schema":
                                            {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
                                        "subresources": {"status": {},
                                            "scale": {"specReplicasPath": ".spec.replicas",
                                                      "statusReplicasPath": ".status.replicas",
                                                      "labelSelectorPath": ".status.selector"}}}]}}
                """);
        plane.awaitAnswer("/apis/capstan.test/v1/namespaces/default/fleets");
    }
}
