package dev.capstan.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads a CSV file of one meter's power. Each sample holds until the next one, the last for as long as the one ahead of
 * it.
 *
 * <p>Nothing is repaired: a mark for a missing sample (below 0 W, above 10 GW), times out of order and a gap of more than
 * ten times the usual interval (the median) are errors that name the line, because every guess would be counted as
 * measured energy.
 */
public final class PowerCsv {

    /** A site draws gigawatts at most, a meter's mark for "no value" may be 9.2e18. */
    static final double IMPLAUSIBLE_WATTS = 1e10;

    private static final int LONGEST_GAP_IN_INTERVALS = 10;

    /** Numbers from here on (1973 in seconds) are times since 1970, those below are times since the start. */
    static final long FIRST_EPOCH_NANOS = 100_000_000L * 1_000_000_000L;

    private static final DateTimeFormatter PTDAEMON_TIME =
            DateTimeFormatter.ofPattern("MM-dd-uuuu HH:mm:ss.SSS", Locale.ROOT);

    private PowerCsv() {}

    /**
     * Which columns hold what.
     *
     * @param time name of the column of times
     * @param timeUnit {@code s}, {@code ms}, {@code us} or {@code ns} for numbers, from the start or from 1970;
     *     {@code iso8601} for times with a zone
     * @param power name of the column of power
     * @param powerUnit such as {@code W} or {@code kW}
     */
    public record Columns(String time, String timeUnit, String power, String powerUnit) {

        /** Capstan's own: {@code time_seconds,power_watts}. */
        public static final Columns DEFAULT = new Columns("time_seconds", "s", "power_watts", "W");

        static final String ISO = "iso8601";

        /** @throws IllegalArgumentException for an unknown unit */
        public Columns {
            decimalsToNanos(timeUnit);
            Quantity.wattsPer(powerUnit);
        }

        static int decimalsToNanos(String timeUnit) {
            return switch (timeUnit) {
                case "s", ISO -> 9;
                case "ms" -> 6;
                case "us" -> 3;
                case "ns" -> 0;
                default ->
                    throw new IllegalArgumentException(
                            "'" + timeUnit + "' is not a unit of time. Allowed: s, ms, us, ns, " + ISO + ".");
            };
        }
    }

    /**
     * Reads a file with the columns {@code time_seconds,power_watts}, or a log of SPEC's PTDaemon, as MLPerf publishes
     * them, told by its first line. The daemon writes no zone; its times are taken as UTC.
     *
     * @throws TraceException as {@link #read(Path, Columns)}
     */
    public static PowerTrace read(Path file) {
        try (CsvTable table = CsvTable.open(file)) {
            return isPtDaemonLog(table.header()) ? readPtDaemonLog(table) : read(table, Columns.DEFAULT);
        } catch (IOException e) {
            throw SourceBytes.unreadable(file, e);
        }
    }

    /**
     * Reads a file; columns that are not named are skipped.
     *
     * @throws TraceException where the file or a line of it cannot be read
     */
    public static PowerTrace read(Path file, Columns columns) {
        try (CsvTable table = CsvTable.open(file)) {
            return read(table, columns);
        } catch (IOException e) {
            throw SourceBytes.unreadable(file, e);
        }
    }

    private static PowerTrace read(CsvTable table, Columns columns) throws IOException {
        int timeColumn = table.column(columns.time());
        int powerColumn = table.column(columns.power());
        double wattsPerUnit = Quantity.wattsPer(columns.powerUnit());
        boolean iso = columns.timeUnit().equals(Columns.ISO);
        int decimals = Columns.decimalsToNanos(columns.timeUnit());
        Samples samples = new Samples(table, timeColumn, powerColumn);
        samples.faults.eachRow(
                table,
                false,
                () -> samples.add(
                        iso ? nanosSince1970(table.time(timeColumn)) : table.nanos(timeColumn, decimals),
                        wattsPerUnit));
        return samples.trace();
    }

    /** Whether the times of such a file tell a start: numbers below are taken for times since some start. */
    static boolean tellsStart(Instant start) {
        return start.getEpochSecond() >= FIRST_EPOCH_NANOS / 1_000_000_000L;
    }

    /** Writes one meter's power, its times since 1970 where it has a start that they tell. */
    static void write(PowerTrace power, Appendable out) throws IOException {
        long origin = power.start()
                .filter(PowerCsv::tellsStart)
                .map(PowerCsv::nanosSince1970)
                .orElse(0L);
        out.append("# units: seconds since ")
                .append(origin > 0 ? "1970" : "some start")
                .append(", watts\n# time zone: UTC\n");
        if (!power.origin().licence().isBlank()) {
            out.append("# licence: ")
                    .append(Remark.oneLine(power.origin().licence()))
                    .append('\n');
        }
        out.append(Columns.DEFAULT.time())
                .append(',')
                .append(Columns.DEFAULT.power())
                .append('\n');
        for (int i = 0; i < power.size(); i++) {
            out.append(Decimals.seconds(origin + power.timeNanos()[i]))
                    .append(',')
                    .append(Double.toString(power.watts()[i]))
                    .append('\n');
        }
    }

