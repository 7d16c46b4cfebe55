package dev.capstan.bridge.resource;

import dev.capstan.bridge.target.KnownKinds;
import dev.capstan.capping.NearestName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Targets, each by itself and all together. */
final class TargetCheck {

    private static final Map<String, String> REFUSED = Map.of(
            "Pod", "a pod has no number of replicas. Name the Deployment that owns it",
            "ReplicaSet", "its Deployment would write it back. Name the Deployment",
            "Job", "a job has no number of replicas to hold",
            "ScaledJob", "KEDA starts jobs, which have no number of replicas to hold",
            "DaemonSet", "it has one pod on each node, and no number of replicas",
            "Service",
                    "neither a Service nor a Knative Service has a ceiling of replicas that stays. Deploy the"
                            + " InferenceService in Standard mode and name that");

    private static final Set<String> FROM_ONE = Set.of("HorizontalPodAutoscaler", "ScaledObject");

    private final List<Issue> issues;
    private final boolean cluster;
    private final @Nullable String namespace;

    TargetCheck(List<Issue> issues, boolean cluster, @Nullable String namespace) {
        this.issues = issues;
        this.cluster = cluster;
        this.namespace = namespace;
    }

    void check(PowerCapSpec spec) {
        Map<String, Integer> objects = new HashMap<>();
        Map<String, Integer> names = new HashMap<>();
        double floorWatts = 0;
        for (int i = 0; i < spec.targets().size(); i++) {
            Target target = spec.targets().get(i);
            String at = "[" + i + "]";
            if ((target.ref() == null) == (target.selector() == null)) {
                add(
                        at,
                        "must have exactly one of ref and selector, has "
                                + (target.ref() == null ? "none" : "both")
                                + ". Give ref: {kind: Deployment, name: chat}, or selector: {kind: Deployment, matchLabels: {tier:"
                                + " batch}}.");
            }
            if (target.ref() != null) {
                Target.Ref ref = target.ref();
                ref(at + ".ref", ref);
                String object = ref.kind() + " " + home(ref) + ref.name();
                unique(at + ".ref", object, i, objects);
                unique(at + ".name", target.name() == null ? ref.name() : target.name(), i, names);
                Integer floor = target.floor();
                // One that is not given is the object's own minimum, which only the cluster knows.
                floorWatts += floor == null ? 0 : floor * worstWatts(target.replica());
                if (floor != null && floor == 0 && FROM_ONE.contains(ref.kind())) {
                    add(
                            at + ".floor",
                            "must be at least 1 for a " + ref.kind() + ", which refuses a maximum of 0, was 0.");
                }
            }
            if (target.selector() != null) {
                selector(at + ".selector", target.selector());
                if (target.name() != null) {
                    add(at + ".name", "is not for a selector, which takes the names of the objects it finds. Drop it.");
                }
            }
            if (target.replica().idleWatts() > target.replica().peakWatts()) {
                add(
                        at + ".replica.idleWatts",
                        "must not be above peakWatts " + target.replica().peakWatts() + ", was "
                                + target.replica().idleWatts() + ".");
            }
        }
        floors(spec, floorWatts);
    }

    private void floors(PowerCapSpec spec, double floorWatts) {
        Double lowest = LimitCheck.lowestWatts(spec.limit());
        double overhead = spec.measurement().overheadWatts();
        if (lowest != null && floorWatts + overhead > lowest) {
            add(
                    "",
                    "their floors may draw " + Math.round(floorWatts) + " W and the overhead is " + Math.round(overhead)
                            + " W, more than the lowest cap of " + Math.round(lowest)
                            + " W: it could not be held. Lower floors or overheadWatts, or raise the cap.");
        }
    }

    private static double worstWatts(Target.Replica replica) {
        Double starting = replica.startingWatts();
        return starting == null ? replica.peakWatts() : Math.max(replica.peakWatts(), starting);
    }

    private void ref(String at, Target.Ref ref) {
        kind(at, ref.kind(), ref.apiVersion());
        if (cluster && ref.namespace() == null) {
            add(at + ".namespace", "is missing, and a ClusterPowerCap needs it: the namespace of " + ref.name() + ".");
        }
        if (!cluster
                && ref.namespace() != null
                && namespace != null
                && !ref.namespace().equals(namespace)) {
            add(
                    at + ".namespace",
                    "must be that of the PowerCap, \"" + namespace + "\", was \"" + ref.namespace()
                            + "\". A ClusterPowerCap reaches over namespaces.");
        }
    }

    private void selector(String at, Target.Selector selector) {
        kind(at, selector.kind(), selector.apiVersion());
        if (selector.matchLabels().isEmpty()) {
            add(
                    at + ".matchLabels",
                    "must have at least one label, has none: all objects of the kind would be capped.");
        }
        if (!cluster && !selector.namespaces().isEmpty()) {
            add(at + ".namespaces", "is for a ClusterPowerCap only. Drop it; a PowerCap looks in its own namespace.");
        }
    }

    private void kind(String at, String kind, @Nullable String apiVersion) {
        String refusal = REFUSED.get(kind);
        boolean knative = apiVersion != null && apiVersion.startsWith("serving.knative.dev/");
        if (refusal != null || knative) {
            add(at + ".kind", "cannot be " + kind + ": " + (refusal == null ? REFUSED.get("Service") : refusal) + ".");
        } else if (!KnownKinds.names().contains(kind) && apiVersion == null) {
            add(
                    at + ".apiVersion",
                    "is missing, and " + kind + " is none of the kinds that Capstan knows: "
                            + String.join(", ", KnownKinds.names()) + "." + NearestName.hint(kind, KnownKinds.names()));
        } else if (apiVersion != null && !apiVersion.matches("([a-z0-9.-]+/)?v[0-9]+((alpha|beta)[0-9]+)?")) {
            add(at + ".apiVersion", "must be group/version such as keda.sh/v1alpha1, was \"" + apiVersion + "\".");
        }
    }

    private String home(Target.Ref ref) {
        return cluster ? ref.namespace() + "/" : "";
    }

    private void unique(String at, String what, int i, Map<String, Integer> seen) {
        Integer first = seen.putIfAbsent(what, i);
        if (first != null) {
            add(
                    at,
                    "is \"" + what + "\", as that of targets[" + first + "] is; each once."
                            + (at.endsWith(".name") ? " Give one of them another name." : " Drop one of them."));
        }
    }

    private void add(String path, String message) {
        issues.add(new Issue("spec.targets" + path, message));
    }
}
