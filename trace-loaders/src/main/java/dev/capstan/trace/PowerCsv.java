package dev.capstan.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

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
    private static final double IMPLAUSIBLE_WATTS = 1e10;

    private static final int LONGEST_GAP_IN_INTERVALS = 10;

    /** Numbers from here on (1973 in seconds) are times since 1970, those below are times since the start. */
    private static final long FIRST_EPOCH_NANOS = 100_000_000L * 1_000_000_000L;

    private static final Map<String, Integer> DECIMALS_TO_NANOS =
            new TreeMap<>(Map.of("s", 9, "ms", 6, "us", 3, "ns", 0));

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

        private static final String ISO = "iso8601";

        /** @throws IllegalArgumentException for an unknown unit */
        public Columns {
            if (!timeUnit.equals(ISO) && !DECIMALS_TO_NANOS.containsKey(timeUnit)) {
                throw new IllegalArgumentException("'" + timeUnit + "' is not a unit of time. Allowed: "
                        + String.join(", ", DECIMALS_TO_NANOS.keySet()) + ", " + ISO + ".");
            }
            Quantity.wattsPer(powerUnit);
        }
    }

    /**
     * Reads a file with the columns {@code time_seconds,power_watts}.
     *
     * @throws TraceException as {@link #read(Path, Columns)}
     */
    public static PowerTrace read(Path file) {
        return read(file, Columns.DEFAULT);
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
        long[] times = new long[1024];
        double[] watts = new double[1024];
        long[] lines = new long[1024];
        int size = 0;
        while (table.advance()) {
            if (size == times.length) {
                times = Arrays.copyOf(times, 2 * size);
                watts = Arrays.copyOf(watts, 2 * size);
                lines = Arrays.copyOf(lines, 2 * size);
            }
            times[size] = columns.timeUnit().equals(Columns.ISO)
                    ? nanosSince1970(table.time(timeColumn))
                    : table.nanos(timeColumn, DECIMALS_TO_NANOS.get(columns.timeUnit()));
            watts[size] = plausible(table, powerColumn, wattsPerUnit);
            lines[size] = table.line();
            if (size > 0 && times[size] <= times[size - 1]) {
                throw table.fault(columns.time() + " must be later than in the row ahead, is " + table.text(timeColumn)
                        + ". Maybe the file holds more than one meter: split it.");
            }
            size++;
        }
        if (size < 2) {
            throw table.fault("has " + size + " samples; at least 2 are needed to tell how long one holds."
                    + " Maybe the file was cut short.");
        }
        long origin = times[0];
        boolean wallClock = columns.timeUnit().equals(Columns.ISO) || origin >= FIRST_EPOCH_NANOS;
        long[] timeNanos = new long[size];
        for (int i = 0; i < size; i++) {
            timeNanos[i] = times[i] - origin;
        }
        refuseGaps(table, timeNanos, lines);
        return new PowerTrace(
                timeNanos,
                Arrays.copyOf(watts, size),
                2 * timeNanos[size - 1] - timeNanos[size - 2],
                wallClock ? Optional.of(Instant.ofEpochSecond(0, origin)) : Optional.empty(),
                table.origin());
    }

    private static long nanosSince1970(Instant time) {
        return time.getEpochSecond() * 1_000_000_000L + time.getNano();
    }

    private static double plausible(CsvTable table, int column, double wattsPerUnit) {
        double watts = table.number(column) * wattsPerUnit;
        if (watts < 0 || watts > IMPLAUSIBLE_WATTS) {
            throw table.fault(table.header().get(column) + " must be between 0 W and 10 GW, is " + table.text(column)
                    + ". Maybe the meter's mark for a missing sample: remove the row, the sample ahead then holds"
                    + " longer.");
        }
        return watts;
    }

    private static void refuseGaps(CsvTable table, long[] timeNanos, long[] lines) {
        long[] intervals = new long[timeNanos.length - 1];
        for (int i = 0; i < intervals.length; i++) {
            intervals[i] = timeNanos[i + 1] - timeNanos[i];
        }
        long[] sorted = intervals.clone();
        Arrays.sort(sorted);
        long usual = sorted[sorted.length / 2];
        for (int i = 0; i < intervals.length; i++) {
            if (intervals[i] / LONGEST_GAP_IN_INTERVALS > usual) {
                throw table.fault(
                        lines[i + 1],
                        "no sample for " + Quantity.formatDuration(intervals[i]) + ", the usual interval is "
                                + Quantity.formatDuration(usual)
                                + ". Maybe the meter was silent: cut the file there, or fill the gap with rows you can"
                                + " vouch for.");
            }
        }
    }
}
