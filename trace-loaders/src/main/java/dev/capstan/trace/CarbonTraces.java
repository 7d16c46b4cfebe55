package dev.capstan.trace;

import dev.capstan.trace.CarbonTrace.Scope;
import dev.capstan.trace.CarbonTrace.Signal;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/**
 * Reads and writes carbon intensity on a regular grid of times of any step. The format of a file is told by its content:
 *
 * <ul>
 *   <li>{@code Datetime (UTC),...,Zone Id,Carbon Intensity gCO₂eq/kWh (direct),... (LCA),...}: the exports of
 *       Electricity Maps, the average mix. The column of the scope asked for is taken, for the whole file.
 *   <li>the JSON answers of Electricity Maps to {@code history} and {@code past-range}: average, the scope as it says.
 *   <li>the JSON answers of NESO (Great Britain): average, direct; {@code actual} for all half-hours.
 *   <li>the JSON answers of WattTime v3 to {@code historical} and {@code forecast}, and its CSV
 *       {@code point_time,value} where {@code region}, {@code signal_type} and {@code units} are stated as columns or above
 *       the header: direct; {@code co2_moer} is marginal, {@code co2_aoer} average; pounds become grams.
 *   <li>{@code time_utc,carbon_grams_per_kilowatt_hour}: Capstan's own. Lines {@code # zone: GB},
 *       {@code # signal: average} (or {@code marginal}) and {@code # scope: life-cycle} (or {@code direct}) must stand
 *       above the header.
 * </ul>
 */
public final class CarbonTraces {

