package dev.capstan.sim.experiment;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.capstan.sim.search.SearchSpace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/** An experiment as written in YAML, together with what the command line sets in it. */
public final class ExperimentFile {

    private static final YAMLFactory FACTORY = YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final ObjectMapper YAML = new YAMLMapper(FACTORY);

    private final ExperimentTree tree;
    private final boolean isSearched;
    private final SweepPlan plan;
    private final Sensitivity sensitivity;
    private final Optional<StopRule> stop;
    private final Experiment base;
    private final ObjectNode resolved;

    private ExperimentFile(
            ExperimentTree tree,
            boolean isSearched,
            SweepPlan plan,
            Sensitivity sensitivity,
            Optional<StopRule> stop,
            Experiment base,
            ObjectNode resolved) {
        this.tree = tree;
        this.isSearched = isSearched;
        this.plan = plan;
        this.sensitivity = sensitivity;
        this.stop = stop;
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
        return read(file, sets, false);
    }

    /**
     * The same for a search, which varies ranges without steps between their ends; a design does not count. What no point
     * with all axes at an end may be is an issue too, lest a search comes upon it late.
     *
     * @throws InvalidExperimentException with every issue, each under its dotted path; if there are no axes
     */
    public static ExperimentFile readForSearch(Path file, List<String> sets) {
        return read(file, sets, true);
    }

    private static ExperimentFile read(Path file, List<String> sets, boolean isSearched) {
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
        return of(new ExperimentTree(file, tree, setPaths), isSearched, issues);
    }

    /** @param issues found so far */
    private static ExperimentFile of(ExperimentTree written, boolean isSearched, List<Issue> issues) {
        ObjectNode resolved = JsonNodeFactory.instance.objectNode();
        Experiment base =
                new ExperimentReader(written.file(), written.setPaths(), issues).read(written.tree(), resolved);
        SweepPlan plan = new AxesReader(written, isSearched, base.seed(), resolved, issues).plan();
        Sensitivity sensitivity = sensitivity(written, plan.axes(), base, resolved, issues);
        Optional<StopRule> stop =
                StopRule.read(written, base, !sensitivity.parameters().isEmpty(), resolved, issues);
        if (!issues.isEmpty()) {
            throw new InvalidExperimentException(written.file().toString(), issues);
        }
        return new ExperimentFile(written, isSearched, plan, sensitivity, stop, base, resolved);
    }

    /** What {@link #fromJson} makes the same experiment of, on another machine too where its files lie under the same paths. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("file", file().toAbsolutePath().toString());
        node.set("tree", tree.tree());
        node.put("searched", isSearched);
        tree.setPaths().stream().sorted().forEach(node.putArray("set")::add);
        return node;
    }

    /**
     * The experiment of which {@link #toJson} was written.
     *
     * @throws InvalidExperimentException with every issue, such as a file that is not there on this machine
     */
    public static ExperimentFile fromJson(JsonNode node) {
        Set<String> setPaths = new HashSet<>();
        node.path("set").forEach(path -> setPaths.add(path.asText()));
        Path file = Path.of(node.path("file").asText());
        return of(
                new ExperimentTree(file, node.path("tree").deepCopy(), setPaths),
                node.path("searched").booleanValue(),
                new ArrayList<>());
    }

    /** The file as given. */
    public Path file() {
        return tree.file();
    }

    /** The experiment without its axes. */
    public Experiment base() {
        return base;
    }

    /** The axes, in the order of the file. */
    public List<Axis> axes() {
        return plan.axes();
    }

    /** How the points of the sweep lie; without dimensions where a search chooses them. */
    public SweepLayout layout() {
        return isSearched ? new SweepLayout(plan.axes(), List.of()) : plan.layout();
    }

    /** The points that a search may try: a value for each axis, in their order. Only of a file read for a search. */
    public SearchSpace<List<JsonNode>> searchSpace() {
        return new ExperimentSpace(plan, tree);
    }

    /**
     * The points of the sweep: a value for each axis, in their order.
     *
     * @throws InvalidExperimentException if a condition leaves none, or cannot be told
     */
    public List<List<JsonNode>> points() {
        Set<Issue> issues = new LinkedHashSet<>();
        List<List<JsonNode>> points = plan.points(tree, issues);
        if (!issues.isEmpty()) {
            throw new InvalidExperimentException(file().toString(), List.copyOf(issues));
        }
        return points;
    }

    /** How many points the axes would have without conditions; empty where there are none. */
    public OptionalInt combinations() {
        return plan.conditions().isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(plan.combinations().size());
    }

    /** The parameters that a sweep moves one at a time at each point of the axes; none where it does not. */
    public Sensitivity sensitivity() {
        return sensitivity;
    }

    /** When a point of the sweep needs no more replications; empty where all points get the same. */
    public Optional<StopRule> stop() {
        return stop;
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
        return at(plan.sets(values), JsonNodeFactory.instance.objectNode());
    }

    /**
     * The experiment at one point of its axes with one parameter at an end of its band.
     *
     * @throws InvalidExperimentException if the values do not go together
     */
    public Experiment at(List<JsonNode> values, Variation variation) {
        Map<String, JsonNode> point = plan.sets(values);
        point.putAll(variation.sets());
        return at(point, JsonNodeFactory.instance.objectNode());
    }

    /** What {@link #sensitivity()} moves at one point of the axes. */
    public List<Variation> variations(List<JsonNode> values) {
        ObjectNode filledIn = JsonNodeFactory.instance.objectNode();
        return sensitivity.variations(at(plan.sets(values), filledIn), filledIn);
    }

    private Experiment at(Map<String, JsonNode> point, ObjectNode filledIn) {
        List<Issue> issues = new ArrayList<>();
        Experiment experiment = tree.with(point, "axes.", filledIn, issues);
        if (!issues.isEmpty()) {
            throw new InvalidExperimentException(tree.file() + " at " + point, issues);
        }
        return experiment;
    }

    private static Sensitivity sensitivity(
            ExperimentTree tree, List<Axis> axes, Experiment base, ObjectNode resolved, List<Issue> issues) {
        boolean baseIsSound = issues.isEmpty();
        Sensitivity sensitivity = Sensitivity.read(tree.tree().path("sensitivity"), base, resolved, issues);
        boolean picks = tree.tree().path("sensitivity").isObject();
        List<Sensitivity.Parameter> moved = new ArrayList<>();
        for (Sensitivity.Parameter parameter : sensitivity.parameters()) {
            String path = parameter.path();
            boolean isAxis = axes.stream()
                    .anyMatch(axis -> Sensitivity.everywhere(axis.path()).equals(Sensitivity.everywhere(path)));
            if (AxisReader.SAME_FOR_ALL_POINTS.contains(path)) {
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
                    tree.tryEach(ends, "sensitivity.", i -> "sensitivity." + path + "[" + i + "]", issues);
                }
            }
        }
        return new Sensitivity(moved);
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
