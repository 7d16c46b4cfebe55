package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.capstan.report.ReportException;
import dev.capstan.sim.experiment.InvalidExperimentException;
import dev.capstan.sim.experiment.Issue;
import dev.capstan.sim.kernel.InvariantViolation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class FailuresTest {

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void aViolatedInvariantIsAFailedCheck() {
        assertThat(exitCode(new InvariantViolation(4, 12, "7 requests in, 6 out")))
                .isEqualTo(1);
        assertThat(message()).contains("7 requests in, 6 out");
    }

    @Test
    void anInvalidExperimentTellsAllItsIssues() {
        List<Issue> issues =
                List.of(new Issue("control.interval", "must be at least 1s"), new Issue("cap.power", "missing"));

        assertThat(exitCode(new InvalidExperimentException("x.yaml", issues))).isEqualTo(2);
        assertThat(message()).contains("control.interval: must be at least 1s").contains("cap.power: missing");
    }

    @Test
    void aFolderWithoutResultsIsInvalidInputAndADiskThatFailsIsNot() {
        Path folder = Path.of("results", "x");

        assertThat(exitCode(new ReportException(folder, "is no results folder")))
                .isEqualTo(2);
        assertThat(exitCode(new ReportException(folder, "missing", new NoSuchFileException("manifest.json"))))
                .isEqualTo(2);
        assertThat(exitCode(new ReportException(folder, "not written", new IOException("No space left on device"))))
                .isEqualTo(3);
    }

    @Test
    void aRunThatStopsHalfwayTellsHowToGoOn() {
        assertThat(exitCode(new InterruptedRun(Path.of("results", "x"), new IOException("No space left on device"))))
                .isEqualTo(3);
        assertThat(message()).contains("No space left on device", "--resume --out results");
    }

    @Test
    void aFaultOfCapstanItselfShowsWhereItHappened() {
        assertThat(exitCode(new IllegalStateException("heap out of order"))).isEqualTo(3);
        assertThat(message()).contains("FailuresTest", "please report");
    }

    @Test
    void anUncheckedDiskFailureIsNoFaultOfCapstan() {
        assertThat(exitCode(new UncheckedIOException("disk: gone", new IOException("gone"))))
                .isEqualTo(3);
        assertThat(message()).isEqualTo("capstan: disk: gone\n");
    }

    @Test
    void memoryThatRanOutStaysThat() {
        OutOfMemoryError cause = new OutOfMemoryError("Java heap space");
        CommandLine command = new CommandLine(CommandLine.Model.CommandSpec.create());
        assertThatThrownBy(() -> exitCode(new CommandLine.ExecutionException(command, "wrapped", cause)))
                .isSameAs(cause);
    }

    private int exitCode(Exception failure) {
        CommandLine command = new CommandLine(CommandLine.Model.CommandSpec.create());
        Console console = new Console(System.out, new PrintStream(err, true, StandardCharsets.UTF_8), 0, false);
        return new Failures(console).handleExecutionException(failure, command, command.parseArgs());
    }

    private String message() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
