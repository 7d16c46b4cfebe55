package dev.capstan.sim.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.sim.experiment.Variation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One run of a sweep: what a {@link SweepTask} carries out, here or on another machine. */
public final class SweepRun {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final int index;
    private final Setting setting;
    private final int policy;
    private final int replication;

    /** @param policy its place in the experiment */
    SweepRun(int index, Setting setting, int policy, int replication) {
        this.index = index;
        this.setting = setting;
        this.policy = policy;
        this.replication = replication;
    }

    /** Where it stands among all runs of the sweep. */
    public int index() {
        return index;
    }

    Setting setting() {
        return setting;
    }

    int policy() {
        return policy;
    }

    int replication() {
        return replication;
    }

    /** The run as one line of JSON. */
    public String toJson() {
        ObjectNode node = JSON.createObjectNode();
        node.put("index", index);
        setting.point().forEach(node.putArray("point")::add);
        setting.variation().ifPresent(moved -> {
            ObjectNode variation = node.putObject("variation");
            variation.put("parameter", moved.parameter());
            variation.put("end", moved.end().name());
            variation.put("value", moved.value());
            moved.sets().forEach(variation.putObject("sets")::set);
        });
        node.put("policy", policy);
        node.put("replication", replication);
        return node.toString();
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException if it is no JSON
     */
    public static SweepRun fromJson(String json) {
        JsonNode node;
        try {
            node = JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("is no run of a sweep: " + json, e);
        }
        List<JsonNode> point = new ArrayList<>();
        node.path("point").forEach(point::add);
        JsonNode moved = node.path("variation");
        Map<String, JsonNode> sets = new LinkedHashMap<>();
        moved.path("sets").properties().forEach(set -> sets.put(set.getKey(), set.getValue()));
        Optional<Variation> variation = moved.isMissingNode()
                ? Optional.empty()
                : Optional.of(new Variation(
                        moved.path("parameter").asText(),
                        Variation.End.valueOf(moved.path("end").asText()),
                        moved.path("value").asText(),
                        sets));
        return new SweepRun(
                node.path("index").intValue(),
                new Setting(point, variation),
                node.path("policy").intValue(),
                node.path("replication").intValue());
    }
}
