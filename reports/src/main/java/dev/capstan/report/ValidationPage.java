package dev.capstan.report;

import dev.capstan.sim.validation.Check;
import dev.capstan.sim.validation.Suite;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The page of the validation programme in Markdown: every check with what was expected and found. */
public final class ValidationPage {

    private static final String LIMITS = "validation-limits.md";

    private ValidationPage() {}

    /**
     * Writes the page, over an earlier one.
     *
     * @param checks of each suite, in order
     * @throws ReportException if it cannot be written
     */
    public static void write(Map<Suite, List<Check>> checks, Path out) {
        ReportWriter.replace(out, markdown(checks));
    }

    private static String markdown(Map<Suite, List<Check>> checks) {
        StringBuilder page = new StringBuilder("""
                # Validation

                Made by `capstan validate --page docs/validation.md`; a test holds the page to what the command finds. Three
                kinds of claims are kept apart: *verification*, the simulator computes what its own model says;
                *calibration*, the model's parameters predict data they were not fitted on; *reproduction*, published
                findings appear. C1, C2 ... and R1 to R12 number the calibrations and the findings that were set out for.
                Checks of data that is not there are skipped by name.
                """);
        checks.forEach((suite, made) -> section(page, suite, made));
        return page.append('\n').append(limits()).toString();
    }

    private static void section(StringBuilder page, Suite suite, List<Check> made) {
        page.append("\n## ").append(suite.name()).append("\n\n").append(suite.about());
        page.append(
                "\n\n| check | layer | expected | got | tolerance | verdict | source |\n|---|---|---|---|---|---|---|\n");
        for (Check check : made) {
            String verdict = check.verdict() + (check.note().isEmpty() ? "" : ": " + check.note());
            row(
                    page,
                    check.name(),
                    check.layer().toString(),
                    check.expected(),
                    check.got(),
                    check.tolerance(),
                    verdict,
                    check.source());
        }
    }

    private static void row(StringBuilder page, String... cells) {
        for (String cell : cells) {
            page.append("| ").append(cell.replace("|", "\\|")).append(' ');
        }
        page.append("|\n");
    }

    private static String limits() {
        try (InputStream in = ValidationPage.class.getResourceAsStream(LIMITS)) {
            if (in == null) {
                throw new IllegalStateException(LIMITS + " is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the limits of the validation cannot be read", e);
        }
    }
}
