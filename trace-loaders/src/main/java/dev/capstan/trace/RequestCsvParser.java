package dev.capstan.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;

/** Parses the CSV forms of a request trace byte by byte, since a week of requests is more than a gigabyte of text. */
final class RequestCsvParser {

    static final String AZURE_HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens";
    static final String AZURE_LICENCE = "CC-BY-4.0 where the file is from Azure/AzurePublicDataset";
    private static final String CUT_SHORT = "Maybe the file was cut short: fetch or write it again.";
    private static final int FIRST_YEAR = 1970;
    private static final int LAST_YEAR = 2261;
    private static final long LONGEST_SECONDS = 9_000_000_000L;

    private static final int LINE_BYTES = 1 << 16;
    private static final int MINUTE_BYTES = "2023-11-16 18:17".length();
    private static final long FAILED = Long.MIN_VALUE;
    private static final long ROWS_BETWEEN_PROGRESS = (1 << 16) - 1;

    private final Path file;
    private final SourceBytes source;
    private final ByteLines lines;
    private final byte[] bytes;
    private final RequestReading reading;
    private final Faults faults;
    private int at;
    private int end;
    private String problem = "";
    private String hint = "";

    private boolean azure;
    private String licence = "";
    private String recipe = "";
    private Optional<Instant> start = Optional.empty();

    // The minute of the row before: rows in order share it, so that its text is compared and not parsed.
    private long minuteHead;
    private long minuteTail;
    private long minuteSeconds;

    RequestCsvParser(Path file, SourceBytes source, RequestReading reading) {
        this.reading = reading;
        this.file = file;
        this.source = source;
        this.lines = new ByteLines(file, source.stream(), LINE_BYTES);
        this.bytes = lines.bytes();
        this.faults = new Faults(file);
    }

    RequestTrace parse() throws IOException {
        if (reading.sort() || reading.skipFailures()) {
            readHeader();
            RequestRows rows =
                    new RequestRows(file, reading, azure ? RequestRows.Clock.EPOCH : RequestRows.Clock.TRACE);
            TraceOrigin origin = rows(rows::add, reading.skipFailures() ? 0 : 1);
            return rows.finish(start, Optional.empty(), () -> origin);
        }
        RequestColumns columns = new RequestColumns();
        TraceOrigin origin = scan(columns);
        return columns.trace(start, origin);
    }

    /** Hands over the requests one by one; throws after the last line if any of them was bad. */
    TraceOrigin scan(RequestSink sink) throws IOException {
        readHeader();
        return rows(sink, 1);
    }

    private TraceOrigin rows(RequestSink sink, int leastOutput) throws IOException {
        String[] names = (azure ? AZURE_HEADER : RequestTraces.CAPSTAN_HEADER).split(",", -1);
        long rows = 0;
        long origin = 0;
        long before = FAILED;
        while (lines.advance()) {
            if (lines.blank()) {
                continue;
            }
            rows++;
            if ((rows & ROWS_BETWEEN_PROGRESS) == 0) {
                sink.progress(source.bytesRead());
            }
            at = lines.start();
            end = lines.end();
            long time = azure ? timestampNanos() : secondsNanos();
            int input = time == FAILED || !separator(names[0], names[1]) ? -1 : tokens(names[1], 0);
            int output = input < 0 || !separator(names[1], names[2]) ? -1 : tokens(names[2], leastOutput);
            if (output < 0 || !whole() || !inOrder(before, time)) {
                faults.add(lines.number(), problem, lines::text, hint);
            } else if (faults.none()) {
                if (rows == 1) {
                    if (azure && reading.equals(RequestReading.STRICT)) {
                        origin = time;
                        start = Optional.of(Instant.ofEpochSecond(0, time));
                    }
                    sink.begin(start);
                }
                sink.accept(time - origin, input, output);
            }
            before = time == FAILED ? before : time;
        }
        faults.throwIfAny();
        if (rows == 0) {
            throw new TraceException(file, "has a header but no requests. " + CUT_SHORT);
        }
        return new TraceOrigin(file.toString(), source.finishSha256(), azure ? AZURE_LICENCE : licence, recipe);
    }

    private boolean whole() {
        return at == end || failed("a row has 3 columns", "Maybe two rows ran into one.");
    }

    private boolean inOrder(long before, long time) {
        return time >= before
                || reading.sort()
                || failed(
                        "requests are not in order of arrival: this one comes before the one ahead of it",
                        "Maybe sort the rows by their first column and keep the header on top, or ask for sorting (--sort).");
    }

    /** Keeps what is wrong with the present row; always false. */
    private boolean failed(String what, String tryThis) {
        problem = what;
        hint = tryThis;
        return false;
    }

    /** Reads up to the header. */
    private void readHeader() throws IOException {
        while (lines.advance()) {
            String line = lines.text();
            if (line.startsWith("#")) {
                remark(line);
            } else if (line.equals(AZURE_HEADER)) {
                azure = true;
                return;
            } else if (line.equals(RequestTraces.CAPSTAN_HEADER)) {
                return;
            } else {
                throw lines.fault(
                        "the header is not that of a request trace",
                        "Allowed: " + AZURE_HEADER + " or " + RequestTraces.CAPSTAN_HEADER
                                + ". Maybe rename the columns.");
            }
        }
        throw new TraceException(file, "is empty. " + CUT_SHORT);
    }

