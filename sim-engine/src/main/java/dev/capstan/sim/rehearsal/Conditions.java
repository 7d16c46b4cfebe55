package dev.capstan.sim.rehearsal;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.capping.GuardRails;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.Workload;
import dev.capstan.sim.serving.ModelProfiles;
import dev.capstan.trace.Sha256;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * What a policy is run under, defaults filled in and in one unit each: caps, timers, guard rails, services and parameters.
 * A manifest has it for each point of a sweep, under the keys that a certificate uses.
 */
public final class Conditions {

    private Conditions() {}

    /** The conditions of an experiment. */
    public static ObjectNode of(Experiment experiment) {
        ObjectNode conditions = JsonNodeFactory.instance.objectNode();
        conditions.put("warmup_seconds", seconds(experiment.warmupNanos()));
        if (experiment.durationNanos() > 0) {
            conditions.put("duration_seconds", seconds(experiment.durationNanos()));
        }
        conditions.put(
                "same_load_in_replications",
                experiment.services().stream()
                        .map(Experiment.Service::workload)
                        .noneMatch(Conditions::isDrawnByChance));
        conditions.set("cap", cap(experiment));
        conditions.set("timers", timers(experiment.control(), experiment.telemetry()));
        conditions.set("guard_rails", rails(guardRails(experiment)));
        for (Experiment.Service service : experiment.services()) {
            ObjectNode node = conditions.withArray("/services").addObject();
            node.put("name", service.name());
            node.put("profile", service.model().name());
            node.put("profile_sha256", Sha256.of(ModelProfiles.write(service.model())));
            node.put("min_replicas", service.minReplicas());
            node.put("max_replicas", service.maxReplicas());
            node.put("hpa_sync_seconds", seconds(service.autoscaler().hpaSyncNanos()));
            node.put("grace_seconds", seconds(service.graceNanos()));
            node.put("ttft_slo_seconds", service.ttftSloSeconds());
            node.put("tpot_slo_seconds", service.tpotSloSeconds());
        }
        for (Experiment.Policy policy : experiment.policies()) {
            ObjectNode node = conditions.withArray("/policies").addObject();
            node.put("label", policy.label());
            node.put("name", policy.name());
            policy.parameters().forEach(node.putObject("parameters")::put);
        }
        return conditions;
    }

    private static boolean isDrawnByChance(Workload workload) {
        return workload instanceof Workload.GeneratedRequests || workload instanceof Workload.ServeGenRequests;
    }

    /** The guard rails of an experiment; what it does not set is as in {@link GuardRails#DEFAULTS}. */
    public static GuardRails guardRails(Experiment experiment) {
        GuardRails defaults = GuardRails.DEFAULTS;
        return new GuardRails(
                experiment.control().maxReadingAgeNanos(),
                experiment.control().holdNanos(),
                defaults.plausibleFactor(),
                defaults.maxRaisePerStep(),
                defaults.raiseIntervalNanos(),
                experiment.cap().leadNanos(),
                experiment.control().rampWattsPerSecond(),
                experiment.control().staggerNanos());
    }

    /** Caps that the carbon budget brings hang on the trace and are not among them. */
    private static ObjectNode cap(Experiment experiment) {
        Experiment.Cap cap = experiment.cap();
        long end = experiment.durationNanos() == 0
                ? Long.MAX_VALUE
                : experiment.warmupNanos() + experiment.durationNanos();
        List<Double> all = new ArrayList<>(List.of(cap.watts()));
        cap.changes().stream().filter(change -> change.atNanos() < end).forEach(change -> all.add(change.watts()));
        cap.events().stream().filter(event -> event.atNanos() < end).forEach(event -> all.add(event.watts()));
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("lowest_watts", Collections.min(all));
        node.put("highest_watts", Collections.max(all));
        node.put("contain_within_seconds", seconds(cap.containWithinNanos()));
        return node;
    }

    private static ObjectNode timers(Experiment.Control control, Experiment.Telemetry telemetry) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put(
                "power_source",
                telemetry.source().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        node.put("control_interval_seconds", seconds(control.intervalNanos()));
        node.put("exporter_interval_seconds", seconds(telemetry.exporterIntervalNanos()));
        node.put("scrape_interval_seconds", seconds(telemetry.scrapeIntervalNanos()));
        if (telemetry.source() == Experiment.Source.ENERGY_COUNTER) {
            node.put("rate_window_seconds", seconds(telemetry.rateWindowNanos()));
        }
        node.put("api_latency_seconds", seconds(control.apiLatencyNanos()));
        node.put("gpu_limit_latency_seconds", seconds(control.gpuLimitLatencyNanos()));
        node.put("clock_latency_seconds", seconds(control.clockLatencyNanos()));
        node.put("brake_latency_seconds", seconds(control.brakeLatencyNanos()));
        node.put("concurrency_latency_seconds", seconds(control.gateways().concurrencyLatencyNanos()));
        node.put("admission_latency_seconds", seconds(control.gateways().admissionLatencyNanos()));
        node.put("routing_latency_seconds", seconds(control.gateways().routingLatencyNanos()));
        return node;
    }

    private static ObjectNode rails(GuardRails rails) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("max_reading_age_seconds", seconds(rails.maxAgeNanos()));
        node.put("hold_seconds", seconds(rails.holdNanos()));
        node.put("plausible_factor", rails.plausibleFactor());
        node.put("max_raise_per_step", rails.maxRaisePerStep());
        node.put("raise_interval_seconds", seconds(rails.raiseIntervalNanos()));
        node.put("lead_seconds", seconds(rails.leadNanos()));
        if (Double.isFinite(rails.rampWattsPerSecond())) {
            node.put("ramp_watts_per_second", rails.rampWattsPerSecond());
        }
        node.put("stagger_seconds", seconds(rails.staggerNanos()));
        return node;
    }

    /** Division, and not times 1e-9, which is not exact for whole seconds. */
    private static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
