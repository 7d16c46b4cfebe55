package dev.capstan.bridge.target;

import static dev.capstan.bridge.target.OnRealServer.APPS;
import static dev.capstan.bridge.target.OnRealServer.HPAS;
import static dev.capstan.bridge.target.OnRealServer.ISVCS;
import static dev.capstan.bridge.target.OnRealServer.LLMS;
import static dev.capstan.bridge.target.OnRealServer.RUNTIMES;
import static dev.capstan.bridge.target.OnRealServer.SCALED;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.testcluster.ControlPlane;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Plays the controllers that own what levers write: each turn makes the children of all objects what their owner says, and
 * counts what it had to put back. After KEDA v2.20.2, KServe v0.20.0 and the operator of vLLM's production stack.
 */
final class RevertBots {

    private static final JsonMapper JSON = new JsonMapper();

    private final ControlPlane plane;
    private int reverts;
    private int stuck;

    RevertBots(ControlPlane plane) {
        this.plane = plane;
    }

    /** What was put back since the last call. */
    int reverts() {
        int count = reverts;
        reverts = 0;
        return count;
    }

    /** How often a VLLMRuntime was left as it is since its maximum lay below its replicas. */
    int stuck() {
        return stuck;
    }

    /** One reconcile of every object by every controller. */
    void turn() {
        plane.get(RUNTIMES).path("items").forEach(this::runtime);
        plane.get(ISVCS).path("items").forEach(this::inferenceService);
        plane.get(LLMS).path("items").forEach(one -> {
            llm(one, one.path("spec"), "-kserve");
            if (one.at("/spec/prefill").isObject()) {
                llm(one, one.at("/spec/prefill"), "-kserve-prefill");
            }
        });
        plane.get(SCALED).path("items").forEach(this::scaledObject);
    }

    private void scaledObject(JsonNode object) {
        String name = "keda-hpa-" + name(object);
        int min = object.at("/spec/minReplicaCount").asInt(0);
        int max = object.at("/spec/maxReplicaCount").asInt(100);
        JsonNode ref = object.at("/spec/scaleTargetRef");
        hpa(
                object,
                name,
                ref.path("apiVersion").asText("apps/v1"),
                ref.path("kind").asText("Deployment"),
                ref.path("name").asText(),
                Math.max(1, min),
                max);
        if (object.at("/status/hpaName").isMissingNode()) {
            plane.patch(SCALED + "/" + name(object) + "/status", "{\"status\": {\"hpaName\": \"" + name + "\"}}");
        }
    }

    private void inferenceService(JsonNode object) {
        String child = name(object) + "-predictor";
        String scaler = object.at("/metadata/annotations/serving.kserve.io~1autoscalerClass")
                .asText("hpa");
        if (!object.at("/status/deploymentMode").asText().equals("Standard")) {
            return;
        }
        int min = object.at("/spec/predictor/minReplicas").asInt(1);
        int max = Math.max(min, object.at("/spec/predictor/maxReplicas").asInt(0));
        ObjectNode deployment = deployment(child);
        object.at("/metadata/annotations").properties().forEach(one -> {
            if (!one.getKey().startsWith("serving.kserve.io/")) {
                deployment.withObject("/spec/template/metadata/annotations").set(one.getKey(), one.getValue());
            }
        });
        if (scaler.equals("none")) {
            deployment.withObject("/spec").put("replicas", min);
        }
        ensure(object, APPS, deployment);
        if (scaler.equals("hpa")) {
            hpa(object, child, "apps/v1", "Deployment", child, min, max);
        } else if (scaler.equals("keda")) {
            scaledObject(object, child, "apps/v1", "Deployment", child, min, max);
        }
    }

