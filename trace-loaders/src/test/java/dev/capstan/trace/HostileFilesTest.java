package dev.capstan.trace;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Golden files that were cut, broken or packed to no end are read or refused as honestly as any bytes. */
class HostileFilesTest {

    private static final List<String> SPLINTERS = List.of(
            "",
            "\"",
            ",",
            "\n",
            "\r",
            "#",
            "-",
            "9999999999999999999",
            "1e999999999",
            "1e-400",
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
            "\\u",
            "\\ud800",
            "\u00e9");

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void readersSurviveGoldenFilesWithOnePlaceBroken(HostileReading readers) {
        RandomStream random = RandomStream.named(1, "hostile");
        readers.goldenFiles().forEach(golden -> {
            for (int i = 0; i < 50; i++) {
                int from = random.nextInt(golden.length);
                int to = Math.min(golden.length, from + random.nextInt(4));
                String splinter = SPLINTERS.get(random.nextInt(SPLINTERS.size()));
                ByteArrayOutputStream broken = new ByteArrayOutputStream();
                broken.write(golden, 0, from);
                // One in two of the accented letters is not UTF-8.
                broken.writeBytes(splinter.getBytes(i % 2 == 0 ? UTF_8 : ISO_8859_1));
                broken.write(golden, to, golden.length - to);
                readers.survives(broken.toByteArray());
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void readersSurviveGoldenFilesCutAnywhere(HostileReading readers) {
        readers.goldenFiles().forEach(golden -> {
            for (int length = 0; length < golden.length; length += Math.max(1, golden.length / 50)) {
                readers.survives(Arrays.copyOf(golden, length));
            }
        });
    }

    /** 600 bytes that unpack to 20 MB of one row. */
    @Test
    void aRowWithoutEndDoesNotFillTheMemory() throws IOException {
        byte[] row = new byte[20_000_000];
        Arrays.fill(row, (byte) 'x');
        row[0] = '"';
        Path file = Files.write(folder.resolve("bomb"), Zstd.compress(row));
        assertThatThrownBy(() -> PowerCsv.read(file))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("bomb:1: is not CSV (a row is longer than 16384 KiB)");
        assertThatThrownBy(() -> PowerRecordings.read(file, GoldenFiles.DMON))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("bomb:1: the line is longer than 64 KiB");
    }

    @Test
    void textThatIsNotUtf8IsRefusedAndNotPatched() throws IOException {
        Path labels = Files.write(
                folder.resolve("labels"),
                "arrival_seconds,input_tokens,output_tokens,model\n0,1,2,\u00e9\n".getBytes(ISO_8859_1));
        assertThatThrownBy(() -> RequestTraces.read(labels))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("labels: cannot be read (it is not UTF-8 after line 1)");
        Path metrics = Files.write(
                folder.resolve("metrics"),
                "kepler_node_cpu_watts{node_name=\"\u00e9\"} 1 1714412345000\n".getBytes(ISO_8859_1));
        assertThatThrownBy(() -> PowerRecordings.read(metrics))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("metrics:1: the line is not UTF-8");
    }
}
