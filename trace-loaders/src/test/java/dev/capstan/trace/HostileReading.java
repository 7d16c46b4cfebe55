package dev.capstan.trace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.trace.CarbonTrace.Scope;
import dev.capstan.trace.CarbonTrace.Signal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * All readers, by the folder of golden files that they read. Whatever the bytes of a file are, a reader gives a value, and
 * what is written and read again is the same value; or it refuses the file with an error that names it and a line of it.
 */
enum HostileReading {
    AZURE_CSV("azure-csv", requests(RequestFormat.AZURE_LLM_CSV)),
    CAPSTAN_CSV("capstan-csv", requests(RequestFormat.CAPSTAN_CSV)),
    TABLE_CSV(
            "table-csv",
            requests(RequestFormat.BURSTGPT_CSV),
            requests(RequestFormat.GENERIC_CSV, ArrivalUnit.ISO8601),
            requests(RequestFormat.GENERIC_CSV, ArrivalUnit.MILLISECONDS)),
    MOONCAKE_JSONL("mooncake-jsonl", requests(RequestFormat.MOONCAKE_JSONL)),
    ACCESS_LOG_JSONL("access-log-jsonl", requests(RequestFormat.ACCESS_LOG_JSONL)),
    GENERIC_JSONL(
            "generic-jsonl",
            requests(RequestFormat.GENERIC_JSONL, ArrivalUnit.ISO8601),
            requests(RequestFormat.GENERIC_JSONL, ArrivalUnit.NANOSECONDS)),
    REQUEST_PARQUET("request-parquet", parquet()),
    METER_CSV(
            "meter-csv",
            List.of(
                    new Attempt<>(PowerCsv::read),
                    new Attempt<>(file -> PowerCsv.read(file, GoldenFiles.METER_IN_KILOWATTS)))),
    POWER_TABLES(
            "power-tables",
            recordings(
                    PowerRecordings::read,
                    file -> PowerRecordings.read(file, GoldenFiles.NVIDIA_SMI),
                    file -> PowerRecordings.read(
                            file,
                            new PowerFormat.Table(
                                    "epoch_ms", "ms", List.of("power_watts"), "kW", Optional.of("series"))))),
    EXPORTER_TEXT(
            "exporter-text",
            recordings(
                    PowerRecordings::read,
                    file -> PowerRecordings.read(file, GoldenFiles.DMON),
                    file -> PowerRecordings.read(
                            file, new PowerFormat.Prometheus("kepler_node_cpu_watts", Map.of("zone", "dram"), "W")))),
    PROMETHEUS_JSON(
            "prometheus-json",
            recordings(PowerRecordings::read, file -> PowerRecordings.read(file, GoldenFiles.EXPRESSION_IN_KILOWATTS))),
    CARBON_CSV(
            "carbon-csv",
            carbon(
                    file -> CarbonTraces.read(file, Scope.DIRECT),
                    file -> CarbonTraces.read(file, Signal.MARGINAL, Scope.LIFE_CYCLE),
                    file -> CarbonTraces.read(file, GoldenFiles.LOCAL_TIMES))),
    CARBON_JSON(
            "carbon-json",
            carbon(
                    file -> CarbonTraces.read(file, Scope.DIRECT),
                    file -> CarbonTraces.read(file, Scope.LIFE_CYCLE),
                    file -> CarbonTraces.read(file, new CarbonFormat.NesoForecast()))),
    PRICES(
            "prices",
            List.of(
                    new Attempt<>(PriceTraces::read, (trace, rewritten) -> {
                        PriceTraces.writeCsv(trace, rewritten);
                        SameTraces.assertSame(PriceTraces.read(rewritten), trace);
                    }),
                    new Attempt<>(file -> PriceTraces.read(
                            file, new PriceTraces.Columns("time_utc", "price_per_megawatt_hour", "EUR", "FR"))))),
    PROFILES(
            "profiles",
            List.of(new Attempt<>(RateProfile::read), new Attempt<>(TokenLengths::read, (lengths, rewritten) -> {
                try {
                    StringBuilder text = new StringBuilder();
                    lengths.writeCsv(text);
                    Files.writeString(rewritten, text);
                    StringBuilder again = new StringBuilder();
                    TokenLengths.read(rewritten).writeCsv(again);
                    assertThat(again).hasToString(text.toString());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }))),
    SERVEGEN("servegen", List.of(new Attempt<>(HostileReading::serveGen)));

    /** Faults of a file as a whole; all others have a line. */
    private static final Pattern WHOLE_FILE = Pattern.compile(
            " (is empty|has (a header but )?no requests|has only failed"
                    + " requests|cannot be read \\(|is not sound Parquet|there is no column '|column '\\w+' (holds lists|is a timestamp)"
                    + "|capstan.request_trace must be|start must be|prefix_block_tokens must be|is of dcgmi dmon"
                    + "|has no (sample|meter)|spans more than|has several metrics|has Kepler's zones|series '|scope is '|signal is '|has \\d+ window).*");

    private static final Pattern SUMMARY =
            Pattern.compile(": \\d+ places cannot be read, so nothing of the file is taken(; the first 5)?:");

    private static final Pattern LINE = Pattern.compile("(\\d+): .+");

    private final String folder;

    @SuppressWarnings("ImmutableEnumChecker") // The list is a copy, and its functions hold no state.
    private final List<Attempt<?>> attempts;

    @SafeVarargs
    HostileReading(String folder, List<Attempt<?>>... attempts) {
        this.folder = folder;
        List<Attempt<?>> all = new ArrayList<>();
        for (List<Attempt<?>> some : attempts) {
            all.addAll(some);
        }
        this.attempts = List.copyOf(all);
    }

    /** A way to read a file, and the proof that a value that was read stays the same when written. */
    private record Attempt<T>(Function<Path, T> reader, BiConsumer<T, Path> proof) {

        Attempt(Function<Path, T> reader) {
            this(reader, (value, rewritten) -> {});
        }

        void survive(Path file, byte[] bytes) {
            T value;
            try {
                value = reader.apply(file);
            } catch (TraceException e) {
                assertHonest(String.valueOf(e.getMessage()), file, bytes);
                return;
            }
            proof.accept(value, file.resolveSibling("again"));
        }
    }

    /** The bytes of the golden files of these readers. */
    Stream<byte[]> goldenFiles() {
        return GoldenFiles.in(folder).map(GoldenFiles::bytes);
    }

    /** The names of these files below the folder of all. */
    Stream<String> goldenNames() {
        return GoldenFiles.in(folder).map(file -> folder + "/" + file.getFileName());
    }

    /** Throws where a reader does anything with a file of these bytes but read it or refuse it honestly. */
    void survives(byte[] bytes) {
        try {
            Path own = Files.createTempDirectory("hostile");
            try {
                boolean json = bytes.length > 0 && bytes[0] == '{';
                // The names tell the two kinds of files of ServeGen apart, and mean nothing to the others.
                Path file = own.resolve(json ? "chunk-0-dataset.json" : "chunk-0-trace.csv");
                Files.write(file, bytes);
                for (Attempt<?> attempt : attempts) {
                    attempt.survive(file, bytes);
                }
            } finally {
                for (Path left : GoldenFiles.list(own)) {
                    Files.delete(left);
                }
                Files.delete(own);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A message names the file, and a line that the file has; a summary does so for each place. */
    private static void assertHonest(String message, Path file, byte[] bytes) {
        String first = message.lines().findFirst().orElse("");
        if (!first.startsWith(file + ": ")
                || !SUMMARY.matcher(first.substring(file.toString().length())).matches()) {
            assertPlace(message, file, bytes);
            return;
        }
        List<String> places = message.lines().skip(1).toList();
        assertThat(places).hasSizeBetween(2, 5);
        for (String place : places) {
            assertPlace(place.strip(), file, bytes);
        }
    }

    private static void assertPlace(String message, Path file, byte[] bytes) {
        assertThat(message).startsWith(file + ":");
        String place = message.substring(file.toString().length() + 1);
        Matcher line = LINE.matcher(place);
        if (line.matches()) {
            // Packed files have more lines than their bytes show.
            long lines = bytes.length > 1 && (bytes[0] == 0x1f || bytes[0] == 0x28) ? Long.MAX_VALUE : lines(bytes);
            assertThat(Long.parseLong(line.group(1))).as(message).isBetween(1L, lines);
        } else {
            assertThat(place).matches(WHOLE_FILE);
        }
    }

    private static long lines(byte[] bytes) {
        long lines = 1;
        for (byte one : bytes) {
            lines += one == '\n' || one == '\r' ? 1 : 0;
        }
        return lines;
    }

    private static List<Attempt<?>> requests(RequestFormat format) {
        return requests(format, RequestReading.STRICT);
    }

    private static List<Attempt<?>> requests(RequestFormat format, ArrivalUnit unit) {
        return requests(format, RequestReading.STRICT.withMapping(GoldenFiles.mapping(unit)));
    }

    private static List<Attempt<?>> requests(RequestFormat format, RequestReading strict) {
        List<Attempt<?>> attempts = new ArrayList<>();
        for (RequestReading reading : List.of(strict, strict.sorted().withoutFailures())) {
            attempts.add(new Attempt<>(
                    file -> RequestTraces.read(file, format, reading), HostileReading::assertSameFromCsv));
        }
        return attempts;
    }

    private static List<Attempt<?>> parquet() {
        RequestReading mapped = RequestReading.STRICT.withMapping(GoldenFiles.mapping(ArrivalUnit.MILLISECONDS));
        return List.of(
                new Attempt<>(file -> RequestTraces.read(file, RequestFormat.CAPSTAN_PARQUET), (trace, rewritten) -> {
                    RequestTraces.writeParquet(trace, rewritten);
                    SameTraces.assertSame(RequestTraces.read(rewritten), trace);
                }),
                new Attempt<>(
                        file -> RequestTraces.read(file, RequestFormat.GENERIC_PARQUET, mapped),
                        HostileReading::assertSameFromCsv));
    }

    private static void assertSameFromCsv(RequestTrace trace, Path rewritten) {
        RequestTraces.writeCsv(trace, rewritten);
        SameTraces.assertSame(RequestTraces.read(rewritten), trace);
    }

    @SafeVarargs
    private static List<Attempt<?>> recordings(Function<Path, PowerRecording>... readers) {
        List<Attempt<?>> attempts = new ArrayList<>();
        for (Function<Path, PowerRecording> reader : readers) {
            attempts.add(new Attempt<>(reader, (recording, rewritten) -> {
                PowerRecordings.writeCsv(recording, rewritten);
                SameTraces.assertSame(PowerRecordings.read(rewritten), recording);
            }));
        }
        return attempts;
    }

    @SafeVarargs
    private static List<Attempt<?>> carbon(Function<Path, CarbonTrace>... readers) {
        List<Attempt<?>> attempts = new ArrayList<>();
        for (Function<Path, CarbonTrace> reader : readers) {
            attempts.add(new Attempt<>(reader, (trace, rewritten) -> {
                CarbonTraces.writeCsv(trace, rewritten);
                SameTraces.assertSame(CarbonTraces.read(rewritten, trace.signal(), trace.scope()), trace);
            }));
        }
        return attempts;
    }

    /** Reads the set that a file belongs to; one of token lengths gets a client. */
    private static ServeGenClients serveGen(Path file) {
        Path trace = file.resolveSibling("chunk-0-trace.csv");
        if (!file.equals(trace)) {
            write(trace, "0,1,1,Gamma,1,1\n600,1,1,Gamma,1,1\n".getBytes(UTF_8));
        }
        return ServeGenClients.read(folderOf(file));
    }

    private static Path folderOf(Path file) {
        return Objects.requireNonNull(file.getParent());
    }

    private static void write(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
