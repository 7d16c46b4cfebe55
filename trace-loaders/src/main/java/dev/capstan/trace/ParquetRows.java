package dev.capstan.trace;

import blue.strategic.parquet.Hydrator;
import blue.strategic.parquet.ParquetReader;
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
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
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
    private final ParquetReader<Map<String, String>, Map<String, String>, String> reader;
    private final FileMetaData metadata;
    private final Set<String> columns;
    private Map<String, String> row = Map.of();
    private long number;

    private ParquetRows(
            Path file, ParquetReader<Map<String, String>, Map<String, String>, String> reader, Set<String> columns) {
        this.file = file;
        this.reader = reader;
        this.metadata = reader.metaData().getFileMetaData();
        this.columns = columns;
    }

    /** Opens a file to read some of its columns. */
    static ParquetRows open(Path file, Set<String> columns) throws IOException {
        InputFile input = new LocalInputFile(file);
        try {
            return new ParquetRows(
                    file, ParquetReader.spliterator(input, new Rows(columns), path -> String.join(".", path)), columns);
        } catch (RuntimeException | LinkageError e) {
            throw broken(file, e);
        }
    }

    /** What a file states of itself. */
    static Map<String, String> statements(Path file) {
        try {
            return ParquetReader.readMetadata(new LocalInputFile(file))
                    .getFileMetaData()
                    .getKeyValueMetaData();
        } catch (IOException e) {
            throw SourceBytes.unreadable(file, e);
        } catch (RuntimeException | LinkageError e) {
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
