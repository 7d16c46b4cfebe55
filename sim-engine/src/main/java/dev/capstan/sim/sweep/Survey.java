package dev.capstan.sim.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.sim.experiment.Axis;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.experiment.InvalidExperimentException;
import dev.capstan.sim.experiment.Issue;
import dev.capstan.sim.experiment.Variation;
import dev.capstan.sim.experiment.Workload;
import dev.capstan.sim.rehearsal.Conditions;
import dev.capstan.sim.run.Load;
import dev.capstan.sim.run.TraceLibrary;
import dev.capstan.sim.serving.ModelProfile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of a sweep before it runs, gathered in one pass over its points; of their experiments only those are kept that read
 * traces which no other reads.
 */
final class Survey {

    /** What decides which traces are read. */
    private record Reading(
            List<Named> loads,
            long warmupNanos,
            long durationNanos,
            Optional<Experiment.Carbon> carbon,
            Optional<Experiment.Price> price) {

        private record Named(String service, Optional<Experiment.Route> route, Workload workload) {}

        static Reading of(Experiment experiment) {
            return new Reading(
                    experiment.services().stream()
                            .map(service ->
                                    new Named(service.name(), experiment.routeOf(service.name()), service.workload()))
                            .toList(),
                    experiment.warmupNanos(),
                    experiment.durationNanos(),
                    experiment.carbon(),
                    experiment.price());
        }
    }

    private final ExperimentFile file;
    private final List<Setting> settings = new ArrayList<>();
    private final ArrayNode conditions = JsonNodeFactory.instance.arrayNode();
    private final Set<ModelProfile> models = new LinkedHashSet<>();
    private final Map<Reading, Experiment> readings = new LinkedHashMap<>();

    Survey(ExperimentFile file) {
        this.file = file;
    }

    /**
     * Adds points of the axes; where parameters are moved each is followed by its variations.
     *
     * @throws InvalidExperimentException if the values of some point do not go together; with the issues of all
     */
    void add(List<List<JsonNode>> points, boolean sensitivity) {
        Set<Issue> issues = new LinkedHashSet<>();
        for (List<JsonNode> point : points) {
            try {
                visit(new Setting(point, Optional.empty()));
                if (sensitivity) {
                    for (Variation variation : file.variations(point)) {
                        visit(new Setting(point, Optional.of(variation)));
                    }
                }
            } catch (InvalidExperimentException e) {
                issues.addAll(e.issues());
            }
        }
        if (!issues.isEmpty()) {
            throw new InvalidExperimentException(file.file().toString(), List.copyOf(issues));
        }
    }

    private void visit(Setting setting) {
        Experiment experiment = setting.experiment(file);
        settings.add(setting);
        experiment.services().forEach(service -> models.add(service.model()));
        readings.putIfAbsent(Reading.of(experiment), experiment);
        if (setting.variation().isEmpty()) {
            condition(setting, Conditions.of(experiment));
        }
    }

    private void condition(Setting setting, ObjectNode own) {
        if (!conditions.isEmpty()) {
            conditions.get(0).properties().forEach(first -> {
                if (first.getValue().equals(own.get(first.getKey()))) {
                    own.remove(first.getKey());
                }
            });
        }
        setting.axisValues().forEach(own.putArray("axes")::add);
        conditions.add(own);
    }

    /** In the order of their runs. */
    List<Setting> settings() {
        return settings;
    }

    /** The axes of a search with the values that it has tried. */
    List<Axis> tried(List<Axis> axes) {
        List<Axis> tried = new ArrayList<>();
        for (int i = 0; i < axes.size(); i++) {
            int index = i;
            tried.add(axes.get(i)
                    .tried(settings.stream()
                            .map(setting -> setting.point().get(index))
                            .toList()));
        }
        return tried;
    }

    /** Of each point of the axes; after the first one only what differs from the first. */
    ArrayNode conditions() {
        return conditions;
    }

    /** The profiles of all points. */
    Set<ModelProfile> models() {
        return models;
    }

    /**
     * Reads every trace, so that one that cannot be read is an error before anything is written, and lists them.
     *
     * @param seed of the first replication
     */
    TraceManifest readTraces(TraceLibrary traces, long seed) {
        TraceManifest read = new TraceManifest();
        for (Experiment experiment : readings.values()) {
            for (Experiment.Service service : experiment.services()) {
                read.add(service, load(traces, experiment, service, seed));
            }
            read.add(experiment, traces.grid(experiment));
        }
        return read;
    }

    private Load load(TraceLibrary traces, Experiment experiment, Experiment.Service service, long seed) {
        try {
            return traces.load(experiment, service, seed);
        } catch (IllegalArgumentException e) {
            throw new InvalidExperimentException(
                    file.file().toString(),
                    List.of(new Issue("workload of " + service.name(), String.valueOf(e.getMessage()))));
        }
    }
}
