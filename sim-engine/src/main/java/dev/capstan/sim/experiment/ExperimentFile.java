package dev.capstan.sim.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An experiment as written in YAML, together with what the command line sets in it. */
public final class ExperimentFile {

    private static final ObjectMapper YAML = YAMLMapper.builder(YAMLFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Path file;
    private final ObjectNode tree;
    private final Set<String> setPaths;
    private final List<Axis> axes;
    private final Experiment base;
    private final ObjectNode resolved;

    private ExperimentFile(
            Path file, ObjectNode tree, Set<String> setPaths, List<Axis> axes, Experiment base, ObjectNode resolved) {
        this.file = file;
        this.tree = tree;
        this.setPaths = setPaths;
        this.axes = axes;
        this.base = base;
        this.resolved = resolved;
    }

    /**
     * Reads and validates an experiment.
     *
     * @param file YAML; relative paths in it are relative to its folder
     * @param sets what the command line sets, as {@code dotted.path=value}, the value in YAML; relative paths in these are
     *     relative to the working directory
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
                DottedPath.set(tree, path, YAML.readTree(set.substring(equals + 1)));
                setPaths.add(path);
            } catch (JsonProcessingException e) {
                issues.add(new Issue("--set " + path, "the value is not YAML: " + e.getOriginalMessage()));
            } catch (IllegalArgumentException e) {
                issues.add(new Issue("--set " + path, String.valueOf(e.getMessage())));
            }
        }
        ObjectNode resolved = JsonNodeFactory.instance.objectNode();
        Experiment base = new ExperimentReader(file, setPaths, issues).read(tree, resolved);
        List<Axis> axes = axes(file, tree, setPaths, issues);
        if (!issues.isEmpty()) {
            throw new InvalidExperimentException(file.toString(), issues);
        }
        return new ExperimentFile(file, tree, setPaths, axes, base, resolved);
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
        Map<String, JsonNode> point = new LinkedHashMap<>();
        for (int i = 0; i < axes.size(); i++) {
            point.put(axes.get(i).path(), values.get(i));
        }
        List<Issue> issues = new ArrayList<>();
        Experiment experiment = at(file, tree, setPaths, point, issues);
        if (!issues.isEmpty()) {
            throw new InvalidExperimentException(file + " at " + point, issues);
        }
        return experiment;
    }

    private static Experiment at(
            Path file, ObjectNode tree, Set<String> setPaths, Map<String, JsonNode> point, List<Issue> issues) {
        ObjectNode copy = tree.deepCopy();
        for (Map.Entry<String, JsonNode> entry : point.entrySet()) {
            try {
                DottedPath.set(copy, entry.getKey(), entry.getValue());
            } catch (IllegalArgumentException e) {
                issues.add(new Issue("axes." + entry.getKey(), String.valueOf(e.getMessage())));
            }
        }
        return new ExperimentReader(file, setPaths, issues).read(copy, JsonNodeFactory.instance.objectNode());
    }

    private static List<Axis> axes(Path file, ObjectNode tree, Set<String> setPaths, List<Issue> issues) {
        JsonNode node = tree.path("axes");
        if (node.isMissingNode() || node.isNull()) {
            return List.of();
        }
        if (!node.isObject()) {
            issues.add(new Issue("axes", "expected a mapping of dotted paths to lists of values"));
            return List.of();
        }
        boolean baseIsSound = issues.isEmpty();
        List<Axis> axes = new ArrayList<>();
        node.properties().forEach(entry -> {
            String path = entry.getKey();
            if (!(entry.getValue() instanceof ArrayNode list) || list.isEmpty()) {
                issues.add(new Issue("axes." + path, "expected a list of at least one value, such as [5s, 10s]"));
                return;
            }
            List<JsonNode> values = new ArrayList<>();
            list.forEach(values::add);
            if (new HashSet<>(values).size() < values.size()) {
                issues.add(new Issue("axes." + path, "holds a value twice"));
            }
            axes.add(new Axis(path, values));
            for (int i = 0; i < values.size() && baseIsSound; i++) {
                List<Issue> found = new ArrayList<>();
                at(file, tree, setPaths, Map.of(path, values.get(i)), found);
                for (Issue issue : found) {
                    issues.add(new Issue("axes." + path + "[" + i + "]", "makes " + issue));
                }
            }
        });
        return axes;
    }

    private static ObjectNode parse(Path file) {
        String problem;
        try {
            JsonNode node = YAML.readTree(Files.readString(file));
            if (node instanceof ObjectNode object) {
                return object;
            }
            problem = "is empty or no mapping of keys to values; docs/experiments.md shows one";
        } catch (JsonProcessingException e) {
            problem = "is not one YAML document"
                    + (e.getLocation() == null
                            ? ""
                            : " (line " + e.getLocation().getLineNr() + ")") + ": " + e.getOriginalMessage();
        } catch (NoSuchFileException e) {
            problem = "does not exist. Sample experiments lie in traces-sample/experiments.";
        } catch (IOException e) {
            problem = "cannot be read: " + e;
        }
        throw new InvalidExperimentException(file.toString(), List.of(new Issue("", problem)));
    }
}
