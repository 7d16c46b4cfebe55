package dev.capstan.trace;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes request traces. Text may be gzip or Zstandard, begin with a byte order mark, end lines in LF or CRLF
 * and lack the last line end.
 *
 * <p>A file is a trace or a {@link TraceException}: where lines are bad, one error counts them and shows the first. Rows
 * are sorted or left out only where a {@link RequestReading} asks for it, and the origin of the trace then says so.
 */
public final class RequestTraces {

    static final String CAPSTAN_HEADER = "arrival_seconds,input_tokens,output_tokens";
    static final String PREFIX_COLUMN = "prefix_hashes";

    static final String BLOCK_TOKENS = "prefix_block_tokens";
    static final int MOONCAKE_BLOCK_TOKENS = 512;

    private RequestTraces() {}

    /**
     * Reads a trace in the format that its first bytes tell; the generic ones are never guessed.
     *
     * @throws TraceException where the format is not known, or the file or a line of it cannot be read: requests out of
     *     order, a row cut short, numbers out of range
     */
    public static RequestTrace read(Path file) {
        return read(file, detect(file));
    }

    /**
     * Reads a trace in a given format.
     *
     * @throws TraceException where the file or a line of it cannot be read
     * @throws IllegalArgumentException for a generic format, which needs a mapping
     */
    public static RequestTrace read(Path file, RequestFormat format) {
        return read(file, format, RequestReading.STRICT);
    }

    /**
     * Reads a trace in a given format with what else may be done.
     *
     * @throws TraceException where the file or a line of it cannot be read
     * @throws IllegalArgumentException for a generic format without a mapping or another one with it
     */
    public static RequestTrace read(Path file, RequestFormat format, RequestReading reading) {
        if (format.generic() != reading.mapping().isPresent()) {
            throw new IllegalArgumentException(
                    format.id() + (format.generic() ? " needs a mapping of its columns" : " has columns of its own")
                            + ". Maybe use another format.");
        }
        try (SourceBytes source = SourceBytes.open(file)) {
            return switch (format) {
                case AZURE_LLM_CSV -> new RequestCsvParser(file, source, reading).parse();
                case CAPSTAN_CSV ->
                    firstLine(source.head()).equals(CAPSTAN_HEADER)
                            ? new RequestCsvParser(file, source, reading).parse()
                            : capstanCsv(file, source, reading);
                case BURSTGPT_CSV -> burstGpt(file, source, reading);
                case GENERIC_CSV -> genericCsv(file, source, reading);
                case MOONCAKE_JSONL -> mooncake(file, source, reading);
                case ACCESS_LOG_JSONL -> accessLog(file, source, reading);
                case GENERIC_JSONL ->
                    json(file, source, reading, reading.mapping().orElseThrow(), RequestRows.Clock.BY_SIZE);
                case CAPSTAN_PARQUET -> capstanParquet(file, source, reading);
                case GENERIC_PARQUET ->
                    parquet(
                            file,
                            source,
                            reading,
                            reading.mapping().orElseThrow(),
                            RequestRows.Clock.BY_SIZE,
                            Map.of());
            };
        } catch (IOException e) {
            throw SourceBytes.unreadable(file, e);
        }
    }

    /**
     * Hands the requests of a file over one by one, in order of arrival. Where {@link #streams} says so this needs no
     * memory; the other forms are read whole.
     *
     * @return where the requests come from
     * @throws TraceException as {@link #read(Path)}, though only after the last line: what the sink has got by then is not
     *     a trace
     */
    public static TraceOrigin scan(Path file, RequestSink sink) {
        RequestFormat format = detect(file);
        if (streams(file, format)) {
            try (SourceBytes source = SourceBytes.open(file)) {
                return new RequestCsvParser(file, source, RequestReading.STRICT).scan(sink);
            } catch (IOException e) {
                throw SourceBytes.unreadable(file, e);
            }
        }
        RequestTrace trace = read(file, format);
        sink.begin(trace.start());
        for (int i = 0; i < trace.size(); i++) {
            sink.accept(trace.arrivalNanos()[i], trace.inputTokens()[i], trace.outputTokens()[i]);
        }
        return trace.origin();
    }

