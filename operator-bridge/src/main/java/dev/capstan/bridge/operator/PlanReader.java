package dev.capstan.bridge.operator;

import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.Carbon;
import dev.capstan.bridge.resource.CertificateSource;
import dev.capstan.bridge.resource.DurationText;
import dev.capstan.bridge.resource.Limit;
import dev.capstan.bridge.resource.Measurement;
import dev.capstan.bridge.resource.PowerCapSpec;
import dev.capstan.bridge.resource.Target;
import dev.capstan.bridge.resource.Timers;
import dev.capstan.capping.PolicyFactory;
import dev.capstan.capping.PolicyRegistry;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a spec and finds all that its schema cannot say. What the rules of the schema say over several fields is checked here
 * as well, since servers before 1.25 do not evaluate them.
 */
public final class PlanReader {

    private static final Set<String> LEVERS = Set.of("replica ceiling", "growth freeze");

    private final List<PlanIssue> issues = new ArrayList<>();
    private final PowerCapSpec spec;
    private final @Nullable String namespace;

    private PlanReader(PowerCapSpec spec, @Nullable String namespace) {
        this.spec = spec;
        this.namespace = namespace;
    }

    /** All that is wrong with a spec beyond its schema; empty if the operator can work with it. */
    public static List<PlanIssue> issues(CapResource resource) {
        return read(resource).issues();
    }

    /**
     * A spec that was read.
     *
     * @param plan null where there are issues
     */
    record Reading(@Nullable CapPlan plan, List<PlanIssue> issues) {}

    static Reading read(CapResource resource) {
        PlanReader reader =
                new PlanReader(resource.getSpec(), resource.getMetadata().getNamespace());
        CapPlan plan = reader.plan();
        return new Reading(reader.issues.isEmpty() ? plan : null, List.copyOf(reader.issues));
    }

    private CapPlan plan() {
        timers();
        measurement();
        CapPlan.Limit limit = limit();
        carbon();
        targets();
        PolicyFactory policy = policy();
        certificate();
        return new CapPlan(
                namespace,
                spec,
                limit,
                policy,
                spec.timers().guardRails(spec.measurement().maximumAge()));
    }

    private void timers() {
        Timers timers = spec.timers();
        Map<String, String> positive = new LinkedHashMap<>();
        positive.put("controlInterval", timers.controlInterval());
        positive.put("scrapeInterval", timers.scrapeInterval());
        positive.forEach((name, text) -> {
            if (DurationText.parse(text).isZero()) {
                issue("spec.timers." + name, "must be longer than 0, was " + text + ".");
            }
        });
    }

    private void measurement() {
        Measurement measurement = spec.measurement();
        Timers timers = spec.timers();
        Duration timeout = DurationText.parse(measurement.prometheus().timeout());
        if (timeout.multipliedBy(2).compareTo(timers.control()) > 0) {
            issue(
                    "spec.measurement.prometheus.timeout",
                    "must be at most half of spec.timers.controlInterval (" + timers.controlInterval() + "), was "
                            + measurement.prometheus().timeout() + ". Maybe give both.");
        }
        if (measurement.prometheus().bearerTokenSecretRef() != null
                && measurement.prometheus().basicSecretRef() != null) {
            issue(
                    "spec.measurement.prometheus",
                    "at most one of bearerTokenSecretRef and basicSecretRef may be given, both were.");
        }
        Duration freshest =
                DurationText.parse(timers.scrapeInterval()).plus(DurationText.parse(timers.exporterInterval()));
        if (DurationText.parse(measurement.maximumAge()).compareTo(freshest) < 0) {
            issue(
                    "spec.measurement.maximumAge",
                    "must be at least the intervals of exporter and scrape together (" + freshest.toSeconds()
                            + "s), was " + measurement.maximumAge() + ": sound readings would count as stale.");
        }
        boolean energy = measurement.signal() == Measurement.Signal.ENERGY;
        if (energy
                && DurationText.parse(measurement.window())
                                .compareTo(DurationText.parse(timers.scrapeInterval())
                                        .multipliedBy(2))
                        < 0) {
            issue(
                    "spec.measurement.window",
                    "must be at least twice spec.timers.scrapeInterval (" + timers.scrapeInterval() + "), was "
                            + measurement.window() + ": rate() would often have no two samples.");
        }
        boolean custom = measurement.source() == Measurement.Source.CUSTOM;
        if (custom
                && (measurement.query() == null
                        || measurement.countQuery() == null
                        || measurement.ageQuery() == null)) {
            issue("spec.measurement", "query, countQuery and ageQuery must be given where source is custom.");
        }
        Map<String, @Nullable String> queries = new LinkedHashMap<>();
        queries.put("query", measurement.query());
        queries.put("countQuery", measurement.countQuery());
        queries.put("ageQuery", measurement.ageQuery());
        queries.forEach((name, query) -> query(name, query, custom));
        if (measurement.nodes() != null) {
            try {
                Pattern.compile(measurement.nodes());
            } catch (PatternSyntaxException e) {
                issue(
                        "spec.measurement.nodes",
                        "must be a regular expression, was \"" + measurement.nodes() + "\": " + e.getDescription()
                                + ".");
            }
        }
    }

