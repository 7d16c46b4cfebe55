package dev.capstan.sim.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.PolicyFactory;
import dev.capstan.capping.PolicyRegistry;
import dev.capstan.sim.experiment.Axis;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.experiment.InvalidExperimentException;
import dev.capstan.sim.experiment.Issue;
import dev.capstan.sim.experiment.Sensitivity;
import dev.capstan.sim.experiment.Variation;
import dev.capstan.sim.rehearsal.Conditions;
import dev.capstan.sim.results.Point;
import dev.capstan.sim.results.ResultsWriter;
import dev.capstan.sim.results.Row;
import dev.capstan.sim.run.Figure;
import dev.capstan.sim.run.Load;
import dev.capstan.sim.run.RunResult;
import dev.capstan.sim.run.SimulationRun;
import dev.capstan.sim.run.TraceLibrary;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ModelProfiles;
import dev.capstan.trace.RandomStream;
import dev.capstan.trace.Sha256;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * All runs of an experiment: the points of its axes, the first axis slowest, times its policies, times the replications.
 *
 * <p>Replication r has one seed at every point and for every policy, so that differences between them are not chance
 * (common random numbers). Results stand in the order of the runs, whatever order threads finish them in.
 */
public final class Sweep {

    /** What the power without capping depends on. */
    private record ReferenceKey(
            Experiment.Cluster cluster,
            List<Experiment.Service> services,
            Experiment.Telemetry telemetry,
            long warmupNanos,
            long durationNanos,
            long seed) {}

    /** @param variation of the point of the axes; empty for the point itself */
    private record Setting(List<String> axisValues, Optional<Variation> variation, Experiment experiment) {

        /** Where the runs stand in the tables: see {@link Row}. */
        List<String> place(boolean sensitivity) {
            if (!sensitivity) {
                return axisValues;
            }
            List<String> place = new ArrayList<>(axisValues);
            place.addAll(variation
                    .map(moved ->
                            List.of(moved.parameter(), moved.end().name().toLowerCase(Locale.ROOT), moved.value()))
                    .orElse(List.of("", "", "")));
            return place;
        }
    }

    private record Run(
            int index, String runId, Setting setting, Experiment.Policy policy, int replication, long seed) {}

    private final ExperimentFile file;
    private final List<Axis> axes;
    private final List<List<JsonNode>> points;
    private final List<Sensitivity.Parameter> parameters;
    private final List<Setting> settings;
    private final List<Run> runs;
    private final Experiment.Detail defaultDetail;
    private final TraceLibrary traces = new TraceLibrary();

    private Sweep(
            ExperimentFile file,
            List<Axis> axes,
            List<List<JsonNode>> points,
            List<Sensitivity.Parameter> parameters,
            int replications,
            Experiment.Detail defaultDetail) {
        this.file = file;
        this.axes = axes;
        this.points = points;
        this.parameters = parameters;
        this.defaultDetail = defaultDetail;
        settings = settings(file, points, !parameters.isEmpty());
        runs = new ArrayList<>();
        long baseSeed = file.base().seed();
        for (Setting setting : settings) {
            for (Experiment.Policy policy : setting.experiment().policies()) {
                for (int replication = 0; replication < replications; replication++) {
                    int index = runs.size();
                    String runId =
                            String.format(Locale.ROOT, "%05d-%s-r%d", index, folderName(policy.label()), replication);
                    long seed = RandomStream.named(baseSeed, "replication." + replication)
                                    .nextLong()
                            >>> 1;
                    runs.add(new Run(index, runId, setting, policy, replication, seed));
                }
            }
        }
    }

    /** One run for each policy of the experiment; axes, sensitivity and replications do not count. */
    public static Sweep simulate(ExperimentFile file) {
        return new Sweep(file, List.of(), List.of(List.of()), List.of(), 1, Experiment.Detail.ALL);
    }

    /**
     * Every point of the axes, every policy, every replication; where the experiment asks for its sensitivity also the
     * point with each parameter at both ends of its band, one at a time.
     *
     * @throws InvalidExperimentException if the values of some point do not go together
     */
    public static Sweep of(ExperimentFile file) {
        return new Sweep(
                file,
                file.axes(),
                file.points(),
                file.sensitivity().parameters(),
                file.base().replications(),
                Experiment.Detail.FIRST_REPLICATION);
    }

    /** How many runs there are. */
    public int totalRuns() {
        return runs.size();
    }