    private static final DateTimeFormatter ELECTRICITY_MAPS_FORMAT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);
    private static final String ELECTRICITY_MAPS_LICENCE = "ODbL, Electricity Maps";
    private static final String CAPSTAN_TIME = "time_utc";

    private CarbonTraces() {}

    /**
     * Reads a file, whichever signal it holds; {@link CarbonTrace#signal()} tells.
     *
     * @param scope direct or life-cycle emissions; a file of the other scope is refused
     * @throws TraceException where the file or a place of it cannot be read: also a missing, double or shifted row, a
     *     second zone, a negative intensity
     */
    public static CarbonTrace read(Path file, Scope scope) {
        FileHead head = FileHead.of(file);
        // Whatever tells nothing is taken for what it could be, and its reader says what is missing.
        CarbonFileFormat form = CarbonFileFormat.told(head)
                .orElse(head.isJson() ? CarbonFileFormat.NESO_JSON : CarbonFileFormat.CAPSTAN_CARBON_CSV);
        try {
            return require(file, read(file, form, scope), scope);
        } catch (IOException e) {
            throw SourceBytes.unreadable(file, e);
        }
    }

    private static CarbonTrace read(Path file, CarbonFileFormat form, Scope scope) throws IOException {
        if (form == CarbonFileFormat.NESO_JSON
                || form == CarbonFileFormat.WATTTIME_JSON
                || form == CarbonFileFormat.ELECTRICITY_MAPS_JSON) {
            return CarbonJson.read(file, form, scope, false);
        }
        try (CsvTable table = CsvTable.open(file)) {
            return switch (form) {
                case ELECTRICITY_MAPS_CSV -> readElectricityMaps(table, scope);
                case WATTTIME_CSV -> readWattTime(table);
                default -> readCapstan(table);
            };
        }
    }

    /**
     * Reads a file that must hold a signal.
     *
     * @param signal average or marginal; a file of the other is refused
     * @param scope direct or life-cycle emissions; a file of the other scope is refused
     * @throws TraceException as {@link #read(Path, Scope)}
     */
    public static CarbonTrace read(Path file, Signal signal, Scope scope) {
        CarbonTrace trace = read(file, scope);
        if (trace.signal() != signal) {
            throw new TraceException(
                    file,
                    "signal is '" + word(trace.signal()) + "' but " + word(signal)
                            + " was asked for; the two must not be mixed. Maybe ask for the signal of the file.");
        }
        return trace;
    }

    /**
     * Reads a file that does not say all that its numbers mean.
     *
     * @throws TraceException as {@link #read(Path, Scope)}
     */
    public static CarbonTrace read(Path file, CarbonFormat format) {
        if (format instanceof CarbonFormat.Table columns) {
            try (CsvTable table = CsvTable.open(file)) {
                return readColumns(table, columns);
            } catch (IOException e) {
                throw SourceBytes.unreadable(file, e);
            }
        }
        try {
            return CarbonJson.read(file, CarbonFileFormat.NESO_JSON, format.scope(), true);
        } catch (IOException e) {
            throw SourceBytes.unreadable(file, e);
        }
    }

    /**
     * Writes a trace in Capstan's own form, without loss.
     *
     * @throws TraceException where the file cannot be written
     */
    public static void writeCsv(CarbonTrace trace, Path file) {
        try (Writer out = Files.newBufferedWriter(file)) {
            writeCsv(trace, out);
        } catch (IOException e) {
            throw new TraceException(file, "cannot be written (" + e.getMessage() + ")", e);
        }
    }

    /** Writes a trace in Capstan's own form, without loss. */
    public static void writeCsv(CarbonTrace trace, Appendable out) throws IOException {
        out.append("# zone: ").append(Remark.oneLine(trace.zone())).append('\n');
        out.append("# signal: ").append(word(trace.signal())).append('\n');
        out.append("# scope: ").append(word(trace.scope())).append('\n');
        out.append("# units: g/kWh\n");
        writeRows(
                out,
                trace.origin(),
                trace.start(),
                trace.timeNanos(),
                trace.gramsPerKilowattHour(),
                CarbonFileFormat.VALUE);
    }

    /** The time zone, the licence, the header and the rows of a trace over UTC. */
    static void writeRows(
            Appendable out, TraceOrigin origin, Instant start, long[] timeNanos, double[] values, String valueColumn)
            throws IOException {
        out.append("# time zone: UTC\n");
        if (!origin.licence().isBlank()) {
            out.append("# licence: ").append(Remark.oneLine(origin.licence())).append('\n');
        }
        out.append(CAPSTAN_TIME).append(',').append(valueColumn).append('\n');
        for (int i = 0; i < timeNanos.length; i++) {
            out.append(start.plusNanos(timeNanos[i]).toString()).append(',');
            out.append(Double.toString(values[i])).append('\n');
        }
    }

    static String word(Signal signal) {
        return signal == Signal.AVERAGE ? "average" : "marginal";
    }

    static String word(Scope scope) {
        return scope == Scope.DIRECT ? "direct" : "life-cycle";
    }

    private static CarbonTrace require(Path file, CarbonTrace trace, Scope scope) {
        if (trace.scope() != scope) {
            throw new TraceException(
                    file,
                    "scope is '" + word(trace.scope()) + "' but " + word(scope)
                            + " was asked for; the two must not be mixed. Maybe ask for the scope of the file.");
        }
        return trace;
    }

    private static CarbonTrace readElectricityMaps(CsvTable table, Scope scope) throws IOException {
        int timeColumn = table.column(CarbonFileFormat.ELECTRICITY_MAPS_TIME);
        int valueColumn = intensityColumn(table, scope);
        int zoneColumn = table.column("Zone Id");
        SameText zone = new SameText("Zone Id", "split the file by zone");
        RegularValues values = new RegularValues();
        new Faults(table.file()).eachRow(table, false, () -> {
            zone.accept(table, zoneColumn);
            Instant time = table.timeInUtc(timeColumn, ELECTRICITY_MAPS_FORMAT, "2024-01-01 00:00:00");
            values.add(time, () -> intensity(table, valueColumn), table.faultIn(timeColumn));
        });
        return trace(table, values, zone.text, Signal.AVERAGE, scope, ELECTRICITY_MAPS_LICENCE);
    }

    private static int intensityColumn(CsvTable table, Scope scope) {
        List<String> endings = scope == Scope.DIRECT ? List.of("(direct)") : List.of("(lca)", "(life cycle)");
        for (int i = 0; i < table.header().size(); i++) {
            String name = table.header().get(i).toLowerCase(Locale.ROOT);
            if (name.startsWith("carbon intensity") && endings.stream().anyMatch(name::endsWith)) {
                return i;
            }
        }
        throw table.fault(
                "there is no column 'Carbon Intensity ... " + endings.get(0) + "'. Maybe ask for the other scope.");
    }

    private static CarbonTrace readWattTime(CsvTable table) throws IOException {
        int timeColumn = table.column("point_time");
        int valueColumn = table.column("value");
        SameText region = stated(table, "region", "CAISO_NORTH");
        SameText type = stated(table, "signal_type", "co2_moer");
        SameText units = stated(table, "units", CarbonJson.WATT_TIME_UNITS);
        RegularValues values = new RegularValues();
        new Faults(table.file()).eachRow(table, false, () -> {
            for (SameText one : List.of(region, type, units)) {
                if (table.header().contains(one.name)) {
                    one.accept(table, table.column(one.name));
                }
            }
            CarbonJson.wattTimeUnits(units.text, table::fault);
            values.add(
                    table.time(timeColumn),
                    () -> intensity(table, valueColumn) * CarbonJson.GRAMS_PER_KILOWATT_HOUR_OF_A_POUND,
                    table.faultIn(timeColumn));
        });
        Signal signal = CarbonJson.wattTimeSignal(type.text, table::fault);
        return trace(
                table,
                values,
                region.text,
                signal,
                Scope.DIRECT,
                table.remark("licence").orElse(""));
    }

    /** What WattTime's CSV says in a column or above its header. */
    private static SameText stated(CsvTable table, String name, String example) {
        SameText text = new SameText(name, "split the file by " + name);
        if (!table.header().contains(name)) {
            text.text = remark(table, name, example);
        }
        return text;
    }

    private static CarbonTrace readCapstan(CsvTable table) throws IOException {
        int timeColumn = table.column(CAPSTAN_TIME);
        int valueColumn = table.column(CarbonFileFormat.VALUE);
        String zone = remark(table, "zone", "GB");
        String signalText = remark(table, "signal", "average");
        Signal signal = switch (signalText) {
            case "average" -> Signal.AVERAGE;
            case "marginal" -> Signal.MARGINAL;
            default ->
                throw table.fault("signal must be average or marginal, is '" + ByteLines.printable(signalText)
                        + "'. Maybe write # signal: average.");
        };
        String scopeText = remark(table, "scope", "life-cycle");
        Scope scope = switch (scopeText) {
            case "direct" -> Scope.DIRECT;
            case "life-cycle" -> Scope.LIFE_CYCLE;
            default ->
                throw table.fault("scope must be direct or life-cycle, is '" + ByteLines.printable(scopeText)
                        + "'. Maybe write # scope: life-cycle.");
        };
        RegularValues values = new RegularValues();
        new Faults(table.file())
                .eachRow(
                        table,
                        false,
                        () -> values.add(
                                table.time(timeColumn),
                                () -> intensity(table, valueColumn),
                                table.faultIn(timeColumn)));
        return trace(table, values, zone, signal, scope, table.remark("licence").orElse(""));
    }

    private static CarbonTrace readColumns(CsvTable table, CarbonFormat.Table format) throws IOException {
        int timeColumn = table.column(format.time());
        int valueColumn = table.column(format.value());
        double gramsPerUnit = Quantity.carbonGramsPerKilowattHour("1 " + format.unit());
        RegularValues values = new RegularValues();
        new Faults(table.file()).eachRow(table, false, () -> {
            Instant time = format.timeZone().isPresent()
                    ? localTime(table, timeColumn, format.timeZone().get())
                    : table.time(timeColumn);
            values.add(time, () -> intensity(table, valueColumn) * gramsPerUnit, table.faultIn(timeColumn));
        });
        return trace(
                table,
                values,
                format.zone(),
                format.signal(),
                format.scope(),
                table.remark("licence").orElse(""));
    }

    private static Instant localTime(CsvTable table, int column, ZoneId zone) {
        try {
            Instant time = LocalDateTime.parse(table.text(column).replace(' ', 'T'))
                    .atZone(zone)
                    .toInstant();
            if (time.getEpochSecond() >= 0 && time.getEpochSecond() < Long.MAX_VALUE / 2 / 1_000_000_000) {
                return time;
            }
        } catch (DateTimeException e) {
            // Told below, together with times out of range.
        }
        throw table.fault(table.header().get(column) + " must be a time from 1970 to 2115 without a zone, such as"
                + " 2024-01-01T00:00:00, is '" + ByteLines.printable(table.text(column))
                + "'. Maybe it has a zone: then give no time zone.");
    }

    /** What a file of Capstan's own must state above its header. */
    static String remark(CsvTable table, String key, String example) {
        return table.remark(key)
                .filter(value -> !value.isEmpty())
                .orElseThrow(() -> table.fault("the file must state its " + key
                        + " above the header. Maybe add a line '# " + key + ": " + example + "'."));
    }

    private static double intensity(CsvTable table, int column) {
        double value = table.number(column);
        if (value < 0) {
            throw table.fault(table.header().get(column) + " must be at least 0 g/kWh, is " + table.text(column)
                    + ". Maybe a mark for a missing value.");
        }
        return value == 0 ? 0 : value;
    }

    private static CarbonTrace trace(
            CsvTable table, RegularValues values, String zone, Signal signal, Scope scope, String licence)
            throws IOException {
        values.requireSome(table::fault);
        try {
            RegularValues.requireZone(zone);
        } catch (IllegalArgumentException e) {
            throw table.fault(String.valueOf(e.getMessage()));
        }
        return new CarbonTrace(
                zone, signal, scope, values.start(), values.timeNanos(), values.values(), table.origin(licence));
    }

    /** A column that must hold one text throughout. */
    private static final class SameText {

        private final String name;
        private final String hint;
        private String text = "";

        SameText(String name, String hint) {
            this.name = name;
            this.hint = hint;
        }

        void accept(CsvTable table, int column) {
            if (text.isEmpty()) {
                text = table.text(column);
            }
            if (text.isEmpty() || !text.equals(table.text(column))) {
                throw table.fault(name + " must be '" + ByteLines.printable(text) + "' as in the first row, is '"
                        + ByteLines.printable(table.text(column)) + "'. Maybe " + hint + ".");
            }
        }
    }
}
