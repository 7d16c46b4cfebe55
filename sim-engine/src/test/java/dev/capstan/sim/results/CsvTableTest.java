package dev.capstan.sim.results;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvTableTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0.0, 0",
        "20000, 20000",
        "0.30000000000000004, 0.3",
        "0.3333333333333333, 0.3333333333",
        "1234567.891234, 1234567.891",
        "-1234567.891234, -1234567.891",
        "1e-12, 0.000000000001",
        "1e15, 1000000000000000",
        "12345678901234.5, 12345678900000",
        "NaN, ''",
        "Infinity, ''",
        "-Infinity, ''",
    })
    void writesTenDigitsAndNeverAnExponent(double value, String text) {
        assertThat(Numbers.text(value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1500000000, 1.5", "600000000000, 600", "1, 0.000000001", "-250000000, -0.25"})
    void writesSecondsToTheNanosecond(long nanos, String text) {
        assertThat(Numbers.seconds(nanos)).isEqualTo(text);
    }

    @Test
    void quotesWhatWouldBreakARow() throws IOException {
        Path file = Jimfs.newFileSystem(Configuration.unix()).getPath("table.csv");

        try (CsvTable table = new CsvTable(file, List.of("text", "number", "nothing", "last"))) {
            table.row("a, b", 1.5, Double.NaN, "é");
            table.row("say \"x\"", 2L, null, "two\nlines");
        }

        assertThat(Files.readString(file))
                .isEqualTo("text,number,nothing,last\n\"a, b\",1.5,,é\n\"say \"\"x\"\"\",2,,\"two\nlines\"\n");
    }
}
