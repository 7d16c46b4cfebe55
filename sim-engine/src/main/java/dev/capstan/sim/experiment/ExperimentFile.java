package dev.capstan.sim.experiment;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** An experiment as written in YAML, together with what the command line sets in it. */
public final class ExperimentFile {

    private static final YAMLFactory FACTORY = YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final ObjectMapper YAML = new YAMLMapper(FACTORY);

    /** Paths that no axis can vary: replications, seeds and tables are made for the sweep as a whole. */
    private static final Set<String> SAME_FOR_ALL_POINTS = Set.of(
            "name",
            "question",
            "mode",
            "seed",
            "replications",
            "policies",
            "scoring.compare_with",
            "axes",
            "sensitivity");

    private final Path file;
    private final ObjectNode tree;
    private final Set<String> setPaths;
    private final List<Axis> axes;
    private final Sensitivity sensitivity;
    private final Experiment base;
    private final ObjectNode resolved;

    private ExperimentFile(
            Path file,
            ObjectNode tree,
            Set<String> setPaths,
            List<Axis> axes,
            Sensitivity sensitivity,
            Experiment base,
            ObjectNode resolved) {
        this.file = file;
        this.tree = tree;
        this.setPaths = setPaths;
        this.axes = axes;
        this.sensitivity = sensitivity;
        this.base = base;
        this.resolved = resolved;
    }

    /**
     * Reads and validates an experiment.
     *
     * @param file YAML; relative paths in it are relative to its folder
     * @param sets what the command line sets, as {@code dotted.path=value}, the value in YAML, nothing for the default;
     *     relative paths in these are relative to the working directory
     * @throws InvalidExperimentException with every issue, each under its dotted path
     */
    public static ExperimentFile read(Path file, List<String> sets) {
        ObjectNode tree = parse(file);
        List<Issue> issues = new ArrayList<>();
        Set<String> setPaths = new HashSet<>();
        for (String set : sets) {
            int equals = set.indexOf('=');
            if (equals < 1) {
                issues.add(new Issue("--set " + set, "must be dotted.path=value, such as control.interval=5s"));
                continue;
            }
            String path = set.substring(0, equals).strip();
            try {
                setPaths.add(DottedPath.set(tree, path, tree(set.substring(equals + 1))));
            } catch (JsonProcessingException e) {
                issues.add(new Issue("--set " + path, "the value is not YAML: " + reason(e)));
            } catch (IllegalArgumentException e) {
                issues.add(new Issue("--set " + path, String.valueOf(e.getMessage())));
            }
        }
        ObjectNode resolved = JsonNodeFactory.instance.objectNode();
        Experiment base = new ExperimentReader(file, setPaths, issues).read(tree, resolved);
        List<Axis> axes = axes(file, tree, setPaths, issues);
        Sensitivity sensitivity = sensitivity(file, tree, setPaths, axes, base, resolved, issues);
        if (!issues.isEmpty()) {
            throw new InvalidExperimentException(file.toString(), issues);
        }
        return new ExperimentFile(file, tree, setPaths, axes, sensitivity, base, resolved);
    }

    /** The file as given. */
    public Path file() {
        return file;
    }

    /** The experiment without its axes. */
    public Experiment base() {
        return base;
    }

    /** The axes, in the order of the file. */
    public List<Axis> axes() {
        return axes;
    }

    /** The parameters that a sweep moves one at a time at each point of the axes; none where it does not. */
    public Sensitivity sensitivity() {
        return sensitivity;
    }

    /** The experiment with every default filled in. */
    public ObjectNode resolved() {
        return resolved.deepCopy();
    }

    /**
     * The experiment at one point of its axes.
     *
     * @param values a value for each axis, in their order
     * @throws InvalidExperimentException if the values do not go together
     */
    public Experiment at(List<JsonNode> values) {
        return at(point(values), JsonNodeFactory.instance.objectNode());
    }

    /**
     * The experiment at one point of its axes with one parameter at an end of its band.
     *
     * @throws InvalidExperimentException if the values do not go together
     */
    public Experiment at(List<JsonNode> values, Variation variation) {
        Map<String, JsonNode> point = point(values);
        point.putAll(variation.sets());
        return at(point, JsonNodeFactory.instance.objectNode());
    }

    /** What {@link #sensitivity()} moves at one point of the axes. */
    public List<Variation> variations(List<JsonNode> values) {
        ObjectNode filledIn = JsonNodeFactory.instance.objectNode();
        return sensitivity.variations(at(point(values), filledIn), filledIn);
    }