    /**
     * Whether {@link #scan} hands over all that a file holds without reading it whole: so it is for the CSV forms of Azure
     * and Capstan without labels and prefix blocks.
     *
     * @throws TraceException where the file cannot be read
     */
    public static boolean streams(Path file, RequestFormat format) {
        return format == RequestFormat.AZURE_LLM_CSV
                || (format == RequestFormat.CAPSTAN_CSV
                        && FileHead.of(file).header().equals(CAPSTAN_HEADER));
    }

    /**
     * The format that the first bytes of a file tell.
     *
     * @throws TraceException where they tell none
     */
    public static RequestFormat detect(Path file) {
        FileHead head = FileHead.of(file);
        return RequestFormat.told(head).orElseGet(() -> {
            if (head.isParquet()) {
                throw new TraceException(
                        file, "is Parquet of another origin. Maybe read it as generic-parquet with its columns named.");
            }
            if (head.isEmpty()) {
                throw new TraceException(file, "is empty. Maybe it was cut short: fetch or write it again.");
            }
            if (head.header().startsWith("{")) {
                throw new TraceException(
                        file,
                        1,
                        "the line is neither of a Mooncake trace (input_length, output_length) nor of an access log"
                                + " (usage.prompt_tokens), found '" + ByteLines.printable(head.header())
                                + "'. Maybe read it as generic-jsonl with its fields named.");
            }
            // Whatever is left is measured against Capstan's own header, and told what is allowed.
            return RequestFormat.CAPSTAN_CSV;
        });
    }

    /** The first line below remarks, as far as the head goes. */
    private static String firstLine(byte[] head) {
        return new String(head, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("#") && !line.isEmpty())
                .findFirst()
                .orElse("");
    }

    private static RequestTrace capstanCsv(Path file, SourceBytes source, RequestReading reading) throws IOException {
        String header = firstLine(source.head());
        if (!header.startsWith(CAPSTAN_HEADER + ",")) {
            return new RequestCsvParser(file, source, reading).parse();
        }
        try (RequestCsvSource rows = new RequestCsvSource(file, source.stream())) {
            Map<RequestLabel, String> labels = new EnumMap<>(RequestLabel.class);
            Optional<RequestMapping.PrefixColumn> prefix = Optional.empty();
            for (String column : rows.header().subList(3, rows.header().size())) {
                if (column.equals(PREFIX_COLUMN)) {
                    prefix = Optional.of(
                            new RequestMapping.PrefixColumn(column, blockTokens(file, rows.remark(BLOCK_TOKENS))));
                } else {
                    labels.put(label(file, rows.line(), column), column);
                }
            }
            RequestMapping mapping = new RequestMapping(
                    "arrival_seconds", ArrivalUnit.SECONDS, "input_tokens", "output_tokens", labels, prefix);
            rows.check(mapping);
            return new RequestRows(file, reading, RequestRows.Clock.TRACE)
                    .read(
                            rows,
                            mapping,
                            Remark.start(file, rows.remark("start")),
                            () -> origin(file, source, rows.remark("licence"), rows.remark("recipe")));
        }
    }

    private static RequestLabel label(Path file, long line, String column) {
        for (RequestLabel label : RequestLabel.values()) {
            if (label.column().equals(column)) {
                return label;
            }
        }
        throw new TraceException(
                file,
                line,
                "there is no label '" + ByteLines.printable(column) + "'. Allowed beside " + CAPSTAN_HEADER + ": "
                        + Arrays.stream(RequestLabel.values())
                                .map(RequestLabel::column)
                                .collect(Collectors.joining(", "))
                        + ", " + PREFIX_COLUMN + ". Maybe read it as generic-csv.");
    }

    private static int blockTokens(Path file, @Nullable String text) {
        try {
            int tokens = Integer.parseInt(String.valueOf(text));
            if (tokens > 0) {
                return tokens;
            }
        } catch (NumberFormatException e) {
            // Told below, together with numbers out of range.
        }
        throw new TraceException(
                file,
                BLOCK_TOKENS + " must be stated as a whole number of at least 1, is '"
                        + ByteLines.printable(String.valueOf(text)) + "'. Maybe add # " + BLOCK_TOKENS + ": 512.");
    }

