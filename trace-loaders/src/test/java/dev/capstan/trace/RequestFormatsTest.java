package dev.capstan.trace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RequestFormatsTest {

    private static final String BURSTGPT = """
            Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type
            5,ChatGPT,472,18,490,Conversation log
            45.5,GPT-4,1087,230,1317,API log
            """;
    private static final String MOONCAKE = """
            {"timestamp": 0, "input_length": 6758, "output_length": 500, "hash_ids": [0, 1, 2]}
            {"timestamp": 27, "input_length": 300, "output_length": 1, "hash_ids": [0]}
            """;
    private static final String ACCESS_LOG = """
            {"created": 1715299201, "model": "m-70b", "user": "u1",\
             "usage": {"prompt_tokens": 11, "completion_tokens": 7}}
            {"created": 1715299200.25, "model": "m-8b", "priority": 2,\
             "usage": {"prompt_tokens": 3, "completion_tokens": 900}}
            """;
    private static final RequestMapping OTHER_COLUMNS = new RequestMapping("t", ArrivalUnit.MILLISECONDS, "in", "out");

    @TempDir
    Path folder;

    @Test
    void refusesFailedRequestsUnlessAskedToLeaveThemOutAndThenSaysHowMany() {
        String failing = BURSTGPT + "50,GPT-4,900,0,900,API log\n51,GPT-4,800,3,803,API log\n";
        assertThatThrownBy(() -> read(failing))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("trace:4: Response tokens must be a whole number from 1")
                .hasMessageContaining("found '50,GPT-4,900,0,900,API log'");
        RequestTrace trace = read(failing, RequestFormat.BURSTGPT_CSV, RequestReading.STRICT.withoutFailures());
        assertThat(trace.inputTokens()).containsExactly(472, 1087, 800);
        assertThat(texts(trace, RequestLabel.MODEL)).containsExactly("ChatGPT", "GPT-4", "GPT-4");
        assertThat(trace.origin().path()).startsWith("without 1 failed requests, of ");
    }

    @Test
    void sortsAnAccessLogOnlyWhenAsked() {
        assertThatThrownBy(() -> read(ACCESS_LOG))
                .hasMessageContaining("trace:2: requests are not in order of arrival")
                .hasMessageContaining("Maybe ask for sorting");
        RequestTrace trace = read(ACCESS_LOG, RequestFormat.ACCESS_LOG_JSONL, RequestReading.STRICT.sorted());
        assertThat(trace.start()).contains(Instant.parse("2024-05-10T00:00:00.25Z"));
        assertThat(trace.arrivalNanos()).containsExactly(0, 750_000_000);
        assertThat(trace.inputTokens()).containsExactly(3, 11);
        assertThat(texts(trace, RequestLabel.MODEL)).containsExactly("m-8b", "m-70b");
        assertThat(texts(trace, RequestLabel.PRIORITY)).containsExactly("2", null);
        assertThat(trace.origin().path()).startsWith("sorted by arrival, of ");
    }

    @Test
    void readsIsoTimesWithTheirZoneInAccessLogsAndRefusesThoseWithout() {
        String log = "{\"timestamp\":\"2024-05-10T02:00:00+02:00\",\"prompt_tokens\":1,\"completion_tokens\":2}\n"
                + "{\"timestamp\":\"2024-05-10 00:00:01.0000001Z\",\"prompt_tokens\":1,\"completion_tokens\":2}";
        assertThat(read(log).arrivalNanos()).containsExactly(0, 1_000_000_100);
        assertThatThrownBy(() -> read(log.replace("+02:00", "")))
                .hasMessageContaining("trace:1: timestamp must be a time from 1970 to 2255 with its zone")
                .hasMessageContaining("Maybe add Z");
        assertThatThrownBy(() -> read("{\"created\":12,\"prompt_tokens\":1,\"completion_tokens\":2}"))
                .hasMessageContaining("created must be seconds since 1970");
    }

    @ParameterizedTest
    @CsvSource({"s,1.5", "ms,1500", "us,1500000", "ns,1500000000"})
    void readsEveryUnitOfArrivals(String unit, String second) {
        RequestMapping mapping = new RequestMapping("t", ArrivalUnit.ofSymbol(unit), "in", "out");
        RequestTrace trace = read(
                "{\"t\":0,\"in\":1,\"out\":2}\n{\"t\":" + second + ",\"in\":1,\"out\":2}\n",
                RequestFormat.GENERIC_JSONL,
                RequestReading.STRICT.withMapping(mapping));
        assertThat(trace.arrivalNanos()).containsExactly(0, 1_500_000_000);
        assertThat(trace.start()).isEmpty();
    }

    @Test
    void takesLargeNumbersAsTimesSince1970() {
        RequestTrace trace = read(
                "t,in,out\n1715299200000,1,2\n1715299200500,1,2\n",
                RequestFormat.GENERIC_CSV,
                RequestReading.STRICT.withMapping(OTHER_COLUMNS));
        assertThat(trace.start()).contains(Instant.parse("2024-05-10T00:00:00Z"));
        assertThat(trace.arrivalNanos()).containsExactly(0, 500_000_000);
    }

    @Test
    void readsParquetOfOthersThroughAMapping() {
        Path file = folder.resolve("other.parquet");
        RequestTraces.writeParquet(read(BURSTGPT), file);
        RequestMapping mapping = new RequestMapping(
                "arrival_nanos",
                ArrivalUnit.NANOSECONDS,
                "input_tokens",
                "output_tokens",
                Map.of(RequestLabel.SESSION, "model"),
                Optional.empty());
        RequestTrace trace =
                RequestTraces.read(file, RequestFormat.GENERIC_PARQUET, RequestReading.STRICT.withMapping(mapping));
        assertThat(trace.inputTokens()).containsExactly(472, 1087);
        assertThat(texts(trace, RequestLabel.SESSION)).containsExactly("ChatGPT", "GPT-4");
        assertThatThrownBy(() -> RequestTraces.read(
                        file, RequestFormat.GENERIC_PARQUET, RequestReading.STRICT.withMapping(OTHER_COLUMNS)))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("there is no column 't'. Columns here: arrival_nanos, input_tokens");
    }

    @Test
    void refusesACutZstandardFile() throws IOException {
        byte[] packed = Zstd.compress(MOONCAKE.getBytes(UTF_8));
        Path file = Files.write(folder.resolve("cut"), Arrays.copyOf(packed, packed.length - 6));
        assertThatThrownBy(() -> RequestTraces.read(file))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("cannot be read");
    }

    @Test
    void tellsTenThousandBadLinesInOneErrorWithTheFirstFive() {
        for (String header : List.of(
                "arrival_seconds,input_tokens,output_tokens\n0,1,1\n",
                "arrival_seconds,input_tokens,output_tokens,model\n0,1,1,a\n",
                MOONCAKE)) {
            String text = header + "x,1,1,1\n".repeat(10_000);
            assertThatThrownBy(() -> read(text))
                    .isInstanceOf(TraceException.class)
                    .satisfies(e -> {
                        assertThat(e)
                                .message()
                                .contains("10000 places cannot be read, so nothing of the file is taken; the first 5:");
                        assertThat(e)
                                .message()
                                .contains("trace:3: ")
                                .contains("trace:7: ")
                                .doesNotContain("trace:8: ");
                        assertThat(e).message().hasLineCount(6);
                    });
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"timestamp\":1,\"input_length\":2,\"output_length\":3|the line is not JSON at column",
                "{\"timestamp\":1,\"timestamp\":2}|Duplicate field 'timestamp'",
                "{\"input_length\":2,\"output_length\":3}|timestamp is missing",
                "{\"timestamp\":1,\"output_length\":3}|input_length is missing",
                "{\"timestamp\":1,\"input_length\":2.5,\"output_length\":3}|input_length must be a whole number",
                "{\"timestamp\":1,\"input_length\":1e999999999,\"output_length\":3}|input_length must be a whole number",
                "{\"timestamp\":-1,\"input_length\":1,\"output_length\":3}|timestamp must be a number of ms",
                "{\"timestamp\":1,\"input_length\":1,\"output_length\":3} 4|something follows the JSON object",
                "{\"timestamp\":1,\"input_length\":1,\"output_length\":3,\"hash_ids\":[\"a\"]}|hash_ids must hold whole",
                "[1]|the line is not a JSON object"
            })
    void namesTheLineAndFieldOfJsonThatIsWrong(String line, String problem) {
        assertThatThrownBy(() -> read("{\"timestamp\":0,\"input_length\":1,\"output_length\":3}\n" + line + "\n"))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("trace:2: ")
                .hasMessageContaining(problem);
    }

    @Test
    void refusesColumnsThatAreMissingOrThereTwice() {
        RequestReading reading = RequestReading.STRICT.withMapping(OTHER_COLUMNS);
        assertThatThrownBy(() -> read("t,in\n1,2\n", RequestFormat.GENERIC_CSV, reading))
                .hasMessageContaining("there is no column 'out'. Columns here: t, in");
        assertThatThrownBy(() -> read("t,in,out,in\n1,2,3,4\n", RequestFormat.GENERIC_CSV, reading))
                .hasMessageContaining("there are two columns 'in'");
        assertThatThrownBy(() -> read("arrival_seconds,input_tokens,output_tokens,colour\n0,1,2,red\n"))
                .hasMessageContaining("there is no label 'colour'. Allowed beside");
        assertThatThrownBy(() -> read("t,in,out\n1,2,3\n", RequestFormat.GENERIC_CSV))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("generic-csv needs a mapping");
    }

    @ParameterizedTest
    @EnumSource
    void namesEveryFormat(RequestFormat format) {
        assertThat(TraceFormat.ofId(format.id())).isEqualTo(format);
    }

    @Test
    void scansWhatItReads() throws IOException {
        for (String text : List.of(BURSTGPT, "arrival_seconds,input_tokens,output_tokens\n1,2,3\n2,4,5\n")) {
            RequestTrace trace = read(text);
            RequestColumns seen = new RequestColumns();
            TraceOrigin origin = RequestTraces.scan(folder.resolve("trace"), seen);
            assertThat(seen.trace(Optional.empty(), origin).outputTokens()).isEqualTo(trace.outputTokens());
            assertThat(origin).isEqualTo(trace.origin());
        }
    }

    /** Figures: guide of the data sets, section 1.4, measured there with other code. */
    @Test
    void readsTheSyntheticTraceOfMooncake() {
        RequestTrace trace = RequestTraces.read(RealTraces.file("mooncake-fast25/synthetic_trace.jsonl"));
        assertThat(trace.size()).isEqualTo(3_993);
        assertThat(trace.spanNanos() / 1e9).isCloseTo(1_022, within(0.5));
        assertThat(trace.size() / (trace.spanNanos() / 1e9)).isCloseTo(3.91, within(0.005));
        assertThat(Arrays.stream(trace.inputTokens()).average().orElseThrow()).isCloseTo(15_325, within(0.5));
        assertThat(Arrays.stream(trace.outputTokens()).average().orElseThrow()).isCloseTo(149, within(0.5));
        assertThat(Arrays.stream(trace.inputTokens()).max()).hasValue(191_378);
        assertThat(Arrays.stream(trace.outputTokens()).max()).hasValue(893);
        long[] hashes = trace.prefixBlocks().orElseThrow().hashes();
        // With an endless cache every hash is missed once.
        double missed = Arrays.stream(hashes).distinct().count();
        assertThat(1 - missed / hashes.length).isCloseTo(0.640, within(0.0005));
    }

    private static List<String> texts(RequestTrace trace, RequestLabel label) {
        LabelColumn column = Objects.requireNonNull(trace.labels().get(label));
        return IntStream.range(0, trace.size()).mapToObj(column::text).toList();
    }

    private RequestTrace read(String text) {
        return RequestTraces.read(write(text));
    }

    private RequestTrace read(String text, RequestFormat format) {
        return RequestTraces.read(write(text), format);
    }

    private RequestTrace read(String text, RequestFormat format, RequestReading reading) {
        return RequestTraces.read(write(text), format, reading);
    }

    private Path write(String text) {
        try {
            return Files.writeString(folder.resolve("trace"), text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
