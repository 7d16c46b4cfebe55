package dev.capstan.bridge.operator;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.bridge.resource.PowerCap;
import dev.capstan.testcluster.ControlPlane;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two operators, of which whoever leads is killed with SIGKILL again and again while the limit moves up and down, and while the
 * cap lets go. What the API server stored, in the order of its versions, must never show a ceiling above what the status
 * allowed before it.
 */
class KilledLeaderTest {

    private static final int KILLS = 50;
    private static final int KILLS_IN_RELEASE = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MAX = 10;
    private static final int MIN = 2;
    private static final List<String> SERVICES = List.of("chat", "code", "batch");
    private static final String CAP_PATH = "/apis/capstan.dev/v1alpha1/namespaces/default/powercaps/row";
    private static final String CAP = """
            {"apiVersion": "capstan.dev/v1alpha1", "kind": "PowerCap",
             "metadata": {"name": "row", "namespace": "default"},
             "spec": {"mode": "Enforce", "limit": {"watts": 20000},
              "certificate": {"configMapRef": {"name": "rehearsed", "key": "certificate.json"}},
              "measurement": {"source": "dcgm", "prometheus": {"url": "http://localhost:9", "timeout": "400ms"}},
              "timers": {"controlInterval": "1s", "exporterInterval": "1s", "scrapeInterval": "1s",
                         "raiseInterval": "0s", "maxRaisePerStep": 10},
              "policy": {"name": "static-floor"},
              "targets": [
                {"ref": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "chat"}, "replica": {"peakWatts": 700}},
                {"ref": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "code"}, "replica": {"peakWatts": 700}},
                {"ref": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "batch"}, "replica": {"peakWatts": 700}}]}}
            """;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private final NavigableMap<Long, JsonNode> caps = new ConcurrentSkipListMap<>();
    private final Map<String, NavigableMap<Long, JsonNode>> autoscalers = new TreeMap<>();
    private final Process[] operators = new Process[2];
    private final SplittableRandom random = new SplittableRandom(7);

    @Test
    void neitherLosesNorRepeatsADecisionNorRaisesWhatItMayNot() throws Exception {
        Path binaries = ControlPlane.binaries();
        assumeTrue(ControlPlane.isInstalled(binaries), "skipped: no control plane in " + binaries);
        try (LiveCluster cluster = LiveCluster.start(folder);
                KubernetesClient client = cluster.client(ControlPlane.ADMIN)) {
            for (String service : SERVICES) {
                cluster.deployment(service, 0, 1);
                cluster.autoscaler(service, MIN, MAX);
                autoscalers.put(service, new ConcurrentSkipListMap<>());
            }
            Rehearsed.store(client, "rehearsed", CAP, MAX, 1000, 50_000);
            try (Watch one = client.resources(PowerCap.class)
                            .inNamespace("default")
                            .watch(recording(caps));
                    Watch two = client.genericKubernetesResources(HPAS)
                            .inNamespace("default")
                            .watch(new Recorder<>() {
                                @Override
                                public void eventReceived(Action action, GenericKubernetesResource hpa) {
                                    record(
                                            requireNonNull(autoscalers.get(
                                                    hpa.getMetadata().getName())),
                                            hpa);
                                }
                            })) {
                assertThat(one).isNotNull();
                assertThat(two).isNotNull();
                cluster.plane.post("/apis/capstan.dev/v1alpha1/namespaces/default/powercaps", CAP);
                try {
                    kill(cluster, client);
                    restore(cluster, client);
                } finally {
                    for (Process operator : operators) {
                        if (operator != null) {
                            operator.destroyForcibly().waitFor();
                        }
                    }
                }
            }
        }
        check();
    }

    private static final ResourceDefinitionContext HPAS = new ResourceDefinitionContext.Builder()
            .withGroup("autoscaling")
            .withVersion("v2beta2")
            .withKind("HorizontalPodAutoscaler")
            .withPlural("horizontalpodautoscalers")
            .withNamespaced(true)
            .build();

    private void kill(LiveCluster cluster, KubernetesClient client) throws Exception {
        for (int kills = 0; kills < KILLS; ) {
            revive(cluster, kills);
            long before = sequence();
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (sequence() == before) {
                assertThat(System.nanoTime()).as("nobody decides").isLessThan(deadline);
                limit(cluster);
            }
            // Anything between nothing and a whole step may be under way.
            limit(cluster);
            int written = writes();
            while (kills % 2 == 1 && writes() == written) {
                assertThat(System.nanoTime()).as("nobody writes").isLessThan(deadline);
                limit(cluster);
            }
            killLeader(client);
            kills++;
        }
    }

    private void killLeader(KubernetesClient client) throws InterruptedException {
        pass(1 + random.nextInt(60));
        Lease lease = client.leases().inNamespace("default").withName("capstan").get();
        String leader = lease.getSpec().getHolderIdentity();
        int index = Integer.parseInt(leader.split("-", -1)[1]);
        operators[index].destroyForcibly().waitFor();
    }

    /** Versions of the autoscalers that were seen. */
    private int writes() {
        return autoscalers.values().stream().mapToInt(Map::size).sum();
    }

    /** Starts the operators that do not run. */
    private void revive(LiveCluster cluster, int kills) throws IOException {
        for (int i = 0; i < operators.length; i++) {
            if (operators[i] == null || !operators[i].isAlive()) {
                operators[i] = OperatorProcess.start(
                        cluster.plane.kubeconfig(ControlPlane.ADMIN),
                        "operator-" + i + "-" + kills,
                        folder.resolve("operator-" + i + ".log"));
            }
        }
    }

