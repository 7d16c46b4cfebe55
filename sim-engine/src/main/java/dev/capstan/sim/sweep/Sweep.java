package dev.capstan.sim.sweep;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
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
    private final SweepLayout points;
    private final List<Sensitivity.Parameter> parameters;
    private final Optional<StopRule> stop;
    private final Optional<Search> search;
    private final int replications;
    private final Experiment.Detail defaultDetail;
    private final List<List<JsonNode>> firstPoints;
    private final Survey firstSurvey;

    private Sweep(
            ExperimentFile file,
            SweepLayout points,
            List<List<JsonNode>> firstPoints,
            List<Sensitivity.Parameter> parameters,
            Optional<StopRule> stop,
            Optional<Search> search,
            int replications,
            Experiment.Detail defaultDetail) {
        this.file = file;
        this.points = points;
        this.firstPoints = firstPoints;
        this.parameters = parameters;
        this.stop = stop;
        this.search = search;
        this.replications = replications;
        this.defaultDetail = defaultDetail;
        stop.ifPresent(rule -> checkFigures(file, rule));
        firstSurvey = survey();
    }

    /** One run for each policy of the experiment; axes, sensitivity and replications do not count. */
    public static Sweep simulate(ExperimentFile file) {
        return new Sweep(
                file,
                new SweepLayout(List.of(), List.of()),
                List.of(List.of()),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                1,
                Experiment.Detail.ALL);
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
                file.layout(),
                file.points(),
                file.sensitivity().parameters(),
                file.stop(),
                Optional.empty(),
                file.base().replications(),
                Experiment.Detail.FIRST_REPLICATION);
    }

    /**
     * Points of the axes that a search chooses, every policy, every replication.
     *
     * @param file {@linkplain ExperimentFile#readForSearch read for a search}
     * @param goal what is looked for, such as {@code min stranded_watt_seconds s.t. success_rate >= 0.99}
     * @param mostPoints that may be tried, at least 1
     * @throws IllegalArgumentException if the goal cannot be read
     * @throws InvalidExperimentException if there is nothing to look on
     */
    public static Sweep search(ExperimentFile file, String goal, int mostPoints) {
        Search search = Search.of(file, goal, mostPoints);
        return new Sweep(
                file,
                new SweepLayout(file.axes(), List.of()),
                search.firstRound(),
                List.of(),
                file.stop(),
                Optional.of(search),
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

    /** How many runs there are; the most that there can be where points may stop, of a search those of its first round. */
    public int totalRuns() {
        return grid(firstSurvey).size();
    }

    /**
     * Runs what is not there yet and writes the results folder.
     *
     * @throws dev.capstan.trace.TraceException if a trace cannot be read; but for a search nothing is written then
     * @throws InvalidExperimentException if a trace does not hold what is asked of it; but for a search nothing is written then
     * @throws IllegalArgumentException if a part is asked for of a search
     * @throws dev.capstan.sim.kernel.InvariantViolation if a check finds a fault of the engine
     * @throws IOException if results cannot be written; what was finished stays and can be resumed
     */
    public SweepOutcome run(SweepOptions options, SweepListener listener) throws IOException {
        if (search.isPresent() && options.shard().isPresent()) {
            throw new IllegalArgumentException("a search has no parts: where it goes on hangs on all of its points");
        }
        Instant started = options.clock().instant();
        // A search adds points of its own, each time that it runs.
        Survey survey = search.isPresent() ? survey() : firstSurvey;
        TraceLibrary traces = new TraceLibrary();
        List<String> hashes = hashes(survey.readTraces(traces, SweepTask.seed(file, 0)));
        String sha256 = identity(survey);
        String identity = Sha256.of(sha256 + hashes + options.version());
        SweepTask task = new SweepTask(
                identity, file, isSensitivity(), defaultDetail, options.check(), traces, new HashSet<>(hashes));
        String owner = options.shard().map(shard -> identity + " " + shard).orElse(identity);
        try (ResultsWriter writer = ResultsWriter.open(options.out(), layout(), owner, options.resume())) {
            int before = writer.size();
            Progress progress = new Progress(writer, listener, options.out().toString(), layout().axes());
            SweepExecution execution = new SweepExecution(task, options.engine(), grid(survey), stop, writer, progress);
            Optional<FoundPoint> found = Optional.empty();
            if (search.isPresent()) {
                found = Optional.of(execution.search(search.get(), survey));
            } else {
                execution.run(IntStream.range(0, survey.settings().size())
                        .filter(setting -> options.shard()
                                .map(shard -> shard.holds(setting))
                                .orElse(true))
                        .toArray());
            }
            double wallSeconds =
                    Duration.between(started, options.clock().instant()).toNanos() * 1e-9;
            if (options.shard().isEmpty()) {
                SweepManifest manifest =
                        manifest(options, sha256, survey, survey.readTraces(traces, SweepTask.seed(file, 0)));
                found.ifPresent(best ->
                        manifest.find(search.orElseThrow(), survey.settings().size(), best));
                writer.finish(manifest.made(
                        options.engine(), started, wallSeconds, writer.size() - before, progress.requests()));
            }
            return new SweepOutcome(options.out(), writer.size(), progress.requests(), wallSeconds, found);
        }
    }

    private SweepManifest manifest(SweepOptions options, String sha256, Survey survey, TraceManifest traces) {
        SweepManifest manifest = new SweepManifest(options, file, sha256)
                .scoring(replications)
                .sensitivity(parameters)
                .conditions(survey, file.resolved(), traces);
        OptionalInt combinations = file.combinations();
        if (search.isPresent()) {
            manifest.axes(survey.tried(points.axes()), OptionalInt.empty());
        } else if (points.axes().isEmpty() || combinations.isEmpty()) {
            manifest.axes(points.axes(), OptionalInt.empty());
        } else {
            manifest.axes(points.axes(), OptionalInt.of(combinations.getAsInt() - firstPoints.size()));
        }
        stop.ifPresent(rule -> manifest.stop(rule, replications));
        return manifest;
    }

    private Survey survey() {
        Survey survey = new Survey(file);
        survey.add(firstPoints, isSensitivity());
        return survey;
    }

    private RunGrid grid(Survey survey) {
        return new RunGrid(survey.settings(), file.base().policies().size(), replications);
    }

    private static List<String> hashes(TraceManifest read) {
        return read.traces().findValuesAsText("sha256");
    }

    private Layout layout() {
        return new Layout(
                points,
                isSensitivity(),
                file.base().scoring().comparedWith(),
                stop.map(rule -> rule.confidence(replications)).orElse(CONFIDENCE),
                file.base().seed());
    }

    private String identity(Survey survey) {
        StringBuilder text = new StringBuilder(file.resolved().toString());
        for (Axis axis : points.axes()) {
            text.append(axis.path()).append(axis.texts()).append(axis.sets());
        }
        survey.settings().forEach(setting -> text.append(setting.place(isSensitivity())));
        text.append(replications);
        search.ifPresent(sought -> text.append(sought.goal()).append(sought.mostPoints()));
        survey.models().forEach(model -> text.append(ModelProfiles.write(model)));
        return Sha256.of(text.toString());
    }

    private boolean isSensitivity() {
        return !parameters.isEmpty();
    }
}
