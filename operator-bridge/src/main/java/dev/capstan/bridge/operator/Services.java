package dev.capstan.bridge.operator;

import dev.capstan.bridge.resource.Target;
import dev.capstan.bridge.target.ClusterView;
import dev.capstan.bridge.target.Lever;
import dev.capstan.bridge.target.LeverFinder;
import dev.capstan.bridge.target.ObjectId;
import dev.capstan.bridge.target.Refusal;
import dev.capstan.bridge.target.TargetState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the services that a plan names. */
final class Services {

    private final ClusterView view;
    private final LeverFinder finder;

    Services(ClusterView view, LeverFinder finder) {
        this.view = view;
        this.finder = finder;
    }

    /** In the order of the plan, those of a selector in the order of their names. */
    List<Found> find(CapPlan plan) {
        List<Found> services = new ArrayList<>();
        Set<ObjectId> seen = new HashSet<>();
        for (Target target : plan.spec().targets()) {
            Target.Ref ref = target.ref();
            Target.Selector selector = target.selector();
            if (ref != null) {
                String namespace = ref.namespace() == null ? plan.namespace() : ref.namespace();
                ObjectId id = new ObjectId(
                        apiVersion(ref.apiVersion(), ref.kind()), ref.kind(), String.valueOf(namespace), ref.name());
                services.add(service(target.name() == null ? ref.name() : target.name(), target, id, seen));
            } else if (selector != null) {
                for (ObjectId id : selected(plan.namespace(), selector)) {
                    String name = plan.namespace() == null ? id.namespace() + "." + id.name() : id.name();
                    services.add(service(name, target, id, seen));
                }
            }
        }
        return services;
    }

    private List<ObjectId> selected(@Nullable String namespace, Target.Selector selector) {
        String apiVersion = apiVersion(selector.apiVersion(), selector.kind());
        if (namespace != null || selector.namespaces().isEmpty()) {
            return view.select(apiVersion, selector.kind(), namespace, selector.matchLabels());
        }
        List<ObjectId> all = new ArrayList<>();
        for (String one : selector.namespaces()) {
            all.addAll(view.select(apiVersion, selector.kind(), one, selector.matchLabels()));
        }
        return all;
    }

    /** The version that was given, or the one of a kind that is known. */
    private String apiVersion(@Nullable String given, String kind) {
        return given == null ? view.knownVersion(kind) : given;
    }

    private Found service(String name, Target target, ObjectId id, Set<ObjectId> seen) {
        LeverFinder.Found found = finder.find(id);
        Refusal refusal = found.refusal();
        Lever lever = found.lever();
        if (refusal != null || lever == null) {
            return new Found.Refused(name, refusal == null ? id + " has no lever." : refusal.message());
        }
        if (!seen.add(lever.object())) {
            return new Found.Refused(
                    name, id + " is scaled by " + lever.object() + ", which another target of this cap names already.");
        }
        TargetState state = TargetState.read(view, lever);
        return state == null
                ? new Found.Refused(name, lever.object() + " is gone.")
                : new Service(name, target, lever, state);
    }
}
