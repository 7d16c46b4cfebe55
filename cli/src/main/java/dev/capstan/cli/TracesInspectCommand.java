package dev.capstan.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.capstan.report.InspectionWriter;
import dev.capstan.trace.CarbonTrace;
import dev.capstan.trace.TraceFiles;
import dev.capstan.trace.inspect.Inspection;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "inspect",
        description = {
            "Tells what a trace of requests, power or carbon intensity holds,",
            "and what in it would mislead a simulation.",
        },
        mixinStandardHelpOptions = true)
final class TracesInspectCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "FILE", description = "The trace; its content tells the format.")
    private Path file;

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    @Option(names = "--html", paramLabel = "OUT", description = "Draws it, in one HTML file that needs no network.")
    private @Nullable Path html;

    @Option(
            names = "--scope",
            paramLabel = "SCOPE",
            converter = CarbonScope.class,
            description = "Of a carbon file that holds both: direct or life-cycle. Default: life-cycle.")
    private CarbonTrace.@Nullable Scope scope;

    TracesInspectCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws JsonProcessingException {
        TraceFiles.TraceFile trace = TraceFiles.read(file, Optional.ofNullable(scope));
        Inspection inspection = Inspection.of(trace.content());
        console.out()
                .print(
                        json
                                ? InspectionJson.of(trace.format(), inspection)
                                : InspectionText.of(trace.format(), inspection));
        if (html != null) {
            console.err().println("capstan: drawn in " + InspectionWriter.write(trace.format(), inspection, html));
        }
        return ExitCodes.DONE;
    }
}
