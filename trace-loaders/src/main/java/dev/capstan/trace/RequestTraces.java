package dev.capstan.trace;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads and writes request traces. The format of a file is told by its header:
 *
 * <ul>
 *   <li>{@code TIMESTAMP,ContextTokens,GeneratedTokens}: the traces of Azure/AzurePublicDataset of 2023 (no zone, taken as
 *       UTC; 100 ns) and 2024 (with a zone). Nanosecond 0 is the first request.
 *   <li>{@code arrival_seconds,input_tokens,output_tokens}: Capstan's own; decimal seconds from the start of the trace, of
 *       which digits after the ninth are dropped. Lines {@code # licence: ...} and {@code # start: 2023-11-16T18:15:46Z}
 *       may stand above the header.
 * </ul>
 *
 * <p>Both may be gzip, begin with a byte order mark, end lines in LF or CRLF and lack the last line end.
 */
public final class RequestTraces {

    static final String CAPSTAN_HEADER = "arrival_seconds,input_tokens,output_tokens";

    private RequestTraces() {}

    /**
     * Reads a trace.
     *
     * @throws TraceException where the file or a line of it cannot be read: requests out of order, a row cut short,
     *     numbers out of range, an unknown header. Rows are never sorted, repaired or left out
     */
    public static RequestTrace read(Path file) {
        try (SourceBytes source = SourceBytes.open(file)) {
            return new RequestCsvParser(file, source).parse();
        } catch (IOException e) {
            throw SourceBytes.unreadable(file, e);
        }
    }

    /**
     * Writes a trace in Capstan's own form, arrivals exact to the nanosecond.
     *
     * @throws TraceException where the file cannot be written
     */
    public static void writeCsv(RequestTrace trace, Path file) {
        try (Writer out = Files.newBufferedWriter(file)) {
            writeCsv(trace, out);
        } catch (IOException e) {
            throw new TraceException(file, "cannot be written (" + e.getMessage() + ")", e);
        }
    }

    /** Writes a trace in Capstan's own form, arrivals exact to the nanosecond. */
    public static void writeCsv(RequestTrace trace, Appendable out) throws IOException {
        if (!trace.origin().licence().isBlank()) {
            out.append("# licence: ")
                    .append(Remark.oneLine(trace.origin().licence()))
                    .append('\n');
        }
        if (trace.start().isPresent()) {
            out.append("# start: ").append(trace.start().get().toString()).append('\n');
        }
        out.append(CAPSTAN_HEADER).append('\n');
        StringBuilder row = new StringBuilder(48);
        for (int i = 0; i < trace.size(); i++) {
            row.setLength(0);
            appendSeconds(row, trace.arrivalNanos()[i]);
            row.append(',').append(trace.inputTokens()[i]);
            row.append(',').append(trace.outputTokens()[i]).append('\n');
            out.append(row);
        }
    }

    /** Exact decimal seconds without needless zeros: {@code 4.314579}, {@code 12}. */
    static void appendSeconds(StringBuilder row, long nanos) {
        row.append(nanos / 1_000_000_000);
        long fraction = nanos % 1_000_000_000;
        if (fraction == 0) {
            return;
        }
        row.append('.');
        for (long place = 100_000_000; fraction > 0; place /= 10) {
            row.append((char) ('0' + fraction / place));
            fraction %= place;
        }
    }
}
