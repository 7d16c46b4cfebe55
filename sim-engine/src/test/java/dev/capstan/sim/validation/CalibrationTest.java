package dev.capstan.sim.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.capstan.sim.validation.Check.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The profiles against data that they were not fitted on. */
class CalibrationTest {

    private static final Path DATA = Path.of(System.getenv()
            .getOrDefault(
                    "CAPSTAN_TRACES", Path.of("..", "..", "shared", "traces").toString()));

    /** Targets that are missed, with what was found; docs/models.md says why. */
    private static final List<String> MISSED = List.of(
            // 5.6 and 6.6 % where 5 are allowed: the older engine bends more than a line.
            "mean error of step time, held-out half, A100-SXM4-40GB/meta-llama/Meta-Llama-3.1-70B-Instruct",
            "mean error of step time, held-out half, H100_80GB_HBM3/meta-llama/Meta-Llama-3.1-8B-Instruct",
            // 0.837 where 0.791 was measured, 5.8 % too much.
            "throughput at 500 W over that at 700 W, defaults, Server",
            // 131 W where 100 are allowed: the two runs differ by that at the same cap.
            "plateau, Offline, base fitted on Server, W",
            // 10.5 % where 10 are allowed.
            "mean error of prompt phase (peak power), 8 boards from 4, share of the board limit");

    static List<Suite> suites() {
        return Calibration.suites();
    }

    @ParameterizedTest
    @MethodSource("suites")
    void meetsEveryTargetButThoseThatAreKnownToBeMissed(Suite suite) throws IOException {
        assumeTrue(Files.isDirectory(DATA), "skipped: no real data in " + DATA + " (set CAPSTAN_TRACES)");
        List<Check> checks = suite.checks(DATA);
        assertThat(checks).isNotEmpty().noneMatch(check -> check.verdict() == Verdict.SKIPPED);
        assertThat(checks.stream()
                        .filter(check -> check.verdict() == Verdict.FAILED)
                        .map(Check::name))
                .containsExactlyElementsOf(checks.stream()
                        .map(Check::name)
                        .filter(MISSED::contains)
                        .toList());
    }

    /** Figures of our own are always there; those of others are skipped by the name of their folder. */
    @Test
    void skipsWhatItHasNoDataFor(@TempDir Path empty) throws IOException {
        List<Check> checks = new ArrayList<>();
        for (Suite suite : Calibration.suites()) {
            checks.addAll(suite.checks(empty));
        }
        assertThat(checks)
                .filteredOn(check -> check.verdict() == Verdict.SKIPPED)
                .hasSize(10);
        assertThat(checks)
                .filteredOn(check -> check.verdict() == Verdict.SKIPPED)
                .allSatisfy(check -> assertThat(check.source()).startsWith("no " + empty));
        assertThat(checks).anyMatch(check -> check.verdict() == Verdict.PASSED);
    }
}
