package dev.capstan.trace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Capstan's own form of a power recording: units, start and every series with its labels and end above the header, then
 * the samples of each series and its gaps, a gap being a row with an end and a reason in place of watts.
 */
final class PowerRecordingCsv {

    static final List<String> HEADER =
            List.of("time_seconds", "series", "power_watts", "gap_until_seconds", "gap_reason");

    private static final JsonFactory JSON = new JsonFactory();

    private PowerRecordingCsv() {}

    static void write(PowerRecording recording, Appendable out) throws IOException {
        out.append("# units: seconds from start, watts\n# time zone: UTC\n");
        if (!recording.origin().licence().isBlank()) {
            out.append("# licence: ")
                    .append(Remark.oneLine(recording.origin().licence()))
                    .append('\n');
        }
        if (recording.start().isPresent()) {
            out.append("# start: ").append(recording.start().get().toString()).append('\n');
        }
        for (int i = 0; i < recording.series().size(); i++) {
            out.append("# series ")
                    .append(Integer.toString(i + 1))
                    .append(": ")
                    .append(facts(recording.series().get(i)))
                    .append('\n');
        }
        out.append(String.join(",", HEADER)).append('\n');
        for (PowerSeries series : recording.series()) {
            String name = quoted(series.name());
            PowerTrace power = series.power();
            for (int i = 0; i < power.size(); i++) {
                out.append(Decimals.seconds(power.timeNanos()[i]))
                        .append(',')
                        .append(name)
                        .append(',');
                out.append(Double.toString(power.watts()[i])).append(",,\n");
            }
            for (PowerRecording.Gap gap : series.gaps()) {
                out.append(Decimals.seconds(gap.fromNanos()))
                        .append(',')
                        .append(name)
                        .append(",,");
                out.append(Decimals.seconds(gap.toNanos())).append(',');
                out.append(quoted(gap.reason())).append('\n');
            }
        }
    }

    private static String facts(PowerSeries series) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("name", series.name());
            json.writeStringField("end_seconds", Decimals.seconds(series.power().endNanos()));
            json.writeObjectFieldStart("labels");
            for (Map.Entry<String, String> label : series.labels().entrySet()) {
                json.writeStringField(label.getKey(), label.getValue());
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        return text.toString();
    }

    private static String quoted(String text) {
        return text.matches("[\\w.:/@-][\\w.:/@ -]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    static PowerRecording read(CsvTable table) throws IOException {
        Optional<Instant> start = start(table);
        Map<String, Rows> series = new LinkedHashMap<>();
        for (int i = 1; ; i++) {
            Optional<String> facts = table.remark("series " + i);
            if (facts.isEmpty()) {
                break;
            }
            Rows rows = rows(table, facts.get());
            if (series.put(rows.name, rows) != null) {
                throw table.fault("series '" + ByteLines.printable(rows.name) + "' is stated twice. Maybe remove one.");
            }
        }
        if (series.isEmpty()) {
            throw table.fault("the file must state its series above the header. Maybe add a line"
                    + " '# series 1: {\"name\":\"gpu0\",\"end_seconds\":\"60\",\"labels\":{}}'.");
        }
        new Faults(table.file()).eachRow(table, false, () -> {
            Rows rows = series.get(table.text(1));
            if (rows == null) {
                throw table.fault("series '" + ByteLines.printable(table.text(1))
                        + "' is not stated above the header. Maybe the file was put together from two.");
            }
            rows.addRow(table);
        });
        TraceOrigin origin = table.origin();
        List<PowerSeries> whole = new ArrayList<>();
        for (Rows rows : series.values()) {
            try {
                whole.add(rows.series(start, origin));
            } catch (IllegalArgumentException e) {
                throw new TraceException(
                        table.file(),
                        "series '" + ByteLines.printable(rows.name) + "': " + e.getMessage()
                                + ". Maybe rows were lost or edited.",
                        e);
            }
        }
        return new PowerRecording(whole, start, origin);
    }

    private static Optional<Instant> start(CsvTable table) {
        try {
            return table.remark("start").map(Instant::parse);
        } catch (DateTimeException e) {
            throw table.fault("start must be a time such as 2024-01-01T00:00:00Z, is '"
                    + ByteLines.printable(table.remark("start").orElse("")) + "'. Maybe add Z for UTC.");
        }
    }

    private static Rows rows(CsvTable table, String facts) {
        JsonDocument.Value value =
                JsonDocument.parse(table.file(), table.line(), facts).root();
        String end = value.get("end_seconds").text();
        long endNanos = Decimals.nanos(end, 9);
        Map<String, String> labels = new TreeMap<>();
        value.get("labels").fields().forEach((key, label) -> labels.put(key, label.text()));
        if (endNanos < 1) {
            throw table.fault(
                    "end_seconds must be above 0, is '" + ByteLines.printable(end) + "'. Maybe the line was edited.");
        }
        return new Rows(value.get("name").text(), labels, endNanos);
    }

    /** The rows of one series as they are read. */
    private static final class Rows {

        private final String name;
        private final Map<String, String> labels;
        private final long endNanos;
        private final List<PowerRecording.Gap> gaps = new ArrayList<>();
        private long[] times = new long[64];
        private double[] watts = new double[64];
        private int size;

        Rows(String name, Map<String, String> labels, long endNanos) {
            this.name = name;
            this.labels = labels;
            this.endNanos = endNanos;
        }

        void addRow(CsvTable table) {
            long time = table.nanos(0, 9);
            if (table.text(2).isEmpty()) {
                long until = table.nanos(3, 9);
                try {
                    gaps.add(new PowerRecording.Gap(time, until, table.text(4)));
                } catch (IllegalArgumentException e) {
                    throw table.fault(e.getMessage() + ". Maybe the row was edited.");
                }
                return;
            }
            if (!table.text(3).isEmpty() || !table.text(4).isEmpty()) {
                throw table.fault("a row has either watts or the end and reason of a gap. Maybe the row was edited.");
            }
            if (size == times.length) {
                times = Arrays.copyOf(times, 2 * size);
                watts = Arrays.copyOf(watts, 2 * size);
            }
            times[size] = time;
            watts[size] = table.number(2);
            if (!(watts[size] >= 0)) {
                throw table.fault("power_watts must be at least 0, is " + ByteLines.printable(table.text(2))
                        + ". Maybe a mark for no value: state a gap.");
            }
            if (size > 0 && time <= times[size - 1]) {
                // The next sample is measured against this one, so that one wrong row makes one fault.
                times[size - 1] = time;
                throw table.fault("time_seconds must be later than in the sample ahead of '" + ByteLines.printable(name)
                        + "'. Maybe rows are double or out of order.");
            }
            size++;
        }

        PowerSeries series(Optional<Instant> start, TraceOrigin origin) {
            PowerTrace power =
                    new PowerTrace(Arrays.copyOf(times, size), Arrays.copyOf(watts, size), endNanos, start, origin);
            return new PowerSeries(name, labels, power, gaps);
        }
    }
}
