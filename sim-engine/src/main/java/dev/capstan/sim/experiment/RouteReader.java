package dev.capstan.sim.experiment;

import dev.capstan.capping.NearestName;
import dev.capstan.sim.experiment.Experiment.Mode;
import dev.capstan.sim.experiment.Experiment.Pool;
import dev.capstan.sim.experiment.Experiment.Route;
import dev.capstan.sim.experiment.Experiment.Service;
import dev.capstan.sim.serving.RequestRoute.Choice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads which services share a stream of requests. */
final class RouteReader {

    private final List<Route> routes = new ArrayList<>();
    /** Pools by the service that they name. */
    private final Map<String, Section> pools = new LinkedHashMap<>();
    /** The workload that a route has of its own, by service. */
    private final Map<String, Section> workloads = new LinkedHashMap<>();

    RouteReader(Section root, Mode mode) {
        if (!root.has("routes")) {
            return;
        }
        if (mode == Mode.POWER) {
            root.issue("routes", "need requests to share out, and mode: power knows none; take a request trace");
        }
        List<String> names = new ArrayList<>();
        for (Section section : root.sections("routes")) {
            String name = section.text("name", null);
            if (names.contains(name)) {
                section.issue("name", "'" + name + "' is there twice");
            }
            names.add(name);
            routes.add(new Route(name, section.choice("choice", Choice.class, Choice.WEIGHTED), pools(section)));
            section.finish();
        }
    }

    private List<Pool> pools(Section route) {
        boolean own = route.has("workload");
        Section workload = route.section("workload");
        List<Pool> members = new ArrayList<>();
        double weights = 0;
        for (Section section : route.sections("pools")) {
            Pool pool = new Pool(section.text("service", null), section.number("weight", 1, 0, 1));
            if (pools.put(pool.service(), section) != null) {
                section.issue("service", "'" + pool.service() + "' is a pool already; a service has one stream");
            }
            if (own) {
                workloads.put(pool.service(), workload);
            }
            weights += pool.weight();
            members.add(pool);
            section.finish();
        }
        if (members.isEmpty() || weights == 0) {
            route.issue("pools", "need at least one with a weight above 0, such as [{service: chat-h100}]");
        }
        return members;
    }

    /** The section that holds the load of a service: that of its route, its own, or the shared one. */
    Section workloadOf(Section service, Section shared) {
        boolean own = service.has("workload");
        String name = service.has("name") ? service.text("name", null) : "";
        if (own && pools.containsKey(name)) {
            service.issue("workload", "stands at the route of which " + name + " is a pool, or at the top");
        }
        return own ? service.section("workload") : workloads.getOrDefault(name, shared);
    }

    /** All routes, once it is known which services there are. */
    List<Route> routes(List<Service> services) {
        List<String> names = services.stream().map(Service::name).toList();
        pools.forEach((name, pool) -> {
            if (!names.contains(name)) {
                pool.issue("service", "no service is called '" + name + "'." + NearestName.hint(name, names));
            }
        });
        return routes;
    }
}
