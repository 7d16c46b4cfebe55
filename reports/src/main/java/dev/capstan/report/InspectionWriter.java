package dev.capstan.report;

import dev.capstan.trace.inspect.Inspection;
import java.nio.file.Path;

/**
 * Draws what a trace holds: one HTML file without scripts and without references to anything outside, the same bytes for
 * the same trace.
 */
public final class InspectionWriter {

    private InspectionWriter() {}

    /**
     * Writes the picture of an inspection, over an earlier one.
     *
     * @param format name of the format of the trace
     * @param out the file to write
     * @return {@code out}
     * @throws ReportException if it cannot be written
     */
    public static Path write(String format, Inspection inspection, Path out) {
        ReportWriter.replace(out, ReportWriter.render("inspection.jte", InspectionPage.of(format, inspection)));
        return out;
    }
}
