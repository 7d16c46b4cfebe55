package dev.capstan.report;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;
import tech.tablesaw.io.csv.CsvReadOptions;

/**
 * One CSV file of a results folder. The only class that knows the table library, and it leaves nothing to the library's
 * guesses: each column is text or number by its name, and only the empty cell is missing, so that a policy called
 * {@code NA} or an axis value of {@code 00003} stays what it is.
 */
final class ResultTable {

    /** Columns of the contract that hold text; axes are text too, all others numbers. */
    private static final Set<String> TEXT_COLUMNS = Set.of(
            "run_id",
            "against",
            "policy",
            "seed",
            "code",
            "reason",
            "quality",
            "service",
            "domain",
            "event",
            "subject",
            "detail",
            "request",
            "outcome",
            "parameter",
            "end",
            "value",
            "figure",
            "term",
            "kind");

    private static final int MAX_CELL_CHARACTERS = 1 << 20;

    private final Path file;
    private final Table table;
    private final Set<String> names;

    private ResultTable(Path file, Table table) {
        this.file = file;
        this.table = table;
        this.names = Set.copyOf(table.columnNames());
    }

    /**
     * Reads the file.
     *
     * @param axes names of the columns that hold values of axes
     * @param required columns that must be there
     */
    static ResultTable read(Path file, Set<String> axes, List<String> required) {
        if (!Files.isRegularFile(file)) {
            throw new ReportException(
                    file,
                    "this file of a results folder is missing. Maybe the sweep was stopped before it finished: "
                            + "run it again with --resume, or give the folder that holds manifest.json");
        }
        ResultTable read;
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            CsvReadOptions.Builder options = CsvReadOptions.builder(reader);
            options.header(true)
                    .separator(',')
                    .columnTypes((String column) -> TEXT_COLUMNS.contains(column) || axes.contains(column)
                            ? ColumnType.STRING
                            : ColumnType.DOUBLE)
                    .missingValueIndicator("")
                    .locale(Locale.ROOT)
                    .sample(false)
                    .maxNumberOfColumns(2048)
                    .maxCharsPerColumn(MAX_CELL_CHARACTERS);
            read = new ResultTable(file, Table.read().usingOptions(options.build()));
        } catch (IOException e) {
            throw new ReportException(file, "cannot be read: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            throw new ReportException(
                    file,
                    "is not the table that docs/results.md describes: " + firstLine(e)
                            + ". Maybe it was edited or cut short: run the experiment again into a new folder",
                    e);
        }
        for (String column : required) {
            if (!read.has(column)) {
                throw new ReportException(
                        file,
                        "has no column " + column + "; it has " + String.join(", ", read.columns())
                                + ". Maybe another version wrote it: run the experiment again with this one");
            }
        }
        return read;
    }

    private static String firstLine(Throwable e) {
        String message = e.getMessage();
        return message == null
                ? e.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }

    Path file() {
        return file;
    }

    List<String> columns() {
        return table.columnNames();
    }

    boolean has(String column) {
        return names.contains(column);
    }

    int rows() {
        return table.rowCount();
    }

    boolean isText(String column) {
        return column(column).type().equals(ColumnType.STRING);
    }

    /** The text of a cell; {@code ""} where it is empty. */
    String text(int row, String column) {
        return table.stringColumn(column).get(row);
    }

    /** The number in a cell; NaN where it is empty or where the file has no such column. */
    double number(int row, String column) {
        return has(column) ? table.doubleColumn(column).getDouble(row) : Double.NaN;
    }

    /** A whole column of numbers; NaN where cells are empty. */
    double[] numbers(String column) {
        if (!has(column)) {
            double[] none = new double[rows()];
            Arrays.fill(none, Double.NaN);
            return none;
        }
        return table.doubleColumn(column).asDoubleArray();
    }

    private Column<?> column(String name) {
        return table.column(name);
    }
}
