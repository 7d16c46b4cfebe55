package dev.capstan.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/**
 * Power as Parquet: Capstan's own form, which holds a recording as its CSV does, sample by sample and gap by gap, with the
 * facts of every series as metadata; and tables of other origin, whose columns are stated.
 */
final class PowerParquet {

    private static final String VERSION_KEY = "capstan.power_recording";
    private static final String VERSION = "1";
    private static final String SERIES_KEY = "capstan.series.";
    private static final String TIME = "time_nanos";
    private static final String SERIES = "series";
    private static final String POWER = "power_watts";
    private static final String GAP_UNTIL = "gap_until_nanos";
    private static final String GAP_REASON = "gap_reason";

    private PowerParquet() {}

    /** Whether a Parquet file was written here. */
    static boolean isRecording(Path file) {
        return ParquetRows.statements(file).containsKey(VERSION_KEY);
    }

    static void write(PowerRecording recording, List<String> remarks, Path file) throws IOException {
        MessageType schema = new MessageType(
                "power",
                List.of(
                        Types.required(PrimitiveTypeName.INT64).named(TIME),
                        ParquetTable.text(SERIES),
                        Types.optional(PrimitiveTypeName.DOUBLE).named(POWER),
                        Types.optional(PrimitiveTypeName.INT64).named(GAP_UNTIL),
                        ParquetTable.text(GAP_REASON)));
        Map<String, String> statements = new LinkedHashMap<>();
        statements.put(VERSION_KEY, VERSION);
        statements.put(ParquetRows.UNITS_KEY, "nanoseconds from start, watts");
        ParquetRows.state(statements, recording.start(), recording.origin(), remarks);
        for (int i = 0; i < recording.series().size(); i++) {
            statements.put(
                    SERIES_KEY + (i + 1),
                    PowerRecordingCsv.facts(recording.series().get(i)));
        }
        try (ParquetTable table = new ParquetTable(file, schema, statements)) {
            for (PowerSeries series : recording.series()) {
                PowerTrace power = series.power();
                for (int i = 0; i < power.size(); i++) {
                    int sample = i;
                    table.row(cells -> {
                        cells.set(0, power.timeNanos()[sample]);
                        cells.set(1, series.name());
                        cells.set(2, power.watts()[sample]);
                    });
                }
                for (PowerRecording.Gap gap : series.gaps()) {
                    table.row(cells -> {
                        cells.set(0, gap.fromNanos());
                        cells.set(1, series.name());
                        cells.set(3, gap.toNanos());
                        cells.set(4, gap.reason());
                    });
                }
            }
        }
    }

    static PowerRecording read(Path file) throws IOException {
        Map<String, String> statements = ParquetRows.statements(file);
        String version = String.valueOf(statements.get(VERSION_KEY));
        if (!version.equals(VERSION)) {
            throw new TraceException(
                    file,
                    VERSION_KEY + " must be " + VERSION + ", is '" + ByteLines.printable(version)
                            + "'. Maybe read it as generic-power-parquet with its columns named.");
        }
        PowerRows rows = new PowerRows(file, 1, number -> statements.get(SERIES_KEY + number));
        Faults faults = new Faults(file);
        try (ParquetRows table = ParquetRows.open(file, Set.of(TIME, SERIES, POWER, GAP_UNTIL, GAP_REASON))) {
            table.check(TIME, "ns");
            while (table.advance()) {
                Function<String, TraceException> fault = fault(file, table);
                faults.guard(() -> addRow(table, rows, fault));
            }
        }
        faults.throwIfAny();
        return rows.recording(
                ParquetRows.start(file, statements),
                origin(file, statements.getOrDefault(ParquetRows.LICENCE_KEY, "")));
    }

    private static void addRow(ParquetRows table, PowerRows rows, Function<String, TraceException> fault) {
        PowerRows.Series series = rows.series(text(table, SERIES), fault);
        long time = nanos(text(table, TIME), 0, fault);
        String watts = table.text(POWER);
        if (watts == null) {
            series.addGap(time, nanos(text(table, GAP_UNTIL), 0, fault), text(table, GAP_REASON), fault);
        } else {
            series.addSample(time, Double.parseDouble(watts), fault);
        }
    }

    /** A table of other origin. */
    static PowerRecording read(Path file, PowerFormat.Table columns) throws IOException {
        Set<String> wanted = new LinkedHashSet<>(columns.power());
        wanted.add(columns.time());
        columns.series().ifPresent(wanted::add);
        boolean iso = columns.timeUnit().equals(PowerCsv.Columns.ISO);
        int decimals = PowerCsv.Columns.decimalsToNanos(columns.timeUnit());
        double wattsPerUnit = Quantity.wattsPer(columns.powerUnit());
        PowerAssembly assembly = new PowerAssembly();
        Faults faults = new Faults(file);
        try (ParquetRows table = ParquetRows.open(file, wanted)) {
            table.check(columns.time(), columns.timeUnit());
            while (table.advance()) {
                Function<String, TraceException> fault = fault(file, table);
                faults.guard(() -> {
                    String written = text(table, columns.time());
                    long time = iso ? isoNanos(written, fault) : nanos(written, decimals, fault);
                    for (String column : columns.power()) {
                        String name = columns.series()
                                .map(series -> text(table, series))
                                .orElseGet(() -> PowerTables.meterName(column));
                        assembly.meter(name, Map.of(), fault).add(time, text(table, column), wattsPerUnit, fault);
                    }
                });
            }
        }
        faults.throwIfAny();
        return assembly.build(file, PowerAssembly.GAP_IN_LOGGED_INTERVALS, true, origin(file, ""));
    }

    private static TraceOrigin origin(Path file, String licence) throws IOException {
        try (SourceBytes bytes = SourceBytes.open(file)) {
            return new TraceOrigin(file.toString(), bytes.finishSha256(), licence);
        }
    }

    private static Function<String, TraceException> fault(Path file, ParquetRows table) {
        long row = table.line();
        return problem -> new TraceException(file, row, problem);
    }

    private static String text(ParquetRows table, String column) {
        @Nullable String text = table.text(column);
        return text == null ? "" : text;
    }

    private static long nanos(String text, int decimals, Function<String, TraceException> fault) {
        long nanos = Decimals.nanos(text, decimals);
        if (nanos < 0) {
            throw fault.apply("a time must be a number from 0 to 146 years, is '" + ByteLines.printable(text)
                    + "'. Maybe it is in another unit.");
        }
        return nanos;
    }

    private static long isoNanos(String text, Function<String, TraceException> fault) {
        try {
            long nanos = PowerCsv.nanosSince1970(
                    OffsetDateTime.parse(text.replace(' ', 'T')).toInstant());
            if (nanos >= 0) {
                return nanos;
            }
        } catch (DateTimeException e) {
            // Told below, together with times out of range.
        }
        throw fault.apply("a time must have its zone, such as 2024-01-01T00:00:00Z, is '" + ByteLines.printable(text)
                + "'. Maybe add Z for UTC.");
    }
}
