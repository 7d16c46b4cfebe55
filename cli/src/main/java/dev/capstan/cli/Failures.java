package dev.capstan.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Turns what a command threw into a message for the person at the terminal and an exit code for scripts. */
final class Failures implements IExecutionExceptionHandler {

    private final Console console;

    Failures(Console console) {
        this.console = console;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult arguments) {
        if (failure instanceof IOException || failure instanceof UncheckedIOException) {
            console.err().println("capstan: " + failure.getMessage());
            return ExitCodes.FAILED_WHILE_RUNNING;
        }
        failure.printStackTrace(console.err());
        console.err().println("capstan: this is a fault of capstan itself; please report it with the lines above.");
        return ExitCodes.FAILED_WHILE_RUNNING;
    }
}
