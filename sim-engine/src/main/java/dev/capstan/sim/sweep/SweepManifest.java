package dev.capstan.sim.sweep;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.capping.PolicyRegistry;
import dev.capstan.sim.experiment.Axis;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.experiment.Sensitivity;
import dev.capstan.sim.experiment.StopRule;
import dev.capstan.sim.serving.ModelProfile;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/** Makes {@code manifest.json}: what a sweep was, under which conditions, on which machine and how long. */
final class SweepManifest {

    private final ObjectNode manifest = JsonNodeFactory.instance.objectNode();
    private final Experiment base;

    SweepManifest(SweepOptions options, ExperimentFile file, String sha256) {
        base = file.base();
        manifest.put("capstan_version", options.version());
        manifest.put("command", options.command());
        manifest.put("name", base.name());
        manifest.put("question", base.question());
        manifest.put("mode", base.mode().name().toLowerCase(Locale.ROOT));
        manifest.put("experiment_file", file.file().toString());
        manifest.put("experiment_sha256", sha256);
        manifest.put("seed", base.seed());
    }

    /** How often each point was run, and what is scored. */
    SweepManifest scoring(int replications) {
        manifest.put("replications", replications);
        manifest.put("duration_seconds", base.durationNanos() * 1e-9);
        manifest.put("warmup_seconds", base.warmupNanos() * 1e-9);
        manifest.put("contain_within_seconds", base.cap().containWithinNanos() * 1e-9);
        base.scoring().comparedWith().ifPresent(label -> manifest.put("compared_with", label));
        return this;
    }

    SweepManifest stop(StopRule stop, int replications) {
        ObjectNode node = manifest.putObject("stop");
        stop.looks(replications).forEach(node.putArray("looks")::add);
        node.put("confidence", stop.confidence(replications));
        ObjectNode halfWidths = node.putObject("half_widths");
        stop.halfWidths().forEach(halfWidths::put);
        return this;
    }

    /** What was looked for, and where that ended: at a point that keeps to all bounds, or at the one that is closest to it. */
    void find(Search search, int triedPoints, FoundPoint best) {
        ObjectNode node = manifest.putObject("find");
        node.put("goal", search.goal().toString());
        node.put("most_points", search.mostPoints());
        node.put("tried_points", triedPoints);
        ObjectNode point = node.putObject(best.keepsToBounds() ? "found" : "closest");
        best.axes().forEach(point.putObject("axes")::put);
        point.put("policy", best.policy());
    }

    /** @param leftOut combinations that no point stands for; empty where there are no combinations, or no conditions */
    SweepManifest axes(List<Axis> axes, OptionalInt leftOut) {
        manifest.putArray("axes");
        for (Axis axis : axes) {
            ObjectNode node = manifest.withArray("/axes").addObject();
            node.put("path", axis.path());
            axis.texts().forEach(node.putArray("values")::add);
            axis.continuum().ifPresent(continuum -> {
                node.put("continuous", true);
                node.put("from", continuum.from());
                node.put("to", continuum.to());
                node.put("scale", continuum.scale());
            });
        }
        leftOut.ifPresent(combinations -> manifest.put("combinations_left_out", combinations));
        return this;
    }

    SweepManifest sensitivity(List<Sensitivity.Parameter> parameters) {
        for (Sensitivity.Parameter parameter : parameters) {
            ObjectNode node = manifest.withArray("/sensitivity").addObject();
            node.put("parameter", parameter.path());
            node.put("name", parameter.name());
            node.put("band", parameter.band());
            node.put("source", parameter.source());
        }
        return this;
    }

    /** Policies, services, conditions of the points, and how far models and traces can be trusted. */
    SweepManifest conditions(Survey survey, ObjectNode resolved, TraceManifest traces) {
        for (Experiment.Policy policy : base.policies()) {
            ObjectNode node = manifest.withArray("/policies").addObject();
            node.put("label", policy.label());
            node.put("name", policy.name());
            node.put("guarded", PolicyRegistry.find(policy.name()).guarded());
            policy.parameters().forEach(node.putObject("parameters")::put);
        }
        manifest.set("conditions", survey.conditions());
        for (Experiment.Service service : base.services()) {
            ObjectNode node = manifest.withArray("/services").addObject();
            node.put("name", service.name());
            node.put("ttft_slo_seconds", service.ttftSloSeconds());
            node.put("tpot_slo_seconds", service.tpotSloSeconds());
        }
        notes(survey.models()).forEach(manifest.putArray("notes")::add);
        traces.notes().forEach(manifest.withArray("/notes")::add);
        manifest.set("experiment", resolved);
        manifest.set("traces", traces.traces());
        return this;
    }

    /** The only place for what differs between two runs of the same sweep. */
    ObjectNode made(SweepEngine engine, Instant started, double wallSeconds, int runs, long requests) {
        ObjectNode machine = manifest.putObject("machine");
        machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        machine.put("arch", System.getProperty("os.arch"));
        machine.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        machine.put("processors", Runtime.getRuntime().availableProcessors());
        manifest.put("started", started.toString());
        manifest.put("wall_seconds", wallSeconds);
        manifest.put("engine", engine.name());
        manifest.put("jobs", engine.jobs());
        manifest.put("runs_per_second", runs / wallSeconds);
        manifest.put("requests_per_second", requests / wallSeconds);
        return manifest;
    }

    private Set<String> notes(Set<ModelProfile> models) {
        Set<String> notes = new LinkedHashSet<>();
        Set<String> engines = new LinkedHashSet<>();
        Map<String, String> profiles = new LinkedHashMap<>();
        Set<String> adjustedFurther = new LinkedHashSet<>();
        for (ModelProfile model : models) {
            engines.add(model.engine());
            String rests = model.validity() + " (source: " + model.source() + ").";
            if (!rests.equals(profiles.computeIfAbsent(model.name(), name -> rests))) {
                adjustedFurther.add(model.name());
            }
        }
        profiles.forEach((name, rests) -> notes.add("Profile " + name + ": " + rests));
        adjustedFurther.forEach(
                name -> notes.add("Profile " + name + " is adjusted further at other points or services."));
        if (engines.size() > 1) {
            notes.add("The profiles are of different generations of engines (" + String.join(", ", engines)
                    + "): step times differ by 3 times and power by 2 between them, so do not compare their results.");
        }
        notes.add("Wall power is " + base.cluster().serverBaseWatts() + " W per server + "
                + base.cluster().wallWattsPerGpuWatt()
                + " x GPU power; the default is measured on 8xH200 under caps (MLPerf v4.1) and assumed for H100.");
        notes.add("No public trace holds requests and power of one cluster together: power is modelled.");
        return notes;
    }
}
