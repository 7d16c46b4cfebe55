package dev.capstan.benchmarks;

import dev.capstan.trace.ArrivalLaw;
import dev.capstan.trace.RateProfile;
import dev.capstan.trace.RequestGenerator;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.TokenLengths;
import dev.capstan.trace.TraceOrigin;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.io.csv.CsvReadOptions;

/** A made file in the form of the Azure LLM traces of 2024, and what others do to read it. */
final class AzureCsv {

    static final int ROWS = 2_000_000;

    private static final double REQUESTS_PER_SECOND = 74;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSSxxx", Locale.ROOT);
    private static final OffsetDateTime START = OffsetDateTime.parse("2024-05-10T00:00:00Z");
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private AzureCsv() {}

    /** Requests as parallel arrays. */
    record Requests(long[] arrivalNanos, int[] inputTokens, int[] outputTokens) {}

    /**
     * Writes {@link #ROWS} requests: Poisson arrivals at the mean rate of the week's 44 million, lengths of the
     * conversations of 2023.
     */
    static void write(Path file) {
        long nanos = (long) (1.01 * ROWS / REQUESTS_PER_SECOND * NANOS_PER_SECOND);
        RateProfile flat = new RateProfile(
                new long[] {0}, new double[] {REQUESTS_PER_SECOND}, nanos, new TraceOrigin("benchmark", "", ""));
        TokenLengths lengths = TokenLengths.read(Path.of("traces-sample", "lengths", "azure-2023-conversation.csv"));
        RequestTrace trace =
                new RequestGenerator(flat, 0, nanos, 1, lengths, ArrivalLaw.POISSON, Optional.empty()).generate(1);
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write("TIMESTAMP,ContextTokens,GeneratedTokens\n");
            for (int i = 0; i < ROWS; i++) {
                out.write(TIME.format(START.plusNanos(trace.arrivalNanos()[i])) + "," + trace.inputTokens()[i] + ","
                        + trace.outputTokens()[i] + "\n");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What one writes with commons-csv. */
    static Requests commonsCsv(Path file) {
        CSVFormat format = CSVFormat.DEFAULT
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .get();
        long[] arrivals = new long[1024];
        int[] input = new int[1024];
        int[] output = new int[1024];
        int size = 0;
        try (CSVParser rows = CSVParser.parse(file, StandardCharsets.UTF_8, format)) {
            for (CSVRecord row : rows) {
                if (size == arrivals.length) {
                    arrivals = Arrays.copyOf(arrivals, 2 * size);
                    input = Arrays.copyOf(input, 2 * size);
                    output = Arrays.copyOf(output, 2 * size);
                }
                arrivals[size] = nanos(row.get("TIMESTAMP"));
                input[size] = Integer.parseInt(row.get("ContextTokens"));
                output[size] = Integer.parseInt(row.get("GeneratedTokens"));
                size++;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Requests(Arrays.copyOf(arrivals, size), Arrays.copyOf(input, size), Arrays.copyOf(output, size));
    }

    /** Splits the fields with commons-csv and reads nothing in them: what of its time is not ours to write. */
    static long commonsCsvFields(Path file) {
        long characters = 0;
        try (CSVParser rows = CSVParser.parse(file, StandardCharsets.UTF_8, CSVFormat.DEFAULT)) {
            for (CSVRecord row : rows) {
                characters +=
                        row.get(0).length() + row.get(1).length() + row.get(2).length();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return characters;
    }

    /** What one writes with tablesaw, whose own columns of times keep milliseconds only. */
    static Table tablesaw(Path file) {
        Table table = Table.read()
                .usingOptions(CsvReadOptions.builder(file.toFile())
                        .columnTypes(new ColumnType[] {ColumnType.STRING, ColumnType.INTEGER, ColumnType.INTEGER}));
        StringColumn times = table.stringColumn("TIMESTAMP");
        LongColumn arrivals = LongColumn.create("arrival_nanos", times.size());
        for (int i = 0; i < times.size(); i++) {
            arrivals.set(i, nanos(times.get(i)));
        }
        return table.replaceColumn("TIMESTAMP", arrivals);
    }

    /** The same with tablesaw's own column of times: cut to milliseconds, zone dropped. */
    static Table tablesawMilliseconds(Path file) {
        return Table.read()
                .usingOptions(CsvReadOptions.builder(file.toFile())
                        .dateTimeFormat(TIME)
                        .columnTypes(
                                new ColumnType[] {ColumnType.LOCAL_DATE_TIME, ColumnType.INTEGER, ColumnType.INTEGER}));
    }

    private static long nanos(String text) {
        OffsetDateTime time = OffsetDateTime.parse(text, TIME);
        return (time.toEpochSecond() - START.toEpochSecond()) * NANOS_PER_SECOND + time.getNano();
    }
}