    /**
     * Runs what is not there yet and writes the results folder.
     *
     * @throws dev.capstan.trace.TraceException if a trace cannot be read; nothing is written then
     * @throws InvalidExperimentException if a trace does not hold what is asked of it; nothing is written then
     * @throws dev.capstan.sim.kernel.InvariantViolation if a check finds a fault of the engine
     * @throws IOException if results cannot be written; what was finished stays and can be resumed
     */
    public SweepOutcome run(SweepOptions options, SweepListener listener) throws IOException {
        Instant started = options.clock().instant();
        ObjectNode resolved = file.resolved();
        StringBuilder profiles = new StringBuilder();
        models().forEach(model -> profiles.append(ModelProfiles.write(model)));
        String sha256 = Sha256.of(resolved.toString() + axisTexts() + places() + runs.size() + profiles);
        TraceManifest read = readTraces();
        ResultsWriter writer = ResultsWriter.open(
                options.out(),
                axes.stream().map(Axis::path).toList(),
                isSensitivity(),
                file.base().scoring().comparedWith(),
                Sha256.of(sha256 + read.traces().findValuesAsText("sha256") + options.version()),
                options.resume());
        Set<Integer> done = new HashSet<>(writer.finished());
        listener.started(runs.size(), done.size(), axes.stream().map(Axis::path).toList());
        AtomicLong requests = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(options.jobs());
        AtomicInteger firstFailure = new AtomicInteger(Integer.MAX_VALUE);
        try {
            List<Future<?>> pending = new ArrayList<>();
            Map<ReferenceKey, Future<double[]>> references = new HashMap<>();
            for (Run run : runs) {
                if (!done.contains(run.index())) {
                    Future<double[]> reference = references.computeIfAbsent(
                            referenceKey(run),
                            ignored -> threads.submit(
                                    () -> run.index() < firstFailure.get() ? reference(run) : new double[0]));
                    pending.add(threads.submit(() -> {
                        if (run.index() < firstFailure.get()) {
                            try {
                                requests.addAndGet(runAndRecord(run, reference, options, writer, listener));
                            } catch (Exception | Error e) {
                                firstFailure.accumulateAndGet(run.index(), Math::min);
                                throw e;
                            }
                        }
                        return null;
                    }));
                }
            }
            await(pending, firstFailure);
        } finally {
            threads.shutdown();
        }
        double wallSeconds =
                Duration.between(started, options.clock().instant()).toNanos() * 1e-9;
        ObjectNode manifest =
                manifest(options, resolved, sha256, started, wallSeconds, runs.size() - done.size(), requests.get());
        manifest.set("traces", read.traces());
        read.notes().forEach(manifest.withArray("/notes")::add);
        List<Point> points = writer.finish(manifest);
        return new SweepOutcome(options.out(), runs.size(), requests.get(), wallSeconds, points);
    }

    /** Returns the requests that arrived. */
    private long runAndRecord(
            Run run, Future<double[]> reference, SweepOptions options, ResultsWriter writer, SweepListener listener)
            throws IOException {
        RunResult result = run(run, reference, options);
        Row row = row(run, result);
        synchronized (this) {
            try {
                writer.record(row, run.setting().experiment(), result);
            } catch (IOException e) {
                throw new IOException(
                        options.out() + ": run " + run.runId() + " cannot be written (" + e.getMessage()
                                + "). Finished runs are kept: make room there and go on with --resume.",
                        e);
            }
            listener.runFinished(row);
        }
        double arrived = result.figure(Figure.REQUESTS_ARRIVED);
        return Double.isNaN(arrived) ? 0 : (long) arrived;
    }

