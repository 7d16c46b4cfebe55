package dev.capstan.bridge.target;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts the GPUs that pods ask for. */
final class Gpus {

    private static final String RESOURCE = "nvidia.com/gpu";

    private Gpus() {}

    /** Of one replica of a workload, by its pod template; a replica of a LeaderWorkerSet is a group of pods. */
    static int ofReplica(GenericKubernetesResource workload) {
        Object worker = workload.get("spec", "leaderWorkerTemplate", "workerTemplate");
        if (worker == null) {
            return ofPod(workload.get("spec", "template", "spec", "containers"));
        }
        Integer size = Fields.number(workload, "spec.leaderWorkerTemplate.size");
        int ofWorker = ofPod(workload.get("spec", "leaderWorkerTemplate", "workerTemplate", "spec", "containers"));
        Object leader = workload.get("spec", "leaderWorkerTemplate", "leaderTemplate");
        int ofLeader = leader == null
                ? ofWorker
                : ofPod(workload.get("spec", "leaderWorkerTemplate", "leaderTemplate", "spec", "containers"));
        return ofLeader + ((size == null ? 1 : size) - 1) * ofWorker;
    }

    private static int ofPod(@Nullable Object containers) {
        int gpus = 0;
        if (containers instanceof List<?> list) {
            for (Object container : list) {
                if (container instanceof Map<?, ?> fields
                        && fields.get("resources") instanceof Map<?, ?> resources
                        && resources.get("limits") instanceof Map<?, ?> limits
                        && limits.get(RESOURCE) != null) {
                    gpus += Integer.parseInt(String.valueOf(limits.get(RESOURCE)));
                }
            }
        }
        return gpus;
    }
}