    private void remark(String line) {
        Remark remark = Remark.of(line);
        if (remark.key().equals("licence")) {
            licence = remark.value();
        } else if (remark.key().equals("recipe")) {
            recipe = remark.value();
        } else if (remark.key().equals("start")) {
            try {
                start = Optional.of(Instant.parse(remark.value()));
            } catch (DateTimeException e) {
                throw lines.fault("start must be a time in UTC", "Maybe write # start: 2023-11-16T18:15:46.68Z.");
            }
        }
    }

    private boolean separator(String column, String nextColumn) {
        if (at == end) {
            return failed("the row ends before " + nextColumn, CUT_SHORT);
        }
        return bytes[at++] == ','
                || failed(column + " is followed by something that does not belong to it", "Expected a comma.");
    }

    /** A whole number, or -1 where there is none. */
    private int tokens(String column, int least) {
        int from = at;
        long value = 0;
        while (at < end && isDigit(bytes[at]) && value <= Integer.MAX_VALUE) {
            value = value * 10 + bytes[at++] - '0';
        }
        if (at == from && at == end) {
            failed("the row ends before " + column, CUT_SHORT);
            return -1;
        }
        if (at == from || value > Integer.MAX_VALUE || value < least) {
            failed(
                    column + " must be a whole number from " + least + " to " + Integer.MAX_VALUE,
                    "Maybe a failed request: ask to leave such rows out (--skip-failed).");
            return -1;
        }
        return (int) value;
    }

    /** {@code 12.000000345}: seconds from the start of the trace. */
    private long secondsNanos() {
        int from = at;
        long seconds = 0;
        while (at < end && isDigit(bytes[at]) && seconds <= LONGEST_SECONDS) {
            seconds = seconds * 10 + bytes[at++] - '0';
        }
        if (at == from || seconds > LONGEST_SECONDS) {
            failed(
                    "arrival_seconds must be a plain decimal number from 0 to " + LONGEST_SECONDS,
                    "Maybe write 0.00001 for 1e-5.");
            return FAILED;
        }
        long nanos = seconds * 1_000_000_000 + fractionNanos();
        while (at < end && isDigit(bytes[at])) {
            at++;
        }
        return nanos;
    }

    /** {@code 2023-11-16 18:17:03.9799600}, with or without a zone, as nanoseconds since 1970. */
    private long timestampNanos() {
        int second = minute() && expect(':') ? digits(2) : -1;
        if (second < 0 || second > 59) {
            return badTimestamp();
        }
        int fraction = fractionNanos();
        int zone = at < end && bytes[at] != ',' ? zoneSeconds() : 0;
        if (zone == Integer.MIN_VALUE) {
            return badTimestamp();
        }
        return (minuteSeconds + second - zone) * 1_000_000_000 + fraction;
    }

    /** Reads {@code 2023-11-16 18:17} into {@link #minuteSeconds}; false where it is none. */
    private boolean minute() {
        if (end - at < MINUTE_BYTES) {
            return false;
        }
        long head = (long) ByteLines.EIGHT_BYTES.get(bytes, at);
        long tail = (long) ByteLines.EIGHT_BYTES.get(bytes, at + Long.BYTES);
        if (head == minuteHead && tail == minuteTail) {
            at += MINUTE_BYTES;
            return true;
        }
        int year = digits(4);
        int month = year < FIRST_YEAR || year > LAST_YEAR || !expect('-') ? -1 : digits(2);
        int day = month < 0 || !expect('-') ? -1 : digits(2);
        if (day < 0 || (bytes[at] != 'T' && bytes[at] != ' ')) {
            return false;
        }
        at++;
        int hour = digits(2);
        int minute = hour < 0 || hour > 23 || !expect(':') ? -1 : digits(2);
        if (minute < 0 || minute > 59) {
            return false;
        }
        try {
            minuteSeconds = LocalDate.of(year, month, day).toEpochDay() * 86_400 + hour * 3600L + minute * 60L;
        } catch (DateTimeException e) {
            return false;
        }
        minuteHead = head;
        minuteTail = tail;
        return true;
    }

    /** {@code Z} or {@code +02:00}; {@link Integer#MIN_VALUE} where it is neither. */
    private int zoneSeconds() {
        byte sign = bytes[at++];
        if (sign == 'Z') {
            return 0;
        }
        int hours = sign == '+' || sign == '-' ? digits(2) : -1;
        int minutes = hours < 0 || hours > 18 || !expect(':') ? -1 : digits(2);
        if (minutes < 0 || minutes > 59) {
            return Integer.MIN_VALUE;
        }
        int seconds = hours * 3600 + minutes * 60;
        return sign == '+' ? seconds : -seconds;
    }

    /** A point and up to nine digits, or nothing. */
    private int fractionNanos() {
        if (at == end || bytes[at] != '.') {
            return 0;
        }
        at++;
        int nanos = 0;
        int place = 100_000_000;
        while (at < end && isDigit(bytes[at]) && place > 0) {
            nanos += (bytes[at++] - '0') * place;
            place /= 10;
        }
        return nanos;
    }

    /** So many digits, or -1. */
    private int digits(int count) {
        if (end - at < count) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < count; i++) {
            byte digit = bytes[at++];
            if (!isDigit(digit)) {
                return -1;
            }
            value = value * 10 + digit - '0';
        }
        return value;
    }

    private boolean expect(char character) {
        return at < end && bytes[at++] == character;
    }

    private long badTimestamp() {
        failed(
                "TIMESTAMP must be a time such as 2023-11-16 18:17:03.9799600 or 2024-05-10 00:00:00.009930+00:00",
                CUT_SHORT);
        return FAILED;
    }

    private static boolean isDigit(byte character) {
        return character >= '0' && character <= '9';
    }
}