    private Map<String, JsonNode> point(List<JsonNode> values) {
        Map<String, JsonNode> point = new LinkedHashMap<>();
        for (int i = 0; i < axes.size(); i++) {
            Axis axis = axes.get(i);
            point.putAll(axis.sets().get(axis.values().indexOf(values.get(i))));
        }
        return point;
    }

    private Experiment at(Map<String, JsonNode> point, ObjectNode filledIn) {
        List<Issue> issues = new ArrayList<>();
        Experiment experiment = at(file, tree, setPaths, point, "axes.", filledIn, issues);
        if (!issues.isEmpty()) {
            throw new InvalidExperimentException(file + " at " + point, issues);
        }
        return experiment;
    }

    /** @param key under which the point stands in the file, for issues with its paths */
    private static Experiment at(
            Path file,
            ObjectNode tree,
            Set<String> setPaths,
            Map<String, JsonNode> point,
            String key,
            ObjectNode filledIn,
            List<Issue> issues) {
        ObjectNode copy = tree.deepCopy();
        Set<String> setElsewhere = new HashSet<>(setPaths);
        for (Map.Entry<String, JsonNode> entry : point.entrySet()) {
            try {
                setElsewhere.remove(DottedPath.set(copy, entry.getKey(), entry.getValue()));
            } catch (IllegalArgumentException e) {
                issues.add(new Issue(key + entry.getKey(), String.valueOf(e.getMessage())));
            }
        }
        return new ExperimentReader(file, setElsewhere, issues).read(copy, filledIn);
    }

    private static List<Axis> axes(Path file, ObjectNode tree, Set<String> setPaths, List<Issue> issues) {
        JsonNode node = tree.path("axes");
        if (node.isMissingNode() || node.isNull()) {
            return List.of();
        }
        if (!node.isObject()) {
            issues.add(new Issue(
                    "axes",
                    "expected a mapping of dotted paths to lists of values, such as {control.interval: [5s, 10s]}"));
            return List.of();
        }
        boolean baseIsSound = issues.isEmpty();
        List<Axis> axes = new ArrayList<>();
        node.properties().forEach(entry -> {
            String path = entry.getKey();
            List<JsonNode> values = new ArrayList<>();
            List<Map<String, JsonNode>> sets = new ArrayList<>();
            int before = issues.size();
            if (entry.getValue() instanceof ObjectNode named && !named.isEmpty()) {
                named.properties().forEach(value -> {
                    values.add(TextNode.valueOf(value.getKey()));
                    sets.add(together("axes." + path + "." + value.getKey(), value.getValue(), issues));
                });
            } else if (entry.getValue() instanceof ArrayNode list && !list.isEmpty()) {
                list.forEach(value -> {
                    values.add(value);
                    sets.add(Map.of(path, value));
                });
            } else {
                issues.add(new Issue(
                        "axes." + path,
                        "expected a list of at least one value, such as [5s, 10s], or a mapping of names to what each sets,"
                                + " such as {slow: {control.interval: 60s}}"));
            }
            Set<String> texts = new HashSet<>();
            for (JsonNode value : values) {
                if (!texts.add(Axis.text(value))) {
                    issues.add(new Issue("axes." + path, "holds the value '" + Axis.text(value) + "' twice"));
                }
            }
            sets.stream()
                    .flatMap(set -> set.keySet().stream())
                    .filter(SAME_FOR_ALL_POINTS::contains)
                    .distinct()
                    .forEach(shared -> issues.add(new Issue(
                            "axes." + path,
                            (shared.equals(path) ? "cannot be an axis" : "cannot set '" + shared + "'")
                                    + ": all points of a sweep share it")));
            axes.add(new Axis(path, values, sets));
            if (baseIsSound && issues.size() == before) {
                tryEach(file, tree, setPaths, sets, "axes.", path, issues);
            }
        });
        return axes;
    }

    /** What one name of an axis sets. */
    private static Map<String, JsonNode> together(String place, JsonNode node, List<Issue> issues) {
        Map<String, JsonNode> sets = new LinkedHashMap<>();
        if (node.isObject()) {
            node.properties().forEach(set -> sets.put(set.getKey(), set.getValue()));
        } else if (!node.isNull()) {
            issues.add(new Issue(
                    place,
                    "expected a mapping of dotted paths to values, such as {control.interval: 60s}, or nothing, was '"
                            + Axis.text(node) + "'"));
        }
        return sets;
    }

