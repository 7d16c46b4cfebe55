package dev.capstan.bridge.target;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is there of a service.
 *
 * @param values of the fields of its lever that are there, by path
 * @param ceiling highest number of replicas that the object allows
 * @param landed the same where it has to arrive; the ceiling itself where it need not, and where that object is not known
 * @param floor the owner's minimum
 * @param ready pods that serve
 * @param starting pods that are there and do not serve yet
 * @param terminating pods that end, where the server tells; else 0
 * @param desired replicas that are asked for
 * @param gpus of one replica, by the limits of its pods; 0 where they have none
 * @param graceSeconds how long a pod that is told to end may go on
 * @param podPattern anchored regular expression of the names of its pods
 * @param paused whether its autoscaler is paused, so that nothing follows a ceiling
 * @param growthFrozen whether its autoscaler may not add replicas
 * @param heldByUs whether the ceiling there was last written by us, as the server remembers it; where no cap holds the object,
 *     what was there before is not known. Servers before 1.22 do not remember it of writes through the scale subresource
 */
public record TargetState(
        Map<String, Integer> values,
        int ceiling,
        int landed,
        int floor,
        int ready,
        int starting,
        int terminating,
        int desired,
        int gpus,
        double graceSeconds,
        String podPattern,
        boolean paused,
        boolean growthFrozen,
        boolean heldByUs) {

    private static final double DEFAULT_GRACE_SECONDS = 30;
    private static final Set<String> READY_KINDS = Set.of("Deployment", "StatefulSet", "LeaderWorkerSet");

    public TargetState {
        values = Map.copyOf(values);
    }

    /** Reads it out of a view; null where the object is gone, or is another one under the same name. */
    public static @Nullable TargetState read(ClusterView view, Lever lever) {
        GenericKubernetesResource object = view.get(lever.object()).orElse(null);
        if (object == null || !lever.uid().equals(object.getMetadata().getUid())) {
            return null;
        }
        Fields fields = lever.fields();
        Map<String, Integer> values = fields.values(object);
        int ceiling = fields.ceiling(values);
        GenericKubernetesResource workload = lever.workload().equals(lever.object())
                ? object
                : view.get(lever.workload()).orElse(null);
        ClusterView.Served served = view.served(
                        lever.workload().apiVersion(), lever.workload().kind())
                .orElse(null);
        int total = number(workload, served == null ? "status.replicas" : served.statusPath());
        // Where others do not tell who is ready, all count as if they were; the kinds we know leave out a 0.
        boolean tells = READY_KINDS.contains(lever.workload().kind())
                || (workload != null && workload.<Object>get("status", "readyReplicas") != null);
        int ready = tells ? Math.min(total, number(workload, "status.readyReplicas")) : total;
        Integer asked = workload == null || served == null || served.replicasPath() == null
                ? null
                : Fields.number(workload, served.replicasPath());
        int desired = asked == null ? total : asked;
        Map<String, String> annotations = object.getMetadata().getAnnotations();
        return new TargetState(
                values,
                ceiling,
                landed(view, lever, ceiling),
                fields.floor(values),
                ready,
                total - ready,
                number(workload, "status.terminatingReplicas"),
                desired,
                workload == null ? 0 : Gpus.ofReplica(workload),
                workload == null ? DEFAULT_GRACE_SECONDS : grace(workload),
                podPattern(lever.workload()),
                isPaused(annotations),
                isSet(annotations, "autoscaling.keda.sh/paused-scale-out"),
                LeverWriter.owns(object, LeverWriter.MANAGER, fields.ceiling()));
    }

    /** Whether what was written has arrived where it takes effect. */
    public boolean hasLanded() {
        return landed == ceiling;
    }

    private static int landed(ClusterView view, Lever lever, int ceiling) {
        if (lever.landing() == null) {
            return ceiling;
        }
        Integer there = view.get(lever.landing())
                .map(hpa -> Fields.number(hpa, "spec.maxReplicas"))
                .orElse(null);
        return there == null ? ceiling : there;
    }

    private static int number(@Nullable GenericKubernetesResource object, String path) {
        Integer value = object == null ? null : Fields.number(object, path);
        return value == null ? 0 : value;
    }

    private static double grace(GenericKubernetesResource workload) {
        Integer seconds = Fields.number(workload, "spec.template.spec.terminationGracePeriodSeconds");
        return seconds == null ? DEFAULT_GRACE_SECONDS : seconds;
    }

    private static String podPattern(ObjectId workload) {
        String name = workload.name().replace(".", "\\.");
        return switch (workload.kind()) {
            case "Deployment" -> name + "-[a-z0-9]+-[a-z0-9]{5}";
            case "StatefulSet" -> name + "-[0-9]+";
            case "LeaderWorkerSet" -> name + "-[0-9]+(-[0-9]+)?";
            default -> name + "-.*";
        };
    }

    /** KEDA takes what it cannot parse for true. */
    private static boolean isPaused(@Nullable Map<String, String> annotations) {
        return annotations != null
                && (annotations.containsKey("autoscaling.keda.sh/paused-replicas")
                        || (annotations.containsKey("autoscaling.keda.sh/paused")
                                && !"false".equals(annotations.get("autoscaling.keda.sh/paused"))));
    }

    private static boolean isSet(@Nullable Map<String, String> annotations, String key) {
        return annotations != null && "true".equals(annotations.get(key));
    }
}
