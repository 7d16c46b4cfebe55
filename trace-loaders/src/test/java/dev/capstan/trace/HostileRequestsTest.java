package dev.capstan.trace;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever the bytes are, a request reader returns a trace or throws {@link TraceException}, and nothing else. */
class HostileRequestsTest {

    private static final RequestMapping ANY_COLUMNS = new RequestMapping(
            "t",
            ArrivalUnit.ISO8601,
            "in",
            "out",
            Map.of(RequestLabel.MODEL, "m"),
            Optional.of(new RequestMapping.PrefixColumn("h", 16)));

    private static final List<String> SOUND_FILES = List.of(
            "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:03.9799600,4808,10\r\n"
                    + "2024-05-10 00:00:01+00:00,2399,6",
            """
            # start: 2024-05-10T00:00:00Z
            # prefix_block_tokens: 16
            arrival_seconds,input_tokens,output_tokens,model,prefix_hashes
            0,1,2,"a",1 2
            1.5,3,4,,
            """,
            "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,18,490,API log\n",
            "{\"timestamp\": 0, \"input_length\": 6758, \"output_length\": 500, \"hash_ids\": [0, 1, 2]}\n",
            "{\"created\": 1715299200.25, \"model\": \"m\", \"usage\": {\"prompt_tokens\": 3, \"completion_tokens\": 9}}",
            "t,in,out,m,h\n2024-05-10T00:00:00Z,1,2,x,1 2\n",
            "{\"t\":\"2024-05-10T00:00:00+02:00\",\"in\":1,\"out\":2,\"m\":\"x\",\"h\":[1,2]}");

    private static final String[] SPLINTERS = {
        "",
        "\"",
        ",",
        "\n",
        "\r",
        "#",
        "-",
        "9999999999999999999",
        "1e999999999",
        "NaN",
        "\u0000",
        "\uFEFF",
        ".",
        "Z",
        ":",
        "{",
        "[",
        "]",
        "}",
        "null",
        "1e-400",
        "\\u"
    };

    @TempDir
    Path folder;

    @FuzzTest(maxDuration = "1m")
    void azureReaderSurvivesAnyBytes(byte[] bytes) {
        readAs(RequestFormat.AZURE_LLM_CSV, bytes);
    }

    @FuzzTest(maxDuration = "1m")
    void capstanCsvReaderSurvivesAnyBytes(byte[] bytes) {
        readAs(RequestFormat.CAPSTAN_CSV, bytes);
    }

    @FuzzTest(maxDuration = "1m")
    void burstGptReaderSurvivesAnyBytes(byte[] bytes) {
        readAs(RequestFormat.BURSTGPT_CSV, bytes);
    }

    @FuzzTest(maxDuration = "1m")
    void mooncakeReaderSurvivesAnyBytes(byte[] bytes) {
        readAs(RequestFormat.MOONCAKE_JSONL, bytes);
    }

    @FuzzTest(maxDuration = "1m")
    void accessLogReaderSurvivesAnyBytes(byte[] bytes) {
        readAs(RequestFormat.ACCESS_LOG_JSONL, bytes);
    }

    @FuzzTest(maxDuration = "1m")
    void genericCsvReaderSurvivesAnyBytes(byte[] bytes) {
        readAs(RequestFormat.GENERIC_CSV, bytes);
    }

    @FuzzTest(maxDuration = "1m")
    void genericJsonReaderSurvivesAnyBytes(byte[] bytes) {
        readAs(RequestFormat.GENERIC_JSONL, bytes);
    }

    @FuzzTest(maxDuration = "1m")
    void parquetReaderSurvivesAnyBytes(byte[] bytes) {
        readAs(RequestFormat.GENERIC_PARQUET, bytes);
    }

    @Test
    void readersSurviveSoundFilesWithOnePlaceBroken() {
        RandomStream random = RandomStream.named(1, "hostile.requests");
        for (String sound : SOUND_FILES) {
            for (int i = 0; i < 30; i++) {
                int from = random.nextInt(sound.length());
                int to = Math.min(sound.length(), from + random.nextInt(4));
                String broken =
                        sound.substring(0, from) + SPLINTERS[random.nextInt(SPLINTERS.length)] + sound.substring(to);
                readAsEach(broken.getBytes(UTF_8));
            }
        }
    }

    @Test
    void readersSurviveFilesCutAnywhere() {
        for (String sound : SOUND_FILES) {
            byte[] bytes = sound.getBytes(UTF_8);
            byte[] packed = Zstd.compress(bytes);
            for (int length = 0; length < bytes.length; length++) {
                readAsEach(Arrays.copyOf(bytes, length));
            }
            for (int length = 0; length < packed.length; length++) {
                readAsEach(Arrays.copyOf(packed, length));
            }
        }
    }

    @Test
    void parquetReadersSurviveCutAndBrokenFiles() throws IOException {
        Path file = Files.writeString(folder.resolve("trace.csv"), SOUND_FILES.get(1));
        Path parquet = folder.resolve("trace.parquet");
        RequestTraces.writeParquet(RequestTraces.read(file), parquet);
        byte[] sound = Files.readAllBytes(parquet);
        RandomStream random = RandomStream.named(1, "hostile.parquet");
        for (int length = 0; length < sound.length; length += 7) {
            readParquet(Arrays.copyOf(sound, length));
        }
        for (int i = 0; i < 60; i++) {
            byte[] broken = sound.clone();
            broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
            readParquet(broken);
        }
    }

    private static void readParquet(byte[] bytes) {
        readAs(RequestFormat.CAPSTAN_PARQUET, bytes);
    }

    private static void readAsEach(byte[] bytes) {
        for (RequestFormat format : RequestFormat.values()) {
            readAs(format, bytes);
        }
    }

    private static void readAs(RequestFormat format, byte[] bytes) {
        try {
            Path file = Files.createTempFile("hostile", ".trace");
            try {
                Files.write(file, bytes);
                RequestReading strict =
                        format.generic() ? RequestReading.STRICT.withMapping(ANY_COLUMNS) : RequestReading.STRICT;
                for (RequestReading reading : List.of(strict, strict.sorted().withoutFailures())) {
                    try {
                        RequestTraces.read(file, format, reading);
                    } catch (TraceException expected) {
                        // The one way to refuse a file.
                    }
                }
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
