package dev.capstan.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReadStore;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.DummyRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.io.ParquetDecodingException;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/** Rows of a Parquet file with flat columns. */
final class RequestParquetSource implements RequestRowSource {

    private final Path file;
    private final ParquetFileReader reader;
    private final FileMetaData metadata;
    private final Set<String> columns;
    private final Map<String, ColumnReader> group = new LinkedHashMap<>();
    private final Map<String, String> row = new LinkedHashMap<>();
    private long leftOfGroup;
    private long number;
    private @Nullable String problem;

    private RequestParquetSource(Path file, ParquetFileReader reader, Set<String> columns) {
        this.file = file;
        this.reader = reader;
        this.metadata = reader.getFileMetaData();
        this.columns = columns;
    }

    /** Opens a file to read some of its columns. */
    static RequestParquetSource open(Path file, Set<String> columns) throws IOException {
        try {
            return new RequestParquetSource(file, BoundedParquet.open(file), columns);
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
            throw broken(file, e);
        }
    }

    /** What a file states of itself. */
    static Map<String, String> statements(Path file) throws IOException {
        try (ParquetFileReader reader = BoundedParquet.open(file)) {
            return reader.getFileMetaData().getKeyValueMetaData();
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
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
    public boolean advance() throws IOException {
        number++;
        row.clear();
        problem = null;
        try {
            while (leftOfGroup == 0) {
                PageReadStore next = reader.readNextRowGroup();
                if (next == null) {
                    return false;
                }
                begin(next);
            }
            leftOfGroup--;
            group.forEach(this::take);
            return true;
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
            throw broken(file, e);
        }
    }

    private void begin(PageReadStore next) {
        leftOfGroup = next.getRowCount();
        MessageType schema = metadata.getSchema();
        ColumnReadStore store = new ColumnReadStoreImpl(
                next, new DummyRecordConverter(schema).getRootConverter(), schema, metadata.getCreatedBy());
        for (String column : columns) {
            ColumnDescriptor descriptor = descriptor(column);
            if (descriptor != null) {
                long values = next.getPageReader(descriptor).getTotalValueCount();
                if (values != leftOfGroup) {
                    throw new ParquetDecodingException(
                            column + " has " + values + " values in a group of " + leftOfGroup + " rows");
                }
                group.put(column, store.getColumnReader(descriptor));
            }
        }
    }

    private void take(String column, ColumnReader values) {
        ColumnDescriptor descriptor = values.getDescriptor();
        if (values.getCurrentDefinitionLevel() == descriptor.getMaxDefinitionLevel()) {
            PrimitiveType type = descriptor.getPrimitiveType();
            String text = switch (type.getPrimitiveTypeName()) {
                case INT32 -> Integer.toString(values.getInteger());
                case INT64 -> Long.toString(values.getLong());
                case BOOLEAN -> Boolean.toString(values.getBoolean());
                case FLOAT -> Float.toString(values.getFloat());
                case DOUBLE -> Double.toString(values.getDouble());
                case BINARY, FIXED_LEN_BYTE_ARRAY, INT96 -> type.stringifier().stringify(values.getBinary());
            };
            if (text.indexOf(ByteLines.NO_CHARACTER) >= 0) {
                problem = column + " is not UTF-8";
            }
            row.put(column, text);
        }
        values.consume();
    }

    @Override
    public @Nullable String problem() {
        return problem;
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
     * file names a rare compression. A file that claims to hold more than the memory does fails at its first array.
     */
    private static TraceException broken(Path file, Throwable cause) {
        return new TraceException(
                file,
                "is not sound Parquet (" + ByteLines.printable(String.valueOf(cause.getMessage()))
                        + "). Maybe it was cut short, or packed otherwise than with Snappy, gzip or Zstandard: write it again.",
                cause);
    }
}
