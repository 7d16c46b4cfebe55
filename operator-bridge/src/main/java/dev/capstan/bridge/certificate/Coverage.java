package dev.capstan.bridge.certificate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.capstan.bridge.certificate.Refusal.Reason;
import dev.capstan.capping.PolicyFactory;
import dev.capstan.capping.PolicyRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Holds what is to be enforced against what was rehearsed. What the owner sets must be the same; what the site brings
 * (intervals of exporters and scrapes, latencies, syncs, grace) must be no slower.
 */
final class Coverage {

    private static final Set<String> NO_SLOWER = Set.of(
            "exporter_interval_seconds",
            "scrape_interval_seconds",
            "api_latency_seconds",
            "gpu_limit_latency_seconds",
            "clock_latency_seconds",
            "brake_latency_seconds",
            "concurrency_latency_seconds",
            "admission_latency_seconds",
            "routing_latency_seconds");

    private final Certificate certificate;
    private final List<Refusal> refusals = new ArrayList<>();

    Coverage(Certificate certificate) {
        this.certificate = certificate;
    }

    List<Refusal> refusals(Enforcement planned) {
        policy(planned);
        compare("timers", certificate.timers(), planned.timers());
        cap(planned);
        for (Enforcement.Service service : planned.services()) {
            service(service);
        }
        return List.copyOf(refusals);
    }

    private void policy(Enforcement planned) {
        Certificate.Policy rehearsed = certificate.policy();
        if (!planned.policy().equals(rehearsed.name())) {
            refuse("policy: " + planned.policy() + " is planned, " + rehearsed.name() + " was rehearsed");
            return;
        }
        Optional<PolicyFactory> factory = PolicyRegistry.all().stream()
                .filter(known -> known.name().equals(planned.policy()))
                .findFirst();
        if (factory.isEmpty()) {
            refusals.add(new Refusal(
                    Reason.FOREIGN,
                    "policy " + planned.policy() + " is not on the class path. Maybe its jar is missing."));
            return;
        }
        Map<String, Double> parameters = new TreeMap<>(planned.parameters());
        factory.get()
                .parameters()
                .forEach(parameter -> parameters.putIfAbsent(parameter.name(), parameter.defaultValue()));
        compare("policy.parameters", rehearsed.parameters(), parameters);
        if (factory.get().guarded()) {
            compare("guard_rails", certificate.guardRails(), planned.guardRails());
        }
    }

    private void cap(Enforcement planned) {
        Certificate.Cap cap = certificate.cap();
        for (double watts : new TreeSet<>(List.of(planned.lowestCapWatts(), planned.highestCapWatts()))) {
            if (!cap.covers(watts)) {
                refuse("cap: " + Numbers.text(watts) + " W is planned, " + Numbers.text(cap.lowestWatts()) + " W to "
                        + Numbers.text(cap.highestWatts()) + " W were rehearsed");
            }
        }
    }

    private void service(Enforcement.Service planned) {
        List<String> names =
                certificate.services().stream().map(Certificate.Service::name).toList();
        int index = names.indexOf(planned.name());
        if (index < 0) {
            refuse("service " + planned.name() + " was not rehearsed, only " + String.join(", ", names));
            return;
        }
        Certificate.Service rehearsed = certificate.services().get(index);
        String where = "service " + planned.name() + ": ";
        atMost(where + "max_replicas", rehearsed.maxReplicas(), planned.maxReplicas());
        atMost(where + "hpa_sync_seconds", rehearsed.hpaSyncSeconds(), planned.hpaSyncSeconds());
        atMost(where + "grace_seconds", rehearsed.graceSeconds(), planned.graceSeconds());
    }

    private void compare(String where, @Nullable Object rehearsed, Object planned) {
        JsonNode before = CertificateFile.tree(rehearsed);
        JsonNode now = CertificateFile.tree(planned);
        Set<String> names = new TreeSet<>();
        before.fieldNames().forEachRemaining(names::add);
        now.fieldNames().forEachRemaining(names::add);
        for (String name : names) {
            JsonNode one = before.path(name);
            JsonNode other = now.path(name);
            if (NO_SLOWER.contains(name) && one.isNumber() && other.isNumber()) {
                atMost(where + "." + name, one.doubleValue(), other.doubleValue());
            } else if (!text(one).equals(text(other))) {
                refuse(where + "." + name + ": " + text(other) + " is planned, " + text(one) + " was rehearsed");
            }
        }
    }

    private void atMost(String where, double rehearsed, double planned) {
        if (Numbers.compare(planned, rehearsed) > 0) {
            refuse(where + ": " + Numbers.text(planned) + " is planned, at most " + Numbers.text(rehearsed)
                    + " was rehearsed");
        }
    }

    private static String text(JsonNode value) {
        if (value instanceof MissingNode) {
            return "none";
        }
        return value.isNumber() ? Numbers.text(value.doubleValue()) : value.asText();
    }

    private void refuse(String message) {
        refusals.add(new Refusal(Reason.NOT_COVERED, message));
    }
}
