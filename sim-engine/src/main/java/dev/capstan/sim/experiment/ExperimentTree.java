package dev.capstan.sim.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * An experiment as it is written, to be read with other values at some of its paths.
 *
 * @param setPaths set on the command line, whose files are relative to the working directory
 */
record ExperimentTree(Path file, ObjectNode tree, Set<String> setPaths) {

    /**
     * Reads the experiment with changes made.
     *
     * @param changes by dotted path
     * @param key under which they stand in the file, for issues with their paths
     * @param filledIn gets the experiment with every default
     */
    Experiment with(Map<String, JsonNode> changes, String key, ObjectNode filledIn, List<Issue> issues) {
        ObjectNode copy = tree.deepCopy();
        Set<String> setElsewhere = new HashSet<>(setPaths);
        for (Map.Entry<String, JsonNode> entry : changes.entrySet()) {
            try {
                setElsewhere.remove(DottedPath.set(copy, entry.getKey(), entry.getValue()));
            } catch (IllegalArgumentException e) {
                issues.add(new Issue(key + entry.getKey(), String.valueOf(e.getMessage())));
            }
        }
        return new ExperimentReader(file, setElsewhere, issues).read(copy, filledIn);
    }

    /**
     * Reads the experiment with each of these changes made; each issue that this brings is told once.
     *
     * @param place of a change, by its index
     */
    void tryEach(List<Map<String, JsonNode>> changes, String key, IntFunction<String> place, List<Issue> issues) {
        Set<Issue> known = new HashSet<>();
        for (int i = 0; i < changes.size(); i++) {
            List<Issue> found = new ArrayList<>();
            with(changes.get(i), key, JsonNodeFactory.instance.objectNode(), found);
            for (Issue issue : found) {
                if (known.add(issue)) {
                    issues.add(new Issue(place.apply(i), "makes " + issue));
                }
            }
        }
    }
}
