package dev.capstan.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text form in which exporters show their metrics, {@code name{label="value"} watts time}, and in which
 * {@code promtool tsdb dump} writes them. Times are milliseconds since 1970, or seconds as OpenMetrics has them.
 */
final class PrometheusText {

    private static final Pattern METRIC = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)?\\s*(\\{)?");
    private static final Pattern LABEL =
            Pattern.compile("\\s*([a-zA-Z_][a-zA-Z0-9_]*)\\s*=\\s*\"((?:[^\"\\\\]|\\\\.)*+)\"\\s*,?");
    private static final Pattern VALUE_AND_TIME = Pattern.compile("\\s*(\\S+)(?:\\s+([-+0-9.eE]+))?\\s*(?:#.*)?");

    /** As seconds this is the year 5138, as milliseconds 1973. */
    private static final long FIRST_MILLIS = 100_000_000_000L;

    private PrometheusText() {}

    static PowerRecording read(Path file, Optional<PowerFormat.Prometheus> wanted) throws IOException {
        PrometheusSeries series = new PrometheusSeries(wanted);
        Faults faults = new Faults(file);
        try (SourceBytes source = SourceBytes.open(file)) {
            ByteLines lines = new ByteLines(file, source.stream());
            while (lines.advance()) {
                faults.guard(() -> {
                    String text = lines.utf8();
                    if (!text.isBlank() && !text.startsWith("#")) {
                        long line = lines.number();
                        addLine(text, series, problem -> new TraceException(file, line, problem));
                    }
                });
            }
            faults.throwIfAny();
            TraceOrigin origin = new TraceOrigin(file.toString(), source.finishSha256(), "");
            return series.recording(file, PowerAssembly.GAP_IN_LOGGED_INTERVALS, origin);
        }
    }

    private static void addLine(String text, PrometheusSeries series, Function<String, TraceException> fault) {
        Matcher metric = METRIC.matcher(text);
        if (!metric.lookingAt()) {
            throw malformed(text, fault);
        }
        Map<String, String> labels = new TreeMap<>();
        if (metric.group(1) != null) {
            if (!series.takes(metric.group(1))) {
                return;
            }
            labels.put(PrometheusSeries.NAME, metric.group(1));
        }
        int at = metric.end();
        if (metric.group(2) != null) {
            Matcher label = LABEL.matcher(text);
            while (label.region(at, text.length()).lookingAt()) {
                labels.put(label.group(1), unescaped(label.group(2)));
                at = label.end();
            }
            if (at >= text.length() || text.charAt(at) != '}') {
                throw malformed(text, fault);
            }
            at++;
        }
        Matcher value = VALUE_AND_TIME.matcher(text).region(at, text.length());
        if (!value.matches()) {
            throw malformed(text, fault);
        }
        if (!series.takes(labels.getOrDefault(PrometheusSeries.NAME, ""))) {
            return;
        }
        if (value.group(2) == null) {
            throw fault.apply(
                    "the sample has no time, and a trace needs times. Maybe let a Prometheus scrape the exporter"
                            + " and read its answer to query_range.");
        }
        series.add(labels, nanos(value.group(2), fault), value.group(1), fault);
    }

    private static long nanos(String text, Function<String, TraceException> fault) {
        long seconds = Decimals.nanos(text, 0) < FIRST_MILLIS ? Decimals.nanos(text, 9) : Decimals.nanos(text, 6);
        if (seconds < PowerCsv.FIRST_EPOCH_NANOS) {
            throw fault.apply("time must be milliseconds or seconds since 1970, is '" + ByteLines.printable(text)
                    + "'. Maybe the file was edited.");
        }
        return seconds;
    }

    private static TraceException malformed(String text, Function<String, TraceException> fault) {
        return fault.apply("expected name{label=\"value\"} number time, is '" + ByteLines.printable(text)
                + "'. Maybe the line was cut short.");
    }

    private static String unescaped(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (next == '\\' && i + 1 < text.length()) {
                i++;
                next = text.charAt(i) == 'n' ? '\n' : text.charAt(i);
            }
            plain.append(next);
        }
        return plain.toString();
    }
}