    static boolean isPtDaemonLog(List<String> cells) {
        return cells.size() > 3 && cells.get(0).equals("Time") && cells.get(2).equals("Watts");
    }

    /** {@code Time,07-17-2024 20:49:56.945,Watts,2511.100000,Volts,...}: no header, the first line is a sample. */
    private static PowerTrace readPtDaemonLog(CsvTable table) throws IOException {
        namePtDaemonColumns(table);
        Samples samples = new Samples(table, 1, 3);
        samples.faults.eachRow(table, true, () -> samples.add(ptDaemonNanos(table), 1));
        return samples.trace();
    }

    /** Every value of the daemon stands behind its name. */
    static void namePtDaemonColumns(CsvTable table) {
        List<String> names = new ArrayList<>(table.header());
        for (int i = 1; i < names.size(); i += 2) {
            names.set(i, names.get(i - 1));
        }
        table.nameColumns(names);
    }

    static long ptDaemonNanos(CsvTable table) {
        return nanosSince1970(table.timeInUtc(1, PTDAEMON_TIME, "07-17-2024 20:49:56.945"));
    }

    static long nanosSince1970(Instant time) {
        return time.getEpochSecond() * 1_000_000_000L + time.getNano();
    }

    /** The samples as they are read. */
    private static final class Samples {

        private final CsvTable table;
        private final Faults faults;
        private final int timeColumn;
        private final int powerColumn;
        private long[] times = new long[1024];
        private double[] watts = new double[1024];
        private long[] lines = new long[1024];
        private int size;
        private long ahead = -1;

        Samples(CsvTable table, int timeColumn, int powerColumn) {
            this.table = table;
            this.faults = new Faults(table.file());
            this.timeColumn = timeColumn;
            this.powerColumn = powerColumn;
        }

        void add(long timeNanos, double wattsPerUnit) {
            if (size == times.length) {
                times = Arrays.copyOf(times, 2 * size);
                watts = Arrays.copyOf(watts, 2 * size);
                lines = Arrays.copyOf(lines, 2 * size);
            }
            // The next row is measured against this one, so that one wrong row makes one fault.
            boolean late = timeNanos <= ahead;
            ahead = timeNanos;
            times[size] = timeNanos;
            watts[size] = table.number(powerColumn) * wattsPerUnit;
            lines[size] = table.line();
            if (watts[size] < 0 || watts[size] > IMPLAUSIBLE_WATTS) {
                throw table.fault(table.header().get(powerColumn) + " must be between 0 W and 10 GW, is "
                        + table.text(powerColumn) + ". Maybe the meter's mark for a missing sample: remove the row, the"
                        + " sample ahead then holds longer.");
            }
            if (late) {
                throw table.fault(table.header().get(timeColumn) + " must be later than in the row ahead, is "
                        + table.text(timeColumn) + ". Maybe the file holds more than one meter: split it.");
            }
            size++;
        }

        PowerTrace trace() throws IOException {
            if (size < 2) {
                throw table.fault("has " + size + " samples; at least 2 are needed to tell how long one holds."
                        + " Maybe the file was cut short.");
            }
            long origin = times[0];
            long[] timeNanos = new long[size];
            for (int i = 0; i < size; i++) {
                timeNanos[i] = times[i] - origin;
            }
            refuseGaps(timeNanos);
            return new PowerTrace(
                    timeNanos,
                    Arrays.copyOf(watts, size),
                    2 * timeNanos[size - 1] - timeNanos[size - 2],
                    origin >= FIRST_EPOCH_NANOS ? Optional.of(Instant.ofEpochSecond(0, origin)) : Optional.empty(),
                    table.origin());
        }

        private void refuseGaps(long[] timeNanos) {
            long[] intervals = new long[timeNanos.length - 1];
            for (int i = 0; i < intervals.length; i++) {
                intervals[i] = timeNanos[i + 1] - timeNanos[i];
            }
            long[] sorted = intervals.clone();
            Arrays.sort(sorted);
            long usual = sorted[sorted.length / 2];
            for (int i = 0; i < intervals.length; i++) {
                if (intervals[i] > LONGEST_GAP_IN_INTERVALS * (double) usual) {
                    faults.add(table.fault(
                            lines[i + 1],
                            "no sample for " + Quantity.formatDuration(intervals[i]) + ", the usual interval is "
                                    + Quantity.formatDuration(usual)
                                    + ". Maybe the meter was silent: cut the file there, or fill the gap with rows you"
                                    + " can vouch for."));
                }
            }
            faults.throwIfAny();
        }
    }
}
