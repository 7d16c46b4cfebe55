package dev.capstan.sim.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.experiment.InvalidExperimentException;
import dev.capstan.sim.experiment.Issue;
import dev.capstan.sim.results.Layout;
import dev.capstan.sim.search.Goal;
import dev.capstan.sim.search.PatternSearch;
import java.util.List;

/**
 * What a sweep looks for on its axes; {@code docs/search.md} says how.
 *
 * @param mostPoints that may be tried
 */
record Search(ExperimentFile file, Goal goal, int mostPoints) {

    /**
     * Reads what is looked for.
     *
     * @throws IllegalArgumentException if the text is no goal
     * @throws InvalidExperimentException if the experiment asks for what does not go with a search
     */
    static Search of(ExperimentFile file, String goal, int mostPoints) {
        if (!file.sensitivity().parameters().isEmpty()) {
            throw new InvalidExperimentException(
                    file.file().toString(),
                    List.of(new Issue(
                            "sensitivity", "does not go with a search. Maybe leave it out: --set sensitivity=")));
        }
        return new Search(file, Goal.parse(goal, Layout.numbers()), mostPoints);
    }

    PatternSearch<List<JsonNode>> begin() {
        return new PatternSearch<>(file.searchSpace(), mostPoints);
    }

    /** @throws InvalidExperimentException if no point can be tried */
    List<List<JsonNode>> firstRound() {
        List<List<JsonNode>> points = begin().next(List.of());
        if (points.isEmpty()) {
            throw new InvalidExperimentException(
                    file.file().toString(),
                    List.of(new Issue(
                            "axes", "have no point whose values go together and meet all conditions of where")));
        }
        return points;
    }
}
