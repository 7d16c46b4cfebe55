package dev.capstan.trace;

import java.io.Closeable;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;

/**
 * A CSV file with a header, walked row by row. Lines that begin with {@code #} are comments; those above the header may
 * state a key and a value. Every fault names the line.
 */
final class CsvTable implements Closeable {

    private static final CSVFormat FORMAT = CSVFormat.RFC4180
            .builder()
            .setCommentMarker('#')
            .setIgnoreEmptyLines(true)
            .setTrim(true)
            .get();

    /** More characters than any number that means something; keeps hostile ones from costing memory. */
    private static final int LONGEST_NUMBER = 40;

    private static final int LARGEST_EXPONENT = 400;

    /** Half of what a long holds, so that sums and differences of two times cannot overflow. */
    static final long LATEST_NANOS = Long.MAX_VALUE / 2;

    private final Path file;
    private final SourceBytes source;
    private final CsvRecords records;
    private List<String> header;
    private final Map<String, String> remarks = new LinkedHashMap<>();
    private CSVRecord row;

    private CsvTable(Path file, SourceBytes source) throws IOException {
        this.file = file;
        this.source = source;
        this.records = new CsvRecords(file, source.stream(), FORMAT);
        if (!records.hasNext()) {
            throw new TraceException(file, "is empty. Maybe it was cut short: fetch or write it again.");
        }
        row = records.next();
        header = row.toList();
        if (row.hasComment()) {
            row.getComment().lines().map(Remark::of).forEach(remark -> remarks.put(remark.key(), remark.value()));
        }
    }

    static CsvTable open(Path file) throws IOException {
        SourceBytes source = SourceBytes.open(file);
        try {
            return new CsvTable(file, source);
        } catch (IOException | TraceException e) {
            source.close();
            throw e;
        }
    }

    List<String> header() {
        return header;
    }

    /** What the file states above its header, such as its licence. */
    Optional<String> remark(String key) {
        return Optional.ofNullable(remarks.get(key));
    }

    /** Index of a column. */
    int column(String name) {
        int column = header.indexOf(name);
        if (column < 0) {
            throw fault("there is no column '" + name + "'. Columns here: "
                    + ByteLines.printable(String.join(", ", header))
                    + ". Maybe the file has another format or no header.");
        }
        return column;
    }

    /** Says that the first row is data already: the present row stays on it, and messages use these names. */
    void nameColumns(List<String> names) {
        header = List.copyOf(names);
    }

    /** Goes to the next row, whatever its columns; false at the end. */
    boolean advance() {
        if (!records.hasNext()) {
            return false;
        }
        row = records.next();
        return true;
    }

    void requireAllColumns() {
        if (row.size() != header.size()) {
            throw fault("has " + row.size() + " columns, the header has " + header.size()
                    + ". Maybe the file was cut short: fetch or write it again.");
        }
    }

    String text(int column) {
        return row.get(column);
    }

    /** A finite decimal number. */
    double number(int column) {
        return decimal(column).doubleValue();
    }

    /** A decimal number of seconds, or of 10^-decimals of one, from 0, exactly in nanoseconds. */
    long nanos(int column, int decimalsToNanos) {
        BigDecimal nanos = decimal(column).movePointRight(decimalsToNanos);
        if (nanos.signum() < 0 || nanos.compareTo(BigDecimal.valueOf(LATEST_NANOS)) > 0) {
            throw fault(header.get(column) + " must be from 0 to 146 years, is " + text(column)
                    + ". Maybe it is in another unit.");
        }
        return nanos.setScale(0, RoundingMode.HALF_EVEN).longValue();
    }

    /** An ISO 8601 time with a zone. */
    Instant time(int column) {
        try {
            return representable(
                    OffsetDateTime.parse(text(column).replace(' ', 'T')).toInstant(), column);
        } catch (DateTimeException e) {
            throw fault(header.get(column) + " must be a time with its zone, such as 2024-01-01T00:00:00Z, is '"
                    + ByteLines.printable(text(column)) + "'. Maybe add Z for UTC.");
        }
    }

    /** A time without a zone in a format that says it is UTC. */
    Instant timeInUtc(int column, DateTimeFormatter format, String example) {
        try {
            LocalDateTime time = LocalDateTime.parse(text(column), format);
            return representable(time.toInstant(ZoneOffset.UTC), column);
        } catch (DateTimeException e) {
            throw fault(header.get(column) + " must be written as " + example + ", is '"
                    + ByteLines.printable(text(column)) + "'. Maybe the file was cut short: fetch it again.");
        }
    }

    Path file() {
        return file;
    }

    /** Number of the present line, from 1. */
    long line() {
        return records.line();
    }

    TraceException fault(String problem) {
        return fault(line(), problem);
    }

    /** Makes faults of a cell of the present row. */
    Function<String, TraceException> faultIn(int column) {
        return problem -> fault(header.get(column) + ": " + problem);
    }

    TraceException fault(long line, String problem) {
        return new TraceException(file, line, problem);
    }

    /** Origin of the trace; to be called once, after the last row. */
    TraceOrigin origin(String licence) throws IOException {
        return new TraceOrigin(file.toString(), source.finishSha256(), licence);
    }

    /** Origin of the trace under the licence the file states; to be called once, after the last row. */
    TraceOrigin origin() throws IOException {
        return origin(remark("licence").orElse(""));
    }

    @Override
    public void close() throws IOException {
        records.close();
        source.close();
    }

    private Instant representable(Instant time, int column) {
        if (time.getEpochSecond() < 0 || time.getEpochSecond() >= LATEST_NANOS / 1_000_000_000) {
            throw fault(header.get(column) + " must lie from 1970 to 2115, is " + time + ". Maybe its year is wrong.");
        }
        return time;
    }

    private BigDecimal decimal(int column) {
        String text = text(column);
        try {
            if (text.length() <= LONGEST_NUMBER) {
                BigDecimal value = new BigDecimal(text);
                if (Math.abs(value.scale()) < LARGEST_EXPONENT && Double.isFinite(value.doubleValue())) {
                    return value;
                }
            }
        } catch (NumberFormatException e) {
            // Told below, together with numbers out of range.
        }
        throw fault(header.get(column) + " must be a decimal number, is '" + ByteLines.printable(text)
                + "'. Maybe the value is missing: remove the row or fill it with one you can vouch for.");
    }
}
