package dev.capstan.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
final class ParquetRows implements RequestRowSource {

    static final String UNITS_KEY = "capstan.units";
    static final String START_KEY = "capstan.start";
    static final String LICENCE_KEY = "capstan.licence";
    static final String RECIPE_KEY = "capstan.recipe";
    static final String REMARKS_KEY = "capstan.remarks";

    /** How the remark of a recipe begins, which has a key of its own here. */
    private static final String RECIPE = "recipe: ";

    private final Path file;
    private final ParquetFileReader reader;
    private final FileMetaData metadata;
    private final Set<String> columns;
    private final Map<String, ColumnReader> group = new LinkedHashMap<>();
    private final Map<String, String> row = new LinkedHashMap<>();
    private long leftOfGroup;
    private long number;
    private @Nullable String problem;

    private ParquetRows(Path file, ParquetFileReader reader, Set<String> columns) {
        this.file = file;
        this.reader = reader;
        this.metadata = reader.getFileMetaData();
        this.columns = columns;
    }

    /** Opens a file to read some of its columns. */
    static ParquetRows open(Path file, Set<String> columns) throws IOException {
        try {
            return new ParquetRows(file, BoundedParquet.open(file), columns);
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
            throw broken(file, e);
        }
    }

    /** What a file states of itself. */
    static Map<String, String> statements(Path file) {
        try (ParquetFileReader reader = BoundedParquet.open(file)) {
            return reader.getFileMetaData().getKeyValueMetaData();
        } catch (IOException e) {
            throw SourceBytes.unreadable(file, e);
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
            throw broken(file, e);
        }
    }

    /** Adds what every trace of Capstan's own states in Parquet. */
    static void state(
            Map<String, String> statements, Optional<Instant> start, TraceOrigin origin, List<String> remarks) {
        statements.put("capstan.time_zone", "UTC");
        statements.put(LICENCE_KEY, origin.licence());
        start.ifPresent(time -> statements.put(START_KEY, time.toString()));
        List<String> others = new ArrayList<>(remarks);
        others.removeIf(remark -> remark.startsWith(RECIPE));
        String recipe = remarks.stream()
                .filter(remark -> remark.startsWith(RECIPE))
                .findFirst()
                .map(remark -> remark.substring(RECIPE.length()))
                .orElse(origin.recipe());
        if (!recipe.isEmpty()) {
            statements.put(RECIPE_KEY, recipe);
        }
        if (!others.isEmpty()) {
            statements.put(REMARKS_KEY, String.join("\n", others));
        }
    }

    /** The remarks that {@link #state} wrote. */
    static List<String> remarks(Map<String, String> statements) {
        List<String> remarks = new ArrayList<>();
        if (statements.containsKey(RECIPE_KEY)) {
            remarks.add(RECIPE + statements.get(RECIPE_KEY));
        }
        remarks.addAll(statements.getOrDefault(REMARKS_KEY, "").lines().toList());
        return remarks;
    }

    /** The start that a file states. */
    static Optional<Instant> start(Path file, Map<String, String> statements) {
        return Remark.start(file, statements.get(START_KEY));
    }

    /** Throws where a column is missing or a list, or where that of times states another unit than was asked for. */
    void check(String timeColumn, String timeUnit) {
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
        ColumnDescriptor time = descriptor(timeColumn);
        LogicalTypeAnnotation type =
                time == null ? null : time.getPrimitiveType().getLogicalTypeAnnotation();
        if (type instanceof TimestampLogicalTypeAnnotation timestamp) {
            String unit = switch (timestamp.getUnit()) {
                case MILLIS -> "ms";
                case MICROS -> "us";
                case NANOS -> "ns";
            };
            if (!unit.equals(timeUnit)) {
                throw new TraceException(
                        file,
                        "column '" + timeColumn + "' is a timestamp in " + unit + ", asked for " + timeUnit
                                + ". Maybe ask for " + unit + ".");
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
