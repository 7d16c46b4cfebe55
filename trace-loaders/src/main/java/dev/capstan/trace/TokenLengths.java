package dev.capstan.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Distributions of prompt and output tokens as tables of quantiles. Between two quantiles the inverse distribution is
 * linear. Prompt and output are taken as independent: in the Azure traces of 2023 their correlation is 0.00 (code) and
 * -0.11 (conversation).
 */
public final class TokenLengths {

    /** Dense in the tail: it is convex, so that straight lines over wide steps would raise the mean. */
    private static final double[] MEASURED_QUANTILES = {
        0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85,
        0.9, 0.925, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995, 0.9975, 0.999, 0.9995, 1
    };

    private final double[] quantiles;
    private final double[] inputTokens;
    private final double[] outputTokens;
    private final TraceOrigin origin;

    /**
     * @param quantiles strictly increasing from 0 to 1
     * @param inputTokens prompt tokens at each quantile, not decreasing, from 0
     * @param outputTokens output tokens at each quantile, not decreasing, from 0
     * @param origin where they come from
     */
    public TokenLengths(double[] quantiles, double[] inputTokens, double[] outputTokens, TraceOrigin origin) {
        int size = quantiles.length;
        if (size < 2 || inputTokens.length != size || outputTokens.length != size) {
            throw new IllegalArgumentException("token lengths need columns of one length, at least 2 rows");
        }
        if (quantiles[0] != 0 || quantiles[size - 1] != 1) {
            throw new IllegalArgumentException(
                    "quantiles must run from 0 to 1, run from " + quantiles[0] + " to " + quantiles[size - 1]);
        }
        for (int i = 1; i < size; i++) {
            if (!(quantiles[i] > quantiles[i - 1])) {
                throw new IllegalArgumentException("quantiles must increase, " + quantiles[i] + " does not");
            }
        }
        requireTokens("input_tokens", inputTokens);
        requireTokens("output_tokens", outputTokens);
        this.quantiles = quantiles.clone();
        this.inputTokens = inputTokens.clone();
        this.outputTokens = outputTokens.clone();
        this.origin = origin;
    }

    private static void requireTokens(String column, double[] tokens) {
        for (int i = 0; i < tokens.length; i++) {
            if (!(tokens[i] >= (i == 0 ? 0 : tokens[i - 1]) && tokens[i] <= Integer.MAX_VALUE)) {
                throw new IllegalArgumentException(column + " must not decrease, and lie from 0 to " + Integer.MAX_VALUE
                        + "; " + tokens[i] + " does not");
            }
        }
    }

    /**
     * Reads a CSV file {@code quantile,input_tokens,output_tokens}. The line {@code # licence: ...} may stand above the
     * header.
     *
     * @throws TraceException where the file or a line of it cannot be read
     */
    public static TokenLengths read(Path file) {
        try (CsvTable table = CsvTable.open(file)) {
            Rows rows = new Rows(table);
            new Faults(file).eachRow(table, false, rows::add);
            return rows.lengths();
        } catch (IOException e) {
            throw SourceBytes.unreadable(file, e);
        }
    }

    /** The rows of a table as they are read. */
    private static final class Rows {

        private static final List<String> NAMES = List.of("quantile", "input_tokens", "output_tokens");

        private final CsvTable table;
        private final int[] columns;
        private final double[] ahead = {-1, 0, 0};
        private double[][] rows = new double[64][];
        private int size;

        Rows(CsvTable table) {
            this.table = table;
            this.columns = NAMES.stream().mapToInt(table::column).toArray();
        }