    private static RequestTrace burstGpt(Path file, SourceBytes source, RequestReading reading) throws IOException {
        try (RequestCsvSource rows = new RequestCsvSource(file, source.stream())) {
            Map<RequestLabel, String> labels = new EnumMap<>(RequestLabel.class);
            labels.put(RequestLabel.MODEL, "Model");
            labels.put(RequestLabel.SERVICE, "Log Type");
            if (rows.declares("Session ID")) {
                labels.put(RequestLabel.SESSION, "Session ID");
            }
            RequestMapping mapping = new RequestMapping(
                    "Timestamp", ArrivalUnit.SECONDS, "Request tokens", "Response tokens", labels, Optional.empty());
            rows.check(mapping);
            return new RequestRows(file, reading, RequestRows.Clock.TRACE)
                    .read(
                            rows,
                            mapping,
                            Optional.empty(),
                            () -> origin(file, source, "CC-BY-4.0 where the file is from HPMLL/BurstGPT"));
        }
    }

    private static RequestTrace genericCsv(Path file, SourceBytes source, RequestReading reading) throws IOException {
        RequestMapping mapping = reading.mapping().orElseThrow();
        try (RequestCsvSource rows = new RequestCsvSource(file, source.stream())) {
            rows.check(mapping);
            return new RequestRows(file, reading, clock(mapping))
                    .read(rows, mapping, Optional.empty(), () -> origin(file, source, rows.remark("licence")));
        }
    }

    private static RequestTrace mooncake(Path file, SourceBytes source, RequestReading reading) throws IOException {
        RequestMapping mapping = new RequestMapping(
                "timestamp",
                ArrivalUnit.MILLISECONDS,
                "input_length",
                "output_length",
                Map.of(),
                Optional.of(new RequestMapping.PrefixColumn("hash_ids", MOONCAKE_BLOCK_TOKENS)));
        return json(file, source, reading, mapping, RequestRows.Clock.TRACE);
    }

    /** The first line decides which of the customary names the file uses. */
    private static RequestTrace accessLog(Path file, SourceBytes source, RequestReading reading) throws IOException {
        Set<String> fields = RequestJsonSource.scalars(firstLine(source.head())).keySet();
        Map<RequestLabel, String> labels = new EnumMap<>(RequestLabel.class);
        labels.put(RequestLabel.MODEL, "model");
        labels.put(RequestLabel.SERVICE, "service");
        labels.put(RequestLabel.PRIORITY, "priority");
        labels.put(RequestLabel.SESSION, first(fields, "session", "session_id", "user"));
        labels.put(RequestLabel.SLO_CLASS, "slo_class");
        RequestMapping mapping = new RequestMapping(
                first(fields, "arrival_time", "arrival", "timestamp", "created"),
                ArrivalUnit.SECONDS,
                first(fields, "usage.prompt_tokens", "prompt_tokens"),
                first(fields, "usage.completion_tokens", "completion_tokens"),
                labels,
                Optional.empty());
        return json(file, source, reading, mapping, RequestRows.Clock.EPOCH);
    }

    private static String first(Set<String> fields, String... names) {
        for (String name : names) {
            if (fields.contains(name)) {
                return name;
            }
        }
        return names[0];
    }

    private static RequestTrace json(
            Path file, SourceBytes source, RequestReading reading, RequestMapping mapping, RequestRows.Clock clock)
            throws IOException {
        try (RequestJsonSource rows = new RequestJsonSource(file, source.stream(), mapping.columns())) {
            return new RequestRows(file, reading, clock == RequestRows.Clock.BY_SIZE ? clock(mapping) : clock)
                    .read(rows, mapping, Optional.empty(), () -> origin(file, source, ""));
        }
    }

    private static RequestRows.Clock clock(RequestMapping mapping) {
        return mapping.arrivalUnit() == ArrivalUnit.ISO8601 ? RequestRows.Clock.EPOCH : RequestRows.Clock.BY_SIZE;
    }

