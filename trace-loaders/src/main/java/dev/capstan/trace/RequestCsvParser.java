package dev.capstan.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;

/** Parses the CSV forms of a request trace byte by byte, since a week of requests is more than a gigabyte of text. */
final class RequestCsvParser {

    private static final String AZURE_HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens";
    private static final String AZURE_LICENCE = "CC-BY-4.0 where the file is from Azure/AzurePublicDataset";
    private static final String CUT_SHORT = "Maybe the file was cut short: fetch or write it again.";
    private static final int FIRST_YEAR = 1970;
    private static final int LAST_YEAR = 2261;
    private static final long LONGEST_SECONDS = 9_000_000_000L;

    private final Path file;
    private final SourceBytes source;
    private final ByteLines lines;
    private final byte[] bytes;
    private int at;
    private int end;

    private String licence = "";
    private Optional<Instant> start = Optional.empty();
    private int dateKey = -1;
    private long dateSeconds;

    private final RequestColumns columns = new RequestColumns();

    RequestCsvParser(Path file, SourceBytes source) {
        this.file = file;
        this.source = source;
        this.lines = new ByteLines(file, source.stream());
        this.bytes = lines.bytes();
    }

    RequestTrace parse() throws IOException {
        boolean azure = readHeader();
        String[] names = (azure ? AZURE_HEADER : RequestTraces.CAPSTAN_HEADER).split(",", -1);
        long origin = 0;
        long before = Long.MIN_VALUE;
        while (lines.advance()) {
            if (lines.blank()) {
                continue;
            }
            at = lines.start();
            end = lines.end();
            long time = azure ? timestampNanos() : secondsNanos();
            if (time < before) {
                throw lines.fault(
                        "requests are not in order of arrival: this one comes before the one ahead of it",
                        "Maybe sort the rows by their first column and keep the header on top.");
            }
            before = time;
            separator(names[0], names[1]);
            int input = tokens(names[1], 0);
            separator(names[1], names[2]);
            int output = tokens(names[2], 1);
            if (at < end) {
                throw lines.fault("a row has 3 columns", "Maybe two rows ran into one.");
            }
            if (columns.size() == 0 && azure) {
                origin = time;
                start = Optional.of(Instant.ofEpochSecond(0, time));
            }
            columns.add(time - origin, input, output);
        }
        if (columns.size() == 0) {
            throw new TraceException(file, "has a header but no requests. " + CUT_SHORT);
        }
        return columns.trace(
                start, new TraceOrigin(file.toString(), source.finishSha256(), azure ? AZURE_LICENCE : licence));
    }

    /** Reads up to the header; true for the Azure form. */
    private boolean readHeader() throws IOException {
        while (lines.advance()) {
            String line = lines.text();
            if (line.startsWith("#")) {
                remark(line);
            } else if (line.equals(AZURE_HEADER)) {
                return true;
            } else if (line.equals(RequestTraces.CAPSTAN_HEADER)) {
                return false;
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
        } else if (remark.key().equals("start")) {
            try {
                start = Optional.of(Instant.parse(remark.value()));
            } catch (DateTimeException e) {
                throw lines.fault("start must be a time in UTC", "Maybe write # start: 2023-11-16T18:15:46.68Z.");
            }
        }
    }

    private void separator(String column, String nextColumn) {
        if (at == end) {
            throw lines.fault("the row ends before " + nextColumn, CUT_SHORT);
        }
        if (bytes[at] != ',') {
            throw lines.fault(column + " is followed by something that does not belong to it", "Expected a comma.");
        }
        at++;
    }

    private int tokens(String column, int least) {
        int from = at;
        long value = 0;
        while (at < end && isDigit(bytes[at]) && value <= Integer.MAX_VALUE) {
            value = value * 10 + bytes[at++] - '0';
        }
        if (at == from && at == end) {
            throw lines.fault("the row ends before " + column, CUT_SHORT);
        }
        if (at == from || value > Integer.MAX_VALUE || value < least) {
            throw lines.fault(
                    column + " must be a whole number from " + least + " to " + Integer.MAX_VALUE,
                    "Maybe a failed request: remove such rows first.");
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
            throw lines.fault(
                    "arrival_seconds must be a plain decimal number from 0 to " + LONGEST_SECONDS,
                    "Maybe write 0.00001 for 1e-5.");
        }
        long nanos = seconds * 1_000_000_000 + fractionNanos();
        while (at < end && isDigit(bytes[at])) {
            at++;
        }
        return nanos;
    }

    /** {@code 2023-11-16 18:17:03.9799600}, with or without a zone, as nanoseconds since 1970. */
    private long timestampNanos() {
        int year = digits(4);
        expect('-');
        int month = digits(2);
        expect('-');
        int day = digits(2);
        if (at < end && bytes[at] == 'T') {
            at++;
        } else {
            expect(' ');
        }
        int hour = digits(2);
        expect(':');
        int minute = digits(2);
        expect(':');
        int second = digits(2);
        if (hour > 23 || minute > 59 || second > 59) {
            throw badTimestamp();
        }
        long seconds = dateSeconds(year, month, day) + hour * 3600L + minute * 60L + second;
        int fraction = fractionNanos();
        return (seconds - zoneSeconds()) * 1_000_000_000 + fraction;
    }

    private long dateSeconds(int year, int month, int day) {
        int key = (year * 100 + month) * 100 + day;
        if (key != dateKey) {
            if (year < FIRST_YEAR || year > LAST_YEAR) {
                throw badTimestamp();
            }
            try {
                dateSeconds = LocalDate.of(year, month, day).toEpochDay() * 86_400;
            } catch (DateTimeException e) {
                throw badTimestamp();
            }
            dateKey = key;
        }
        return dateSeconds;
    }

    private int zoneSeconds() {
        if (at == end || bytes[at] == ',') {
            return 0;
        }
        byte sign = bytes[at++];
        if (sign == 'Z') {
            return 0;
        }
        int hours = digits(2);
        expect(':');
        int seconds = hours * 3600 + digits(2) * 60;
        if (sign != '+' && sign != '-') {
            throw badTimestamp();
        }
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

    private int digits(int count) {
        int value = 0;
        for (int i = 0; i < count; i++) {
            if (at == end || !isDigit(bytes[at])) {
                throw badTimestamp();
            }
            value = value * 10 + bytes[at++] - '0';
        }
        return value;
    }

    private void expect(char character) {
        if (at == end || bytes[at] != character) {
            throw badTimestamp();
        }
        at++;
    }

    private TraceException badTimestamp() {
        return lines.fault(
                "TIMESTAMP must be a time such as 2023-11-16 18:17:03.9799600 or 2024-05-10 00:00:00.009930+00:00",
                CUT_SHORT);
    }

    private static boolean isDigit(byte character) {
        return character >= '0' && character <= '9';
    }
}
