package dev.capstan.sim.experiment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * When a point of a sweep needs no more replications: once the intervals of some figures are narrow enough for every policy.
 *
 * <p>Who looks often is bound to look at a good moment. So the intervals are wider: with k looks at the most, each has the
 * confidence 1 - 0.05 / k, and by Bonferroni's inequality all looks hold the truth with at least 95 %, whichever is the last.
 *
 * @param first replications at the first look; each further one comes after twice as many
 * @param halfWidths half the width of the interval of a figure that is narrow enough, by the name of the figure
 */
public record StopRule(int first, Map<String, Double> halfWidths) {

    private static final double ERROR = 0.05;

    /** Two replications are the fewest that have an interval. */
    private static final int FEWEST = 2;

    private static final double NARROWEST = 1e-9;
    private static final double WIDEST = 1e15;

    static Optional<StopRule> read(
            ExperimentTree tree, Experiment base, boolean sensitivity, ObjectNode resolved, List<Issue> issues) {
        Section root = new Section(tree.tree(), "", issues, resolved);
        if (!root.has("stop")) {
            return Optional.empty();
        }
        Section section = root.section("stop");
        int first = section.integer("first", Math.min(5, Math.max(FEWEST, base.replications())), FEWEST, 1_000_000);
        Section widths = section.section("half_width");
        Map<String, Double> halfWidths = new LinkedHashMap<>();
        for (String figure : widths.keys()) {
            halfWidths.put(figure, widths.number(figure, 0, NARROWEST, WIDEST));
        }
        if (halfWidths.isEmpty()) {
            section.issue("half_width", "is missing; expected what is narrow enough, such as {success_rate: 0.02}");
        }
        section.finish();
        if (first >= base.replications()) {
            section.issue(
                    "first",
                    "must be less than replications, was " + first + " of " + base.replications()
                            + ". Maybe more replications: they are the most that a point gets.");
        }
        if (sensitivity) {
            section.issue("", "does not go with sensitivity, which compares runs of the same replications");
        }
        return Optional.of(new StopRule(first, Map.copyOf(halfWidths)));
    }

    /** After how many replications of each point is looked; the last are all. */
    public List<Integer> looks(int replications) {
        List<Integer> looks = new ArrayList<>();
        for (long look = first; look < replications; look *= 2) {
            looks.add((int) look);
        }
        looks.add(replications);
        return looks;
    }

    /** The confidence of each interval, so that all looks together err in 5 % of sweeps at the most. */
    public double confidence(int replications) {
        return 1 - ERROR / looks(replications).size();
    }
}
