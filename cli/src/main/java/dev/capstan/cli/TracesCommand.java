package dev.capstan.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "traces",
        description =
                "Inspects, converts, makes, fetches and records traces of requests, power, carbon intensity and prices.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
final class TracesCommand implements Callable<Integer> {

    private final Console console;

    @Spec
    private CommandSpec spec;

    private TracesCommand(Console console) {
        this.console = console;
    }

    /** The command with its own commands. */
    static CommandLine of(Console console) {
        return new CommandLine(new TracesCommand(console))
                .addSubcommand(new TracesInspectCommand(console))
                .addSubcommand(new TracesConvertCommand(console))
                .addSubcommand(new TracesGenerateCommand(console))
                .addSubcommand(new TracesFetchCommand(console))
                .addSubcommand(new TracesRecordCommand(console));
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(console.err());
        return ExitCodes.INVALID_INPUT;
    }
}
