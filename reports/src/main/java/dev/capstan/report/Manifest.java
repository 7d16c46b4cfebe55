package dev.capstan.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code manifest.json} says about the folder, less what differs between executions of the same experiment: command,
 * machine and wall times stay out of reports. Keys that are absent give empty text and NaN.
 */
record Manifest(
        String name,
        String question,
        String mode,
        double seconds,
        double warmupSeconds,
        double containWithinSeconds,
        int replications,
        List<Axis> axes,
        List<Parameter> parameters,
        List<Policy> policies,
        List<Service> services,
        List<Trace> traces,
        List<String> notes,
        List<Fact> inputs,
        String experiment,
        Map<List<String>, Conditions> conditions,
        Optional<Search> search,
        Optional<Stop> stop) {

    /**
     * An axis of the sweep, with its values as written and in the order of the experiment.
     *
     * @param continuous whether the values are samples of a range
     * @param logarithmic whether they were sampled so that each octave has as many
     */
    record Axis(String path, List<String> values, boolean continuous, boolean logarithmic) {}

    /** What holds at a point of the axes. */
    record Conditions(double containWithinSeconds, List<Service> services) {}

    /**
     * What a search over the axes looked for.
     *
     * @param keepsToBounds whether the best point does
     * @param best facts of that point: the policy and its axes
     */
    record Search(String goal, String triedPoints, boolean keepsToBounds, List<Fact> best) {}

    /** When points got no more replications: after which numbers of them was looked, and what was narrow enough. */
    record Stop(List<String> looks, double confidence, List<Fact> halfWidths) {}

    /** A figure of the model that the sweep moved alone, between which ends, and where that band comes from. */
    record Parameter(String path, String name, String band, String source) {}

    /** A policy of the experiment; {@code label} is what the tables call it. */
    record Policy(String label, String name, boolean guarded, List<Fact> parameters) {}

    /** A service with the targets that its requests must meet. */
    record Service(String name, double ttftSeconds, double tpotSeconds) {}

    record Trace(String role, String path, String name, String sha256, String rows, String licence, String currency) {}

    record Fact(String name, String value) {}

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    static Manifest read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ReportException(
                    file,
                    "is missing, so its folder is no results folder. Maybe you meant the folder given as --out to "
                            + "`capstan simulate` or `capstan sweep`");
        }
        try {
            JsonNode root = JSON.readTree(Files.readString(file, StandardCharsets.UTF_8));
            if (!root.isObject()) {
                throw new ReportException(file, "must hold a JSON object, found " + root.getNodeType());
            }
            return from(file, root);
        } catch (JsonProcessingException e) {
            throw new ReportException(
                    file,
                    "is not valid JSON at line " + e.getLocation().getLineNr() + ": " + e.getOriginalMessage()
                            + ". Maybe it was cut short: run the experiment again with --resume",
                    e);
        } catch (IOException e) {
            throw new ReportException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    private static Manifest from(Path file, JsonNode root) throws JsonProcessingException {
        for (String key : List.of("axes", "policies")) {
            if (!root.path(key).isArray()) {
                throw new ReportException(
                        file,
                        "needs a list under \"" + key + "\", found "
                                + root.path(key).getNodeType()
                                + ". Maybe another version wrote it: run the experiment again with this one");
            }
        }
        List<Axis> axes = new ArrayList<>();
        for (JsonNode axis : root.path("axes")) {
            List<String> values = new ArrayList<>();
            axis.path("values").forEach(value -> values.add(value.asText()));
            axes.add(new Axis(
                    axis.path("path").asText(),
                    List.copyOf(values),
                    axis.path("continuous").asBoolean(),
                    axis.path("scale").asText().equals("log")));
        }
        List<Parameter> parameters = new ArrayList<>();
        for (JsonNode parameter : root.path("sensitivity")) {
            parameters.add(new Parameter(
                    parameter.path("parameter").asText(),
                    parameter.path("name").asText(),
                    parameter.path("band").asText(),
                    parameter.path("source").asText()));
        }
        List<Policy> policies = new ArrayList<>();
        for (JsonNode policy : root.path("policies")) {
            policies.add(new Policy(
                    policy.path("label").asText(),
                    policy.path("name").asText(),
                    policy.path("guarded").asBoolean(),
                    facts(policy.path("parameters"))));
        }
        List<Trace> traces = new ArrayList<>();
        for (JsonNode trace : root.path("traces")) {
            traces.add(new Trace(
                    trace.path("role").asText(),
                    trace.path("path").asText(),
                    trace.path("name").asText(),
                    trace.path("sha256").asText(),
                    trace.path("rows").asText(),
                    trace.path("licence").asText(),
                    trace.path("currency").asText()));
        }
        List<String> notes = new ArrayList<>();
        root.path("notes").forEach(note -> notes.add(note.asText()));
        return new Manifest(
                root.path("name").asText(),
                root.path("question").asText(),
                root.path("mode").asText(),
                root.path("duration_seconds").asDouble(Double.NaN),
                root.path("warmup_seconds").asDouble(Double.NaN),
                root.path("contain_within_seconds").asDouble(Double.NaN),
                root.path("replications").asInt(1),
                List.copyOf(axes),
                List.copyOf(parameters),
                List.copyOf(policies),
                services(root.path("services")),
                List.copyOf(traces),
                List.copyOf(notes),
                chosen(root, List.of("capstan_version", "experiment_file", "experiment_sha256", "seed")),
                root.has("experiment") ? pretty(root.path("experiment")) : "",
                conditions(root.path("conditions")),
                search(root.path("find")),
                stop(root.path("stop")));
    }

    private static List<Service> services(JsonNode all) {
        List<Service> services = new ArrayList<>();
        for (JsonNode service : all) {
            services.add(new Service(
                    service.path("name").asText(),
                    service.path("ttft_slo_seconds").asDouble(),
                    service.path("tpot_slo_seconds").asDouble()));
        }
        return List.copyOf(services);
    }

    /** Conditions after the first hold what differs from the first. */
    private static Map<List<String>, Conditions> conditions(JsonNode all) {
        Map<List<String>, Conditions> conditions = new HashMap<>();
        for (JsonNode point : all) {
            List<String> values = new ArrayList<>();
            point.path("axes").forEach(value -> values.add(value.asText()));
            JsonNode cap = point.has("cap") ? point.path("cap") : all.path(0).path("cap");
            JsonNode services =
                    point.has("services") ? point.path("services") : all.path(0).path("services");
            boolean haveTargets = services.path(0).has("ttft_slo_seconds");
            conditions.put(
                    values,
                    new Conditions(
                            cap.path("contain_within_seconds").asDouble(Double.NaN),
                            haveTargets ? services(services) : List.of()));
        }
        return conditions;
    }

    private static Optional<Search> search(JsonNode find) {
        if (!find.isObject()) {
            return Optional.empty();
        }
        boolean keepsToBounds = find.has("found");
        JsonNode point = find.path(keepsToBounds ? "found" : "closest");
        List<Fact> best =
                new ArrayList<>(List.of(new Fact("policy", point.path("policy").asText())));
        best.addAll(facts(point.path("axes")));
        return Optional.of(
                new Search(find.path("goal").asText(), find.path("tried_points").asText(), keepsToBounds, best));
    }

    private static Optional<Stop> stop(JsonNode stop) {
        if (!stop.isObject()) {
            return Optional.empty();
        }
        List<String> looks = new ArrayList<>();
        stop.path("looks").forEach(look -> looks.add(look.asText()));
        return Optional.of(
                new Stop(looks, stop.path("confidence").asDouble(Double.NaN), facts(stop.path("half_widths"))));
    }

    /** Whether a search ended at a point of the axes. */
    boolean isFound(List<String> axisValues) {
        List<String> best = axes.stream()
                .map(axis -> search.stream()
                        .flatMap(one -> one.best().stream())
                        .filter(fact -> fact.name().equals(axis.path()))
                        .map(Fact::value)
                        .findFirst()
                        .orElse(""))
                .toList();
        return search.isPresent() && axisValues.equals(best);
    }

    /** The time within which a disturbance must be back under the cap at a point of the axes. */
    double containWithinSeconds(List<String> axisValues) {
        Conditions here = conditions.get(axisValues);
        return here == null ? containWithinSeconds : here.containWithinSeconds();
    }

    /**
     * Whether a request of the service that completes can miss a target, because it is shorter than the run: work without a
     * deadline has none. True of a service that the manifest does not name.
     *
     * @param axisValues the point of the axes at which it is asked
     */
    boolean canMissTargets(String service, List<String> axisValues) {
        double wholeSeconds = seconds + (Double.isNaN(warmupSeconds) ? 0 : warmupSeconds);
        Conditions here = conditions.get(axisValues);
        List<Service> asked = here == null || here.services().isEmpty() ? services : here.services();
        return asked.stream()
                .filter(one -> one.name().equals(service))
                .noneMatch(one -> Math.min(one.ttftSeconds(), one.tpotSeconds()) >= wholeSeconds);
    }

    /** In which prices are; empty where there are none. */
    String currency() {
        return traces.stream()
                .map(Trace::currency)
                .filter(currency -> !currency.isEmpty())
                .findFirst()
                .orElse("");
    }

    /** What people call a parameter that was moved; its path where there is no word for it. */
    String parameterName(String path) {
        return parameters.stream()
                .filter(parameter -> parameter.path().equals(path))
                .map(Parameter::name)
                .findFirst()
                .orElse(path);
    }

    private static List<Fact> chosen(JsonNode root, List<String> keys) {
        List<Fact> facts = new ArrayList<>();
        for (String key : keys) {
            JsonNode value = root.path(key);
            if (value.isObject()) {
                facts(value).forEach(fact -> facts.add(new Fact(key + "." + fact.name(), fact.value())));
            } else if (!value.isMissingNode()) {
                facts.add(new Fact(key, plain(value)));
            }
        }
        return List.copyOf(facts);
    }

    private static List<Fact> facts(JsonNode object) {
        List<Fact> facts = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            facts.add(new Fact(entry.getKey(), plain(entry.getValue())));
        }
        return List.copyOf(facts);
    }

    private static String plain(JsonNode value) {
        if (value.isArray()) {
            List<String> parts = new ArrayList<>();
            value.forEach(part -> parts.add(plain(part)));
            return String.join(" ", parts);
        }
        return value.isValueNode() ? value.asText() : value.toString();
    }

    private static String pretty(JsonNode value) throws JsonProcessingException {
        DefaultIndenter indent = new DefaultIndenter("  ", "\n");
        return JSON.writer(new DefaultPrettyPrinter().withObjectIndenter(indent))
                .writeValueAsString(value);
    }
}