        void add() {
            double[] row = Arrays.stream(columns).mapToDouble(table::number).toArray();
            double[] before = ahead.clone();
            // The next row is measured against this one, so that one wrong row makes one fault.
            System.arraycopy(row, 0, ahead, 0, row.length);
            if (before[0] < 0 ? row[0] != 0 : row[0] <= before[0] || row[0] > 1) {
                throw fault(0, "must begin at 0, increase and end at 1", "sort the rows by quantile");
            }
            for (int i = 1; i < row.length; i++) {
                if (row[i] < before[i] || row[i] > Integer.MAX_VALUE) {
                    throw fault(
                            i,
                            "must not decrease, and lie from 0 to " + Integer.MAX_VALUE,
                            "sort the rows by quantile");
                }
            }
            if (size == rows.length) {
                rows = Arrays.copyOf(rows, 2 * size);
            }
            rows[size++] = row;
        }

        TokenLengths lengths() throws IOException {
            if (size < 2) {
                throw table.fault("has " + size + " rows; at least 2 are needed, for the quantiles 0 and 1."
                        + " Maybe it was cut short.");
            }
            if (rows[size - 1][0] != 1) {
                throw fault(0, "must begin at 0, increase and end at 1", "the file was cut short");
            }
            return new TokenLengths(column(0), column(1), column(2), table.origin());
        }

        private double[] column(int index) {
            return Arrays.stream(rows, 0, size).mapToDouble(row -> row[index]).toArray();
        }

        private TraceException fault(int index, String rule, String hint) {
            return table.fault(NAMES.get(index) + " " + rule + ", is " + ByteLines.printable(table.text(columns[index]))
                    + ". Maybe " + hint + ".");
        }
    }

    /** Measures the lengths of a trace with at least one request, at quantiles that suit generation. */
    public static TokenLengths measure(RequestTrace trace) {
        return new TokenLengths(
                MEASURED_QUANTILES, measure(trace.inputTokens()), measure(trace.outputTokens()), trace.origin());
    }

    private static double[] measure(int[] tokens) {
        if (tokens.length == 0) {
            throw new IllegalArgumentException("the lengths of an empty trace cannot be measured");
        }
        int[] sorted = tokens.clone();
        Arrays.sort(sorted);
        double[] values = new double[MEASURED_QUANTILES.length];
        for (int i = 0; i < values.length; i++) {
            // Linear between order statistics: definition 7 of Hyndman and Fan, The American Statistician 50 (1996).
            double rank = MEASURED_QUANTILES[i] * (sorted.length - 1);
            int below = (int) rank;
            int above = Math.min(below + 1, sorted.length - 1);
            values[i] = Math.rint(sorted[below] + (rank - below) * (sorted[above] - sorted[below]));
        }
        return values;
    }

    /** Writes the table in the form that {@link #read} takes. */
    public void writeCsv(Appendable out) throws IOException {
        if (!origin.licence().isBlank()) {
            out.append("# licence: ").append(Remark.oneLine(origin.licence())).append('\n');
        }
        out.append("quantile,input_tokens,output_tokens\n");
        for (int i = 0; i < quantiles.length; i++) {
            out.append(plain(quantiles[i])).append(',');
            out.append(plain(inputTokens[i])).append(',');
            out.append(plain(outputTokens[i])).append('\n');
        }
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    /** Prompt tokens at a quantile from 0 to 1. */
    public int inputTokens(double quantile) {
        return (int) Math.rint(interpolate(inputTokens, quantile));
    }

    /** Output tokens at a quantile from 0 to 1; at least 1. */
    public int outputTokens(double quantile) {
        return (int) Math.max(1, Math.rint(interpolate(outputTokens, quantile)));
    }

    /** Where the table comes from. */
    public TraceOrigin origin() {
        return origin;
    }

    private double interpolate(double[] tokens, double quantile) {
        if (!(quantile >= 0 && quantile <= 1)) {
            throw new IllegalArgumentException("a quantile lies from 0 to 1, was " + quantile);
        }
        int above = 1;
        int last = quantiles.length - 1;
        while (above < last) {
            int middle = (above + last) >>> 1;
            if (quantiles[middle] < quantile) {
                above = middle + 1;
            } else {
                last = middle;
            }
        }
        double share = (quantile - quantiles[above - 1]) / (quantiles[above] - quantiles[above - 1]);
        return tokens[above - 1] + share * (tokens[above] - tokens[above - 1]);
    }
}
