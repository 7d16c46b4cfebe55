package dev.capstan.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.capstan.report.ReportException;
import dev.capstan.report.ReportWriter;
import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.sweep.LocalEngine;
import dev.capstan.sim.sweep.Sweep;
import dev.capstan.sim.sweep.SweepOptions;
import dev.capstan.sim.sweep.SweepOutcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Runs an experiment and prints what came of it: the common part of {@code simulate} and {@code sweep}. */
final class ExperimentRun {

    private final Console console;
    private final InstantSource clock;

    ExperimentRun(Console console, InstantSource clock) {
        this.console = console;
        this.clock = clock;
    }

    int run(CommandSpec spec, RunOptions options, Function<ExperimentFile, Sweep> kind) throws IOException {
        int jobs = options.jobs == null ? Runtime.getRuntime().availableProcessors() : options.jobs;
        if (jobs < 1) {
            throw new InvalidArgument("--jobs: must be at least 1, was " + jobs);
        }
        List<String> sets = new ArrayList<>(options.sets);
        if (options.seed != null) {
            sets.add("seed=" + options.seed);
        }
        ExperimentFile experiment = ExperimentFile.read(options.experiment, sets);
        Sweep sweep = kind.apply(experiment);
        OutputFolder folders = new OutputFolder(Path.of("results"));
        String name = experiment.base().name();
        Path folder = options.resume
                ? folders.interrupted(options.out, name)
                : folders.fresh(options.out, name, clock.instant());
        SweepOptions how = new SweepOptions(
                folder,
                new LocalEngine(jobs),
                options.check,
                options.resume,
                Optional.empty(),
                commandLine(spec),
                Capstan.version(),
                clock);
        SweepOutcome outcome;
        RunProgress.Form form =
                options.quiet ? RunProgress.Form.NONE : options.json ? RunProgress.Form.JSON : RunProgress.Form.BAR;
        RunProgress progress = new RunProgress(console, form, System::nanoTime);
        try (progress) {
            outcome = sweep.run(how, progress);
        } catch (IOException e) {
            // Before the first run only the folder can be wrong: in use, of another experiment, not writable.
            if (!progress.hasStarted()) {
                throw new InvalidArgument("results folder " + e.getMessage());
            }
            throw new InterruptedRun(folder, e);
        }
        return finish(outcome, options);
    }

    private int finish(SweepOutcome outcome, RunOptions options) throws IOException {
        @Nullable Path report = null;
        int exitCode = ExitCodes.DONE;
        if (!options.noReport) {
            try {
                report = ReportWriter.write(outcome.folder());
            } catch (ReportException e) {
                console.err()
                        .println("capstan: the results are whole, but the report could not be written: "
                                + e.getMessage() + "\nTry again with: capstan report " + outcome.folder());
                exitCode = ExitCodes.FAILED_WHILE_RUNNING;
            }
        }
        PointTable points = PointTable.read(outcome.folder().resolve("points.csv"));
        if (options.json) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("folder", outcome.folder().toString());
            line.put("report", report == null ? null : report.toString());
            line.put("runs", outcome.runs());
            line.put("requests", outcome.requests());
            line.put("wall_seconds", outcome.wallSeconds());
            line.put("points", points.rows());
            console.out().println(new ObjectMapper().writeValueAsString(line));
            return exitCode;
        }
        console.out().print(points.render());
        console.out().println();
        console.out().println("results  " + outcome.folder());
        if (report != null) {
            console.out().println("report   " + report);
        }
        return exitCode;
    }

    private static String commandLine(CommandSpec spec) {
        StringBuilder line = new StringBuilder("capstan");
        for (String word : spec.root().commandLine().getParseResult().originalArgs()) {
            line.append(' ').append(word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'");
        }
        return line.toString();
    }
}
