package dev.capstan.trace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

    /** What is stated of a series, as JSON. */
    static String facts(PowerSeries series) throws IOException {
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
        Optional<Instant> start =
                Remark.start(table.file(), table.remark("start").orElse(""));
        PowerRows rows = new PowerRows(
                table.file(),
                table.line(),
                number -> table.remark("series " + number).orElse(null));
        new Faults(table.file()).eachRow(table, false, () -> addRow(table, rows));
        return rows.recording(start, table.origin());
    }

    private static void addRow(CsvTable table, PowerRows rows) {
        PowerRows.Series series = rows.series(table.text(1), table::fault);
        long time = table.nanos(0, 9);
        if (table.text(2).isEmpty()) {
            series.addGap(time, table.nanos(3, 9), table.text(4), table::fault);
            return;
        }
        if (!table.text(3).isEmpty() || !table.text(4).isEmpty()) {
            throw table.fault("a row has either watts or the end and reason of a gap. Maybe the row was edited.");
        }
        series.addSample(time, table.number(2), table::fault);
    }
}
