package dev.capstan.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Reads carbon intensity on a regular grid of times, an hour as a rule. The format of a file is told by its header:
 *
 * <ul>
 *   <li>{@code Datetime (UTC),...,Zone Id,Carbon Intensity gCO₂eq/kWh (direct),... (LCA),...}: the exports of
 *       Electricity Maps, the average mix. The column of the scope asked for is taken, for the whole file.
 *   <li>{@code time_utc,carbon_grams_per_kilowatt_hour}: Capstan's own. Lines {@code # zone: GB},
 *       {@code # signal: average} (or {@code marginal}) and {@code # scope: life-cycle} (or {@code direct}) must stand
 *       above the header.
 * </ul>
 */
public final class HourlyCarbonCsv {

    private static final String ELECTRICITY_MAPS_TIME = "Datetime (UTC)";
    private static final DateTimeFormatter ELECTRICITY_MAPS_FORMAT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);
    private static final String ELECTRICITY_MAPS_LICENCE = "ODbL, Electricity Maps";
    private static final String CAPSTAN_TIME = "time_utc";
    private static final String CAPSTAN_VALUE = "carbon_grams_per_kilowatt_hour";

    private HourlyCarbonCsv() {}

    /**
     * Reads a file.
     *
     * @param scope direct or life-cycle emissions; a file of the other scope is refused
     * @throws TraceException where the file or a line of it cannot be read: also a missing, double or shifted hour, a
     *     second zone, a negative intensity
     */
    public static CarbonTrace read(Path file, CarbonTrace.Scope scope) {
        try (CsvTable table = CsvTable.open(file)) {
            return table.header().contains(ELECTRICITY_MAPS_TIME)
                    ? readElectricityMaps(table, scope)
                    : readCapstan(table, scope);
        } catch (IOException e) {
            throw SourceBytes.unreadable(file, e);
        }
    }

    private static CarbonTrace readElectricityMaps(CsvTable table, CarbonTrace.Scope scope) throws IOException {
        Series series = new Series(table, table.column(ELECTRICITY_MAPS_TIME), intensityColumn(table, scope));
        int zoneColumn = table.column("Zone Id");
        String zone = "";
        while (table.advance()) {
            if (zone.isEmpty()) {
                zone = table.text(zoneColumn);
            }
            if (zone.isEmpty() || !zone.equals(table.text(zoneColumn))) {
                throw table.fault("Zone Id must be '" + ByteLines.printable(zone) + "' as in the first row, is '"
                        + ByteLines.printable(table.text(zoneColumn)) + "'. Maybe split the file by zone.");
            }
            series.add(table.timeInUtc(series.timeColumn, ELECTRICITY_MAPS_FORMAT, "2024-01-01 00:00:00"));
        }
        return series.trace(zone, CarbonTrace.Signal.AVERAGE, scope, ELECTRICITY_MAPS_LICENCE);
    }

    private static int intensityColumn(CsvTable table, CarbonTrace.Scope scope) {
        List<String> endings =
                scope == CarbonTrace.Scope.DIRECT ? List.of("(direct)") : List.of("(lca)", "(life cycle)");
        for (int i = 0; i < table.header().size(); i++) {
            String name = table.header().get(i).toLowerCase(Locale.ROOT);
            if (name.startsWith("carbon intensity") && endings.stream().anyMatch(name::endsWith)) {
                return i;
            }
        }
        throw table.fault(
                "there is no column 'Carbon Intensity ... " + endings.get(0) + "'. Maybe ask for the other scope.");
    }

    private static CarbonTrace readCapstan(CsvTable table, CarbonTrace.Scope scope) throws IOException {
        Series series = new Series(table, table.column(CAPSTAN_TIME), table.column(CAPSTAN_VALUE));
        String zone = stated(table, "zone", "GB");
        String signalText = stated(table, "signal", "average");
        CarbonTrace.Signal signal = switch (signalText) {
            case "average" -> CarbonTrace.Signal.AVERAGE;
            case "marginal" -> CarbonTrace.Signal.MARGINAL;
            default ->
                throw table.fault("signal must be average or marginal, is '" + ByteLines.printable(signalText)
                        + "'. Maybe write # signal: average.");
        };
        String asked = scope == CarbonTrace.Scope.DIRECT ? "direct" : "life-cycle";
        String found = stated(table, "scope", asked);
        if (!found.equals(asked)) {
            throw table.fault("scope is '" + ByteLines.printable(found) + "' but " + asked
                    + " was asked for; the two must not be mixed. Maybe ask for the scope of the file.");
        }
        while (table.advance()) {
            series.add(table.time(series.timeColumn));
        }
        return series.trace(zone, signal, scope, table.remark("licence").orElse(""));
    }

    private static String stated(CsvTable table, String key, String example) {
        return table.remark(key)
                .filter(value -> !value.isEmpty())
                .orElseThrow(() -> table.fault("the file must state its " + key
                        + " above the header. Maybe add a line '# " + key + ": " + example + "'."));
    }

    /** The values as they are read, all steps alike. */
    private static final class Series {

        private final CsvTable table;
        private final int timeColumn;
        private final int valueColumn;
        private Instant start = Instant.EPOCH;
        private long[] timeNanos = new long[1024];
        private double[] values = new double[1024];
        private int size;

        Series(CsvTable table, int timeColumn, int valueColumn) {
            this.table = table;
            this.timeColumn = timeColumn;
            this.valueColumn = valueColumn;
        }

        void add(Instant time) {
            if (size == values.length) {
                timeNanos = Arrays.copyOf(timeNanos, 2 * size);
                values = Arrays.copyOf(values, 2 * size);
            }
            if (size == 0) {
                start = time;
            }
            timeNanos[size] = Duration.between(start, time).toNanos();
            long step = size == 0 ? 0 : timeNanos[size] - timeNanos[size - 1];
            if (size > 0 && (step <= 0 || step != timeNanos[1])) {
                throw table.fault("the step to this row must be that of the first rows, "
                        + Quantity.formatDuration(timeNanos[1]) + ", and not " + Quantity.formatDuration(step)
                        + ". Maybe rows are missing, double or out of order, or the times are local and not UTC.");
            }
            values[size] = table.number(valueColumn);
            if (values[size] < 0) {
                throw table.fault(table.header().get(valueColumn) + " must be at least 0 g/kWh, is "
                        + table.text(valueColumn) + ". Maybe a mark for a missing value.");
            }
            size++;
        }

        CarbonTrace trace(String zone, CarbonTrace.Signal signal, CarbonTrace.Scope scope, String licence)
                throws IOException {
            if (size == 0) {
                throw table.fault("has a header but no values. Maybe it was cut short: fetch it again.");
            }
            return new CarbonTrace(
                    zone,
                    signal,
                    scope,
                    start,
                    Arrays.copyOf(timeNanos, size),
                    Arrays.copyOf(values, size),
                    table.origin(licence));
        }
    }
}
