package dev.capstan.trace;

import java.io.Closeable;
import java.io.FilterReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Objects;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** The records of a CSV file, one after the other, each of bounded length. */
final class CsvRecords implements Closeable {

    private final Path file;
    private final BoundedReader text;
    private final CSVParser parser;
    private final Iterator<CSVRecord> records;

    CsvRecords(Path file, InputStream bytes, CSVFormat format) throws IOException {
        this.file = file;
        this.text = new BoundedReader(bytes);
        this.parser = CSVParser.builder().setReader(text).setFormat(format).get();
        this.records = parser.iterator();
    }

    /** Whether there is another record; throws where what follows cannot be one. */
    boolean hasNext() {
        text.readOfRecord = 0;
        try {
            return records.hasNext();
        } catch (UncheckedIOException e) {
            throw broken(Objects.requireNonNull(e.getCause()));
        }
    }

    CSVRecord next() {
        return records.next();
    }

    /** Number of the present line, from 1. */
    long line() {
        return Math.max(1, parser.getCurrentLineNumber());
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }

    private TraceException broken(IOException cause) {
        if (cause instanceof CSVException) {
            return new TraceException(
                    file,
                    line(),
                    "is not CSV (" + ByteLines.printable(String.valueOf(cause.getMessage()))
                            + "). Maybe a quote is not closed.");
        }
        if (cause instanceof CharacterCodingException) {
            return new TraceException(
                    file,
                    "cannot be read (it is not UTF-8 after line " + line() + "). Maybe save it as UTF-8 or remove what"
                            + " is no text.");
        }
        return SourceBytes.unreadable(file, cause);
    }

    /** Gives up on a record that is longer than any that means something, before it fills the memory. */
    private static final class BoundedReader extends FilterReader {

        private static final long LONGEST_RECORD = 1 << 24;

        private long readOfRecord;

        BoundedReader(InputStream bytes) {
            // A decoder of its own refuses what is not UTF-8; the reader's would put other characters in its place.
            super(new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder()));
        }

        @Override
        public int read(char[] buffer, int offset, int length) throws IOException {
            if (readOfRecord > LONGEST_RECORD) {
                throw new CSVException("a row is longer than %d KiB", LONGEST_RECORD >> 10);
            }
            int read = in.read(buffer, offset, length);
            readOfRecord += Math.max(0, read);
            return read;
        }
    }
}
