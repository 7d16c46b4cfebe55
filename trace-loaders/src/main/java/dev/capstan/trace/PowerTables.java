package dev.capstan.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The forms of power that are tables of comma-separated values. */
final class PowerTables {

    private static final DateTimeFormatter NVIDIA_SMI_TIME =
            DateTimeFormatter.ofPattern("uuuu/MM/dd HH:mm:ss.SSS", Locale.ROOT);
    private static final String NVIDIA_SMI_EXAMPLE = "2024/04/29 17:39:05.123";
    private static final Pattern WITH_WATTS = Pattern.compile("([-0-9.]+) W");
    private static final Pattern PCI_BUS_ID = Pattern.compile("[0-9A-Fa-f]{8}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\\.\\d");

    /** What an exporter or nvidia-smi says of a GPU besides its readings. */
    private static final List<String> GPU_FACTS = List.of(
            "index", "gpu_uuid", "uuid", "name", "gpu_name", "pci.bus_id", "gpu_bus_id", "serial", "gpu_serial");

    private static final List<String> EXPORTER_LABELS = List.of(
            "gpu",
            "UUID",
            "uuid",
            "device",
            "modelName",
            "pci_bus_id",
            "Hostname",
            "hostname",
            "GPU_I_PROFILE",
            "GPU_I_ID",
            "namespace",
            "pod",
            "container",
            "exported_namespace",
            "exported_pod",
            "exported_container",
            "instance",
            "job");

    private final CsvTable table;
    private final PowerAssembly assembly = new PowerAssembly();
    private final Faults faults;

    private PowerTables(CsvTable table) {
        this.table = table;
        this.faults = new Faults(table.file());
    }

    static PowerRecording read(Path file, PowerFileFormat form, Optional<PowerFormat> given) throws IOException {
        try (CsvTable table = CsvTable.open(file)) {
            PowerTables tables = new PowerTables(table);
            return switch (form) {
                case CAPSTAN_POWER_CSV -> PowerRecordingCsv.read(table);
                case PTDAEMON_LOG -> tables.ptDaemon();
                case POWER_SWEEP_CSV -> tables.sweep();
                case DCGM_CSV -> tables.dcgmTable();
                case NVIDIA_SMI_CSV ->
                    tables.nvidiaSmi(
                            given.map(PowerFormat.NvidiaSmi.class::cast).map(PowerFormat.NvidiaSmi::zone));
                case GENERIC_POWER_CSV ->
                    tables.columns(given.map(PowerFormat.Table.class::cast).orElseThrow());
                default -> tables.columns(tables.detectedColumns());
            };
        }
    }

    private PowerRecording ptDaemon() throws IOException {
        PowerCsv.namePtDaemonColumns(table);
        faults.eachRow(table, true, () -> add("wall", Map.of(), PowerCsv.ptDaemonNanos(table), 3, table.text(3), 1));
        return logged(true);
    }

    private PowerRecording sweep() throws IOException {
        table.nameColumns(PowerFileFormat.SWEEP);
        faults.eachRow(table, true, () -> {
            if (table.nanos(0, 9) < PowerCsv.FIRST_EPOCH_NANOS) {
                throw table.fault("epoch_s must be seconds since 1970, is " + ByteLines.printable(table.text(0))
                        + ". Maybe the file has another form: add a header.");
            }
            add(table.text(1), Map.of(), table.nanos(0, 9), 2, table.text(2), 1);
        });
        return logged(true);
    }

    private PowerRecording nvidiaSmi(Optional<ZoneId> zone) throws IOException {
        boolean headless =
                PowerFileFormat.NVIDIA_SMI_CLOCK.matcher(table.header().get(0)).matches();
        int timeColumn = headless ? 0 : table.column("timestamp");
        int powerColumn = headless ? onlyColumnOf(WITH_WATTS, "with watts") : smiPowerColumn();
        int nameColumn = headless ? headlessGpuColumn() : smiNameColumn();
        List<String> header = table.header();
        if (headless) {
            List<String> names = new ArrayList<>();
            for (int i = 0; i < header.size(); i++) {
                names.add(i == timeColumn ? "timestamp" : i == powerColumn ? "power.draw [W]" : "column " + (i + 1));
            }
            table.nameColumns(names);
        }
        faults.eachRow(table, headless, () -> {
            Instant time = table.timeInUtc(timeColumn, NVIDIA_SMI_TIME, NVIDIA_SMI_EXAMPLE);
            if (zone.isPresent()) {
                time = LocalDateTime.ofInstant(time, ZoneOffset.UTC)
                        .atZone(zone.get())
                        .toInstant();
            }
            Matcher watts = WITH_WATTS.matcher(table.text(powerColumn));
            Map<String, String> facts = new TreeMap<>();
            for (int i = 0; !headless && i < header.size(); i++) {
                if (GPU_FACTS.contains(header.get(i)) && i != nameColumn) {
                    facts.put(header.get(i), table.text(i));
                }
            }
            add(
                    nameColumn < 0 ? "gpu" : table.text(nameColumn),
                    facts,
                    PowerCsv.nanosSince1970(time),
                    powerColumn,
                    watts.matches() ? watts.group(1) : table.text(powerColumn),
                    1);
        });
        return logged(zone.isPresent());
    }

    private int smiPowerColumn() {
        for (String name : PowerFileFormat.NVIDIA_SMI_POWER) {
            if (table.header().contains(name)) {
                return table.header().indexOf(name);
            }
        }
        throw table.fault("there is no column 'power.draw [W]'. Columns here: "
                + ByteLines.printable(String.join(", ", table.header())) + ". Maybe query power.draw too.");
    }

