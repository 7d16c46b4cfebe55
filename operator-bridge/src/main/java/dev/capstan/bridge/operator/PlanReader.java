package dev.capstan.bridge.operator;

import dev.capstan.bridge.Mode;
import dev.capstan.bridge.resource.Capped;
import dev.capstan.bridge.resource.PowerCapSpec;
import dev.capstan.capping.CarbonBudget;
import dev.capstan.capping.GuardRails;
import dev.capstan.capping.PolicyFactory;
import dev.capstan.capping.PolicyRegistry;
import dev.capstan.trace.Quantity;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a spec: fills in defaults, and finds all that its schema cannot say. What the rules of the schema say over several
 * fields is checked here as well, since servers before 1.25 do not evaluate them.
 */
public final class PlanReader {

    private static final String DEFAULT_POLICY = "replica-cap";
    private static final Set<String> LEVERS = Set.of("replica ceiling", "growth freeze");

    private final List<PlanIssue> issues = new ArrayList<>();
    private final PowerCapSpec spec;
    private final @Nullable String namespace;

    private PlanReader(PowerCapSpec spec, @Nullable String namespace) {
        this.spec = spec;
        this.namespace = namespace;
    }

    /** All that is wrong with a spec beyond its schema; empty if the operator can work with it. */
    public static List<PlanIssue> issues(Capped resource) {
        return read(resource).issues();
    }

    /**
     * A spec that was read.
     *
     * @param plan null where there are issues
     */
    record Reading(@Nullable CapPlan plan, List<PlanIssue> issues) {}

    static Reading read(Capped resource) {
        PlanReader reader =
                new PlanReader(resource.getSpec(), resource.getMetadata().getNamespace());
        CapPlan plan = reader.plan();
        return new Reading(reader.issues.isEmpty() ? plan : null, List.copyOf(reader.issues));
    }

    /** A duration that the schema has found sound. */
    static Duration duration(String text) {
        return Duration.ofNanos(Quantity.durationNanos(text));
    }

    private CapPlan plan() {
        PowerCapSpec.Timers given = spec.timers() == null
                ? new PowerCapSpec.Timers(null, null, null, null, null, null, null, null, null, null, null)
                : spec.timers();
        Duration interval = duration("spec.timers.controlInterval", given.controlInterval(), "15s");
        CapPlan.Timers timers = new CapPlan.Timers(
                interval,
                duration("spec.timers.exporterInterval", given.exporterInterval(), "30s"),
                duration("spec.timers.scrapeInterval", given.scrapeInterval(), "15s"),
                duration("spec.timers.hpaSync", given.hpaSync(), "15s"),
                duration("spec.timers.apiLatency", given.apiLatency(), "1s"));
        Duration maximumAge =
                duration("spec.measurement.maximumAge", spec.measurement().maximumAge(), "60s");
        GuardRails rails = new GuardRails(
                maximumAge.toNanos(),
                duration("spec.timers.hold", given.hold(), "60s").toNanos(),
                GuardRails.DEFAULTS.plausibleFactor(),
                given.maxRaisePerStep() == null ? GuardRails.DEFAULTS.maxRaisePerStep() : given.maxRaisePerStep(),
                duration("spec.timers.raiseInterval", given.raiseInterval(), "15s")
                        .toNanos(),
                duration("spec.timers.lead", given.lead(), "60s").toNanos(),
                given.rampWattsPerSecond() == null ? Double.POSITIVE_INFINITY : given.rampWattsPerSecond(),
                given.stagger() == null ? 0 : Quantity.durationNanos(given.stagger()));
        measurement(timers, maximumAge);
        CapPlan.Limit limit = limit();
        CapPlan.@Nullable Carbon carbon = carbon();
        double overheadWatts = spec.measurement().overheadWatts() == null
                ? 0
                : spec.measurement().overheadWatts();
        List<CapPlan.Target> targets = targets();
        PolicyFactory policy = policy();
        certificate();
        return new CapPlan(
                namespace,
                Mode.valueOf((spec.mode() == null ? PowerCapSpec.Mode.Recommend : spec.mode())
                        .name()
                        .toUpperCase(Locale.ROOT)),
                limit,
                carbon,
                spec.measurement(),
                maximumAge,
                overheadWatts,
                targets,
                policy,
                parameters(),
                spec.policy() == null || spec.policy().seed() == null
                        ? 1
                        : spec.policy().seed(),
                rails,
                timers,
                spec.certificate(),
                instant("spec.expiresAt", spec.expiresAt()));
    }

