package dev.capstan.sim.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.capping.NearestName;
import dev.capstan.sim.experiment.Axis;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.experiment.InvalidExperimentException;
import dev.capstan.sim.experiment.Issue;
import dev.capstan.sim.experiment.Sensitivity;
import dev.capstan.sim.experiment.StopRule;
import dev.capstan.sim.experiment.SweepLayout;
import dev.capstan.sim.results.Layout;
import dev.capstan.sim.results.ResultsWriter;
import dev.capstan.sim.run.Figure;
import dev.capstan.sim.run.TraceLibrary;
import dev.capstan.sim.serving.ModelProfiles;
import dev.capstan.trace.Sha256;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * All runs of an experiment: the points of its axes, the first axis slowest, times its policies, times the replications.
 *
 * <p>Replication r has one seed at every point and for every policy, so that differences between them are not chance
 * (common random numbers). Results stand in the order of the runs, whatever order they finish in. Memory grows with the points
 * of the axes, by little each, and not with what comes of the runs, which goes to files.
 */
public final class Sweep {

    private static final double CONFIDENCE = 0.95;

    private final ExperimentFile file;
    private final List<Axis> axes;
    private final List<List<JsonNode>> points;
    private final List<Sensitivity.Parameter> parameters;
    private final Optional<StopRule> stop;
    private final Experiment.Detail defaultDetail;
    private final Survey survey;
    private final RunGrid grid;

    private Sweep(
            ExperimentFile file,
            List<Axis> axes,
            List<List<JsonNode>> points,
            List<Sensitivity.Parameter> parameters,
            Optional<StopRule> stop,
            int replications,
            Experiment.Detail defaultDetail) {
        this.file = file;
        this.axes = axes;
        this.points = points;
        this.parameters = parameters;
        this.stop = stop;
        this.defaultDetail = defaultDetail;
        stop.ifPresent(rule -> checkFigures(file, rule));
        survey = new Survey(file);
        survey.add(points, isSensitivity());
        grid = new RunGrid(survey.settings(), file.base().policies().size(), replications);
    }

    /** One run for each policy of the experiment; axes, sensitivity and replications do not count. */
    public static Sweep simulate(ExperimentFile file) {
        return new Sweep(file, List.of(), List.of(List.of()), List.of(), Optional.empty(), 1, Experiment.Detail.ALL);
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
                file.stop(),
                file.base().replications(),
                Experiment.Detail.FIRST_REPLICATION);
    }

    private static void checkFigures(ExperimentFile file, StopRule stop) {
        List<String> known = Layout.compared().stream().map(Figure::column).toList();
        List<Issue> issues = stop.halfWidths().keySet().stream()
                .filter(name -> !known.contains(name))
                .sorted()
                .map(name -> new Issue(
                        "stop.half_width." + name,
                        "is no figure that points have (" + String.join(", ", known) + ")."
                                + NearestName.hint(name, known)))
                .toList();
        if (!issues.isEmpty()) {
            throw new InvalidExperimentException(file.file().toString(), issues);
        }
    }

    /** How many runs there are; with {@code stop} the most that there can be. */
    public int totalRuns() {
        return grid.size();
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
        TraceLibrary traces = new TraceLibrary();
        TraceManifest read = survey.readTraces(traces, SweepTask.seed(file, 0));
        List<String> hashes = read.traces().findValuesAsText("sha256");
        String sha256 = identity(resolved);
        String identity = Sha256.of(sha256 + hashes + options.version());
        SweepTask task = new SweepTask(
                identity, file, isSensitivity(), defaultDetail, options.check(), traces, new HashSet<>(hashes));
        String owner = options.shard().map(shard -> identity + " " + shard).orElse(identity);
        try (ResultsWriter writer = ResultsWriter.open(options.out(), layout(), owner, options.resume())) {
            int before = writer.size();
            Progress progress = new Progress(writer, listener, options.out().toString());
            execute(task, options, writer, progress);
            double wallSeconds =
                    Duration.between(started, options.clock().instant()).toNanos() * 1e-9;
            if (options.shard().isEmpty()) {
                SweepManifest manifest = new SweepManifest(options, file, sha256)
                        .scoring(grid.replications())
                        .axes(axes, file.combinations().orElse(points.size() - 1) - points.size())
                        .sensitivity(parameters)
                        .conditions(survey, resolved, read);
                stop.ifPresent(rule -> manifest.stop(rule, grid.replications()));
                writer.finish(manifest.made(
                        options.engine(), started, wallSeconds, writer.size() - before, progress.requests()));
            }
            return new SweepOutcome(options.out(), writer.size(), progress.requests(), wallSeconds);
        }
    }

    /** The replications of all points, look by look; points that need no more of them are left out. */
    private void execute(SweepTask task, SweepOptions options, ResultsWriter writer, Progress progress)
            throws IOException {
        List<Integer> looks = stop.map(rule -> rule.looks(grid.replications())).orElse(List.of(grid.replications()));
        int[] open = IntStream.range(0, survey.settings().size())
                .filter(setting ->
                        options.shard().map(shard -> shard.holds(setting)).orElse(true))
                .toArray();
        progress.started(grid.missing(open, 0, looks.get(0), writer).length, axes);
        int from = 0;
        for (int to : looks) {
            int[] missing = grid.missing(open, from, to, writer);
            if (from > 0) {
                progress.left(missing.length);
            }
            options.engine().execute(task, grid.runs(missing), progress);
            if (to < grid.replications()) {
                open = stillWide(open, to, writer);
            }
            from = to;
        }
    }

    private int[] stillWide(int[] open, int replications, ResultsWriter writer) throws IOException {
        StopRule rule = stop.orElseThrow();
        List<Integer> wide = new ArrayList<>();
        for (int setting : open) {
            if (!isNarrow(rule, setting, replications, writer)) {
                wide.add(setting);
            }
        }
        return wide.stream().mapToInt(Integer::intValue).toArray();
    }

    /** A figure that does not exist so far, such as the success rate where there was no disturbance, is not narrow. */
    private boolean isNarrow(StopRule rule, int setting, int replications, ResultsWriter writer) throws IOException {
        for (int policy = 0; policy < grid.policies(); policy++) {
            int[] runs = grid.replications(setting, policy, replications);
            for (Figure figure : Layout.compared()) {
                Double halfWidth = rule.halfWidths().get(figure.column());
                if (halfWidth != null && !(writer.interval(runs, figure).halfWidth() <= halfWidth)) {
                    return false;
                }
            }
        }
        return true;
    }

    private Layout layout() {
        return new Layout(
                axes.isEmpty() ? new SweepLayout(axes, List.of()) : file.layout(),
                isSensitivity(),
                file.base().scoring().comparedWith(),
                stop.map(rule -> rule.confidence(grid.replications())).orElse(CONFIDENCE),
                file.base().seed());
    }

    private String identity(ObjectNode resolved) {
        StringBuilder text = new StringBuilder(resolved.toString());
        for (Axis axis : axes) {
            text.append(axis.path()).append(axis.texts()).append(axis.sets());
        }
        survey.settings().forEach(setting -> text.append(setting.place(isSensitivity())));
        text.append(grid.size());
        survey.models().forEach(model -> text.append(ModelProfiles.write(model)));
        return Sha256.of(text.toString());
    }

    private boolean isSensitivity() {
        return !parameters.isEmpty();
    }
}
