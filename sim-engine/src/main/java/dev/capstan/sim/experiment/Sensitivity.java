package dev.capstan.sim.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.capping.NearestName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A sweep that moves one parameter at a time from the experiment as it stands to both ends of its band.
 *
 * @param parameters in the order in which they are moved
 */
public record Sensitivity(List<Parameter> parameters) {

    private static final String ALL_BANDS = "bands";
    private static final String ITS_BAND = "band";
    private static final String EVERY_SERVICE = "services[].";

    /**
     * A parameter that is moved.
     *
     * @param path dotted; {@code services[]} stands for all services
     * @param name in words
     * @param band between which ends, in words
     * @param source where the band comes from
     * @param ends those that the experiment gives; null for those of the band
     */
    public record Parameter(
            String path,
            String name,
            String band,
            String source,
            @Nullable List<JsonNode> ends) {}

    static final Sensitivity NONE = new Sensitivity(List.of());

    /** Reads the key {@code sensitivity}; notes what is wrong and goes on. */
    static Sensitivity read(JsonNode node, Experiment experiment, ObjectNode resolved, List<Issue> issues) {
        if (node.isMissingNode() || node.isNull()) {
            return NONE;
        }
        if (node.isTextual() && node.textValue().equals(ALL_BANDS)) {
            return !issues.isEmpty()
                    ? NONE
                    : new Sensitivity(Band.ALL.stream()
                            .filter(band -> band.matters().test(experiment))
                            .map(Sensitivity::parameter)
                            .filter(parameter ->
                                    !variations(parameter, experiment, resolved).isEmpty())
                            .toList());
        }
        if (!(node instanceof ObjectNode mapping) || mapping.isEmpty()) {
            issues.add(new Issue(
                    "sensitivity",
                    "expected bands, or a mapping of dotted paths to band or to two ends, such as"
                            + " {services[].adjust.gamma: band, cluster.pue: [1.1, 1.3]}"));
            return NONE;
        }
        List<Parameter> parameters = new ArrayList<>();
        mapping.properties().forEach(entry -> {
            Optional<Band> band = Band.ALL.stream()
                    .filter(known -> known.path().equals(entry.getKey()))
                    .findFirst();
            JsonNode ends = entry.getValue();
            if (ends instanceof ArrayNode list && list.size() == 2) {
                parameters.add(new Parameter(
                        entry.getKey(),
                        band.map(Band::name).orElse(entry.getKey()),
                        Axis.text(list.get(0)) + " to " + Axis.text(list.get(1)),
                        "the experiment",
                        List.of(list.get(0), list.get(1))));
            } else if (!ends.asText().equals(ITS_BAND)) {
                issues.add(new Issue(
                        "sensitivity." + entry.getKey(),
                        "expected the word band or a list of two ends, such as [0.9, 1.1]"));
            } else if (band.isEmpty()) {
                List<String> known = Band.ALL.stream().map(Band::path).toList();
                issues.add(new Issue(
                        "sensitivity." + entry.getKey(),
                        "has no band that Capstan knows; give two ends, such as [0.9, 1.1]."
                                + NearestName.hint(entry.getKey(), known) + " Known: " + String.join(", ", known)));
            } else {
                Parameter parameter = parameter(band.get());
                if (issues.isEmpty()
                        && variations(parameter, experiment, resolved).isEmpty()) {
                    issues.add(new Issue(
                            "sensitivity." + entry.getKey(),
                            "its band, " + band.get().inWords()
                                    + ", does not hold the value of the experiment. Maybe give two ends of your own."));
                }
                parameters.add(parameter);
            }
        });
        return new Sensitivity(List.copyOf(parameters));
    }

    private static Parameter parameter(Band band) {
        return new Parameter(band.path(), band.name(), band.inWords(), band.source(), null);
    }

    /** The ends that differ from the experiment as it stands. */
    List<Variation> variations(Experiment experiment, ObjectNode resolved) {
        List<Variation> all = new ArrayList<>();
        for (Parameter parameter : parameters) {
            all.addAll(variations(parameter, experiment, resolved));
        }
        return all;
    }

    private static List<Variation> variations(Parameter parameter, Experiment experiment, ObjectNode resolved) {
        List<Variation> ends = new ArrayList<>();
        for (Variation.End end : Variation.End.values()) {
            Map<String, JsonNode> sets = new LinkedHashMap<>();
            Set<String> texts = new LinkedHashSet<>();
            for (String path : paths(parameter.path(), experiment)) {
                Optional<String> value = value(resolved, path);
                ends(parameter, experiment, path, value)
                        .map(both -> both.get(end.ordinal()))
                        .ifPresent(node -> {
                            texts.add(Axis.text(node));
                            if (!same(parameter, value, node)) {
                                sets.put(path, node);
                            }
                        });
            }
            if (!sets.isEmpty()) {
                ends.add(new Variation(parameter.path(), end, String.join(" / ", texts), sets));
            }
        }
        return ends;
    }

    private static Optional<List<JsonNode>> ends(
            Parameter parameter, Experiment experiment, String path, Optional<String> value) {
        return parameter.ends() != null
                ? Optional.of(parameter.ends())
                : band(parameter).ends(value, isOfExperts(path, experiment));
    }

    private static boolean same(Parameter parameter, Optional<String> value, JsonNode node) {
        if (value.isEmpty()) {
            return false;
        }
        if (parameter.ends() != null) {
            return value.get().equals(Axis.text(node));
        }
        Band.Unit unit = band(parameter).unit();
        return unit.parse(value.get()).compareTo(unit.parse(node.asText())) == 0;
    }

    private static Band band(Parameter parameter) {
        return Band.ALL.stream()
                .filter(band -> band.path().equals(parameter.path()))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> paths(String path, Experiment experiment) {
        if (!path.startsWith(EVERY_SERVICE)) {
            return List.of(path);
        }
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < experiment.services().size(); i++) {
            paths.add("services[" + i + "]." + path.substring(EVERY_SERVICE.length()));
        }
        return paths;
    }

    /** The path with {@code []} in place of each index. */
    static String everywhere(String path) {
        return path.replaceAll("\\[\\d+]", "[]");
    }

    private static boolean isOfExperts(String path, Experiment experiment) {
        return path.startsWith("services[")
                && experiment
                        .services()
                        .get(Integer.parseInt(path.substring("services[".length(), path.indexOf(']'))))
                        .model()
                        .hasExperts();
    }

    /** The value at a path, with its default filled in; empty where there is none. */
    private static Optional<String> value(ObjectNode resolved, String path) {
        JsonNode node = DottedPath.get(resolved, path);
        return node.isValueNode() && !node.isNull() ? Optional.of(Axis.text(node)) : Optional.empty();
    }
}