    private int smiNameColumn() {
        for (String name : List.of("uuid", "gpu_uuid", "pci.bus_id", "gpu_bus_id", "index")) {
            if (table.header().contains(name)) {
                return table.header().indexOf(name);
            }
        }
        return -1;
    }

    /** The UUID, else the bus, else the index, which has no unit; -1 where none of them was asked for. */
    private int headlessGpuColumn() {
        List<String> row = table.header();
        for (int i = 1; i < row.size(); i++) {
            if (row.get(i).startsWith("GPU-")) {
                return i;
            }
        }
        for (int i = 1; i < row.size(); i++) {
            if (PCI_BUS_ID.matcher(row.get(i)).matches()) {
                return i;
            }
        }
        return row.size() > 1 && row.get(1).matches("\\d{1,3}") ? 1 : -1;
    }

    private int onlyColumnOf(Pattern form, String what) {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < table.header().size(); i++) {
            if (form.matcher(table.header().get(i)).matches()) {
                found.add(i);
            }
        }
        if (found.size() != 1) {
            throw table.fault("a file of nvidia-smi without a header must have one column " + what + " (350.00 W), has "
                    + found.size() + ". Maybe write it without noheader and nounits.");
        }
        return found.get(0);
    }

    /** Rows of an exporter's metric: the same rules as for its text form. */
    private PowerRecording dcgmTable() throws IOException {
        int powerColumn = table.column(PowerFileFormat.DCGM_POWER);
        TimeColumn time = timeColumn();
        List<String> header = table.header();
        PrometheusSeries series = new PrometheusSeries(Optional.empty());
        faults.eachRow(table, false, () -> {
            Map<String, String> labels = new TreeMap<>();
            labels.put(PrometheusSeries.NAME, PowerFileFormat.DCGM_POWER);
            for (int i = 0; i < header.size(); i++) {
                if (EXPORTER_LABELS.contains(header.get(i)) && !table.text(i).isEmpty()) {
                    labels.put(header.get(i), table.text(i));
                }
            }
            long line = table.line();
            series.add(
                    labels,
                    time.nanos(table),
                    table.text(powerColumn),
                    problem -> table.fault(line, PowerFileFormat.DCGM_POWER + ": " + problem));
        });
        return series.recording(table.file(), PowerAssembly.GAP_IN_LOGGED_INTERVALS, table.origin());
    }

    private PowerFormat.Table detectedColumns() {
        TimeColumn time = timeColumn();
        List<String> header = table.header();
        if (header.contains("series") && header.contains("power_watts")) {
            return new PowerFormat.Table(time.name(), time.unit(), List.of("power_watts"), "W", Optional.of("series"));
        }
        List<String> power =
                header.stream().filter(name -> name.endsWith("_watts")).toList();
        if (power.isEmpty()) {
            throw unknown("no column 'power_watts' or '..._watts'");
        }
        return new PowerFormat.Table(time.name(), time.unit(), power, "W", Optional.empty());
    }

    private TimeColumn timeColumn() {
        for (TimeColumn known : List.of(
                new TimeColumn("time_seconds", "s"),
                new TimeColumn("epoch_s", "s"),
                new TimeColumn("epoch_ms", "ms"),
                new TimeColumn("time_utc", PowerCsv.Columns.ISO))) {
            if (table.header().contains(known.name())) {
                return known;
            }
        }
        throw unknown("no column time_seconds, epoch_s, epoch_ms or time_utc");
    }

    private TraceException unknown(String lack) {
        return table.fault("is of no form of power that says its units: " + lack + ". Columns here: "
                + ByteLines.printable(String.join(", ", table.header()))
                + ". Maybe state its columns and units (--format generic-power-csv, --map, --unit).");
    }

    /** A column of times and how it writes them. */
    private record TimeColumn(String name, String unit) {

        long nanos(CsvTable table) {
            int column = table.column(name);
            return unit.equals(PowerCsv.Columns.ISO)
                    ? PowerCsv.nanosSince1970(table.time(column))
                    : table.nanos(column, PowerCsv.Columns.decimalsToNanos(unit));
        }
    }

    private PowerRecording columns(PowerFormat.Table format) throws IOException {
        TimeColumn time = new TimeColumn(format.time(), format.timeUnit());
        table.column(format.time());
        List<Integer> power = format.power().stream().map(table::column).toList();
        int seriesColumn = format.series().map(table::column).orElse(-1);
        double wattsPerUnit = Quantity.wattsPer(format.powerUnit());
        faults.eachRow(table, false, () -> {
            long nanos = time.nanos(table);
            for (int column : power) {
                String name = seriesColumn < 0 ? meterName(table.header().get(column)) : table.text(seriesColumn);
                add(name, Map.of(), nanos, column, table.text(column), wattsPerUnit);
            }
        });
        return logged(true);
    }

    /** The meter of a column. */
    static String meterName(String column) {
        return column.endsWith("_watts") ? column.substring(0, column.length() - "_watts".length()) : column;
    }

    private void add(
            String name, Map<String, String> labels, long timeNanos, int column, String text, double wattsPerUnit) {
        assembly.meter(name, labels, table::fault).add(timeNanos, text, wattsPerUnit, table.faultIn(column));
    }

    private PowerRecording logged(boolean zoned) throws IOException {
        return assembly.build(table.file(), PowerAssembly.GAP_IN_LOGGED_INTERVALS, zoned, table.origin());
    }
}
