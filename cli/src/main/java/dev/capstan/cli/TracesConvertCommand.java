package dev.capstan.cli;

import dev.capstan.trace.CarbonTrace;
import dev.capstan.trace.TraceFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "convert",
        description = {
            "Writes a trace in one of Capstan's own forms.",
            "Nothing is lost: a form that cannot hold the trace is refused.",
        },
        mixinStandardHelpOptions = true)
final class TracesConvertCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(index = "0", paramLabel = "IN", description = "The trace; its content tells the format.")
    private Path in;

    @Parameters(
            index = "1",
            paramLabel = "OUT",
            description = "Where to write; .csv, .csv.gz or .parquet tells the form.")
    private Path out;

    @Option(
            names = "--to",
            paramLabel = "FORM",
            description = "The form, whatever OUT is called: csv, csv.gz or, for requests, parquet.")
    private @Nullable String form;

    @Option(
            names = "--scope",
            paramLabel = "SCOPE",
            converter = CarbonScope.class,
            description = "Of a carbon file that holds both: direct or life-cycle. Default: life-cycle.")
    private CarbonTrace.@Nullable Scope scope;

    @Option(names = "--force", description = "Replaces OUT if it is there.")
    private boolean force;

    TracesConvertCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        TraceFiles.Target target = TraceTarget.of(out, form, force);
        TraceFiles.Content content =
                TraceFiles.read(in, Optional.ofNullable(scope)).content();
        TraceFiles.write(content, "", target, out);
        console.out().println(out);
        return ExitCodes.DONE;
    }
}
