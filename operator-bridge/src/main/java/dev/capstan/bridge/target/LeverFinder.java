package dev.capstan.bridge.target;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the lever of an object: climbs to the owner at the top, since everything below is rewritten by its controller, and
 * looks whether an autoscaler targets it. Sources: KEDA v2.20.2, KServe v0.20.0 and the operator of vLLM's production stack,
 * as they were in August 2026.
 */
public final class LeverFinder {

    private static final String KSERVE = "serving.kserve.io";
    private static final String KEDA = "keda.sh";
    private static final String STACK = "production-stack.vllm.ai";
    private static final int HIGHEST_CHAIN = 8;
    private static final List<String> HPA_VERSIONS = List.of("autoscaling/v2", "autoscaling/v2beta2", "autoscaling/v1");
    private static final String SCALED_OBJECTS = "keda.sh/v1alpha1";
    private static final Set<String> REPLICA_KINDS = Set.of("ReplicaSet", "Pod", "ControllerRevision");

    private final ClusterView view;

    /** Looks in this view. */
    public LeverFinder(ClusterView view) {
        this.view = view;
    }

    /**
     * A lever or a refusal.
     *
     * @param lever null where it is refused
     * @param refusal null where it is not
     */
    public record Found(@Nullable Lever lever, @Nullable Refusal refusal) {

        static Found refused(Refusal.Reason reason, String message) {
            return new Found(null, new Refusal(reason, message));
        }
    }

    /** The lever of an object. */
    public Found find(ObjectId id) {
        return find(id, HIGHEST_CHAIN);
    }

    /** The lever by which an object is held; empty where the object is gone. */
    public Optional<Lever> of(Hold hold) {
        return Optional.ofNullable(find(hold.object()).lever())
                .filter(lever ->
                        lever.object().equals(hold.object()) && lever.uid().equals(hold.uid()));
    }

    private Found find(ObjectId id, int climbs) {
        if (view.served(id.apiVersion(), id.kind()).isEmpty()) {
            return Found.refused(
                    Refusal.Reason.NOT_SERVED,
                    id.kind() + " of " + id.apiVersion()
                            + " is not installed in this cluster, or may not be read. Look at apiVersion and kind, and at"
                            + " the roles of the operator.");
        }
        Optional<GenericKubernetesResource> found = view.get(id);
        if (found.isEmpty()) {
            return Found.refused(Refusal.Reason.NOT_FOUND, "there is no " + id + ". Look at its name and namespace.");
        }
        GenericKubernetesResource object = found.get();
        OwnerReference owner = controller(object);
        if (owner != null) {
            ObjectId above = id.named(owner.getApiVersion(), owner.getKind(), owner.getName());
            if (climbs == 0 || !(isKnown(above) || scales(above))) {
                return Found.refused(
                        Refusal.Reason.UNSUPPORTED_OWNER,
                        id + " belongs to " + owner.getKind() + " " + owner.getName() + " of " + owner.getApiVersion()
                                + ", whose controller would put a ceiling back. Name an object whose owner is known, or"
                                + " have that owner leave the replicas to an autoscaler.");
            }
            return find(above, climbs - 1);
        }
        return lever(id, object, climbs);
    }

    private static boolean isKnown(ObjectId id) {
        return Set.of(KSERVE, KEDA, STACK, "autoscaling").contains(id.group());
    }

    /** Whether it is a workload whose scale may be written. */
    private boolean scales(ObjectId id) {
        return !REPLICA_KINDS.contains(id.kind())
                && view.served(id.apiVersion(), id.kind())
                        .map(ClusterView.Served::scalable)
                        .orElse(false);
    }

    private Found lever(ObjectId id, GenericKubernetesResource object, int climbs) {
        return switch (id.group() + "/" + id.kind()) {
            case "autoscaling/HorizontalPodAutoscaler" ->
                bounded(
                        id,
                        object,
                        Fields.of("spec.maxReplicas", 1, "spec.minReplicas", 1),
                        target(id, object, "apps/v1", "Deployment"),
                        null);
            case KEDA + "/ScaledObject" ->
                bounded(
                        id,
                        object,
                        Fields.of("spec.maxReplicaCount", 100, "spec.minReplicaCount", 0),
                        target(id, object, "apps/v1", "Deployment"),
                        hpa(id, text(object, "status", "hpaName").orElse("keda-hpa-" + id.name())));
            case KSERVE + "/InferenceService" -> inferenceService(id, object, climbs);
            case KSERVE + "/LLMInferenceService" -> llmInferenceService(id, object);
            case STACK + "/VLLMRuntime" -> runtime(id, object);
            default -> workload(id, object, climbs);
        };
    }

