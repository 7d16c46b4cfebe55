package dev.capstan.cli;

import dev.capstan.bridge.journal.JournalException;
import dev.capstan.bridge.journal.JournalReplay;
import dev.capstan.bridge.journal.JournalTrace;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "replay",
        description =
                "Decides journals of the operator again with the same policy code; ends with 1 at the first step that"
                        + " comes out otherwise.",
        mixinStandardHelpOptions = true)
final class ReplayCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "JOURNAL", arity = "1..*", description = "Files, or folders of them.")
    private List<Path> journals = List.of();

    @Option(
            names = "--power",
            paramLabel = "FILE",
            description =
                    "Writes the power that they have seen as a trace for experiments in power mode; of one cap alone.")
    private @Nullable Path power;

    ReplayCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        try {
            JournalReplay.Result result = JournalReplay.of(journals, Capstan.version());
            result.notes().forEach(console.err()::println);
            if (power != null) {
                try (BufferedWriter out = Files.newBufferedWriter(power)) {
                    console.out().println(JournalTrace.write(journals, out) + " readings of power in " + power);
                }
            }
            if (result.difference() != null) {
                console.out().println(result.difference());
                return ExitCodes.CHECK_FAILED;
            }
            console.out().println(result.steps() + " steps decided again, all the same");
            return ExitCodes.DONE;
        } catch (JournalException e) {
            throw new InvalidArgument(String.valueOf(e.getMessage()));
        }
    }
}
