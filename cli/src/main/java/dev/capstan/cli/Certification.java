package dev.capstan.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.bridge.certificate.Certificate;
import dev.capstan.bridge.certificate.Enforcement;
import dev.capstan.capping.PolicyRegistry;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.rehearsal.Conditions;
import dev.capstan.sim.rehearsal.Rehearsal;
import dev.capstan.sim.rehearsal.RehearsedPoint;
import dev.capstan.sim.results.Interval;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Puts what the simulator says of a rehearsal into the words of the operator's certificates; the keys are the same. */
final class Certification {

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private static final String BETWEEN_CAPS =
            "The range of caps spans several points of the sweep; between their caps nothing was run.";

    private static final String SAME_LOAD =
            "All replications serve the same load, so their disturbances are much alike: the interval of the"
                    + " success rate is narrower than that of as many disturbances of different days.";

    private static final String NO_BASELINE =
            "Policy none did not run at the point, so the sweep does not say how many of"
                    + " the disturbances pass without any capping.";

    private Certification() {}

    /**
     * The certificate of a point.
     *
     * @param caps the points that its range of caps is made of, the point among them
     * @param minSuccess what the lower end of the success rate of each had to be at least
     */
    static Certificate of(
            Rehearsal rehearsal,
            RehearsedPoint point,
            List<RehearsedPoint> caps,
            double minSuccess,
            Instant issued,
            Instant expires) {
        JsonNode manifest = rehearsal.manifest();
        ObjectNode conditions = point.conditions();
        List<String> notes = new ArrayList<>(all(manifest.path("notes"), String.class));
        if (point.runs().size() > 1
                && conditions.path("same_load_in_replications").asBoolean()) {
            notes.add(SAME_LOAD);
        }
        if (point.successWithoutCapping().isEmpty()) {
            notes.add(NO_BASELINE);
        }
        if (caps.size() > 1) {
            notes.add(BETWEEN_CAPS);
        }
        return new Certificate(
                manifest.path("capstan_version").asText(),
                issued,
                expires,
                part(point.policyConditions(), Certificate.Policy.class),
                PolicyRegistry.find(point.policyName()).guarded()
                        ? part(conditions.path("guard_rails"), Certificate.Rails.class)
                        : null,
                part(conditions.path("timers"), Certificate.Timers.class),
                cap(conditions, caps),
                all(conditions.path("services"), Certificate.Service.class),
                outcome(point, minSuccess),
                new Certificate.Rehearsal(
                        manifest.path("name").asText(),
                        manifest.path("experiment_sha256").asText(),
                        manifest.path("mode").asText(),
                        point.axes(),
                        conditions.path("warmup_seconds").asDouble(),
                        conditions.has("duration_seconds")
                                ? conditions.path("duration_seconds").asDouble()
                                : null,
                        point.runs().stream()
                                .map(run -> new Certificate.Run(run.runId(), run.seed()))
                                .toList(),
                        rehearsal.pointsSha256(),
                        rehearsal.summarySha256()),
                all(manifest.path("traces"), Certificate.Trace.class),
                notes,
                null);
    }

    /** What enforcing a policy of an experiment would be, as the experiment stands without its axes. */
    static Enforcement enforcement(Experiment experiment, Experiment.Policy policy) {
        ObjectNode conditions = Conditions.of(experiment);
        JsonNode cap = conditions.path("cap");
        return new Enforcement(
                policy.name(),
                policy.parameters(),
                part(conditions.path("guard_rails"), Certificate.Rails.class),
                part(conditions.path("timers"), Certificate.Timers.class),
                all(conditions.path("services"), Enforcement.Service.class),
                cap.path("lowest_watts").asDouble(),
                cap.path("highest_watts").asDouble());
    }

    private static Certificate.Cap cap(ObjectNode ofPoint, List<RehearsedPoint> caps) {
        List<Certificate.CapPoint> points = new ArrayList<>();
        double lowest = Double.POSITIVE_INFINITY;
        double highest = 0;
        for (RehearsedPoint each : caps) {
            JsonNode cap = each.conditions().path("cap");
            lowest = Math.min(lowest, cap.path("lowest_watts").asDouble());
            highest = Math.max(highest, cap.path("highest_watts").asDouble());
            points.add(new Certificate.CapPoint(
                    each.startWatts(), each.disturbances(), each.contained(), estimate(each.success())));
        }
        return new Certificate.Cap(
                lowest,
                highest,
                ofPoint.path("cap").path("contain_within_seconds").asDouble(),
                points);
    }

    private static Certificate.Outcome outcome(RehearsedPoint point, double minSuccess) {
        Map<String, Certificate.Estimate> figures = new TreeMap<>();
        point.figures().forEach((name, interval) -> figures.put(name, estimate(interval)));
        return new Certificate.Outcome(
                point.disturbances(),
                point.contained(),
                estimate(point.success()),
                minSuccess,
                point.successWithoutCapping().map(Certification::estimate).orElse(null),
                figures.get("time_under_cap_fraction"),
                figures.get("goodput_requests_per_second"),
                figures.get("slo_attainment"),
                figures.get("stranded_watt_seconds"));
    }

    private static Certificate.Estimate estimate(Interval interval) {
        return new Certificate.Estimate(interval.estimate(), interval.low(), interval.high());
    }

    private static <T> List<T> all(JsonNode list, Class<T> type) {
        List<T> parts = new ArrayList<>();
        list.forEach(node -> parts.add(part(node, type)));
        return parts;
    }

    private static <T> T part(@Nullable JsonNode node, Class<T> type) {
        try {
            return JSON.treeToValue(node, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "manifest.json does not hold what a certificate needs: " + e.getOriginalMessage()
                            + ". Run the experiment again with this version.",
                    e);
        }
    }
}