    private void measurement(CapPlan.Timers timers, Duration maximumAge) {
        PowerCapSpec.Measurement measurement = spec.measurement();
        PowerCapSpec.PrometheusServer server = measurement.prometheus();
        Duration timeout = duration("spec.measurement.prometheus.timeout", server.timeout(), "5s");
        if (timeout.multipliedBy(2).compareTo(timers.controlInterval()) > 0) {
            issue(
                    "spec.measurement.prometheus.timeout",
                    "must be at most half of spec.timers.controlInterval (" + text(timers.controlInterval()) + "), was "
                            + text(timeout) + ". Maybe give both.");
        }
        if (server.bearerToken() != null && server.basic() != null) {
            issue("spec.measurement.prometheus", "at most one of bearerToken and basic may be given, both were.");
        }
        Duration freshest = timers.scrapeInterval().plus(timers.exporterInterval());
        if (maximumAge.compareTo(freshest) < 0) {
            issue(
                    "spec.measurement.maximumAge",
                    "must be at least the exporter's interval and the scrape interval together (" + text(freshest)
                            + "), was " + text(maximumAge) + ": sound readings would count as stale.");
        }
        if (measurement.signal() == PowerCapSpec.Signal.energy) {
            if (measurement.window() == null) {
                issue("spec.measurement.window", "must be given where signal is energy. Maybe 30s.");
            } else if (duration("spec.measurement.window", measurement.window(), "30s")
                            .compareTo(timers.scrapeInterval().multipliedBy(2))
                    < 0) {
                issue(
                        "spec.measurement.window",
                        "must be at least twice spec.timers.scrapeInterval (" + text(timers.scrapeInterval())
                                + "), was " + measurement.window() + ": rate() would often have no two samples.");
            }
        }
        boolean custom = measurement.source() == PowerCapSpec.Source.custom;
        if (custom && measurement.query() == null) {
            issue("spec.measurement.query", "must be given where source is custom.");
        }
        for (Map.Entry<String, @Nullable String> query : queries(measurement).entrySet()) {
            String path = "spec.measurement." + query.getKey();
            if (query.getValue() != null && !custom) {
                issue(path, "only counts where source is custom, source was " + measurement.source() + ".");
            } else if (query.getValue() != null && query.getValue().matches("(?s).*\\bor\\s+vector\\s*\\(.*")) {
                issue(
                        path,
                        "must not hold \"or vector(\": where nothing is measured the answer would be 0 W and ceilings would"
                                + " rise. Leave it out; an empty answer means unknown.");
            }
        }
        if (measurement.nodes() != null) {
            try {
                java.util.regex.Pattern.compile(measurement.nodes());
            } catch (PatternSyntaxException e) {
                issue(
                        "spec.measurement.nodes",
                        "must be a regular expression, was \"" + measurement.nodes() + "\": " + e.getDescription()
                                + ".");
            }
        }
    }

    private static Map<String, @Nullable String> queries(PowerCapSpec.Measurement measurement) {
        Map<String, @Nullable String> queries = new java.util.LinkedHashMap<>();
        queries.put("query", measurement.query());
        queries.put("countQuery", measurement.countQuery());
        queries.put("ageQuery", measurement.ageQuery());
        return queries;
    }

    private CapPlan.Limit limit() {
        PowerCapSpec.Limit limit = spec.limit();
        PowerCapSpec.@Nullable PercentOfPeak peak = limit.percentOfPeak();
        if ((limit.watts() == null) == (peak == null)) {
            issue(
                    "spec.limit",
                    "exactly one of watts and percentOfPeak must be given, "
                            + (peak == null ? "none was." : "both were."));
        }
        Double watts = limit.watts();
        double share = 1;
        Duration peakOver = null;
        if (peak != null) {
            share = peak.percent() / 100;
            if ((peak.peakWatts() == null) == (peak.peakOver() == null)) {
                issue(
                        "spec.limit.percentOfPeak",
                        "exactly one of peakWatts and peakOver must be given, "
                                + (peak.peakWatts() == null ? "none was." : "both were."));
            }
            watts = peak.peakWatts();
            peakOver = peak.peakOver() == null
                    ? null
                    : duration("spec.limit.percentOfPeak.peakOver", peak.peakOver(), "14d");
        }
        List<CapPlan.ShareWindow> windows = new ArrayList<>();
        List<PowerCapSpec.Window> schedule = limit.schedule() == null ? List.of() : limit.schedule();
        for (int i = 0; i < schedule.size(); i++) {
            CapPlan.ShareWindow window = window("spec.limit.schedule[" + i + "]", schedule.get(i));
            if (window != null) {
                windows.add(window);
            }
        }
        List<CapSchedule.Event> events = new ArrayList<>();
        List<PowerCapSpec.Event> given = limit.events() == null ? List.of() : limit.events();
        for (int i = 0; i < given.size(); i++) {
            String path = "spec.limit.events[" + i + "]";
            Instant from = instant(path + ".from", given.get(i).from());
            Instant to = instant(path + ".to", given.get(i).to());
            if (from != null && to != null) {
                if (!to.isAfter(from)) {
                    issue(path + ".to", "must be after from (" + from + "), was " + to + ".");
                }
                events.add(new CapSchedule.Event(from, to, given.get(i).watts()));
            }
        }
        return new CapPlan.Limit(watts, share, peakOver, windows, events);
    }

