package dev.capstan.bridge.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.capstan.testcluster.ControlPlane;
import dev.capstan.testcluster.LoopbackIdentity;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each lever on a real API server, beside controllers that put back what their owners do not say. */
class LeverOnRealServerTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String APPS = "/apis/apps/v1/namespaces/default/deployments";
    private static final String HPAS = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";
    private static final String SCALED = "/apis/keda.sh/v1alpha1/namespaces/default/scaledobjects";
    private static final String ISVCS = "/apis/serving.kserve.io/v1beta1/namespaces/default/inferenceservices";
    private static final String LLMS = "/apis/serving.kserve.io/v1alpha2/namespaces/default/llminferenceservices";
    private static final String RUNTIMES = "/apis/production-stack.vllm.ai/v1alpha1/namespaces/default/vllmruntimes";
    private static final String GROUPS = "/apis/leaderworkerset.x-k8s.io/v1/namespaces/default/leaderworkersets";
    private static final String POOLS = "/apis/example.org/v1/namespaces/default/modelpools";
    private static final int TURNS = 20;
    private static final List<String> REQUESTS = new CopyOnWriteArrayList<>();

    @TempDir
    static Path folder;

    private static ControlPlane plane;
    private static Admission admission;
    private static Front front;
    private static KubernetesClient client;
    private static KubernetesClient faulty;
    private static ClusterView view;
    private static LeverFinder finder;
    private static LeverWriter writer;
    private static LeverWriter behindFront;
    private static RevertBots bots;

    @BeforeAll
    static void start() throws Exception {
        Path binaries = ControlPlane.binaries();
        assumeTrue(
                ControlPlane.isInstalled(binaries), "skipped: no control plane in " + binaries + " (CAPSTAN_KUBE_DIR)");
        LoopbackIdentity identity = LoopbackIdentity.make(folder);
        plane = ControlPlane.start(
                binaries, Files.createDirectories(folder.resolve("plane")), identity, "--authorization-mode=RBAC");
        Path crds = folder.resolve("crds.yaml");
        try (InputStream in = LeverOnRealServerTest.class.getResourceAsStream("/foreign-kinds/crds.yaml")) {
            Files.copy(in, crds);
        }
        ControlPlane.Answer answer = plane.kubectl("apply", "-f", crds.toString());
        assertThat(answer.exitCode()).as(answer.output()).isZero();
        for (String collection : List.of(SCALED, ISVCS, LLMS, RUNTIMES, GROUPS, POOLS)) {
            plane.awaitAnswer(collection);
        }
        admission = new Admission(plane, identity);
        front = new Front(plane, identity.sslContext());
        client = client(Config.fromKubeconfig(Files.readString(plane.kubeconfig(ControlPlane.ADMIN))));
        faulty = client(front.config());
        view = new ClusterView(client, System::nanoTime);
        finder = new LeverFinder(view);
        writer = new LeverWriter(client, view);
        behindFront = new LeverWriter(faulty, view);
        bots = new RevertBots(plane);
    }

    @AfterAll
    static void end() {
        if (view != null) {
            view.close();
            client.close();
            faulty.close();
            front.close();
            admission.close();
        }
        if (plane != null) {
            plane.close();
        }
    }

    @Test
    void holdsTheScaleOfADeploymentAndRestoresIt() {
        deployment("plain", 5);
        Lever lever = find("apps/v1", "Deployment", "plain");
        assertThat(lever.ceilingPath()).isEqualTo("spec.replicas");
        JsonNode before = get(APPS, "plain");

        Hold hold = cap(lever, 2);
        assertThat(get(APPS, "plain").at("/spec/replicas").asInt()).isEqualTo(2);
        assertThat(get(APPS, "plain").at("/spec/template")).isEqualTo(before.at("/spec/template"));

        restore(lever, hold);
        assertThat(get(APPS, "plain").path("spec")).isEqualTo(before.path("spec"));
    }

    @Test
    void lowersTheMinimumOfAnAutoscalerInTheSamePatch() {
        deployment("hpa", 5);
        hpa("hpa", 3, 10);
        Lever lever = await().until(
                        () -> find("apps/v1", "Deployment", "hpa"),
                        found -> !found.object().kind().equals("Deployment"));
        assertThat(lever.object().kind()).isEqualTo("HorizontalPodAutoscaler");
        assertThat(lever.workload().name()).isEqualTo("hpa");
        JsonNode before = get(HPAS, "hpa").path("spec");

        requests();
        Hold hold = cap(lever, 2);
        assertThat(requests().stream().map(one -> one.substring(0, one.indexOf(' '))))
                .as("the read before a write, and the write")
                .containsExactly("GET", "PATCH");
        assertThat(get(HPAS, "hpa").at("/spec/maxReplicas").asInt()).isEqualTo(2);
        assertThat(get(HPAS, "hpa").at("/spec/minReplicas").asInt()).isEqualTo(2);
        assertThat(manager(get(HPAS, "hpa"))).contains("capstan");

        hold = again(lever, hold, 5);
        assertThat(get(HPAS, "hpa").at("/spec/minReplicas").asInt())
                .as("the owner's minimum counts again")
                .isEqualTo(3);

        restore(lever, hold);
        assertThat(get(HPAS, "hpa").path("spec")).isEqualTo(before);
        await().untilAsserted(() -> assertThat(state(lever).heldByUs()).isFalse());
    }

    @Test
    void holdsAScaledObjectWhoseMaximumIsAbsent() {
        deployment("keda", 5);
        scaledObject("keda", "\"minReplicaCount\": 4", "{}");
        bots.turn();
        Lever lever = await().until(
                        () -> find("apps/v1", "Deployment", "keda"),
                        found -> found.object().kind().equals("ScaledObject"));
        assertThat(find("autoscaling/v1", "HorizontalPodAutoscaler", "keda-hpa-keda")
                        .object())
                .as("an HPA that KEDA made")
                .isEqualTo(lever.object());
        JsonNode before = get(SCALED, "keda").path("spec");
        JsonNode template = get(APPS, "keda").at("/spec/template");
        assertThat(state(lever).ceiling()).as("KEDA's default").isEqualTo(100);

        Hold hold = cap(lever, 2);
        await().untilAsserted(() -> assertThat(state(lever).hasLanded()).isFalse());
        bots.turn();
        bots.reverts();
        await().untilAsserted(() -> assertThat(state(lever).hasLanded()).isTrue());
        assertStays(lever, hold);
        assertThat(get(HPAS, "keda-hpa-keda").at("/spec/maxReplicas").asInt()).isEqualTo(2);
        assertThat(get(APPS, "keda").at("/spec/template")).isEqualTo(template);

        assertPutBack(HPAS, "keda-hpa-keda", "{\"spec\": {\"maxReplicas\": 3}}");

        restore(lever, hold);
        assertThat(get(SCALED, "keda").path("spec")).isEqualTo(before);
        assertThat(get(SCALED, "keda").at("/spec/maxReplicaCount").isMissingNode())
                .isTrue();
    }

    @Test
    void saysWhatAWebhookRefused() {
        deployment("hook", 5);
        scaledObject("hook", "\"minReplicaCount\": 1, \"maxReplicaCount\": 9", "{}");
        Lever lever = await().until(
                        () -> find("apps/v1", "Deployment", "hook"),
                        found -> found.object().kind().equals("ScaledObject"));
        TargetState seen = state(lever);
        plane.patch(SCALED + "/hook", "{\"spec\": {\"minReplicaCount\": 4}}");
        await().until(() -> state(lever).floor() == 4);
        // A hold made before the owner raised his minimum does not lower it.
        Hold hold = Hold.begin(lever, seen, seen.values(), "now");
        Hold onlyMax = new Hold(
                hold.object(),
                hold.uid(),
                hold.path(),
                false,
                hold.originals(),
                Map.of(hold.path(), 2),
                hold.before(),
                2,
                9,
                "now");
        Outcome outcome = writer.write(lever, onlyMax, () -> true);
        assertThat(outcome.kind()).isEqualTo(Outcome.Kind.REJECTED);
        assertThat(outcome.message()).contains("MinReplicaCount must be less than MaxReplicaCount");
    }

    @Test
    void holdsAnInferenceServiceThatAnHpaScales() {
        isvc("isvc", "{\"sidecar.istio.io/inject\": \"false\"}", "\"minReplicas\": 2, \"maxReplicas\": 6");
        bots.turn();
        Lever lever = await().until(
                        () -> find("apps/v1", "Deployment", "isvc-predictor"),
                        found -> found.object().kind().equals("InferenceService"));
        assertThat(lever.workload().name()).isEqualTo("isvc-predictor");
        JsonNode before = get(ISVCS, "isvc").path("spec");
        JsonNode annotations = get(ISVCS, "isvc").at("/metadata/annotations");
        JsonNode template = get(APPS, "isvc-predictor").at("/spec/template");

        Hold hold = cap(lever, 1);
        bots.turn();
        bots.reverts();
        await().untilAsserted(() -> assertThat(state(lever).hasLanded()).isTrue());
        assertStays(lever, hold);
        assertThat(get(APPS, "isvc-predictor").at("/spec/template"))
                .as("nothing restarts")
                .isEqualTo(template);
        assertThat(get(ISVCS, "isvc").at("/metadata/annotations")).isEqualTo(annotations);
        assertPutBack(HPAS, "isvc-predictor", "{\"spec\": {\"maxReplicas\": 5}}");

        restore(lever, hold);
        assertThat(get(ISVCS, "isvc").path("spec")).isEqualTo(before);

        // What would have restarted the model's pods.
        plane.patch(ISVCS + "/isvc", "{\"metadata\": {\"annotations\": {\"capstan.dev/held\": \"1\"}}}");
        bots.turn();
        assertThat(get(APPS, "isvc-predictor").at("/spec/template")).isNotEqualTo(template);
    }

    @Test
    void holdsAnInferenceServiceThatKedaScales() {
        isvc("isvck", "{\"serving.kserve.io/autoscalerClass\": \"keda\"}", "\"minReplicas\": 1, \"maxReplicas\": 6");
        bots.turn();
        Lever lever = await().until(
                        () -> find("apps/v1", "Deployment", "isvck-predictor"),
                        found -> found.object().kind().equals("InferenceService"));
        Hold hold = cap(lever, 3);
        bots.turn();
        bots.reverts();
        await().untilAsserted(() -> assertThat(state(lever).hasLanded()).isTrue());
        assertThat(lever.landing()).isNotNull().extracting(ObjectId::name).isEqualTo("keda-hpa-isvck-predictor");
        assertStays(lever, hold);
        assertPutBack(SCALED, "isvck-predictor", "{\"spec\": {\"maxReplicaCount\": 5}}");
        restore(lever, hold);
        assertThat(get(ISVCS, "isvck").at("/spec/predictor/maxReplicas").asInt())
                .isEqualTo(6);
    }

    @Test
    void holdsAnInferenceServiceThatNobodyScales() {
        isvc("fixed", "{\"serving.kserve.io/autoscalerClass\": \"none\"}", "\"minReplicas\": 4");
        bots.turn();
        Lever lever = find("serving.kserve.io/v1beta1", "InferenceService", "fixed");
        assertThat(lever.ceilingPath()).isEqualTo("spec.predictor.minReplicas");
        Hold hold = cap(lever, 2);
        bots.turn();
        bots.reverts();
        assertStays(lever, hold);
        assertThat(get(APPS, "fixed-predictor").at("/spec/replicas").asInt()).isEqualTo(2);
        assertPutBack(APPS, "fixed-predictor", "{\"spec\": {\"replicas\": 1}}");
        restore(lever, hold);
        assertThat(get(ISVCS, "fixed").at("/spec/predictor/minReplicas").asInt())
                .isEqualTo(4);
    }

    @Test
    void anInferenceServiceScaledFromOutsideIsHeldAtItsAutoscaler() {
        isvc("outside", "{\"serving.kserve.io/autoscalerClass\": \"external\"}", "\"minReplicas\": 1");
        bots.turn();
        scaledObject("outside-predictor", "\"maxReplicaCount\": 7", "{}");
        Lever lever = await().until(
                        () -> finder.find(new ObjectId(
                                        "serving.kserve.io/v1beta1", "InferenceService", "default", "outside"))
                                .lever(),
                        found -> found != null && found.object().kind().equals("ScaledObject"));
        assertThat(state(lever).ceiling()).isEqualTo(7);
    }

    @Test
    void refusesKnativeWithAdvice() {
        isvc("knative", "{\"serving.kserve.io/deploymentMode\": \"Serverless\"}", "\"minReplicas\": 1");
        plane.patch(ISVCS + "/knative/status", "{\"status\": {\"deploymentMode\": \"Knative\"}}");
        Refusal refusal = await().until(
                        () -> finder.find(new ObjectId(
                                        "serving.kserve.io/v1beta1", "InferenceService", "default", "knative"))
                                .refusal(),
                        one -> one != null && one.reason() == Refusal.Reason.UNSUPPORTED);
        assertThat(refusal.message()).contains("mode Knative").contains("Run it in mode Standard");
    }

    @Test
    void holdsDecodeAndPrefillOfAnLlmInferenceServiceApart() {
        plane.post(LLMS, """
                {"apiVersion": "serving.kserve.io/v1alpha2", "kind": "LLMInferenceService", "metadata": {"name": "llm"},
                 "spec": {"scaling": {"minReplicas": 2, "maxReplicas": 8, "wva": {"hpa": {}}},
                          "prefill": {"replicas": 4}}}
                """);
        bots.turn();
        Lever decode = await().until(
                        () -> find("serving.kserve.io/v1alpha1", "LLMInferenceService", "llm"),
                        found -> found.workload().name().equals("llm-kserve"));
        Lever prefill = find("apps/v1", "Deployment", "llm-kserve-prefill");
        assertThat(decode.object().apiVersion())
                .as("one name for both versions")
                .endsWith("v1alpha2");
        assertThat(prefill.object()).isNotEqualTo(decode.object());
        assertThat(prefill.ceilingPath()).isEqualTo("spec.prefill.replicas");
        assertThat(prefill.workload().name()).isEqualTo("llm-kserve-prefill");
        JsonNode before = get(LLMS, "llm").path("spec");

        Hold ofDecode = cap(decode, 1);
        Hold ofPrefill = cap(prefill, 3);
        bots.turn();
        bots.reverts();
        await().untilAsserted(() -> assertThat(state(decode).hasLanded()).isTrue());
        assertStays(decode, ofDecode);
        assertStays(prefill, ofPrefill);
        assertThat(get(APPS, "llm-kserve-prefill").at("/spec/replicas").asInt()).isEqualTo(3);
        assertPutBack(HPAS, "llm-kserve-hpa", "{\"spec\": {\"maxReplicas\": 5}}");

        restore(prefill, ofPrefill);
        assertThat(get(LLMS, "llm").at("/spec/scaling/maxReplicas").asInt())
                .as("one part is still held")
                .isEqualTo(1);
        restore(decode, ofDecode);
        assertThat(get(LLMS, "llm").path("spec")).isEqualTo(before);
    }

    @Test
    void writesTheThreeFieldsOfAVllmRuntimeAtOnce() {
        plane.post(RUNTIMES, """
                {"apiVersion": "production-stack.vllm.ai/v1alpha1", "kind": "VLLMRuntime", "metadata": {"name": "rt"},
                 "spec": {"autoscalingConfig": {"enabled": true, "minReplicas": 3, "maxReplicas": 6},
                          "deploymentConfig": {"replicas": 5}}}
                """);
        bots.turn();
        Lever lever = await().until(
                        () -> find("apps/v1", "Deployment", "rt-deployment-vllm"),
                        found -> found.object().kind().equals("VLLMRuntime"));
        JsonNode before = get(RUNTIMES, "rt").path("spec");

        int stuck = bots.stuck();
        Hold hold = cap(lever, 2);
        bots.turn();
        bots.turn();
        bots.reverts();
        assertThat(bots.stuck()).isEqualTo(stuck);
        await().untilAsserted(() -> assertThat(state(lever).hasLanded()).isTrue());
        assertStays(lever, hold);
        assertThat(get(APPS, "rt-deployment-vllm").at("/spec/replicas").asInt()).isEqualTo(2);

        // The autoscaler moves the replicas of the object itself: that is nobody's edit.
        plane.patch(RUNTIMES + "/rt", "{\"spec\": {\"deploymentConfig\": {\"replicas\": 1}}}");
        await().untilAsserted(() ->
                assertThat(hold.judge(lever, state(lever).values())).isEqualTo(Hold.Verdict.OURS));
        plane.patch(RUNTIMES + "/rt", "{\"spec\": {\"deploymentConfig\": {\"replicas\": 2}}}");

        assertPutBack(SCALED, "rt-scaledobject", "{\"spec\": {\"maxReplicaCount\": 5}}");
        restore(lever, hold);
        assertThat(get(RUNTIMES, "rt").path("spec")).isEqualTo(before);
        bots.turn();

        // The ceiling alone never arrives.
        plane.patch(RUNTIMES + "/rt", "{\"spec\": {\"autoscalingConfig\": {\"minReplicas\": 1, \"maxReplicas\": 2}}}");
        bots.turn();
        assertThat(bots.stuck()).isEqualTo(stuck + 1);
        assertThat(get(SCALED, "rt-scaledobject").at("/spec/maxReplicaCount").asInt())
                .isEqualTo(6);
        plane.delete(RUNTIMES + "/rt");
    }

    @Test
    void countsAGroupOfPodsAsOneReplica() {
        plane.post(GROUPS, """
                {"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet", "metadata": {"name": "lws"},
                 "spec": {"replicas": 3, "leaderWorkerTemplate": {"size": 4, "workerTemplate": {"spec": {"containers": [
                   {"name": "engine", "resources": {"limits": {"nvidia.com/gpu": "8"}}}]}}}}}
                """);
        Lever lever = find("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", "lws");
        assertThat(state(lever).gpus()).as("4 pods of 8 GPUs").isEqualTo(32);
        assertThat(state(lever).ready()).as("none is up").isZero();
        Hold hold = cap(lever, 1);
        assertThat(get(GROUPS, "lws").at("/spec/replicas").asInt()).isEqualTo(1);
        restore(lever, hold);
        assertThat(get(GROUPS, "lws").at("/spec/replicas").asInt()).isEqualTo(3);
    }

    @Test
    void findsTheReplicasOfAnyKindWithAScaleSubresource() {
        plane.post(POOLS, """
                {"apiVersion": "example.org/v1", "kind": "ModelPool", "metadata": {"name": "pool"},
                 "spec": {"pool": {"engines": 7}}}
                """);
        plane.patch(POOLS + "/pool/status", "{\"status\": {\"engines\": 6}}");
        Lever lever = find("example.org/v1", "ModelPool", "pool");
        assertThat(lever.ceilingPath()).isEqualTo("spec.pool.engines");
        await().untilAsserted(() -> assertThat(state(lever).ready()).isEqualTo(6));
        assertThat(state(lever).desired()).isEqualTo(7);
        Hold hold = cap(lever, 2);
        assertThat(get(POOLS, "pool").at("/spec/pool/engines").asInt()).isEqualTo(2);
        restore(lever, hold);
        assertThat(get(POOLS, "pool").at("/spec/pool/engines").asInt()).isEqualTo(7);
    }

    @Test
    void refusesWhatAnUnknownControllerOwns() {
        plane.post("/apis/example.org/v1/namespaces/default/landlords", """
                {"apiVersion": "example.org/v1", "kind": "Landlord", "metadata": {"name": "lord"}, "spec": {}}
                """);
        String uid = get("/apis/example.org/v1/namespaces/default/landlords", "lord")
                .at("/metadata/uid")
                .asText();
        deployment("owned", 2);
        plane.patch(APPS + "/owned", """
                {"metadata": {"ownerReferences": [{"apiVersion": "example.org/v1", "kind": "Landlord", "name": "lord",
                 "uid": "%s", "controller": true}]}}
                """.formatted(uid));
        Refusal refusal = await().until(
                        () -> finder.find(new ObjectId("apps/v1", "Deployment", "default", "owned"))
                                .refusal(),
                        one -> one != null && one.reason() == Refusal.Reason.UNSUPPORTED_OWNER);
        assertThat(refusal.message()).contains("Landlord lord of example.org/v1");
    }

    @Test
    void tellsAKindThatIsNotInstalledFromAnObjectThatIsNotThere() {
        Refusal kind = refusal(finder, new ObjectId("argoproj.io/v1alpha1", "Rollout", "default", "chat"));
        assertThat(kind.reason()).isEqualTo(Refusal.Reason.NOT_SERVED);
        assertThat(kind.message()).contains("Rollout of argoproj.io/v1alpha1 is not installed");
        Refusal object = refusal(finder, new ObjectId("apps/v1", "Deployment", "default", "nobody"));
        assertThat(object.reason()).isEqualTo(Refusal.Reason.NOT_FOUND);
    }

    @Test
    void namesWhoElseManagesAnObject() {
        deployment("chart", 2);
        scaledObject("chart", "\"maxReplicaCount\": 7", "{\"meta.helm.sh/release-name\": \"stack\"}");
        Lever lever = await().until(
                        () -> find("apps/v1", "Deployment", "chart"),
                        found -> found.object().kind().equals("ScaledObject"));
        assertThat(lever.foreign()).containsExactly("Helm");
    }

    @Test
    void tellsAManagerWhoPutsACeilingBackFromAnOwnerWhoEdits() {
        deployment("fought", 3);
        hpa("fought", 1, 9);
        Lever lever = await().until(
                        () -> find("apps/v1", "Deployment", "fought"),
                        found -> !found.object().kind().equals("Deployment"));
        Hold hold = cap(lever, 4);

        String query = "?fieldManager=argocd-controller";
        plane.patch(HPAS + "/fought" + query, "{\"spec\": {\"maxReplicas\": 9}}");
        await().untilAsserted(() ->
                assertThat(hold.judge(lever, state(lever).values())).isEqualTo(Hold.Verdict.REVERTED));
        assertThat(writer.lastWriter(lever)).contains("argocd-controller");

        plane.patch(HPAS + "/fought?fieldManager=kubectl-edit", "{\"spec\": {\"minReplicas\": 2, \"maxReplicas\": 7}}");
        await().untilAsserted(() ->
                assertThat(hold.judge(lever, state(lever).values())).isEqualTo(Hold.Verdict.EDITED));
        assertThat(writer.lastWriter(lever)).contains("kubectl-edit");
        Hold adopted = hold.adopted(lever, state(lever).values());
        assertThat(writer.write(lever, adopted, () -> true).kind()).isEqualTo(Outcome.Kind.WRITTEN);
        assertThat(get(HPAS, "fought").at("/spec/maxReplicas").asInt()).isEqualTo(4);
        assertThat(get(HPAS, "fought").at("/spec/minReplicas").asInt())
                .as("his minimum lies below ours")
                .isEqualTo(2);
        restore(lever, adopted);
        assertThat(get(HPAS, "fought").at("/spec/maxReplicas").asInt()).isEqualTo(7);
        assertThat(get(HPAS, "fought").at("/spec/minReplicas").asInt()).isEqualTo(2);
    }

    @Test
    void leavesAnObjectThatWasMadeAnewAlone() {
        deployment("anew", 5);
        Lever lever = find("apps/v1", "Deployment", "anew");
        Hold hold = cap(lever, 2);
        plane.delete(APPS + "/anew");
        deployment("anew", 2);
        assertThat(writer.restore(lever, hold, () -> true).kind()).isEqualTo(Outcome.Kind.GONE);
        assertThat(get(APPS, "anew").at("/spec/replicas").asInt()).isEqualTo(2);
        await().untilAsserted(() -> assertThat(finder.of(hold)).isEmpty());
    }

    @Test
    void restoresAtOnceAfterAWriteThatTheViewHasNotSeen() throws Exception {
        deployment("quick", 5);
        Lever lever = find("apps/v1", "Deployment", "quick");
        Hold hold = begin(lever).writing(lever, state(lever), 2, 2);
        try (ClusterView old = new ClusterView(client, System::nanoTime)) {
            // A view that lags: it still has the object as it was before our write.
            LeverWriter behind = new LeverWriter(client, old);
            assertThat(new LeverFinder(old).find(lever.object()).lever()).isNotNull();
            assertThat(behind.write(lever, hold, () -> true).kind()).isEqualTo(Outcome.Kind.WRITTEN);
            assertThat(behind.restore(lever, hold, () -> true).kind()).isEqualTo(Outcome.Kind.WRITTEN);
        }
        assertThat(get(APPS, "quick").at("/spec/replicas").asInt()).isEqualTo(5);
    }

    @Test
    void restoresWhatItHeldEvenWhereSomebodyElseDecidesByNow() {
        deployment("moved", 5);
        Lever lever = find("apps/v1", "Deployment", "moved");
        Hold hold = cap(lever, 2);
        hpa("moved", 1, 9);
        await().until(() -> !find("apps/v1", "Deployment", "moved").object().equals(lever.object()));
        Lever held = finder.of(hold).orElseThrow();
        assertThat(held.object()).isEqualTo(lever.object());
        restore(held, hold);
        assertThat(get(APPS, "moved").at("/spec/replicas").asInt()).isEqualTo(5);
    }

    @Test
    void writesAgainAfterAChangeInBetween() {
        deployment("raced", 5);
        Lever lever = find("apps/v1", "Deployment", "raced");
        Hold hold = begin(lever).writing(lever, state(lever), 2, 2);
        // The version in the view is not the one that is there when the write arrives.
        Outcome outcome = writer.write(lever, hold, () -> {
            if (get(APPS, "raced").at("/metadata/labels/touched").isMissingNode()) {
                plane.patch(APPS + "/raced", "{\"metadata\": {\"labels\": {\"touched\": \"yes\"}}}");
            }
            return true;
        });
        assertThat(outcome.kind()).isEqualTo(Outcome.Kind.WRITTEN);
        assertThat(get(APPS, "raced").at("/metadata/labels/touched").asText()).isEqualTo("yes");
    }

    @Test
    void findsOutThatAnObjectHasJustGone() {
        deployment("fading", 5);
        Lever lever = find("apps/v1", "Deployment", "fading");
        Hold hold = begin(lever).writing(lever, state(lever), 2, 2);
        Outcome outcome = writer.write(lever, hold, () -> {
            plane.delete(APPS + "/fading");
            return true;
        });
        assertThat(outcome.kind()).isEqualTo(Outcome.Kind.GONE);
    }

    @Test
    void givesUpAfterThreeConflicts() {
        deployment("busy", 5);
        Lever lever = find("apps/v1", "Deployment", "busy");
        Hold hold = begin(lever).writing(lever, state(lever), 2, 2);
        requests();
        front.answer(new Front.Fault(409, "the object has been modified"));
        Outcome outcome = behindFront.write(lever, hold, () -> true);
        assertThat(outcome.kind()).isEqualTo(Outcome.Kind.CONFLICT);
        assertThat(requests()).filteredOn(one -> one.startsWith("PATCH")).hasSize(3);
    }

    @Test
    void sendsNothingOnceItLeadsNoMore() {
        deployment("fenced", 5);
        Lever lever = find("apps/v1", "Deployment", "fenced");
        Hold hold = begin(lever).writing(lever, state(lever), 2, 2);
        requests();
        assertThat(writer.write(lever, hold, () -> false).kind()).isEqualTo(Outcome.Kind.NOT_LEADING);
        assertThat(requests()).noneMatch(one -> one.startsWith("PATCH"));
    }

    @Test
    void tellsFaultsApartAndSendsEachWriteOnce() {
        deployment("faulty", 5);
        Lever lever = find("apps/v1", "Deployment", "faulty");
        Hold hold = begin(lever).writing(lever, state(lever), 2, 2);
        Map<Front.Fault, Outcome.Kind> faults = Map.of(
                new Front.Fault(403, "deployments/scale is forbidden: User operator cannot patch"),
                Outcome.Kind.FORBIDDEN,
                new Front.Fault(422, "spec.replicas: Invalid value"),
                Outcome.Kind.REJECTED,
                new Front.Fault(429, "too many requests", Map.of("Retry-After", "1")),
                Outcome.Kind.THROTTLED,
                new Front.Fault(500, "etcdserver: request timed out"),
                Outcome.Kind.UNAVAILABLE,
                new Front.Fault(0, "no answer"),
                Outcome.Kind.UNAVAILABLE);
        faults.forEach((fault, kind) -> {
            front.answer(fault);
            requests();
            Outcome outcome = behindFront.write(lever, hold, () -> true);
            assertThat(outcome.kind()).as(fault.toString()).isEqualTo(kind);
            if (fault.code() != 0) {
                assertThat(outcome.message()).contains(fault.message());
            }
            assertThat(requests())
                    .as(fault.toString())
                    .filteredOn(one -> one.startsWith("PATCH"))
                    .hasSize(1);
        });
        front.answer(null);
        assertThat(behindFront.write(lever, hold, () -> true).isDone()).isTrue();
    }

    @Test
    void namesThePermissionThatIsMissing() throws Exception {
        plane.post("/apis/rbac.authorization.k8s.io/v1/clusterroles", """
                {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "reader"},
                 "rules": [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"]}]}
                """);
        plane.post("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", """
                {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "reader"},
                 "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "reader"},
                 "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "%s"}]}
                """.formatted(ControlPlane.OPERATOR));
        deployment("denied", 5);
        Lever lever = find("apps/v1", "Deployment", "denied");
        Hold hold = begin(lever).writing(lever, state(lever), 2, 2);
        try (KubernetesClient other =
                        client(Config.fromKubeconfig(Files.readString(plane.kubeconfig(ControlPlane.OPERATOR))));
                ClusterView blind = new ClusterView(other, System::nanoTime)) {
            Refusal refusal = refusal(new LeverFinder(blind), lever.object());
            assertThat(refusal.reason()).isEqualTo(Refusal.Reason.NOT_SERVED);
            assertThat(refusal.message()).contains("cannot list resource \"deployments\"");
            Outcome outcome = new LeverWriter(other, view).write(lever, hold, () -> true);
            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.FORBIDDEN);
            assertThat(outcome.message()).contains("cannot patch resource \"deployments/scale\"");
        }
    }

    @Test
    void readsAThousandTargetsWithoutARequest() {
        String namespace = "/api/v1/namespaces";
        plane.post(namespace, "{\"apiVersion\": \"v1\", \"kind\": \"Namespace\", \"metadata\": {\"name\": \"many\"}}");
        int count = 1000;
        for (int i = 0; i < count; i++) {
            plane.post("/apis/autoscaling/v1/namespaces/many/horizontalpodautoscalers", """
                    {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h%1$d"},
                     "spec": {"maxReplicas": 5, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "h%1$d"}}}
                    """.formatted(i));
        }
        String version = view.knownVersion("HorizontalPodAutoscaler");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> finder.find(new ObjectId(version, "HorizontalPodAutoscaler", "many", "h" + (count - 1)))
                                .lever()
                        != null);
        requests();
        for (int i = 0; i < count; i++) {
            Lever lever = Objects.requireNonNull(
                    finder.find(new ObjectId(version, "HorizontalPodAutoscaler", "many", "h" + i))
                            .lever());
            assertThat(state(lever).ceiling()).isEqualTo(5);
        }
        // Kinds and versions that are not installed are asked for once in a while, however many targets there are.
        assertThat(requests().size()).isLessThan(10);
    }

    /** A client whose requests are noted. */
    private static KubernetesClient client(Config config) {
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientBuilderConsumer(builder -> builder.addOrReplaceInterceptor("noted", new Interceptor() {
                    @Override
                    public void before(BasicBuilder request, HttpRequest original, RequestTags tags) {
                        REQUESTS.add(original.method() + " " + original.uri().getPath());
                    }
                }))
                .build();
    }

    /** Requests since the last call, each as its method and path. */
    private static List<String> requests() {
        List<String> all = List.copyOf(REQUESTS);
        REQUESTS.clear();
        return all;
    }

    private static Lever find(String apiVersion, String kind, String name) {
        ObjectId id = new ObjectId(apiVersion, kind, "default", name);
        return Objects.requireNonNull(await().until(() -> finder.find(id).lever(), lever -> lever != null));
    }

    private static Refusal refusal(LeverFinder finder, ObjectId id) {
        return Objects.requireNonNull(finder.find(id).refusal());
    }

    private static TargetState state(Lever lever) {
        return Objects.requireNonNull(TargetState.read(view, lever));
    }

    private static Hold begin(Lever lever) {
        TargetState seen = state(lever);
        return Hold.begin(lever, seen, seen.values(), "2026-11-27T00:00:00Z");
    }

    private static Hold cap(Lever lever, int ceiling) {
        return again(lever, begin(lever), ceiling);
    }

    private static Hold again(Lever lever, Hold hold, int ceiling) {
        Hold planned = hold.writing(lever, state(lever), ceiling, ceiling);
        Outcome outcome = writer.write(lever, planned, () -> true);
        assertThat(outcome.kind()).as(outcome.message()).isEqualTo(Outcome.Kind.WRITTEN);
        await().until(() -> state(lever).ceiling() == ceiling);
        return planned.landed(lever);
    }

    private static void restore(Lever lever, Hold hold) {
        Outcome outcome = writer.restore(lever, hold, () -> true);
        assertThat(outcome.kind()).as(outcome.message()).isEqualTo(Outcome.Kind.WRITTEN);
        assertThat(writer.restore(lever, hold, () -> true).isDone())
                .as("a second time")
                .isTrue();
    }

    /** Many turns of every controller leave the ceiling, and have nothing to do. */
    private static void assertStays(Lever lever, Hold hold) {
        for (int turn = 0; turn < TURNS; turn++) {
            bots.turn();
        }
        assertThat(bots.reverts()).isZero();
        assertThat(hold.judge(lever, state(lever).values())).isEqualTo(Hold.Verdict.OURS);
    }

    /** What is written to a child does not stay. */
    private static void assertPutBack(String collection, String name, String patch) {
        JsonNode before = get(collection, name).path("spec");
        plane.patch(collection + "/" + name, patch);
        assertThat(get(collection, name).path("spec")).isNotEqualTo(before);
        bots.turn();
        assertThat(get(collection, name).path("spec")).isEqualTo(before);
        assertThat(bots.reverts()).isPositive();
    }

    private static JsonNode get(String collection, String name) {
        return plane.get(collection + "/" + name);
    }

    private static List<String> manager(JsonNode object) {
        return object.at("/metadata/managedFields").findValuesAsText("manager");
    }

    private static void deployment(String name, int replicas) {
        plane.post(APPS, """
                {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "%1$s"},
                 "spec": {"replicas": %2$d, "selector": {"matchLabels": {"app": "%1$s"}},
                  "template": {"metadata": {"labels": {"app": "%1$s"}},
                               "spec": {"containers": [{"name": "model", "image": "none"}]}}}}
                """.formatted(name, replicas));
    }

    private static void hpa(String name, int min, int max) {
        plane.post(HPAS, """
                {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "%1$s"},
                 "spec": {"minReplicas": %2$d, "maxReplicas": %3$d,
                  "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "%1$s"}}}
                """.formatted(name, min, max));
    }

    private static void scaledObject(String name, String bounds, String annotations) {
        plane.post(SCALED, """
                {"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject",
                 "metadata": {"name": "%1$s", "annotations": %3$s},
                 "spec": {"scaleTargetRef": {"name": "%1$s"}, "triggers": [{"type": "prometheus"}], %2$s}}
                """.formatted(name, bounds, annotations));
    }

    private static void isvc(String name, String annotations, String bounds) {
        plane.post(ISVCS, """
                {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService",
                 "metadata": {"name": "%s", "annotations": %s},
                 "spec": {"predictor": {"model": {"modelFormat": {"name": "huggingface"}}, %s}}}
                """.formatted(name, annotations, bounds));
        plane.patch(ISVCS + "/" + name + "/status", "{\"status\": {\"deploymentMode\": \"Standard\"}}");
        await().untilAsserted(() -> assertThat(JSON.valueToTree(
                                view.get(new ObjectId("serving.kserve.io/v1beta1", "InferenceService", "default", name))
                                        .map(one -> one.<Object>get("status", "deploymentMode"))
                                        .orElse(""))
                        .asText())
                .isEqualTo("Standard"));
    }
}
