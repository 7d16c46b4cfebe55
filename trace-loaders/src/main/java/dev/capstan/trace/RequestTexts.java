package dev.capstan.trace;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Writes request traces as text: in Capstan's own form, and in the forms of others, which hold less. */
final class RequestTexts {

    private static final DateTimeFormatter AZURE_TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd HH:mm:ss.SSSSSSS", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private RequestTexts() {}

    static void writeCapstan(RequestTrace trace, Appendable out) throws IOException {
        out.append("# units: seconds from start, tokens\n# time zone: UTC\n");
        if (!trace.origin().licence().isBlank()) {
            out.append("# licence: ")
                    .append(Remark.oneLine(trace.origin().licence()))
                    .append('\n');
        }
        if (trace.start().isPresent()) {
            out.append("# start: ").append(trace.start().get().toString()).append('\n');
        }
        if (trace.prefixBlocks().isPresent()) {
            out.append("# " + RequestTraces.BLOCK_TOKENS + ": ")
                    .append(Integer.toString(trace.prefixBlocks().get().blockTokens()))
                    .append('\n');
        }
        out.append(RequestTraces.CAPSTAN_HEADER);
        for (RequestLabel label : trace.labels().keySet()) {
            out.append(',').append(label.column());
        }
        out.append(trace.prefixBlocks().isPresent() ? "," + RequestTraces.PREFIX_COLUMN + "\n" : "\n");
        StringBuilder row = new StringBuilder(48);
        for (int i = 0; i < trace.size(); i++) {
            row.setLength(0);
            appendSeconds(row, trace.arrivalNanos()[i]);
            row.append(',').append(trace.inputTokens()[i]);
            row.append(',').append(trace.outputTokens()[i]);
            for (LabelColumn label : trace.labels().values()) {
                String text = label.text(i);
                row.append(',');
                if (text != null) {
                    row.append('"').append(text.replace("\"", "\"\"")).append('"');
                }
            }
            if (trace.prefixBlocks().isPresent()) {
                row.append(',').append(hashes(trace.prefixBlocks().get(), i));
            }
            out.append(row.append('\n'));
        }
    }

    /** Dates in UTC to 100 ns, as of 2023; from 1970 on where the trace has no start. */
    static void writeAzure(RequestTrace trace, Appendable out) throws IOException {
        Instant start = trace.start().orElse(Instant.EPOCH);
        out.append(RequestCsvParser.AZURE_HEADER).append('\n');
        for (int i = 0; i < trace.size(); i++) {
            AZURE_TIME.formatTo(start.plusNanos(trace.arrivalNanos()[i]), out);
            out.append(',').append(Integer.toString(trace.inputTokens()[i]));
            out.append(',').append(Integer.toString(trace.outputTokens()[i])).append('\n');
        }
    }

    static void writeMooncake(RequestTrace trace, Appendable out) throws IOException {
        StringBuilder row = new StringBuilder(128);
        for (int i = 0; i < trace.size(); i++) {
            row.setLength(0);
            row.append("{\"timestamp\": ").append(trace.arrivalNanos()[i] / 1_000_000);
            row.append(", \"input_length\": ").append(trace.inputTokens()[i]);
            row.append(", \"output_length\": ").append(trace.outputTokens()[i]);
            if (trace.prefixBlocks().isPresent()) {
                row.append(", \"hash_ids\": [")
                        .append(hashes(trace.prefixBlocks().get(), i).replace(" ", ", "))
                        .append(']');
            }
            out.append(row.append("}\n"));
        }
    }

    /** The hashes of a request with blanks between. */
    static String hashes(PrefixBlocks blocks, int request) {
        StringBuilder text = new StringBuilder();
        for (int i = blocks.offsets()[request]; i < blocks.offsets()[request + 1]; i++) {
            text.append(text.length() == 0 ? "" : " ").append(blocks.hashes()[i]);
        }
        return text.toString();
    }

    /** Exact decimal seconds without needless zeros: {@code 4.314579}, {@code 12}. */
    private static void appendSeconds(StringBuilder row, long nanos) {
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