    /**
     * Waits for all, so that nothing is written any more, then reports the failure of the first run that failed.
     *
     * @param firstFailure runs from this index on are not begun
     */
    private static void await(List<Future<?>> pending, AtomicInteger firstFailure) throws IOException {
        Throwable failure = null;
        boolean interrupted = false;
        int next = 0;
        while (next < pending.size()) {
            try {
                pending.get(next).get();
                next++;
            } catch (ExecutionException e) {
                failure = failure == null ? e.getCause() : failure;
                next++;
            } catch (InterruptedException e) {
                interrupted = true;
                firstFailure.set(-1);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("the sweep was interrupted; what was finished stays");
        }
        if (failure instanceof IOException io) {
            throw io;
        }
        if (failure instanceof RuntimeException runtime) {
            throw runtime;
        }
        if (failure != null) {
            throw new IllegalStateException(failure);
        }
    }

    private RunResult run(Run run, Future<double[]> reference, SweepOptions options) {
        Experiment experiment = run.setting().experiment();
        Experiment.Detail detail = experiment.output().detail() == null
                ? defaultDetail
                : experiment.output().detail();
        boolean detailed = detail == Experiment.Detail.ALL
                || (detail == Experiment.Detail.FIRST_REPLICATION
                        && run.replication() == 0
                        && run.setting().variation().isEmpty());
        return SimulationRun.run(
                experiment,
                policy(experiment, run.policy(), run.seed()),
                loads(run),
                traces.grid(experiment),
                () -> valueOf(reference),
                run.seed(),
                options.check(),
                detailed);
    }

    private static double[] valueOf(Future<double[]> reference) {
        try {
            return reference.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException runtime ? runtime : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private List<Load> loads(Run run) {
        Experiment experiment = run.setting().experiment();
        List<Load> loads = new ArrayList<>();
        for (Experiment.Service service : experiment.services()) {
            loads.add(traces.load(experiment, service, run.seed()));
        }
        return loads;
    }

    /** The power without capping, by which runs of the same plant and load are judged. */
    private double[] reference(Run run) {
        return SimulationRun.reference(run.setting().experiment(), loads(run), run.seed());
    }

    private static ReferenceKey referenceKey(Run run) {
        Experiment experiment = run.setting().experiment();
        return new ReferenceKey(
                experiment.cluster(),
                experiment.services(),
                experiment.telemetry().withRateWindow(0),
                experiment.warmupNanos(),
                experiment.durationNanos(),
                run.seed());
    }

    private static CappingPolicy<?> policy(Experiment experiment, Experiment.Policy policy, long seed) {
        PolicyFactory factory = PolicyRegistry.find(policy.name());
        return PolicyRegistry.build(
                factory,
                policy.parameters(),
                RandomStream.named(seed, "policy").nextLong(),
                Conditions.guardRails(experiment));
    }

    private Row row(Run run, RunResult result) {
        List<Experiment.Service> specs = run.setting().experiment().services();
        List<Row.Service> services = new ArrayList<>();
        for (int i = 0; i < specs.size(); i++) {
            services.add(new Row.Service(specs.get(i).name(), result.services().get(i)));
        }
        return new Row(
                run.index(),
                run.runId(),
                run.setting().place(isSensitivity()),
                run.policy().label(),
                run.setting().experiment().cap().watts(),
                run.replication(),
                run.seed(),
                result.figures(),
                services);
    }

    private static List<Setting> settings(ExperimentFile file, List<List<JsonNode>> points, boolean sensitivity) {
        List<Setting> settings = new ArrayList<>();
        Set<Issue> issues = new LinkedHashSet<>();
        for (List<JsonNode> point : points) {
            try {
                List<String> texts = point.stream().map(Axis::text).toList();
                settings.add(new Setting(texts, Optional.empty(), point.isEmpty() ? file.base() : file.at(point)));
                if (sensitivity) {
                    for (Variation variation : file.variations(point)) {
                        settings.add(new Setting(texts, Optional.of(variation), file.at(point, variation)));
                    }
                }
            } catch (InvalidExperimentException e) {
                issues.addAll(e.issues());
            }
        }
        if (!issues.isEmpty()) {
            throw new InvalidExperimentException(file.file().toString(), List.copyOf(issues));
        }
        return settings;
    }

    private boolean isSensitivity() {
        return !parameters.isEmpty();
    }

    private List<List<String>> places() {
        return settings.stream().map(setting -> setting.place(isSensitivity())).toList();
    }

    private String axisTexts() {
        StringBuilder text = new StringBuilder();
        for (Axis axis : axes) {
            text.append(axis.path()).append(axis.texts()).append(axis.sets());
        }
        return text.toString();
    }

    private ObjectNode manifest(
            SweepOptions options,
            ObjectNode resolved,
            String sha256,
            Instant started,
            double wallSeconds,
            int runsOfThisStart,
            long requests) {
        Experiment base = file.base();
        ObjectNode manifest = JsonNodeFactory.instance.objectNode();
        manifest.put("capstan_version", options.version());
        manifest.put("command", options.command());
        manifest.put("name", base.name());
        manifest.put("question", base.question());
        manifest.put("mode", base.mode().name().toLowerCase(Locale.ROOT));
        manifest.put("experiment_file", file.file().toString());
        manifest.put("experiment_sha256", sha256);
        manifest.put("seed", base.seed());
        manifest.put(
                "replications", runs.size() / settings.size() / base.policies().size());
        manifest.put("duration_seconds", base.durationNanos() * 1e-9);
        manifest.put("warmup_seconds", base.warmupNanos() * 1e-9);
        manifest.put("contain_within_seconds", base.cap().containWithinNanos() * 1e-9);
        base.scoring().comparedWith().ifPresent(label -> manifest.put("compared_with", label));
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
        if (axes.isEmpty()) {
            manifest.putArray("axes");
        }
        if (!axes.isEmpty()) {
            file.combinations().ifPresent(all -> manifest.put("combinations_left_out", all - points.size()));
        }
        for (Sensitivity.Parameter parameter : parameters) {
            ObjectNode node = manifest.withArray("/sensitivity").addObject();
            node.put("parameter", parameter.path());
            node.put("name", parameter.name());
            node.put("band", parameter.band());
            node.put("source", parameter.source());
        }
        for (Experiment.Policy policy : base.policies()) {
            ObjectNode node = manifest.withArray("/policies").addObject();
            node.put("label", policy.label());
            node.put("name", policy.name());
            node.put("guarded", PolicyRegistry.find(policy.name()).guarded());
            policy.parameters().forEach(node.putObject("parameters")::put);
        }
        manifest.set("conditions", conditions());
        for (Experiment.Service service : base.services()) {
            ObjectNode node = manifest.withArray("/services").addObject();
            node.put("name", service.name());
            node.put("ttft_slo_seconds", service.ttftSloSeconds());
            node.put("tpot_slo_seconds", service.tpotSloSeconds());
        }
        notes().forEach(manifest.putArray("notes")::add);
        manifest.set("experiment", resolved);
        ObjectNode machine = manifest.putObject("machine");
        machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        machine.put("arch", System.getProperty("os.arch"));
        machine.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        machine.put("processors", Runtime.getRuntime().availableProcessors());
        manifest.put("started", started.toString());
        manifest.put("wall_seconds", wallSeconds);
        manifest.put("jobs", options.jobs());
        manifest.put("runs_per_second", runsOfThisStart / wallSeconds);
        manifest.put("requests_per_second", requests / wallSeconds);
        return manifest;
    }

    /** Of each point of the axes; after the first one only what differs from the first. */
    private ArrayNode conditions() {
        ArrayNode conditions = JsonNodeFactory.instance.arrayNode();
        for (Setting setting : settings) {
            if (setting.variation().isEmpty()) {
                ObjectNode own = Conditions.of(setting.experiment());
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
        }
        return conditions;
    }

    /** Reads every trace, so that one that cannot be read is an error before anything is written, and lists them. */
    private TraceManifest readTraces() {
        TraceManifest read = new TraceManifest();
        for (Setting setting : settings) {
            Experiment experiment = setting.experiment();
            for (Experiment.Service service : experiment.services()) {
                read.add(service, load(experiment, service));
            }
            read.add(experiment, traces.grid(experiment));
        }
        return read;
    }

    private Load load(Experiment experiment, Experiment.Service service) {
        try {
            return traces.load(experiment, service, runs.get(0).seed());
        } catch (IllegalArgumentException e) {
            throw new InvalidExperimentException(
                    file.file().toString(),
                    List.of(new Issue("workload of " + service.name(), String.valueOf(e.getMessage()))));
        }
    }

    /** The profiles of all points. */
    private Set<ModelProfile> models() {
        Set<ModelProfile> models = new LinkedHashSet<>();
        for (Setting setting : settings) {
            for (Experiment.Service service : setting.experiment().services()) {
                models.add(service.model());
            }
        }
        return models;
    }

    private List<String> notes() {
        Set<String> notes = new LinkedHashSet<>();
        Set<String> engines = new LinkedHashSet<>();
        Map<String, String> profiles = new LinkedHashMap<>();
        Set<String> adjustedFurther = new LinkedHashSet<>();
        for (ModelProfile model : models()) {
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
        notes.add("Wall power is " + file.base().cluster().serverBaseWatts() + " W per server + "
                + file.base().cluster().wallWattsPerGpuWatt()
                + " x GPU power; the default is measured on 8xH200 under caps (MLPerf v4.1) and assumed for H100.");
        notes.add("No public trace holds requests and power of one cluster together: power is modelled.");
        return List.copyOf(notes);
    }

    private static String folderName(String label) {
        return label.replaceAll("[^A-Za-z0-9._-]", "_");
    }
}
