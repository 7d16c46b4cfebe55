package dev.capstan.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        description = {"Prints a completion script for the shell, to be used as", "  source <(capstan completion bash)"
        },
        mixinStandardHelpOptions = true)
final class CompletionCommand implements Callable<Integer> {

    enum Shell {
        BASH,
        ZSH
    }

    private final Console console;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "One of bash, zsh.")
    private Shell shell;

    CompletionCommand(Console console) {
        this.console = console;
    }

    /** One script serves both shells: for zsh it turns on bash completion itself. */
    @Override
    public Integer call() {
        console.out()
                .println("# Use as: source <(capstan completion " + shell.name().toLowerCase(Locale.ROOT) + ")");
        console.out().print(AutoComplete.bash("capstan", spec.root().commandLine()));
        return ExitCodes.DONE;
    }
}
