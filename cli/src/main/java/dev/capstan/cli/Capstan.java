package dev.capstan.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line of Capstan. Exit codes are those of {@code docs/cli.md}. */
@Command(
        name = "capstan",
        description = "Rehearses power capping of LLM inference on real traces.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = Capstan.Version.class,
        subcommands = HelpCommand.class,
        footer = {
            "",
            "Exit codes: 0 done; 1 a check failed; 2 wrong usage or invalid input;",
            "3 failed while running (finished runs are kept, --resume goes on).",
        })
public final class Capstan {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Prints the version.")
    boolean version;

    Capstan() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        Console console = Console.ofProcess(System.out, System.err, System.getenv());
        int exitCode = run(console, args);
        if (console.out().checkError() && exitCode == ExitCodes.DONE) {
            console.err().println("capstan: could not write to standard output");
            exitCode = ExitCodes.FAILED_WHILE_RUNNING;
        }
        System.exit(exitCode);
    }

    /** Runs one command. */
    static int run(Console console, String... args) {
        CommandLine commands = commands(console);
        return args.length == 0 ? usage(commands, console) : commands.execute(args);
    }

    private static CommandLine commands(Console console) {
        CommandLine root = new CommandLine(new Capstan()).addSubcommand(new CompletionCommand(console));
        return root.setOut(writer(console.out()))
                .setErr(writer(console.err()))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.AUTO))
                .setParameterExceptionHandler((failure, arguments) -> wrongUsage(failure, console))
                .setExecutionExceptionHandler(new Failures(console));
    }

    private static int usage(CommandLine commands, Console console) {
        commands.usage(console.err());
        return ExitCodes.INVALID_INPUT;
    }

    private static int wrongUsage(ParameterException failure, Console console) {
        PrintStream err = console.err();
        err.println("capstan: " + failure.getMessage());
        UnmatchedArgumentException.printSuggestions(failure, err);
        err.println("See '" + failure.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
        return ExitCodes.INVALID_INPUT;
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    /** The version that the build wrote into the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Capstan.class.getPackage().getImplementationVersion();
            return new String[] {
                "capstan " + (version == null ? "(not from a jar)" : version) + " (Java "
                        + Runtime.version().feature() + ")"
            };
        }
    }
}
