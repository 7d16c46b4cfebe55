package dev.capstan.sim.validation;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;

/** Rows of the public data sets and of our own figures. */
final class Csv {

    private static final CSVFormat HEADED = CSVFormat.DEFAULT
            .builder()
            .setHeader()
            .setSkipHeaderRecord(true)
            .setCommentMarker('#')
            .get();
    private static final CSVFormat BARE =
            CSVFormat.DEFAULT.builder().setIgnoreSurroundingSpaces(true).get();

    private Csv() {}

    static List<CSVRecord> headed(Path file) throws IOException {
        try (Reader in = Files.newBufferedReader(file)) {
            return HEADED.parse(in).getRecords();
        }
    }

    static List<CSVRecord> bare(Path file) throws IOException {
        try (Reader in = Files.newBufferedReader(file)) {
            return BARE.parse(in).getRecords();
        }
    }

    static List<CSVRecord> resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(Csv.class.getResourceAsStream(name), name);
                Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
            return HEADED.parse(reader).getRecords();
        }
    }

    /** Rows of a sample of {@code traces-sample}, such as {@code /h200-measured/points.csv}; gzipped where its name says so. */
    static List<CSVRecord> sample(String path) throws IOException {
        try (InputStream in = Objects.requireNonNull(Csv.class.getResourceAsStream(path), path);
                Reader reader = new InputStreamReader(
                        path.endsWith(".gz") ? new GZIPInputStream(in) : in, StandardCharsets.UTF_8)) {
            return HEADED.parse(reader).getRecords();
        }
    }

    static double number(CSVRecord row, String column) {
        return Double.parseDouble(row.get(column));
    }

    static double number(CSVRecord row, int column) {
        return Double.parseDouble(row.get(column));
    }
}
