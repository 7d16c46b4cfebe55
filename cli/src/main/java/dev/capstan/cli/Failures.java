package dev.capstan.cli;

import dev.capstan.bridge.fetch.FetchException;
import dev.capstan.bridge.prometheus.PrometheusException;
import dev.capstan.report.ReportException;
import dev.capstan.sim.experiment.InvalidExperimentException;
import dev.capstan.sim.kernel.InvariantViolation;
import dev.capstan.trace.TraceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;
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
        if (failure.getCause() instanceof OutOfMemoryError error) {
            throw error; // The library wraps what a command that is a method throws.
        }
        int exitCode = exitCode(failure);
        if (isExpected(failure)) {
            console.err().println("capstan: " + failure.getMessage());
        } else {
            failure.printStackTrace(console.err());
            console.err().println("capstan: this is a fault of capstan itself; please report it with the lines above.");
        }
        return exitCode;
    }

    private static int exitCode(Exception failure) {
        if (failure instanceof InvariantViolation) {
            return ExitCodes.CHECK_FAILED;
        }
        if (failure instanceof InvalidArgument
                || failure instanceof InvalidExperimentException
                || failure instanceof TraceException
                || (failure instanceof ReportException && !isBrokenDisk(failure.getCause()))) {
            return ExitCodes.INVALID_INPUT;
        }
        return ExitCodes.FAILED_WHILE_RUNNING;
    }

    /** A file that is not there is the caller's doing, all else between us and the disk is not. */
    private static boolean isBrokenDisk(@Nullable Throwable cause) {
        return cause instanceof IOException && !(cause instanceof NoSuchFileException);
    }

    private static boolean isExpected(Exception failure) {
        return exitCode(failure) != ExitCodes.FAILED_WHILE_RUNNING
                || failure instanceof IOException
                || failure instanceof UncheckedIOException
                || failure instanceof ReportException
                || failure instanceof FetchException
                || failure instanceof PrometheusException;
    }
}