    private Found inferenceService(ObjectId id, GenericKubernetesResource object, int climbs) {
        String mode = text(object, "status", "deploymentMode")
                .or(() -> annotation(object, KSERVE + "/deploymentMode"))
                .orElse("");
        if (mode.equals("Knative") || mode.equals("Serverless")) {
            return Found.refused(
                    Refusal.Reason.UNSUPPORTED,
                    id + " runs in mode " + mode
                            + ", where a change of its replicas makes a new revision and restarts the"
                            + " model's pods. Run it in mode Standard, or cap it by its routes.");
        }
        if (mode.isEmpty()) {
            return Found.refused(
                    Refusal.Reason.UNSUPPORTED,
                    id
                            + " does not say how it is deployed (status.deploymentMode). Wait until KServe has deployed it, or"
                            + " annotate it before you create it.");
        }
        ObjectId workload = child(id, object, id.name() + "-predictor");
        String autoscaler = annotation(object, KSERVE + "/autoscalerClass").orElse("hpa");
        int least = Optional.ofNullable(Fields.number(object, "spec.predictor.minReplicas"))
                .orElse(1);
        // Without a maximum, or with 0, KServe takes the minimum for it.
        int byDefault = Math.max(1, least);
        Fields bounds = Fields.of("spec.predictor.maxReplicas", byDefault, "spec.predictor.minReplicas", 1);
        return switch (autoscaler) {
            case "hpa" -> bounded(id, object, bounds, workload, hpa(id, id.name() + "-predictor"));
            case "keda" -> bounded(id, object, bounds, workload, hpa(id, "keda-hpa-" + id.name() + "-predictor"));
            case "none" -> bounded(id, object, Fields.replicas("spec.predictor.minReplicas", false), workload, null);
            case "external" ->
                view.get(workload)
                        .map(deployment -> workload(workload, deployment, climbs))
                        .orElseGet(() -> Found.refused(
                                Refusal.Reason.NOT_FOUND, id + " has no Deployment " + workload.name() + " yet."));
            default ->
                Found.refused(
                        Refusal.Reason.UNSUPPORTED,
                        id + " is scaled by the autoscaler class \"" + autoscaler
                                + "\", which is not known. Known are hpa, keda, external and none.");
        };
    }

    private Found llmInferenceService(ObjectId id, GenericKubernetesResource object) {
        ObjectId workload = child(id, object, id.name() + "-kserve");
        if (object.<Object>get("spec", "scaling") == null) {
            return bounded(id, object, Fields.replicas("spec.replicas", false), workload, null);
        }
        return bounded(
                id,
                object,
                Fields.of("spec.scaling.maxReplicas", 1, "spec.scaling.minReplicas", 1),
                workload,
                hpa(id, id.name() + "-kserve-hpa"));
    }

    private Found runtime(ObjectId id, GenericKubernetesResource object) {
        ObjectId workload = child(id, object, id.name() + "-deployment-vllm");
        if (object.<Object>get("spec", "autoscalingConfig") == null) {
            return bounded(id, object, Fields.replicas("spec.deploymentConfig.replicas", false), workload, null);
        }
        // Its controller stops before it updates the ScaledObject where the maximum lies below these replicas.
        Fields fields = new Fields(
                "spec.autoscalingConfig.maxReplicas",
                1,
                List.of("spec.autoscalingConfig.minReplicas", "spec.deploymentConfig.replicas"),
                "spec.autoscalingConfig.minReplicas",
                1,
                false);
        return bounded(id, object, fields, workload, hpa(id, "keda-hpa-" + id.name() + "-scaledobject"));
    }

    /** A workload that no controller owns: an autoscaler that targets it comes first. */
    private Found workload(ObjectId id, GenericKubernetesResource object, int climbs) {
        if (!scales(id)) {
            return Found.refused(
                    Refusal.Reason.UNSUPPORTED,
                    id
                            + " has no scale subresource, and its kind is not known. Name a workload that can be scaled, or its"
                            + " autoscaler.");
        }
        ObjectId autoscaler = autoscaler(id);
        if (autoscaler != null && climbs > 0) {
            return find(autoscaler, climbs - 1);
        }
        return bounded(id, object, Fields.replicas("spec.replicas", true), id, null);
    }

