package dev.capstan.bridge.target;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The kinds that Capstan knows, so that a target need not say their API version. */
public final class KnownKinds {

    private static final Map<String, List<String>> VERSIONS = new TreeMap<>(Map.of(
            "Deployment", List.of("apps/v1"),
            "StatefulSet", List.of("apps/v1"),
            "HorizontalPodAutoscaler", List.of("autoscaling/v2", "autoscaling/v2beta2", "autoscaling/v1"),
            "ScaledObject", List.of("keda.sh/v1alpha1"),
            "InferenceService", List.of("serving.kserve.io/v1beta1"),
            "LLMInferenceService", List.of("serving.kserve.io/v1alpha2", "serving.kserve.io/v1alpha1"),
            "VLLMRuntime", List.of("production-stack.vllm.ai/v1alpha1"),
            "LeaderWorkerSet", List.of("leaderworkerset.x-k8s.io/v1")));

    private KnownKinds() {}

    /** Their names, in alphabetical order. */
    public static Set<String> names() {
        return Collections.unmodifiableSet(VERSIONS.keySet());
    }

    /** The API versions of a kind, the newest first; none of a kind that is not known. */
    static List<String> versions(String kind) {
        return VERSIONS.getOrDefault(kind, List.of());
    }
}