    private static RequestTrace capstanParquet(Path file, SourceBytes source, RequestReading reading)
            throws IOException {
        Map<String, String> statements = ParquetRows.statements(file);
        String version = String.valueOf(statements.get(RequestParquetWriter.VERSION_KEY));
        if (!version.equals(RequestParquetWriter.VERSION)) {
            throw new TraceException(
                    file,
                    RequestParquetWriter.VERSION_KEY + " must be " + RequestParquetWriter.VERSION + ", is '"
                            + ByteLines.printable(version) + "'. Maybe read it as generic-parquet.");
        }
        Map<RequestLabel, String> labels = new EnumMap<>(RequestLabel.class);
        Optional<RequestMapping.PrefixColumn> prefix = Optional.empty();
        try (ParquetRows rows = ParquetRows.open(file, Set.of())) {
            for (RequestLabel label : RequestLabel.values()) {
                if (rows.declares(label.column())) {
                    labels.put(label, label.column());
                }
            }
            if (rows.declares(PREFIX_COLUMN)) {
                prefix = Optional.of(new RequestMapping.PrefixColumn(
                        PREFIX_COLUMN, blockTokens(file, statements.get(RequestParquetWriter.BLOCK_TOKENS_KEY))));
            }
        }
        RequestMapping mapping = new RequestMapping(
                RequestParquetWriter.ARRIVAL,
                ArrivalUnit.NANOSECONDS,
                RequestParquetWriter.INPUT,
                RequestParquetWriter.OUTPUT,
                labels,
                prefix);
        return parquet(file, source, reading, mapping, RequestRows.Clock.TRACE, statements);
    }

    private static RequestTrace parquet(
            Path file,
            SourceBytes source,
            RequestReading reading,
            RequestMapping mapping,
            RequestRows.Clock clock,
            Map<String, String> statements)
            throws IOException {
        Optional<Instant> start = ParquetRows.start(file, statements);
        String licence = statements.getOrDefault(ParquetRows.LICENCE_KEY, "");
        String recipe = statements.getOrDefault(ParquetRows.RECIPE_KEY, "");
        try (ParquetRows rows = ParquetRows.open(file, mapping.columns())) {
            rows.check(mapping.arrivalColumn(), mapping.arrivalUnit().symbol());
            return new RequestRows(file, reading, clock == RequestRows.Clock.BY_SIZE ? clock(mapping) : clock)
                    .read(rows, mapping, start, () -> origin(file, source, licence, recipe));
        }
    }

    private static TraceOrigin origin(Path file, SourceBytes source, String licence) throws IOException {
        return origin(file, source, licence, "");
    }

    private static TraceOrigin origin(Path file, SourceBytes source, String licence, String recipe) throws IOException {
        return new TraceOrigin(file.toString(), source.finishSha256(), licence, recipe);
    }

    /**
     * Writes a trace as Parquet with everything it holds: arrivals in nanoseconds from the start, labels, prefix hashes as
     * text, and the start (UTC), the licence, the recipe of a trace that was made and the size of a block as metadata.
     *
     * @throws TraceException where the file cannot be written
     */
    public static void writeParquet(RequestTrace trace, Path file) {
        try {
            RequestParquetWriter.write(trace, List.of(), file);
        } catch (IOException e) {
            throw new TraceException(file, "cannot be written (" + e.getMessage() + ")", e);
        }
    }

    /**
     * Writes a trace in Capstan's own form with its labels and prefix hashes, arrivals exact to the nanosecond.
     *
     * @throws TraceException where the file cannot be written
     */
    public static void writeCsv(RequestTrace trace, Path file) {
        try (Writer out = Files.newBufferedWriter(file)) {
            writeCsv(trace, out);
        } catch (IOException e) {
            throw new TraceException(file, "cannot be written (" + e.getMessage() + ")", e);
        }
    }

    /** Writes a trace in Capstan's own form with its labels and prefix hashes, arrivals exact to the nanosecond. */
    public static void writeCsv(RequestTrace trace, Appendable out) throws IOException {
        RequestTexts.writeCapstan(trace, out);
    }
}