    /** Between 6 replicas and all of them. */
    private void limit(LiveCluster cluster) {
        cluster.plane.patch(
                CAP_PATH, "{\"spec\": {\"limit\": {\"watts\": " + (4_200 + 700 * random.nextInt(30)) + "}}}");
        pass(100);
    }

    /** Nothing is waited for: when the leader is killed after the last change is the experiment. */
    private static void pass(int millis) {
        await().pollDelay(Duration.ofMillis(millis)).until(() -> true);
    }

    private long sequence() {
        return caps.isEmpty()
                ? 0
                : caps.lastEntry()
                        .getValue()
                        .at("/status/lastDecision/sequence")
                        .asLong();
    }

    /** The cap is deleted while everything is at its lowest, and lets go one replica at a time. */
    private void restore(LiveCluster cluster, KubernetesClient client) throws Exception {
        revive(cluster, KILLS);
        cluster.plane.patch(CAP_PATH, "{\"spec\": {\"limit\": {\"watts\": " + SERVICES.size() * MIN * 700 + "}}}");
        await().atMost(PATIENCE)
                .until(() -> SERVICES.stream().allMatch(service -> cluster.maxReplicas(service) == MIN));
        cluster.plane.patch(CAP_PATH, "{\"spec\": {\"timers\": {\"raiseInterval\": \"1s\", \"maxRaisePerStep\": 1}}}");
        cluster.plane.delete(CAP_PATH);
        for (int kills = 0; kills < KILLS_IN_RELEASE; kills++) {
            int written = writes();
            await().atMost(PATIENCE).until(() -> writes() > written);
            killLeader(client);
            revive(cluster, KILLS + 1 + kills);
        }
        await().atMost(PATIENCE)
                .until(() -> cluster.plane
                        .get("/apis/capstan.dev/v1alpha1/powercaps")
                        .path("items")
                        .isEmpty());
        for (String service : SERVICES) {
            assertThat(cluster.maxReplicas(service)).isEqualTo(MAX);
        }
    }

    private void check() {
        List<Long> sequences = new ArrayList<>();
        Map<Long, String> decisions = new TreeMap<>();
        caps.values().forEach(cap -> {
            JsonNode decision = cap.at("/status/lastDecision");
            long sequence = decision.path("sequence").asLong();
            // 0 is what is shown before the first decision that changes something.
            if (sequence > 0) {
                if (sequences.isEmpty() || sequences.get(sequences.size() - 1) != sequence) {
                    sequences.add(sequence);
                }
                assertThat(decisions.merge(sequence, decision.toString(), (old, now) -> old))
                        .isEqualTo(decision.toString());
            }
        });
        assertThat(sequences.size()).isGreaterThanOrEqualTo(KILLS);
        for (int i = 1; i < sequences.size(); i++) {
            assertThat(sequences.get(i)).isEqualTo(sequences.get(i - 1) + 1);
        }
        assertThat(writes()).as("writes that were not cut off").isGreaterThan(KILLS / 2);
        autoscalers.forEach((service, versions) -> {
            JsonNode first = versions.firstEntry().getValue();
            int before = MAX;
            for (Map.Entry<Long, JsonNode> version : versions.entrySet()) {
                JsonNode hpa = version.getValue();
                int max = hpa.at("/spec/maxReplicas").asInt();
                assertThat(max).as(service).isBetween(MIN, MAX);
                assertThat(withoutCeiling(hpa)).as(service).isEqualTo(withoutCeiling(first));
                if (max != before) {
                    assertThat(max)
                            .as("%s at version %d", service, version.getKey())
                            .isLessThanOrEqualTo(safeCeiling(service, version.getKey()));
                }
                before = max;
            }
        });
    }

    /** What the status allowed before a version. */
    private int safeCeiling(String service, long version) {
        Map.Entry<Long, JsonNode> cap = caps.lowerEntry(version);
        for (JsonNode target : cap.getValue().at("/status/targets")) {
            if (target.path("name").asText().equals(service) && target.has("hold")) {
                int safe = target.at("/hold/safeCeiling").asInt();
                // The last step gives back the original, which needs no other hold.
                return cap.getValue().at("/metadata").has("deletionTimestamp") && safe == MAX - 1 ? MAX : safe;
            }
        }
        return MAX;
    }

    private static JsonNode withoutCeiling(JsonNode hpa) {
        JsonNode spec = hpa.path("spec").deepCopy();
        ((ObjectNode) spec).remove("maxReplicas");
        return JSON.createObjectNode().<ObjectNode>set("spec", spec).set("labels", hpa.at("/metadata/labels"));
    }

    private static <T extends HasMetadata> Watcher<T> recording(NavigableMap<Long, JsonNode> versions) {
        return new Recorder<>() {
            @Override
            public void eventReceived(Action action, T object) {
                record(versions, object);
            }
        };
    }

    private abstract static class Recorder<T extends HasMetadata> implements Watcher<T> {

        static void record(NavigableMap<Long, JsonNode> versions, HasMetadata object) {
            versions.put(Long.parseLong(object.getMetadata().getResourceVersion()), JSON.valueToTree(object));
        }

        @Override
        public void onClose(WatcherException cause) {
            throw new IllegalStateException(cause);
        }
    }
}
