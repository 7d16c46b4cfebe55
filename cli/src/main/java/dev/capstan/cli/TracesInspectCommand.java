package dev.capstan.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.capstan.report.InspectionWriter;
import dev.capstan.trace.inspect.Inspection;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "inspect",
        description = {
            "Tells what a trace of requests, power, carbon intensity or prices holds,",
            "and what in it would mislead a simulation.",
            "The content of the file tells its format; what it does not say of itself is stated with options.",
        },
        mixinStandardHelpOptions = true)
final class TracesInspectCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "FILE", description = "The trace.")
    private Path file;

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    @Option(names = "--html", paramLabel = "OUT", description = "Draws it, in one HTML file that needs no network.")
    private @Nullable Path html;

    @ArgGroup(validate = false, heading = ReadingOptions.HEADING)
    private ReadingOptions options = new ReadingOptions();

    TracesInspectCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws JsonProcessingException {
        Inspection.OfFile seen;
        try (ReadProgress progress = new ReadProgress(console, file)) {
            seen = Inspection.of(file, options.reading(), progress);
        }
        String format = seen.format().title();
        Inspection inspection = seen.inspection();
        console.out().print(json ? InspectionJson.of(format, inspection) : InspectionText.of(format, inspection));
        if (html != null) {
            console.err().println("capstan: drawn in " + InspectionWriter.write(format, inspection, html));
        }
        return ExitCodes.DONE;
    }
}
