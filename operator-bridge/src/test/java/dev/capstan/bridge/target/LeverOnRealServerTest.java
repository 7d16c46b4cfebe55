package dev.capstan.bridge.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/** Each lever on a real API server, beside controllers that put back what their owners do not say. */
class LeverOnRealServerTest extends OnRealServer {

    private static final int TURNS = 20;

    @Test
    void holdsTheScaleOfADeploymentAndRestoresIt() {
        deployment("plain", 5);
        Lever lever = find("apps/v1", "Deployment", "plain");
        assertThat(lever.ceilingPath()).isEqualTo("spec.replicas");
        JsonNode before = get(APPS, "plain");

        requests();
        Hold hold = cap(lever, 2);
        assertThat(requests()).containsExactly("PATCH /apis/apps/v1/namespaces/default/deployments/plain/scale");
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
        assertThat(requests())
                .singleElement()
                .asString()
                .matches("PATCH /apis/autoscaling/[^/]+/namespaces/default/horizontalpodautoscalers/hpa");
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
}
