package dev.capstan.sim.results;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.capstan.sim.experiment.Axis;
import dev.capstan.sim.experiment.SweepLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Layouts of small sweeps. */
final class SweepLayouts {

    private SweepLayouts() {}

    /** Every combination of the values of axes, by their paths. */
    static SweepLayout grid(Map<String, List<String>> values) {
        List<Axis> axes = new ArrayList<>();
        List<SweepLayout.Dimension> dimensions = new ArrayList<>();
        values.forEach((path, texts) -> {
            List<JsonNode> nodes = texts.stream().<JsonNode>map(TextNode::new).toList();
            List<Map<String, JsonNode>> sets =
                    nodes.stream().map(node -> Map.of(path, node)).toList();
            dimensions.add(new SweepLayout.Dimension(
                    List.of(axes.size()), texts.stream().map(List::of).toList(), List.of()));
            axes.add(new Axis(path, nodes, sets, Optional.empty()));
        });
        return new SweepLayout(axes, dimensions);
    }
}
