package dev.capstan.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.capstan.report.ReportException;
import dev.capstan.report.ReportWriter;
import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.sweep.FoundPoint;
import dev.capstan.sim.sweep.Shard;
import dev.capstan.sim.sweep.Sweep;
import dev.capstan.sim.sweep.SweepEngine;
import dev.capstan.sim.sweep.SweepOptions;
import dev.capstan.sim.sweep.SweepOutcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
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

    /**
     * @param engine carries out the runs
     * @param shard the only part to carry out
     */
    int run(
            CommandSpec spec,
            RunOptions options,
            ExperimentFile experiment,
            Sweep sweep,
            SweepEngine engine,
            Optional<Shard> shard)
            throws IOException {
        if (shard.isPresent() && options.out == null) {
            throw new InvalidArgument("--shard: name the folder of the part with --out");
        }
        OutputFolder folders = new OutputFolder(Path.of("results"));
        String name = experiment.base().name();
        // Whatever starts a part again does not know how far it was.
        Path folder = options.resume && shard.isEmpty()
                ? folders.interrupted(options.out, name)
                : folders.fresh(options.out, name, clock.instant());
        SweepOptions how = new SweepOptions(
                folder,
                engine,
                options.check,
                options.resume || shard.isPresent(),
                shard,
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
        return shard.isPresent() ? finishPart(outcome, options) : finish(outcome, options);
    }

    /** There are no tables yet. */
    private int finishPart(SweepOutcome outcome, RunOptions options) throws IOException {
        if (options.json) {
            console.out().println(new ObjectMapper().writeValueAsString(figures(outcome, null)));
        } else {
            console.out().println("part     " + outcome.folder() + ", " + outcome.runs() + " runs");
        }
        return ExitCodes.DONE;
    }

    private static Map<String, Object> figures(SweepOutcome outcome, @Nullable Path report) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("folder", outcome.folder().toString());
        figures.put("report", report == null ? null : report.toString());
        figures.put("runs", outcome.runs());
        figures.put("requests", outcome.requests());
        figures.put("wall_seconds", outcome.wallSeconds());
        return figures;
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
            Map<String, Object> line = figures(outcome, report);
            outcome.found().ifPresent(found -> line.put("found", found));
            line.put("points", points.rows());
            console.out().println(new ObjectMapper().writeValueAsString(line));
            return exitCode;
        }
        console.out().print(points.render());
        console.out().println();
        outcome.found().ifPresent(found -> console.out().println(words(found)));
        console.out().println("results  " + outcome.folder());
        if (report != null) {
            console.out().println("report   " + report);
        }
        return exitCode;
    }

    private static String words(FoundPoint found) {
        String at = found.axes().entrySet().stream()
                .map(axis -> axis.getKey() + "=" + axis.getValue())
                .collect(Collectors.joining(", "));
        return (found.keepsToBounds() ? "found    " : "no point keeps to all bounds, the closest is ") + found.policy()
                + " with " + at;
    }

    private static String commandLine(CommandSpec spec) {
        StringBuilder line = new StringBuilder("capstan");
        for (String word : spec.root().commandLine().getParseResult().originalArgs()) {
            line.append(' ').append(Words.quoted(word));
        }
        return line.toString();
    }
}
