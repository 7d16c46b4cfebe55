package dev.capstan.trace;

import blue.strategic.parquet.Hydrator;
import blue.strategic.parquet.ParquetReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.jspecify.annotations.Nullable;

/** Rows of a Parquet file with flat columns. */
final class RequestParquetSource implements RequestRowSource {

    private final Path file;
    private final ParquetReader<Map<String, String>, Map<String, String>, String> reader;
    private final FileMetaData metadata;
    private final Set<String> columns;
    private Map<String, String> row = Map.of();
    private long number;

    private RequestParquetSource(
            Path file, ParquetReader<Map<String, String>, Map<String, String>, String> reader, Set<String> columns) {
        this.file = file;
        this.reader = reader;
        this.metadata = reader.metaData().getFileMetaData();
        this.columns = columns;
    }

    /** Opens a file to read some of its columns. */
    static RequestParquetSource open(Path file, Set<String> columns) throws IOException {
        InputFile input = new LocalInputFile(file);
        try {
            return new RequestParquetSource(
                    file, ParquetReader.spliterator(input, new Rows(columns), path -> String.join(".", path)), columns);
        } catch (RuntimeException | LinkageError e) {
            throw broken(file, e);
        }
    }

    /** What a file states of itself. */
    static Map<String, String> statements(Path file) throws IOException {
        try {
            return ParquetReader.readMetadata(new LocalInputFile(file))
                    .getFileMetaData()
                    .getKeyValueMetaData();
        } catch (RuntimeException | LinkageError e) {
            throw broken(file, e);
        }
    }

    /** Throws where a column is missing, is a list, or states another unit than the mapping. */
    void check(RequestMapping mapping) {
        for (String column : columns) {
            ColumnDescriptor found = descriptor(column);
            if (found == null) {
                throw new TraceException(
                        file,
                        "there is no column '" + column + "'. Columns here: "
                                + ByteLines.printable(String.join(
                                        ", ",
                                        metadata.getSchema().getColumns().stream()
                                                .map(other -> String.join(".", other.getPath()))
                                                .toList()))
                                + ". Maybe its name differs in case.");
            }
            if (found.getMaxRepetitionLevel() > 0) {
                throw new TraceException(
                        file, "column '" + column + "' holds lists, allowed are single values. Maybe flatten it.");
            }
        }
        ColumnDescriptor arrival = descriptor(mapping.arrivalColumn());
        LogicalTypeAnnotation type =
                arrival == null ? null : arrival.getPrimitiveType().getLogicalTypeAnnotation();
        if (type instanceof TimestampLogicalTypeAnnotation timestamp) {
            String unit = switch (timestamp.getUnit()) {
                case MILLIS -> "ms";
                case MICROS -> "us";
                case NANOS -> "ns";
            };
            if (!unit.equals(mapping.arrivalUnit().symbol())) {
                throw new TraceException(
                        file,
                        "column '" + mapping.arrivalColumn() + "' is a timestamp in " + unit + ", asked for "
                                + mapping.arrivalUnit().symbol() + ". Maybe ask for " + unit + ".");
            }
        }
    }

    private @Nullable ColumnDescriptor descriptor(String column) {
        for (ColumnDescriptor candidate : metadata.getSchema().getColumns()) {
            if (String.join(".", candidate.getPath()).equals(column)) {
                return candidate;
            }
        }
        return null;
    }

    @Override
    public boolean advance() {
        try {
            number++;
            return reader.tryAdvance(next -> row = next);
        } catch (RuntimeException | LinkageError e) {
            throw broken(file, e);
        }
    }

    @Override
    public @Nullable String problem() {
        return null;
    }

    @Override
    public @Nullable String text(String column) {
        return row.get(column);
    }

    @Override
    public boolean declares(String column) {
        return descriptor(column) != null;
    }

    @Override
    public long line() {
        return number;
    }

    @Override
    public String shown() {
        return row.toString();
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }

    /**
     * The reader of Parquet throws whatever comes to hand on a file that is none, and misses a method of Hadoop where the
     * file names a rare compression.
     */
    private static TraceException broken(Path file, Throwable cause) {
        return new TraceException(
                file,
                "is not sound Parquet (" + ByteLines.printable(String.valueOf(cause.getMessage()))
                        + "). Maybe it was cut short, or packed otherwise than with Snappy, gzip or Zstandard: write it again.",
                cause);
    }

    /** Collects the wanted values of a row. */
    private record Rows(Set<String> wanted) implements Hydrator<Map<String, String>, Map<String, String>, String> {

        @Override
        public Map<String, String> start() {
            return new LinkedHashMap<>();
        }

        @Override
        public Map<String, String> add(Map<String, String> target, String column, @Nullable Object value) {
            if (value != null && wanted.contains(column)) {
                target.put(column, value.toString());
            }
            return target;
        }

        @Override
        public Map<String, String> finish(Map<String, String> target) {
            return target;
        }
    }
}
