package dev.capstan.bridge.operator;

import dev.capstan.bridge.resource.Target;
import dev.capstan.bridge.target.ClusterView;
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
    List<Service> find(CapPlan plan) {
        List<Service> services = new ArrayList<>();
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

    private Service service(String name, Target target, ObjectId id, Set<ObjectId> seen) {
        LeverFinder.Found found = finder.find(id);
        if (found.lever() == null) {
            return new Service(name, target, null, null, found.refusal());
        }
        if (!seen.add(found.lever().object())) {
            return refused(
                    name,
                    target,
                    Refusal.Reason.UNSUPPORTED,
                    id + " is scaled by " + found.lever().object()
                            + ", which another target of this cap names already.");
        }
        TargetState state = TargetState.read(view, found.lever());
        return state == null
                ? refused(name, target, Refusal.Reason.NOT_FOUND, found.lever().object() + " is gone.")
                : new Service(name, target, found.lever(), state, null);
    }

    private static Service refused(String name, Target target, Refusal.Reason reason, String message) {
        return new Service(name, target, null, null, new Refusal(reason, message));
    }
}
