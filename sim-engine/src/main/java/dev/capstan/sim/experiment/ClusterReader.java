package dev.capstan.sim.experiment;

import static dev.capstan.sim.experiment.ExperimentReader.MANY;

import dev.capstan.capping.NearestName;
import dev.capstan.sim.experiment.Experiment.Cluster;
import dev.capstan.sim.experiment.Experiment.Domain;
import dev.capstan.sim.experiment.Experiment.Failing;
import dev.capstan.sim.experiment.Experiment.Failure;
import dev.capstan.sim.experiment.Experiment.Failures;
import java.util.ArrayList;
import java.util.List;

/** Reads what an experiment says of its servers, the power domains that feed them, and what of these fails. */
final class ClusterReader {

    private final double capWatts;

    /** @param capWatts of which breakers may be a share */
    ClusterReader(double capWatts) {
        this.capWatts = capWatts;
    }

    Cluster cluster(Section section) {
        int gpus = section.integer("gpus_per_server", 8, 1, 64);
        // 8xH200 wall model of MLPerf v4.1: 1.35 kW + 1.21 x GPU watts; bare idle of an H100.
        double base = section.power("server_base", "1.35 kW", 0);
        double slope = section.number("wall_watts_per_gpu_watt", 1.21, 1, 3);
        double unallocated = section.power("unallocated_gpu", "72 W", 0);
        double boardSpread = section.ratio("board_spread", "0", 0, 0.3);
        double pue = section.number("pue", 1.2, 1, 3);
        List<Domain> domains = new ArrayList<>();
        if (section.has("domains")) {
            List<String> names = new ArrayList<>();
            for (Section domain : section.sections("domains")) {
                domains.add(domain(domain, names));
            }
            if (domains.isEmpty()) {
                section.issue("domains", "needs at least the root domain");
            }
        } else {
            int servers = section.integer("servers", 1, 1, MANY);
            domains.add(withBreaker(section.section("breaker"), "site", -1, servers, Double.POSITIVE_INFINITY));
        }
        long servers = domains.stream().mapToLong(Domain::servers).sum();
        if (servers > MANY) {
            section.issue("domains", "hold " + servers + " servers together; at most " + MANY + " are allowed");
        }
        Failing failing = failing(section, domains);
        section.finish();
        return new Cluster(gpus, base, slope, unallocated, boardSpread, pue, domains, failing);
    }

    private static Failing failing(Section section, List<Domain> domains) {
        List<String> names = domains.stream().map(Domain::name).toList();
        List<Failure> ofServers = new ArrayList<>();
        List<Failure> ofGpus = new ArrayList<>();
        if (section.has("failures")) {
            for (Section failure : section.sections("failures")) {
                String name = failure.text("domain", names.isEmpty() ? "" : names.get(0));
                int domain = names.indexOf(name);
                if (domain < 0) {
                    failure.issue(
                            "domain",
                            "must name a power domain (" + String.join(", ", names) + "), was '" + name + "'."
                                    + NearestName.hint(name, names));
                }
                boolean single = failure.has("gpus");
                if (single && failure.has("servers")) {
                    failure.issue("", "needs either servers or gpus, such as {at: 5m, gpus: 2}");
                }
                List<Failure> failures = single ? ofGpus : ofServers;
                failures.add(new Failure(
                        failure.duration("at", null, "0s"),
                        failure.duration("lasting", "1h", "1s"),
                        Math.max(0, domain),
                        failure.integer(single ? "gpus" : "servers", 1, 1, MANY)));
                failure.finish();
            }
        }
        return new Failing(
                new Failures(
                        ofServers,
                        section.secondsOrNever("server_mtbf", "1s"),
                        section.duration("server_repair", "1h", "1s")),
                new Failures(
                        ofGpus, section.secondsOrNever("gpu_mtbf", "1s"), section.duration("gpu_repair", "1h", "1s")),
                section.duration("eviction_delay", "340s", "0s"));
    }

    private Domain domain(Section section, List<String> names) {
        String name = section.text("name", null);
        int parent = -1;
        if (names.isEmpty()) {
            if (section.has("parent") || section.has("limit")) {
                section.issue("", "the first domain is the root: it has no parent, and its limit is the cap");
            }
        } else {
            String above = section.text("parent", null);
            parent = names.indexOf(above);
            if (parent < 0) {
                section.issue(
                        "parent",
                        "must name a domain above in the list (" + String.join(", ", names) + "), was '" + above + "'");
                parent = 0;
            }
        }
        if (names.contains(name)) {
            section.issue("name", "'" + name + "' is there twice");
        }
        names.add(name);
        int servers = section.integer("servers", 0, 0, MANY);
        double limit = section.optionalPower("limit");
        Domain domain = withBreaker(section.section("breaker"), name, parent, servers, limit);
        section.finish();
        return domain;
    }

    private Domain withBreaker(Section section, String name, int parent, int servers, double limitWatts) {
        boolean ofCap = section.has("share");
        if (ofCap && section.has("rating")) {
            section.issue("", "needs either rating or share (of cap.power), such as {share: 110 %}");
        }
        double rating = ofCap ? capWatts * section.ratio("share", null, 0.001, 10) : section.optionalPower("rating");
        double coolingSeconds = section.secondsOrNever("cooling", "1s");
        // Somebody walks to the panel and looks for the cause first.
        long reset = ExperimentReader.nanosOrNever(section.secondsOrNever("reset_after", "30m", "1s"));
        section.finish();
        return new Domain(name, parent, servers, limitWatts, rating, coolingSeconds, reset);
    }
}
