package dev.capstan.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The table that {@code dcgmi dmon} prints: a line for each entity, again and again, without times. Only whole boards
 * ({@code GPU n}) are taken, since MIG instances repeat the power of their board.
 */
final class DcgmDmonText {

    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final List<String> POWER_COLUMNS = List.of("POWER", "PWR", "POWUSG");

    private final Path file;
    private final long intervalNanos;
    private final PowerAssembly assembly = new PowerAssembly();
    private final Map<String, Long> rows = new HashMap<>();
    private int powerColumn = -1;
    private int columns;

    private DcgmDmonText(Path file, long intervalNanos) {
        this.file = file;
        this.intervalNanos = intervalNanos;
    }

    static PowerRecording read(Path file, Optional<PowerFormat.DcgmDmon> format) throws IOException {
        long interval = format.map(PowerFormat.DcgmDmon::intervalNanos)
                .orElseThrow(() -> new TraceException(
                        file, "is of dcgmi dmon, which writes no times. Maybe give what -d was (--interval)."));
        DcgmDmonText text = new DcgmDmonText(file, interval);
        Faults faults = new Faults(file);
        try (SourceBytes source = SourceBytes.open(file)) {
            ByteLines lines = new ByteLines(file, source.stream());
            while (lines.advance()) {
                faults.guard(() -> text.addLine(lines.utf8().strip(), lines.number()));
            }
            faults.throwIfAny();
            return text.assembly.build(
                    file,
                    PowerAssembly.GAP_IN_LOGGED_INTERVALS,
                    false,
                    new TraceOrigin(file.toString(), source.finishSha256(), ""));
        }
    }

    private void addLine(String line, long number) {
        String[] cells = BLANKS.split(line.startsWith("#") ? line.substring(1).strip() : line);
        if (cells[0].equals("Entity")) {
            columns = cells.length;
            powerColumn = -1;
            for (int i = 1; i < cells.length; i++) {
                if (POWER_COLUMNS.contains(cells[i])) {
                    powerColumn = i;
                }
            }
            if (powerColumn < 0) {
                throw new TraceException(
                        file,
                        number,
                        "there is no column POWER. Columns here: " + ByteLines.printable(String.join(", ", cells))
                                + ". Maybe ask for field 155, power usage, with -e.");
            }
            return;
        }
        if (!cells[0].equals("GPU")) {
            return;
        }
        // The entity takes two cells, "GPU 0".
        if (powerColumn < 0 || cells.length != columns + 1) {
            throw new TraceException(
                    file,
                    number,
                    "expected GPU, its number and " + Math.max(0, columns - 1) + " values, is '"
                            + ByteLines.printable(line) + "'. Maybe the line was cut short.");
        }
        long row = rows.merge(cells[1], 1L, Long::sum) - 1;
        assembly.meter("GPU " + cells[1], Map.of("gpu", cells[1]), problem -> new TraceException(file, number, problem))
                .add(
                        nanosOf(row, number),
                        cells[powerColumn + 1],
                        1,
                        problem -> new TraceException(file, number, problem));
    }

    private long nanosOf(long row, long number) {
        if (row > Long.MAX_VALUE / 4 / intervalNanos) {
            throw new TraceException(
                    file, number, "lies more than 73 years after the start. Maybe the interval is wrong.");
        }
        return row * intervalNanos;
    }
}
