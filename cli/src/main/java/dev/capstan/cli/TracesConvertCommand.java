package dev.capstan.cli;

import dev.capstan.trace.TraceFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "convert",
        description = {
            "Writes a trace in one of Capstan's own forms, which lose nothing, or in one of others.",
            "A form that cannot hold all of the trace is refused, with what would be lost, unless --drop is given.",
            "The content of the file tells its format; what it does not say of itself is stated with options.",
        },
        mixinStandardHelpOptions = true)
final class TracesConvertCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(index = "0", paramLabel = "IN", description = "The trace.")
    private Path in;

    @Parameters(
            index = "1",
            paramLabel = "OUT",
            description = "Where to write; .csv, .csv.gz, .csv.zst or .parquet tells the form.")
    private Path out;

    @Option(
            names = "--to",
            paramLabel = "FORM",
            description = "The form, whatever OUT is called: csv, csv.gz, csv.zst; parquet for requests and power;"
                    + " mooncake-jsonl or azure-llm-csv for requests; power-csv for the total of all meters. The last three"
                    + " are packed where OUT ends in .gz or .zst.")
    private @Nullable String form;

    @Option(
            names = "--drop",
            description = "Leaves out what the form cannot hold, and tells what that was; without it such a form is"
                    + " refused.")
    private boolean drop;

    @Option(names = "--force", description = "Replaces OUT if it is there.")
    private boolean force;

    @ArgGroup(validate = false, heading = ReadingOptions.HEADING)
    private ReadingOptions options = new ReadingOptions();

    TracesConvertCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        TraceFiles.Target target = TraceTarget.of(out, form, force);
        TraceFiles.TraceFile trace = TraceFiles.read(in, options.reading());
        List<String> dropped = TraceFiles.write(trace.content(), trace.remarks(), target, out, drop);
        dropped.forEach(loss -> console.err().println("capstan: dropped " + loss));
        console.out().println(out);
        return ExitCodes.DONE;
    }
}