    private @Nullable ObjectId autoscaler(ObjectId workload) {
        for (GenericKubernetesResource one : view.list(SCALED_OBJECTS, "ScaledObject", workload.namespace())) {
            ObjectId id = workload.named(
                    SCALED_OBJECTS, "ScaledObject", one.getMetadata().getName());
            if (target(id, one, "apps/v1", "Deployment").equals(workload)) {
                return id;
            }
        }
        for (String version : HPA_VERSIONS) {
            if (view.served(version, "HorizontalPodAutoscaler").isPresent()) {
                for (GenericKubernetesResource one :
                        view.list(version, "HorizontalPodAutoscaler", workload.namespace())) {
                    ObjectId id = workload.named(
                            version,
                            "HorizontalPodAutoscaler",
                            one.getMetadata().getName());
                    if (target(id, one, "apps/v1", "Deployment").equals(workload)) {
                        return id;
                    }
                }
                return null;
            }
        }
        return null;
    }

    private Found bounded(
            ObjectId id,
            GenericKubernetesResource object,
            Fields fields,
            ObjectId workload,
            @Nullable ObjectId landing) {
        return new Found(
                new Lever(id, object.getMetadata().getUid(), fields, workload, landing, foreign(object)), null);
    }

    private static ObjectId target(ObjectId id, GenericKubernetesResource object, String apiVersion, String kind) {
        return id.named(
                text(object, "spec", "scaleTargetRef", "apiVersion").orElse(apiVersion),
                text(object, "spec", "scaleTargetRef", "kind").orElse(kind),
                text(object, "spec", "scaleTargetRef", "name").orElse(""));
    }

    private @Nullable ObjectId hpa(ObjectId id, String name) {
        for (String version : HPA_VERSIONS) {
            if (view.served(version, "HorizontalPodAutoscaler").isPresent()) {
                return id.named(version, "HorizontalPodAutoscaler", name);
            }
        }
        return null;
    }

    /** The Deployment that an object owns; the one of that name where none says so. */
    private ObjectId child(ObjectId id, GenericKubernetesResource owner, String name) {
        String uid = owner.getMetadata().getUid();
        for (GenericKubernetesResource one : view.list("apps/v1", "Deployment", id.namespace())) {
            OwnerReference reference = controller(one);
            if (reference != null && reference.getUid().equals(uid)) {
                return id.named("apps/v1", "Deployment", one.getMetadata().getName());
            }
        }
        return id.named("apps/v1", "Deployment", name);
    }

    private static @Nullable OwnerReference controller(GenericKubernetesResource object) {
        List<OwnerReference> owners = object.getMetadata().getOwnerReferences();
        if (owners == null) {
            return null;
        }
        return owners.stream()
                .filter(owner -> Boolean.TRUE.equals(owner.getController()))
                .findFirst()
                .orElse(null);
    }

    /** What else manages an object, as its labels and annotations tell. */
    private static List<String> foreign(GenericKubernetesResource object) {
        List<String> foreign = new ArrayList<>();
        Map<String, String> labels = object.getMetadata().getLabels();
        Map<String, String> annotations = object.getMetadata().getAnnotations();
        if (has(annotations, "argocd.argoproj.io/tracking-id")) {
            foreign.add("Argo CD");
        }
        if (has(labels, "kustomize.toolkit.fluxcd.io/name") || has(labels, "helm.toolkit.fluxcd.io/name")) {
            foreign.add("Flux");
        }
        boolean helm = has(annotations, "meta.helm.sh/release-name")
                || (labels != null && "Helm".equals(labels.get("app.kubernetes.io/managed-by")));
        if (helm) {
            foreign.add("Helm");
        }
        return foreign;
    }

    private static boolean has(@Nullable Map<String, String> map, String key) {
        return map != null && map.containsKey(key);
    }

    private static Optional<String> annotation(GenericKubernetesResource object, String key) {
        Map<String, String> annotations = object.getMetadata().getAnnotations();
        return Optional.ofNullable(annotations == null ? null : annotations.get(key));
    }

    private static Optional<String> text(GenericKubernetesResource object, String... path) {
        return object.<Object>get((Object[]) path) instanceof String text && !text.isEmpty()
                ? Optional.of(text)
                : Optional.empty();
    }
}
