package dev.capstan.sim.results;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;

/** Writes one table: UTF-8, commas, LF, one header line. */
final class CsvTable implements AutoCloseable {

    private static final CSVFormat FORMAT =
            CSVFormat.DEFAULT.builder().setRecordSeparator('\n').get();

    private final CSVPrinter printer;

    CsvTable(Path file, List<String> header) throws IOException {
        Writer writer = Files.newBufferedWriter(file);
        printer = new CSVPrinter(writer, FORMAT);
        printer.printRecord(header);
    }

    /** Writes a row; numbers as {@link Numbers} does. */
    void row(@Nullable Object... cells) {
        try {
            for (@Nullable Object cell : cells) {
                printer.print(cell instanceof Double value ? Numbers.text(value) : cell);
            }
            printer.println();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        printer.close(true);
    }
}
