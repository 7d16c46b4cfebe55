package dev.capstan.sim.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.capstan.sim.search.SearchSpace;
import dev.capstan.trace.Quantity;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** What a search may vary of an experiment: each dimension of its axes, held to its conditions and to what goes together. */
final class ExperimentSpace implements SearchSpace<List<JsonNode>> {

    private final SweepPlan plan;
    private final ExperimentTree tree;

    ExperimentSpace(SweepPlan plan, ExperimentTree tree) {
        this.plan = plan;
        this.tree = tree;
    }

    /** Values are in order where they are quantities of one kind that rise, or fall, all along each axis. */
    @Override
    public List<Dimension> dimensions() {
        return plan.dimensions().stream()
                .map(dimension -> dimension.range().isPresent()
                        ? Dimension.range()
                        : new Dimension(
                                dimension.places().size(),
                                IntStream.range(0, dimension.axes().size())
                                        .allMatch(axis -> isOrdered(dimension, axis))))
                .toList();
    }

    private static boolean isOrdered(SweepPlan.Dimension dimension, int axis) {
        List<Quantity.Amount> amounts = new ArrayList<>();
        for (List<JsonNode> place : dimension.places()) {
            Quantity.any(Axis.text(place.get(axis))).ifPresent(amounts::add);
        }
        List<BigDecimal> values = amounts.stream().map(Quantity.Amount::value).toList();
        return values.size() == dimension.places().size()
                && amounts.stream().map(Quantity.Amount::kind).distinct().count() == 1
                && (IntStream.range(1, values.size())
                                .allMatch(i -> values.get(i - 1).compareTo(values.get(i)) < 0)
                        || IntStream.range(1, values.size())
                                .allMatch(i -> values.get(i - 1).compareTo(values.get(i)) > 0));
    }

    /** @throws InvalidExperimentException if a condition cannot be told */
    @Override
    public Optional<List<JsonNode>> at(double[] position) {
        JsonNode[] values = new JsonNode[plan.axes().size()];
        for (int i = 0; i < position.length; i++) {
            SweepPlan.Dimension dimension = plan.dimensions().get(i);
            double at = position[i];
            List<JsonNode> place = dimension
                    .range()
                    .map(range -> List.of(range.node(range.sample(at))))
                    .orElseGet(() -> dimension.places().get((int) at));
            for (int axis = 0; axis < place.size(); axis++) {
                values[dimension.axes().get(axis)] = place.get(axis);
            }
        }
        List<JsonNode> point = Arrays.asList(values);
        Set<Issue> issues = new LinkedHashSet<>();
        boolean allowed = plan.allows(point, tree, issues);
        if (!issues.isEmpty()) {
            throw new InvalidExperimentException(tree.file().toString(), List.copyOf(issues));
        }
        return allowed && isSound(point) ? Optional.of(point) : Optional.empty();
    }

    /** Whether the values go together, so that there is an experiment to run. */
    private boolean isSound(List<JsonNode> point) {
        List<Issue> issues = new ArrayList<>();
        tree.with(plan.sets(point), "axes.", JsonNodeFactory.instance.objectNode(), issues);
        return issues.isEmpty();
    }
}
