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

    ReportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (folders.size() == 1) {
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
}
