package dev.capstan.cli;

import dev.capstan.sim.kernel.CheckLevel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code simulate} and {@code sweep} have in common. */
final class RunOptions {

    @Parameters(paramLabel = "EXPERIMENT", description = "YAML file of the experiment.")
    Path experiment;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Results folder. Default: results/<experiment>-<timestamp>.")
    @Nullable Path out;

    @Option(
            names = "--set",
            paramLabel = "PATH=VALUE",
            description = "Sets a value of the experiment, such as cap.power='18 kW'. Repeatable.")
    List<String> sets = List.of();

    @Option(names = "--seed", paramLabel = "N", description = "Seed in place of the experiment's.")
    @Nullable Long seed;

    @Option(names = "--jobs", paramLabel = "N", description = "Runs at once. Default: one for each processor.")
    @Nullable Integer jobs;

    @Option(
            names = "--check",
            paramLabel = "LEVEL",
            defaultValue = "light",
            description =
                    "Invariants to check: none, light (after each run) or full (after each event). Default: light.")
    CheckLevel check = CheckLevel.LIGHT;

    @Option(
            names = "--resume",
            description =
                    "Goes on with an interrupted results folder: that of --out, else the newest of the experiment.")
    boolean resume;

    @Option(names = "--quiet", description = "No progress.")
    boolean quiet;

    @Option(names = "--no-report", description = "Does not write report.html.")
    boolean noReport;

    @Option(
            names = "--json",
            description =
                    "Prints the outcome as one line of JSON in place of the table, and progress as lines on standard error.")
    boolean json;

    /** How many runs at once on this machine. */
    int jobs() {
        int count = jobs == null ? Runtime.getRuntime().availableProcessors() : jobs;
        if (count < 1) {
            throw new InvalidArgument("--jobs: must be at least 1, was " + count);
        }
        return count;
    }

    /** What is set in the experiment. */
    List<String> allSets() {
        List<String> all = new ArrayList<>(sets);
        if (seed != null) {
            all.add("seed=" + seed);
        }
        return all;
    }
}
