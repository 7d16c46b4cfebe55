package dev.capstan.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
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
        int exitCode = run(console, InstantSource.system(), args);
        if (console.out().checkError() && exitCode == ExitCodes.DONE) {
            console.err().println("capstan: could not write to standard output");
            exitCode = ExitCodes.FAILED_WHILE_RUNNING;
        }
        System.exit(exitCode);
    }

    /** Runs one command. */
    static int run(Console console, InstantSource clock, String... args) {
        CommandLine commands = commands(console, clock);
        try {
            return args.length == 0 ? usage(commands, console) : commands.execute(args);
        } catch (OutOfMemoryError e) {
            long mebibytes = Runtime.getRuntime().maxMemory() >> 20;
            console.err()
                    .println("capstan: out of memory at " + mebibytes + " MiB (" + e.getMessage()
                            + "). Maybe fewer --jobs, or a larger heap: CAPSTAN_JAVA_OPTS=-Xmx... capstan ...");
            return ExitCodes.FAILED_WHILE_RUNNING;
        }
    }

    private static CommandLine commands(Console console, InstantSource clock) {
        CommandLine root = new CommandLine(new Capstan())
                .addSubcommand(new SimulateCommand(console, clock))
                .addSubcommand(new SweepCommand(console, clock))
                .addSubcommand(new ReportCommand(console))
                .addSubcommand(new CertifyCommand(console, clock))
                .addSubcommand(TracesCommand.of(console))
                .addSubcommand(new PlaceCommand(console))
                .addSubcommand(new PoliciesCommand(console))
                .addSubcommand(ModelsCommand.of(console))
                .addSubcommand(new ReplayCommand(console))
                .addSubcommand(new OperatorCommand(console))
                .addSubcommand(new ValidateCommand(console))
                .addSubcommand(new CompletionCommand(console));
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
    static String version() {
        String version = Capstan.class.getPackage().getImplementationVersion();
        return version == null ? "unreleased" : version;
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {
                "capstan " + version() + " (Java " + Runtime.version().feature() + ")"
            };
        }
    }
}
