package dev.capstan.cli;

import dev.capstan.report.ReportWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "report",
        description = "Writes the report of a results folder, or the comparison of several.",
        mixinStandardHelpOptions = true)
final class ReportCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "DIR", arity = "1..*", description = "Results folders.")
    private List<Path> folders;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "Where the comparison goes. Default: comparison.html. One folder keeps its report.html inside.")
    private @Nullable Path out;

    @Option(
            names = "--league",
            paramLabel = "FILE",
            description =
                    "Writes the league of a sweep over load, faults and cap.share as Markdown, in place of the report.")
    private @Nullable Path league;

    @Option(
            names = "--policy-charts",
            paramLabel = "FOLDER",
            description = "Draws a picture for each policy of such a sweep, in place of the report.")
    private @Nullable Path policyCharts;

    @Option(
            names = "--study",
            paramLabel = "FILE",
            description = "Writes the study of a sweep of study-timers.yaml as Markdown, with its pictures in images"
                    + " beside it, in place of the report.")
    private @Nullable Path study;

    ReportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (league != null || policyCharts != null || study != null) {
            ofOneSweep();
        } else if (folders.size() == 1) {
            if (out != null) {
                throw new InvalidArgument(
                        "--out is for a comparison of several results folders; one folder keeps its report inside");
            }
            console.out().println(ReportWriter.write(folders.get(0)));
        } else {
            console.out().println(ReportWriter.compare(folders, out == null ? Path.of("comparison.html") : out));
        }
        return ExitCodes.DONE;
    }

    private void ofOneSweep() {
        if (folders.size() > 1 || out != null) {
            throw new InvalidArgument("--league, --policy-charts and --study are of one results folder, and say"
                    + " themselves where to write");
        }
        if (league != null) {
            console.out().println(ReportWriter.league(folders.get(0), league));
        }
        if (policyCharts != null) {
            ReportWriter.policyCharts(folders.get(0), policyCharts).forEach(console.out()::println);
        }
        if (study != null) {
            console.out().println(ReportWriter.timerStudy(folders.get(0), study));
        }
    }
}