    private void llm(JsonNode object, JsonNode spec, String suffix) {
        String child = name(object) + suffix;
        ObjectNode deployment = deployment(child);
        if (spec.path("replicas").isInt()) {
            deployment.withObject("/spec").set("replicas", spec.get("replicas"));
        }
        ensure(object, APPS, deployment);
        if (spec.path("scaling").isObject()) {
            int min = spec.at("/scaling/minReplicas").asInt(1);
            int max = spec.at("/scaling/maxReplicas").asInt();
            hpa(object, child + "-hpa", "apps/v1", "Deployment", child, min, max);
        }
    }

    private void runtime(JsonNode object) {
        JsonNode scaling = object.at("/spec/autoscalingConfig");
        int replicas = object.at("/spec/deploymentConfig/replicas").asInt(1);
        String name = name(object);
        ObjectNode deployment = deployment(name + "-deployment-vllm");
        deployment.withObject("/spec").put("replicas", replicas);
        ensure(object, APPS, deployment);
        if (!scaling.isObject()) {
            return;
        }
        int max = scaling.path("maxReplicas").asInt();
        if (max < replicas) {
            stuck++;
            return;
        }
        scaledObject(
                object,
                name + "-scaledobject",
                "production-stack.vllm.ai/v1alpha1",
                "VLLMRuntime",
                name,
                scaling.path("minReplicas").asInt(1),
                max);
    }

    private static ObjectNode deployment(String name) {
        return parse("""
                {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "%1$s"},
                 "spec": {"selector": {"matchLabels": {"app": "%1$s"}}, "template": {"metadata": {"labels": {"app": "%1$s"}},
                  "spec": {"containers": [{"name": "model", "image": "none",
                                           "resources": {"limits": {"nvidia.com/gpu": "2"}}}]}}}}
                """.formatted(name));
    }

    private void hpa(JsonNode owner, String name, String version, String kind, String target, int min, int max) {
        ensure(owner, HPAS, parse("""
                {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "%s"},
                 "spec": {"minReplicas": %d, "maxReplicas": %d,
                  "scaleTargetRef": {"apiVersion": "%s", "kind": "%s", "name": "%s"}}}
                """.formatted(name, min, max, version, kind, target)));
    }

    private void scaledObject(
            JsonNode owner, String name, String version, String kind, String target, int min, int max) {
        ensure(owner, SCALED, parse("""
                {"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": {"name": "%s"},
                 "spec": {"minReplicaCount": %d, "maxReplicaCount": %d, "triggers": [{"type": "prometheus"}],
                  "scaleTargetRef": {"apiVersion": "%s", "kind": "%s", "name": "%s"}}}
                """.formatted(name, min, max, version, kind, target)));
    }

    private void ensure(JsonNode owner, String collection, ObjectNode wanted) {
        wanted.withObject("/metadata")
                .set("ownerReferences", JSON.createArrayNode().add(parse("""
                {"apiVersion": "%s", "kind": "%s", "name": "%s", "uid": "%s", "controller": true}
                """.formatted(
                                owner.path("apiVersion").asText(),
                                owner.path("kind").asText(),
                                name(owner),
                                owner.at("/metadata/uid").asText()))));
        String name = name(wanted);
        JsonNode there = find(collection, name);
        if (there == null) {
            plane.post(collection, wanted.toString());
        } else if (!contains(there.path("spec"), wanted.path("spec"))) {
            reverts++;
            plane.patch(collection + "/" + name, "{\"spec\": " + wanted.path("spec") + "}");
        }
    }

    private @Nullable JsonNode find(String collection, String name) {
        for (JsonNode one : plane.get(collection).path("items")) {
            if (name(one).equals(name)) {
                return one;
            }
        }
        return null;
    }

    private static boolean contains(JsonNode there, JsonNode wanted) {
        if (!wanted.isObject()) {
            return wanted.isArray() || wanted.equals(there);
        }
        return wanted.properties().stream().allMatch(field -> contains(there.path(field.getKey()), field.getValue()));
    }

    private static String name(JsonNode object) {
        return object.at("/metadata/name").asText();
    }

    private static ObjectNode parse(String text) {
        try {
            return (ObjectNode) JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
