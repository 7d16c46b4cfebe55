package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceTracesTest {

    private static final String OWN = "# zone: DE-LU\n# currency: EUR\ntime_utc,price_per_megawatt_hour\n";

    @TempDir
    Path folder;

    @Test
    void readsOtherColumnsOnceTheirMeaningIsGiven() {
        Path file = write("when,what\n2024-06-01T12:00Z,1\n2024-06-01T13:00Z,2\n");
        assertThatThrownBy(() -> PriceTraces.read(file)).hasMessageContaining("the file must state its zone");
        PriceTrace trace = PriceTraces.read(file, new PriceTraces.Columns("when", "what", "USD", "ERCOT"));
        assertThat(trace.perMegawattHour()).containsExactly(1, 2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "EUR|euro|currency must be three capital letters of ISO 4217, is 'euro'",
                "13:00|12:00|time_utc: time must be later than in the row ahead, is the same",
                "2\\n|\\n|has 1 columns, the header has 2",
                "13:00Z|13:00|must be a time with its zone"
            })
    void namesWhatIsWrong(String old, String with, String problem) {
        String text = (OWN + "2024-06-01T12:00Z,1\n2024-06-01T13:00Z,2\n")
                .replace(old.replace("\\n", "\n"), with.equals("\\n") ? "\n" : with)
                .replace("Z,\n", "Z\n");
        assertThatThrownBy(() -> PriceTraces.read(write(text)))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining(problem);
    }

    private Path write(String text) {
        try {
            return Files.writeString(folder.resolve("price.csv"), text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
