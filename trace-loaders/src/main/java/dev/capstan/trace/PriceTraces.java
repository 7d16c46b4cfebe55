package dev.capstan.trace;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Function;

/**
 * Reads and writes prices of electricity on a regular grid of times of any step:
 *
 * <ul>
 *   <li>CSV {@code time_utc,price_per_megawatt_hour}, Capstan's own, with lines {@code # zone: DE-LU} and
 *       {@code # currency: EUR} above the header;
 *   <li>JSON {@code {"zone":"DE-LU","currency":"EUR","unit":"MWh","prices":[{"time":"2024-01-01T00:00Z","price":-1.5}]}}.
 * </ul>
 */
public final class PriceTraces {

    private static final String TIME = "time_utc";
    private static final String VALUE = PriceFileFormat.VALUE;

    private PriceTraces() {}

    /**
     * What a CSV file with a header does not say of itself.
     *
     * @param time name of the column of times, which have their zone
     * @param value name of the column of prices per megawatt-hour
     * @param currency three letters of ISO 4217
     * @param zone the bidding zone
     */
    public record Columns(String time, String value, String currency, String zone) {

        /** @throws IllegalArgumentException for a currency or zone that is none */
        public Columns {
            PriceTrace.requireCurrency(currency);
            RegularValues.requireZone(zone);
        }
    }

    /**
     * Reads a file that says its zone and currency.
     *
     * @throws TraceException where the file or a place of it cannot be read: also a missing, double or shifted row
     */
    public static PriceTrace read(Path file) {
        try {
            if (FileHead.of(file).isJson()) {
                return readJson(JsonDocument.read(file));
            }
            try (CsvTable table = CsvTable.open(file)) {
                String zone = CarbonTraces.remark(table, "zone", "DE-LU");
                String currency = CarbonTraces.remark(table, "currency", "EUR");
                return read(table, columns(TIME, VALUE, currency, zone, table::fault));
            }
        } catch (IOException e) {
            throw SourceBytes.unreadable(file, e);
        }
    }

    /**
     * Reads a CSV file of other columns.
     *
     * @throws TraceException as {@link #read(Path)}
     */
    public static PriceTrace read(Path file, Columns columns) {
        try (CsvTable table = CsvTable.open(file)) {
            return read(table, columns);
        } catch (IOException e) {
            throw SourceBytes.unreadable(file, e);
        }
    }

    /**
     * Writes a trace in Capstan's own form, without loss.
     *
     * @throws TraceException where the file cannot be written
     */
    public static void writeCsv(PriceTrace trace, Path file) {
        try (Writer out = Files.newBufferedWriter(file)) {
            writeCsv(trace, out);
        } catch (IOException e) {
            throw new TraceException(file, "cannot be written (" + e.getMessage() + ")", e);
        }
    }

    /** Writes a trace in Capstan's own form, without loss. */
    public static void writeCsv(PriceTrace trace, Appendable out) throws IOException {
        out.append("# zone: ").append(trace.zone()).append('\n');
        out.append("# currency: ").append(trace.currency()).append('\n');
        out.append("# units: ").append(trace.currency()).append("/MWh\n");
        CarbonTraces.writeRows(out, trace.origin(), trace.start(), trace.timeNanos(), trace.perMegawattHour(), VALUE);
    }

    private static Columns columns(
            String time, String value, String currency, String zone, Function<String, TraceException> fault) {
        try {
            return new Columns(time, value, currency, zone);
        } catch (IllegalArgumentException e) {
            throw fault.apply(e.getMessage());
        }
    }

    private static PriceTrace read(CsvTable table, Columns columns) throws IOException {
        int timeColumn = table.column(columns.time());
        int valueColumn = table.column(columns.value());
        RegularValues values = new RegularValues();
        new Faults(table.file())
                .eachRow(
                        table,
                        false,
                        () -> values.add(
                                table.time(timeColumn), () -> table.number(valueColumn), table.faultIn(timeColumn)));
        values.requireSome(table::fault);
        return trace(columns, values, table.origin());
    }

    private static PriceTrace readJson(JsonDocument document) {
        JsonDocument.Value root = document.root();
        JsonDocument.Value unit = root.get("unit");
        if (!unit.text().equals("MWh")) {
            throw unit.fault(
                    "unit must be MWh, is '" + ByteLines.printable(unit.text()) + "'. Maybe convert the prices first.");
        }
        Columns columns = columns(
                TIME, VALUE, root.get("currency").text(), root.get("zone").text(), root::fault);
        RegularValues values = new RegularValues();
        Faults faults = new Faults(document.file());
        for (JsonDocument.Value item : root.get("prices").items()) {
            faults.guard(() -> {
                JsonDocument.Value time = item.get("time");
                values.add(RegularValues.instant(time), () -> RegularValues.number(item.get("price")), time::fault);
            });
        }
        faults.throwIfAny();
        values.requireSome(root.get("prices")::fault);
        String licence = root.find("licence").map(JsonDocument.Value::text).orElse("");
        return trace(
                columns,
                values,
                new TraceOrigin(document.origin().path(), document.origin().sha256(), licence));
    }

    private static PriceTrace trace(Columns columns, RegularValues values, TraceOrigin origin) {
        Instant start = values.start();
        return new PriceTrace(columns.zone(), columns.currency(), start, values.timeNanos(), values.values(), origin);
    }
}
