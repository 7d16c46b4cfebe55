package dev.capstan.bridge.target;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClientException;
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
    private static final String HPA = "HorizontalPodAutoscaler";
    private static final int HIGHEST_CHAIN = 8;
    private static final String SCALED_OBJECTS = "keda.sh/v1alpha1";
    private static final String PREFILL = "prefill";
    private static final Set<String> REPLICA_KINDS = Set.of("ReplicaSet", "Pod", "ControllerRevision");

    private record Workloads(String apiVersion, String kind) {}

    private static final List<Workloads> WORKLOADS = List.of(
            new Workloads("apps/v1", "Deployment"), new Workloads("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet"));

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
        return find(view.canonical(id), HIGHEST_CHAIN);
    }

    /**
     * The lever by which an object is held, whoever decides over it by now: enough to put back what was there. Empty where
     * another object has come under its name; one that the view does not know may be gone, which a write finds out.
     */
    public Optional<Lever> of(Hold hold) {
        String uid = view.get(hold.object())
                .map(object -> object.getMetadata().getUid())
                .orElse(hold.uid());
        if (!uid.equals(hold.uid())) {
            return Optional.empty();
        }
        Lever lever = find(hold.object()).lever();
        return lever != null
                        && lever.object().equals(hold.object())
                        && lever.ceilingPath().equals(hold.path())
                ? Optional.of(lever)
                : Optional.of(new Lever(
                        hold.object(),
                        hold.uid(),
                        // Whatever is absent may have meant anything.
                        new Fields(hold.path(), Integer.MAX_VALUE, false, null, 0, null, hold.throughScale()),
                        hold.object(),
                        null,
                        List.of()));
    }

    /**
     * What is there of a lever by the word of the server itself, which from then on is in the view, too; empty where its object
     * is gone, or is another one under the same name. Costs a request.
     *
     * @throws KubernetesClientException if the server does not answer
     */
    public Optional<TargetState> asked(Lever lever) {
        return view.refresh(lever.object()).map(object -> TargetState.read(view, lever));
    }

    private Found find(ObjectId id, int climbs) {
        String trouble = view.trouble(id.apiVersion(), id.kind());
        if (trouble != null) {
            return Found.refused(Refusal.Reason.NOT_SERVED, trouble + ".");
        }
        Optional<GenericKubernetesResource> found = view.get(id);
        if (found.isEmpty()) {
            return Found.refused(Refusal.Reason.NOT_FOUND, "there is no " + id + ". Look at its name and namespace.");
        }
        GenericKubernetesResource object = found.get();
        OwnerReference owner = ClusterView.controller(object);
        if (owner != null) {
            ObjectId above = view.canonical(id.named(owner.getApiVersion(), owner.getKind(), owner.getName()));
            if (climbs == 0 || !(isKnown(above) || scales(above))) {
                return Found.refused(
                        Refusal.Reason.UNSUPPORTED_OWNER,
                        id + " belongs to " + owner.getKind() + " " + owner.getName() + " of " + owner.getApiVersion()
                                + ", whose controller would put a ceiling back. Name an object whose owner is known, or"
                                + " have that owner leave the replicas to an autoscaler.");
            }
            boolean prefill = above.kind().equals("LLMInferenceService")
                    && id.name().startsWith(owner.getName() + "-kserve-prefill");
            return find(above.withPart(prefill ? PREFILL : null), climbs - 1);
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
                        .map(kind -> kind.replicasPath() != null)
                        .orElse(false);
    }

    private Found lever(ObjectId id, GenericKubernetesResource object, int climbs) {
        return switch (id.group() + "/" + id.kind()) {
            case "autoscaling/" + HPA -> {
                Fields fields = Fields.of("spec.maxReplicas", 1, "spec.minReplicas", 1);
                yield bounded(id, object, fields, view.canonical(ClusterView.target(object)), null);
            }
            case KEDA + "/ScaledObject" -> {
                Fields fields = Fields.of("spec.maxReplicaCount", 100, "spec.minReplicaCount", 0);
                ObjectId target = view.canonical(ClusterView.target(object));
                Optional<ObjectId> own = text(object, "status", "hpaName")
                        .map(name -> view.canonical(id.named("autoscaling/v2", HPA, name)));
                yield bounded(
                        id, object, fields, target, own.orElseGet(() -> landing(target, "keda-hpa-" + id.name())));
            }
            case KSERVE + "/InferenceService" -> inferenceService(id, object, climbs);
            case KSERVE + "/LLMInferenceService" -> llmInferenceService(id, object, climbs);
            case STACK + "/VLLMRuntime" -> runtime(id, object, climbs);
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
        ObjectId workload = child(id, object, id.name() + "-predictor", "");
        String autoscaler = annotation(object, KSERVE + "/autoscalerClass").orElse("hpa");
        int least = Optional.ofNullable(Fields.number(object, "spec.predictor.minReplicas"))
                .orElse(1);
        // Without a maximum, or with 0, KServe takes the minimum for it.
        Fields bounds = Fields.of("spec.predictor.maxReplicas", Math.max(1, least), "spec.predictor.minReplicas", 1)
                .withZeroForDefault();
        return switch (autoscaler) {
            case "hpa" -> bounded(id, object, bounds, workload, landing(workload, workload.name()));
            case "keda" -> bounded(id, object, bounds, workload, landing(workload, "keda-hpa-" + workload.name()));
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

    private Found llmInferenceService(ObjectId id, GenericKubernetesResource object, int climbs) {
        boolean prefill = PREFILL.equals(id.part());
        if (prefill && object.<Object>get("spec", PREFILL) == null) {
            return Found.refused(Refusal.Reason.NOT_FOUND, id + ": there is no spec.prefill.");
        }
        String root = prefill ? "spec.prefill." : "spec.";
        String children = id.name() + (prefill ? "-kserve-prefill" : "-kserve");
        ObjectId workload = child(id, object, children, prefill ? "" : id.name() + "-kserve-prefill");
        if (object.<Object>get((Object[]) (root + "scaling").split("\\.", -1)) != null) {
            Fields fields = Fields.of(root + "scaling.maxReplicas", 1, root + "scaling.minReplicas", 1);
            return bounded(id, object, fields, workload, landing(workload, children + "-hpa"));
        }
        // Without replicas KServe leaves those of its workload alone, and somebody else may scale it.
        ObjectId autoscaler = Fields.number(object, root + "replicas") == null ? autoscaler(workload) : null;
        return autoscaler != null && climbs > 0
                ? find(autoscaler, climbs - 1)
                : bounded(id, object, Fields.replicas(root + "replicas", false), workload, null);
    }

    private Found runtime(ObjectId id, GenericKubernetesResource object, int climbs) {
        ObjectId workload = child(id, object, id.name() + "-deployment-vllm", "");
        if (object.<Object>get("spec", "autoscalingConfig") == null) {
            ObjectId autoscaler = autoscaler(id);
            return autoscaler != null && climbs > 0
                    ? find(autoscaler, climbs - 1)
                    : bounded(id, object, Fields.replicas("spec.deploymentConfig.replicas", false), workload, null);
        }
        // Its controller stops before it updates the ScaledObject where the maximum lies below the replicas.
        Fields fields = Fields.of("spec.autoscalingConfig.maxReplicas", 1, "spec.autoscalingConfig.minReplicas", 1)
                .withMoved("spec.deploymentConfig.replicas");
        return bounded(id, object, fields, workload, landing(id, "keda-hpa-" + id.name() + "-scaledobject"));
    }

    /** A workload that no controller owns, or whose owner leaves its replicas alone: its autoscaler comes first. */
    private Found workload(ObjectId id, GenericKubernetesResource object, int climbs) {
        String path = view.served(id.apiVersion(), id.kind())
                .map(ClusterView.Served::replicasPath)
                .orElse(null);
        if (path == null || REPLICA_KINDS.contains(id.kind())) {
            return Found.refused(
                    Refusal.Reason.UNSUPPORTED,
                    id
                            + " has no scale subresource that can be used, and its kind is not known. Name a workload that can"
                            + " be scaled, or its autoscaler.");
        }
        ObjectId autoscaler = autoscaler(id);
        return autoscaler != null && climbs > 0
                ? find(autoscaler, climbs - 1)
                : bounded(id, object, Fields.replicas(path, true), id, null);
    }

    /** The autoscaler that targets a workload; KEDA's comes before the one that it made. */
    private @Nullable ObjectId autoscaler(ObjectId workload) {
        return view.scalersOf(SCALED_OBJECTS, "ScaledObject", workload).stream()
                .findFirst()
                .map(one -> workload.named(
                        SCALED_OBJECTS, "ScaledObject", one.getMetadata().getName()))
                .or(() -> hpa(workload))
                .orElse(null);
    }

    private Optional<ObjectId> hpa(ObjectId workload) {
        String version =
                view.canonical(workload.named("autoscaling/v2", HPA, "")).apiVersion();
        return view.scalersOf(version, HPA, workload).stream()
                .findFirst()
                .map(one -> workload.named(version, HPA, one.getMetadata().getName()));
    }

    /** The autoscaler in which a ceiling arrives: the one that targets the workload, else the one of that name. */
    private ObjectId landing(ObjectId workload, String name) {
        return hpa(workload).orElseGet(() -> view.canonical(workload.named("autoscaling/v2", HPA, name)));
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

    /**
     * The workload that an object owns: the one of that name, else the first whose name begins with it.
     *
     * @param except beginning of names that belong to another part; empty where there is none
     */
    private ObjectId child(ObjectId id, GenericKubernetesResource owner, String name, String except) {
        String uid = owner.getMetadata().getUid();
        for (Workloads workloads : WORKLOADS) {
            List<String> owned = view.ownedBy(workloads.apiVersion(), workloads.kind(), uid).stream()
                    .map(one -> one.getMetadata().getName())
                    .filter(one -> one.startsWith(name) && (except.isEmpty() || !one.startsWith(except)))
                    .toList();
            if (!owned.isEmpty()) {
                return id.named(workloads.apiVersion(), workloads.kind(), owned.contains(name) ? name : owned.get(0));
            }
        }
        return id.named("apps/v1", "Deployment", name);
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