    private void query(String name, @Nullable String query, boolean custom) {
        if (query == null) {
            return;
        }
        if (!custom) {
            issue("spec.measurement." + name, "counts only where source is custom. Drop it, or change the source.");
        } else if (query.matches("(?s).*\\bor\\s+vector\\s*\\(.*")) {
            issue(
                    "spec.measurement." + name,
                    "must not hold \"or vector(\": where nothing is measured the answer would be 0 W and ceilings would"
                            + " rise. Leave it out; an empty answer means unknown.");
        }
    }

    private CapPlan.Limit limit() {
        Limit limit = spec.limit();
        Limit.PercentOfPeak peak = limit.percentOfPeak();
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
            peakOver = peak.peakOver() == null ? null : DurationText.parse(peak.peakOver());
        }
        List<CapPlan.ShareWindow> windows = new ArrayList<>();
        for (int i = 0; i < limit.schedule().size(); i++) {
            CapPlan.ShareWindow window =
                    window("spec.limit.schedule[" + i + "]", limit.schedule().get(i));
            if (window != null) {
                windows.add(window);
            }
        }
        List<CapSchedule.Event> events = new ArrayList<>();
        for (int i = 0; i < limit.events().size(); i++) {
            Limit.Event event = limit.events().get(i);
            if (!event.to().isAfter(event.from())) {
                issue(
                        "spec.limit.events[" + i + "].to",
                        "must be after from (" + event.from() + "), was " + event.to() + ".");
            }
            events.add(new CapSchedule.Event(event.from(), event.to(), event.watts()));
        }
        return new CapPlan.Limit(watts, share, peakOver, windows, events);
    }

    private CapPlan.@Nullable ShareWindow window(String path, Limit.ScheduleEntry window) {
        if ((window.watts() == null) == (window.percent() == null)) {
            issue(
                    path,
                    "exactly one of watts and percent must be given, "
                            + (window.watts() == null ? "none was." : "both were."));
        }
        Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
        window.days().forEach(day -> days.add(DayOfWeek.valueOf(day.name())));
        try {
            return new CapPlan.ShareWindow(
                    new CapSchedule.Window(
                            days,
                            LocalTime.parse(window.from()),
                            LocalTime.parse(window.to()),
                            ZoneId.of(window.timeZone()),
                            window.watts() == null ? 0 : window.watts()),
                    window.percent() == null ? null : (Double) (window.percent() / 100));
        } catch (DateTimeException e) {
            issue(
                    path + ".timeZone",
                    "must be a time zone such as Europe/Berlin or UTC, was \"" + window.timeZone() + "\".");
            return null;
        }
    }

    private void carbon() {
        Carbon carbon = spec.limit().carbon();
        if (carbon == null) {
            return;
        }
        if (carbon.onMissing() == Carbon.OnMissing.MINIMUM && carbon.minimumWatts() == null) {
            issue("spec.limit.carbon.minimumWatts", "must be given where onMissing is Minimum.");
        }
        Carbon.Source source = carbon.source();
        String path = "spec.limit.carbon.source";
        switch (source.type()) {
            case ELECTRICITY_MAPS -> {
                needed(path + ".zone", source.zone(), "Maybe DE; quote \"NO\", which YAML takes for a switch.");
                needed(path + ".tokenSecretRef", source.tokenSecretRef(), "Name the Secret that holds the token.");
            }
            case WATTTIME -> {
                needed(path + ".region", source.region(), "Maybe CAISO_NORTH.");
                needed(path + ".loginSecretRef", source.loginSecretRef(), "Name the Secret with user and password.");
            }
            case FILE -> needed(path + ".configMapRef", source.configMapRef(), "Name the ConfigMap that holds it.");
            case NESO -> {}
        }
    }

    private void targets() {
        Map<String, String> names = new HashMap<>();
        Map<String, String> objects = new HashMap<>();
        for (int i = 0; i < spec.targets().size(); i++) {
            Target target = spec.targets().get(i);
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
                                    + "\". Give one of them another name.");
                }
                String object = target.ref().kind() + " "
                        + (target.ref().namespace() == null ? "" : target.ref().namespace() + "/")
                        + target.ref().name();
                String same = objects.put(object, path);
                if (same != null) {
                    issue(path + ".ref", "names " + object + ", and so does " + same + ".");
                }
            }
            Target.Replica replica = target.replica();
            if (replica.idleWatts() > replica.peakWatts()) {
                issue(
                        path + ".replica.idleWatts",
                        "must be at most peakWatts (" + replica.peakWatts() + "), was " + replica.idleWatts() + ".");
            }
        }
    }

    private void ref(String path, Target.Ref ref) {
        if (namespace != null && ref.namespace() != null && !ref.namespace().equals(namespace)) {
            issue(
                    path + ".ref.namespace",
                    "must be that of the PowerCap (" + namespace + ") or left out, was " + ref.namespace()
                            + ". A ClusterPowerCap goes over namespaces.");
        } else if (namespace == null && ref.namespace() == null) {
            issue(path + ".ref.namespace", "must be given in a ClusterPowerCap.");
        }
    }

    private void selector(String path, Target target, Target.Selector selector) {
        if (target.name() != null) {
            issue(path + ".name", "must be left out with a selector: each object gives its own name.");
        }
        if (selector.matchLabels().isEmpty()) {
            issue(path + ".selector.matchLabels", "must name at least one label.");
        }
        if (namespace != null && !selector.namespaces().isEmpty()) {
            issue(
                    path + ".selector.namespaces",
                    "must be left out in a PowerCap. A ClusterPowerCap goes over namespaces.");
        }
    }

    private PolicyFactory policy() {
        String name = spec.policy().name();
        PolicyFactory policy;
        try {
            policy = PolicyRegistry.find(name);
        } catch (IllegalArgumentException e) {
            issue("spec.policy.name", String.valueOf(e.getMessage()));
            return PolicyRegistry.all().get(0);
        }
        if (policy.levers().stream().noneMatch(LEVERS::contains)) {
            issue(
                    "spec.policy.name",
                    "must be a policy that acts by replica ceilings, " + name + " acts by "
                            + (policy.levers().isEmpty() ? "nothing" : String.join(", ", policy.levers())) + ". One of "
                            + String.join(", ", usable()) + ".");
        }
        PolicyRegistry.check(policy, spec.policy().parameters())
                .forEach(one -> issue("spec.policy.parameters." + one.parameter(), one.message()));
        return policy;
    }

    private static List<String> usable() {
        return PolicyRegistry.all().stream()
                .filter(policy -> policy.levers().stream().anyMatch(LEVERS::contains))
                .map(PolicyFactory::name)
                .toList();
    }

    private void certificate() {
        CertificateSource certificate = spec.certificate();
        if (certificate != null && (certificate.configMapRef() == null) == (certificate.secretRef() == null)) {
            issue(
                    "spec.certificate",
                    "exactly one of configMapRef and secretRef must be given, "
                            + (certificate.secretRef() == null ? "none was." : "both were."));
        }
    }

    private void needed(String path, @Nullable Object value, String hint) {
        if (value == null) {
            issue(path, "must be given for this type of source. " + hint);
        }
    }

    private void issue(String path, String message) {
        issues.add(new PlanIssue(path, message));
    }
}