    private static Sensitivity sensitivity(
            Path file,
            ObjectNode tree,
            Set<String> setPaths,
            List<Axis> axes,
            Experiment base,
            ObjectNode resolved,
            List<Issue> issues) {
        boolean baseIsSound = issues.isEmpty();
        Sensitivity sensitivity = Sensitivity.read(tree.path("sensitivity"), base, resolved, issues);
        boolean picks = tree.path("sensitivity").isObject();
        List<Sensitivity.Parameter> moved = new ArrayList<>();
        for (Sensitivity.Parameter parameter : sensitivity.parameters()) {
            String path = parameter.path();
            boolean isAxis = axes.stream()
                    .anyMatch(axis -> Sensitivity.everywhere(axis.path()).equals(Sensitivity.everywhere(path)));
            if (SAME_FOR_ALL_POINTS.contains(path)) {
                issues.add(new Issue("sensitivity." + path, "cannot be moved: all points of a sweep share it"));
            } else if (isAxis && picks) {
                issues.add(new Issue("sensitivity." + path, "is an axis too. Maybe remove one of the two."));
            } else if (!isAxis) {
                moved.add(parameter);
                if (baseIsSound) {
                    List<Map<String, JsonNode>> ends = new Sensitivity(List.of(parameter))
                            .variations(base, resolved).stream()
                                    .map(Variation::sets)
                                    .toList();
                    tryEach(file, tree, setPaths, ends, "sensitivity.", path, issues);
                }
            }
        }
        return new Sensitivity(moved);
    }

    /** Reads the experiment with each of these changes made; each issue that this brings is told once. */
    private static void tryEach(
            Path file,
            ObjectNode tree,
            Set<String> setPaths,
            List<Map<String, JsonNode>> changes,
            String key,
            String path,
            List<Issue> issues) {
        Set<Issue> known = new HashSet<>();
        for (int i = 0; i < changes.size(); i++) {
            List<Issue> found = new ArrayList<>();
            at(file, tree, setPaths, changes.get(i), key, JsonNodeFactory.instance.objectNode(), found);
            for (Issue issue : found) {
                if (known.add(issue)) {
                    issues.add(new Issue(key + path + "[" + i + "]", "makes " + issue));
                }
            }
        }
    }

    /** What the parser says, without its own picture of the place. */
    private static String reason(JsonProcessingException e) {
        return e.getOriginalMessage()
                .lines()
                .filter(line -> !line.startsWith(" "))
                .collect(Collectors.joining(", "));
    }

    /** Reads one document; null where there is nothing. */
    private static JsonNode tree(String text) throws JsonProcessingException {
        try (YAMLParser parser = FACTORY.createParser(text)) {
            int depth = 0;
            int documents = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (parser.isCurrentAlias()) {
                    throw new JsonParseException(
                            parser,
                            "aliases such as *" + parser.getText() + " are not supported. Maybe write the value out.");
                }
                if (depth == 0 && documents++ > 0) {
                    throw new JsonParseException(
                            parser, "there is more than one document. Maybe remove what follows ---.");
                }
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            }
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("text in memory has no such failures", e);
        }
        JsonNode node = YAML.readTree(text);
        return node == null || node.isMissingNode() ? NullNode.getInstance() : node;
    }

    private static ObjectNode parse(Path file) {
        String problem;
        try {
            JsonNode node = tree(Files.readString(file));
            if (node instanceof ObjectNode object) {
                return object;
            }
            problem = (node.isValueNode() && node.asText("").isBlank() ? "is empty" : "is no mapping of keys to values")
                    + ". Maybe begin with a sample of traces-sample/experiments; docs/experiments.md has every key.";
        } catch (JsonProcessingException e) {
            problem = "is not YAML that can be read"
                    + (e.getLocation() == null
                            ? ""
                            : " (line " + e.getLocation().getLineNr() + ")") + ": " + reason(e);
        } catch (NoSuchFileException e) {
            problem = "does not exist. Sample experiments lie in traces-sample/experiments.";
        } catch (CharacterCodingException e) {
            problem = "is not text in UTF-8. Maybe save it again in that encoding.";
        } catch (IOException e) {
            problem = "cannot be read: " + e;
        }
        throw new InvalidExperimentException(file.toString(), List.of(new Issue("", problem)));
    }
}
