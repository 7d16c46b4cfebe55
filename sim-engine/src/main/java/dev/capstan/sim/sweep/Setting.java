package dev.capstan.sim.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import dev.capstan.sim.experiment.Axis;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.experiment.Variation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where runs of a sweep stand.
 *
 * @param point a value for each axis, in their order
 * @param variation of the point; empty for the point itself
 */
record Setting(List<JsonNode> point, Optional<Variation> variation) {

    /** The experiment there. */
    Experiment experiment(ExperimentFile file) {
        if (variation.isPresent()) {
            return file.at(point, variation.get());
        }
        return point.isEmpty() ? file.base() : file.at(point);
    }

    List<String> axisValues() {
        return point.stream().map(Axis::text).toList();
    }

    /**
     * The same as it stands in the tables: see {@link dev.capstan.sim.results.Row}.
     *
     * @param sensitivity whether parameters are moved in this sweep
     */
    List<String> place(boolean sensitivity) {
        List<String> place = new ArrayList<>(axisValues());
        if (sensitivity) {
            place.addAll(variation
                    .map(moved ->
                            List.of(moved.parameter(), moved.end().name().toLowerCase(Locale.ROOT), moved.value()))
                    .orElse(List.of("", "", "")));
        }
        return place;
    }
}
