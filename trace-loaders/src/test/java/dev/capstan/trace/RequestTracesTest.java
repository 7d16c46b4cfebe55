package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTracesTest {

    private static final String AZURE = "TIMESTAMP,ContextTokens,GeneratedTokens";
    private static final String CAPSTAN = "arrival_seconds,input_tokens,output_tokens";

    @TempDir
    Path folder;

    @Test
    void goesOnAcrossMidnightAndLeapDays() {
        RequestTrace trace =
                read(AZURE + "\n2024-02-28 23:59:59.9,1,1\n2024-02-29 00:00:00.1,1,1\n2024-03-01 00:00:00.1,1,1");
        assertThat(trace.arrivalNanos()).containsExactly(0, 200_000_000L, 86_400_200_000_000L);
    }

    @Test
    void hashesTheBytesOfTheFile() throws IOException {
        // sha256sum of "arrival_seconds,input_tokens,output_tokens\n0,1,1\n"
        assertThat(read(CAPSTAN + "\n0,1,1\n").origin().sha256())
                .isEqualTo("b194a7bbd69d000a3639fd4fc29c3b0e5069c8a072719ca36c19196bdc0c90f8");
    }

    @Test
    void keepsLinesWholeAcrossTheEdgesOfItsBuffer() throws IOException {
        StringBuilder text = new StringBuilder(CAPSTAN).append('\n');
        for (int i = 0; i < 200_000; i++) {
            text.append(i).append(".000000001,").append(i).append(",7\n");
        }
        RequestTrace trace = read(text.toString()); // 4.7 MB, the buffer holds 64 KiB
        assertThat(trace.size()).isEqualTo(200_000);
        for (int i = 0; i < trace.size(); i++) {
            assertThat(trace.arrivalNanos()[i]).isEqualTo(i * 1_000_000_000L + 1);
            assertThat(trace.inputTokens()[i]).isEqualTo(i);
        }
    }

    @Test
    void refusesRequestsOutOfOrderAndSaysWhatToTry() {
        assertThatThrownBy(() -> read(CAPSTAN + "\n1,1,1\n3,1,1\n2,1,1\n"))
                .isInstanceOf(TraceException.class)
                .hasMessage(
                        folder.resolve("trace.csv") + ":4: requests are not in order of arrival: this one comes before"
                                + " the one ahead of it, found '2,1,1'. Maybe sort the rows by their first column and keep the"
                                + " header on top, or ask for sorting (--sort).");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1|the row ends before input_tokens",
                "1,|the row ends before input_tokens",
                "1,2|the row ends before output_tokens",
                "1,2,|the row ends before output_tokens",
                "1,2,0|output_tokens must be a whole number from 1",
                "1,-2,1|input_tokens must be a whole number from 0",
                "1,2147483648,1|input_tokens must be a whole number",
                "1,99999999999999999999999,1|input_tokens must be a whole number",
                "-1,2,1|arrival_seconds must be a plain decimal number",
                "9000000001,2,1|arrival_seconds must be a plain decimal number",
                "1e5,2,1|arrival_seconds is followed by something",
                "1,2.5,1|input_tokens is followed by something",
                "1,2,3,4|a row has 3 columns",
                "1,2,3 |a row has 3 columns",
                "garbage|arrival_seconds must be a plain decimal number",
                "NaN,1,1|arrival_seconds must be a plain decimal number"
            },
            ignoreLeadingAndTrailingWhitespace = false)
    void namesTheLineOfARowThatIsWrong(String row, String problem) {
        assertThatThrownBy(() -> read(CAPSTAN + "\n0,1,1\n" + row))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("trace.csv:3: " + problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2023-11-16 18:17:0",
                "2023-11-31 18:17:00,1,1",
                "2023-02-29 18:17:00,1,1",
                "2023-11-16 24:00:00,1,1",
                "2023-11-16 18:60:00,1,1",
                "1969-11-16 18:17:00,1,1",
                "2262-11-16 18:17:00,1,1",
                "2023-11-16 18:17:00+0000,1,1",
                "2023-11-16 18:17:00 UTC,1,1",
                "16.11.2023 18:17:00,1,1",
                "1700158623,1,1"
            })
    void refusesTimestampsThatAreNone(String row) {
        assertThatThrownBy(() -> read(AZURE + "\n" + row))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("trace.csv:2: TIMESTAMP must be a time such as");
    }

    @Test
    void refusesFilesWithoutRequests() {
        assertThatThrownBy(() -> read("")).hasMessageContaining("is empty");
        assertThatThrownBy(() -> read(AZURE + "\r\n")).hasMessageContaining("has a header but no requests");
        assertThatThrownBy(() -> read("a,b\n1,2\n"))
                .hasMessageContaining(":1: the header is not that of a request trace, found 'a,b'")
                .hasMessageContaining("Allowed: " + AZURE + " or " + CAPSTAN);
        assertThatThrownBy(() -> RequestTraces.read(folder.resolve("nothing.csv")))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("there is no such file");
    }

    @Test
    void refusesABrokenGzip() throws IOException {
        Path file = folder.resolve("trace.csv.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write((CAPSTAN + "\n1,2,3\n").getBytes(StandardCharsets.UTF_8));
        }
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 12));
        assertThatThrownBy(() -> RequestTraces.read(file))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("cannot be read")
                .hasMessageContaining("Maybe it was cut short");
    }

    @Test
    void showsBinaryGarbageOnOneShortLine() {
        assertThatThrownBy(() -> read("\u0000\u0007\t" + "x".repeat(500)))
                .satisfies(e ->
                        assertThat(e.getMessage()).contains("found '???xxx").hasSizeLessThan(500));
        assertThatThrownBy(() -> read("x".repeat(1 << 17))).hasMessageContaining("longer than 64 KiB");
    }

    /** Figures: guide of the data sets, section 1.1, measured there with other code. */
    @ParameterizedTest
    @CsvSource({
        "azure-llm-2023/AzureLLMInferenceTrace_code.csv, 8819, 3435.9, 2.567, 2048, 27.9, 1469, 13, 7436, 251",
        "azure-llm-2023/AzureLLMInferenceTrace_conv.csv, 19366, 3501.7, 5.530, 1155, 211, 1020, 129, 4142, 601"
    })
    void readsTheAzureTracesOf2023(
            String path,
            int rows,
            double spanSeconds,
            double requestsPerSecond,
            double meanInput,
            double meanOutput,
            int medianInput,
            int medianOutput,
            int input99,
            int output99) {
        RequestTrace trace = RequestTraces.read(RealTraces.file(path));
        assertThat(trace.size()).isEqualTo(rows);
        assertThat(trace.spanNanos() / 1e9).isCloseTo(spanSeconds, within(0.06));
        assertThat(trace.size() / (trace.spanNanos() / 1e9)).isCloseTo(requestsPerSecond, within(0.001));
        assertThat(mean(trace.inputTokens())).isCloseTo(meanInput, within(0.5));
        assertThat(mean(trace.outputTokens())).isCloseTo(meanOutput, within(0.5));
        assertThat(quantile(trace.inputTokens(), 0.5)).isCloseTo(medianInput, within(1));
        assertThat(quantile(trace.outputTokens(), 0.5)).isCloseTo(medianOutput, within(1));
        assertThat(quantile(trace.inputTokens(), 0.99)).isCloseTo(input99, within(3));
        assertThat(quantile(trace.outputTokens(), 0.99)).isCloseTo(output99, within(3));
    }

    private static double mean(int[] values) {
        return Arrays.stream(values).asLongStream().sum() / (double) values.length;
    }

    private static int quantile(int[] values, double quantile) {
        int[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) (quantile * (sorted.length - 1))];
    }

    private RequestTrace read(String text) {
        Path file = folder.resolve("trace.csv");
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return RequestTraces.read(file);
    }
}