    private CapPlan.@Nullable ShareWindow window(String path, PowerCapSpec.Window window) {
        if ((window.watts() == null) == (window.percent() == null)) {
            issue(
                    path,
                    "exactly one of watts and percent must be given, "
                            + (window.watts() == null ? "none was." : "both were."));
        }
        Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
        if (window.days() == null || window.days().isEmpty()) {
            days = EnumSet.allOf(DayOfWeek.class);
        } else {
            for (PowerCapSpec.Day day : window.days()) {
                days.add(DayOfWeek.of(day.ordinal() + 1));
            }
        }
        try {
            ZoneId zone = ZoneId.of(window.timeZone());
            return new CapPlan.ShareWindow(
                    new CapSchedule.Window(
                            days,
                            LocalTime.parse(window.from()),
                            LocalTime.parse(window.to()),
                            zone,
                            window.watts() == null ? 0 : window.watts()),
                    window.percent() == null ? null : (Double) (window.percent() / 100));
        } catch (DateTimeException e) {
            issue(
                    path + ".timeZone",
                    "must be a time zone such as Europe/Berlin or UTC, was \"" + window.timeZone() + "\".");
            return null;
        }
    }

    private CapPlan.@Nullable Carbon carbon() {
        PowerCapSpec.@Nullable Carbon carbon = spec.limit().carbon();
        if (carbon == null) {
            return null;
        }
        PowerCapSpec.CarbonSource source = carbon.source();
        String path = "spec.limit.carbon.source";
        switch (source.type()) {
            case ElectricityMaps -> {
                needed(
                        source.type(),
                        path + ".zone",
                        source.zone(),
                        "Maybe DE; quote \"NO\", which YAML takes for a switch.");
                needed(source.type(), path + ".token", source.token(), "Name the Secret that holds it.");
            }
            case WattTime -> {
                needed(source.type(), path + ".zone", source.zone(), "Maybe CAISO_NORTH.");
                needed(source.type(), path + ".login", source.login(), "Name the Secret that holds user and password.");
            }
            case File -> needed(source.type(), path + ".file", source.file(), "Name the ConfigMap that holds it.");
            case Neso -> {}
        }
        return new CapPlan.Carbon(
                new CarbonBudget(carbon.gramsPerHour(), carbon.pue() == null ? 1 : carbon.pue()),
                source,
                carbon.minimumWatts() == null ? 1 : carbon.minimumWatts(),
                carbon.onMissing() == null ? PowerCapSpec.OnMissing.Base : carbon.onMissing(),
                duration("spec.limit.carbon.maximumAge", carbon.maximumAge(), "2h"));
    }

    private List<CapPlan.Target> targets() {
        List<CapPlan.Target> targets = new ArrayList<>();
        Map<String, String> names = new HashMap<>();
        Map<String, String> objects = new HashMap<>();
        for (int i = 0; i < spec.targets().size(); i++) {
            PowerCapSpec.Target target = spec.targets().get(i);
            String path = "spec.targets[" + i + "]";
            if ((target.ref() == null) == (target.selector() == null)) {
                issue(
                        path,
                        "exactly one of ref and selector must be given, "
                                + (target.ref() == null ? "none was." : "both were."));
            }
            if (target.selector() != null) {
                selector(path, target, target.selector());
            }
            if (target.ref() != null) {
                ref(path, target.ref());
                String name = target.name() == null ? target.ref().name() : target.name();
                String other = names.put(name, path);
                if (other != null) {
                    issue(
                            path + ".name",
                            "must be unlike that of " + other + ", both are \"" + name
                                    + "\". Give one of them a name.");
                }
                String object = target.ref().kind() + " "
                        + (target.ref().namespace() == null ? "" : target.ref().namespace() + "/")
                        + target.ref().name();
                String same = objects.put(object, path);
                if (same != null) {
                    issue(path + ".ref", "names " + object + ", and so does " + same + ".");
                }
            }
            PowerCapSpec.Replica replica = target.replica();
            double idleWatts = replica.idleWatts() == null ? 0 : replica.idleWatts();
            if (idleWatts > replica.peakWatts()) {
                issue(
                        path + ".replica.idleWatts",
                        "must be at most peakWatts (" + replica.peakWatts() + "), was " + idleWatts + ".");
            }
            targets.add(new CapPlan.Target(
                    target.name(),
                    target.ref(),
                    target.selector(),
                    target.priority() == null ? 0 : target.priority(),
                    target.weight() == null ? 1 : target.weight(),
                    target.floor(),
                    replica.peakWatts(),
                    idleWatts,
                    replica.startingWatts() == null ? replica.peakWatts() : replica.startingWatts(),
                    replica.gpus()));
        }
        return targets;
    }

    private void ref(String path, PowerCapSpec.ObjectRef ref) {
        if (namespace != null && ref.namespace() != null && !ref.namespace().equals(namespace)) {
            issue(
                    path + ".ref.namespace",
                    "must be that of the PowerCap (" + namespace + ") or left out, was " + ref.namespace()
                            + ". A ClusterPowerCap goes over namespaces.");
        } else if (namespace == null && ref.namespace() == null) {
            issue(path + ".ref.namespace", "must be given in a ClusterPowerCap.");
        }
    }

    private void selector(String path, PowerCapSpec.Target target, PowerCapSpec.ObjectSelector selector) {
        if (target.name() != null) {
            issue(path + ".name", "must be left out with a selector: each object gives its own name.");
        }
        if (selector.matchLabels().isEmpty()) {
            issue(path + ".selector.matchLabels", "must name at least one label.");
        }
        if (namespace != null && selector.namespaces() != null) {
            issue(
                    path + ".selector.namespaces",
                    "must be left out in a PowerCap. A ClusterPowerCap goes over namespaces.");
        }
    }

    private PolicyFactory policy() {
        String name = spec.policy() == null || spec.policy().name() == null
                ? DEFAULT_POLICY
                : spec.policy().name();
        PolicyFactory policy;
        try {
            policy = PolicyRegistry.find(name);
        } catch (IllegalArgumentException e) {
            issue("spec.policy.name", String.valueOf(e.getMessage()));
            return PolicyRegistry.find(DEFAULT_POLICY);
        }
        if (policy.levers().stream().noneMatch(LEVERS::contains)) {
            issue(
                    "spec.policy.name",
                    "must be a policy that acts by replica ceilings, " + name + " acts by "
                            + (policy.levers().isEmpty() ? "nothing" : String.join(", ", policy.levers())) + ". One of "
                            + String.join(", ", usable()) + ".");
        }
        PolicyRegistry.check(policy, parameters())
                .forEach(one -> issue("spec.policy.parameters." + one.parameter(), one.message()));
        return policy;
    }

    private static List<String> usable() {
        return PolicyRegistry.all().stream()
                .filter(policy -> policy.levers().stream().anyMatch(LEVERS::contains))
                .map(PolicyFactory::name)
                .toList();
    }

    private Map<String, Double> parameters() {
        return spec.policy() == null || spec.policy().parameters() == null
                ? Map.of()
                : spec.policy().parameters();
    }

    private void certificate() {
        PowerCapSpec.@Nullable CertificateSource certificate = spec.certificate();
        if (certificate != null && (certificate.configMap() == null) == (certificate.secret() == null)) {
            issue(
                    "spec.certificate",
                    "exactly one of configMap and secret must be given, "
                            + (certificate.secret() == null ? "none was." : "both were."));
        }
    }

    private Duration duration(String path, @Nullable String text, String byDefault) {
        Duration duration = duration(text == null ? byDefault : text);
        if (duration.isZero() && !path.endsWith(".apiLatency") && !path.endsWith("hold") && !path.endsWith("lead")) {
            issue(path, "must be longer than 0, was " + text + ".");
            return duration(byDefault);
        }
        return duration;
    }

    private @Nullable Instant instant(String path, @Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            issue(path, "must be an instant such as 2027-03-31T22:00:00Z, was \"" + text + "\".");
            return null;
        }
    }

    private void needed(PowerCapSpec.CarbonSourceType type, String path, @Nullable Object value, String hint) {
        if (value == null) {
            issue(path, "must be given where type is " + type + ". " + hint);
        }
    }

    private void issue(String path, String message) {
        issues.add(new PlanIssue(path, message));
    }

    private static String text(Duration duration) {
        return Quantity.formatDuration(duration.toNanos());
    }
}
