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

class RateProfileTest {

    private static final String HEADER = "offset_seconds,requests_per_second\n";
    private static final long SECOND = 1_000_000_000L;

    @TempDir
    Path folder;

    @Test
    void holdsEachRateUntilTheNextWindowAndTheLastForAsLongAsTheOneAhead() {
        RateProfile profile = read(HEADER + "0,1.5\n600,0\n1200,3\n");
        assertThat(profile.rateAt(0)).isEqualTo(1.5);
        assertThat(profile.rateAt(600 * SECOND - 1)).isEqualTo(1.5);
        assertThat(profile.rateAt(600 * SECOND)).isEqualTo(0);
        assertThat(profile.rateAt(1800 * SECOND - 1)).isEqualTo(3);
        assertThat(profile.endNanos()).isEqualTo(1800 * SECOND);
        assertThatThrownBy(() -> profile.rateAt(1800 * SECOND)).hasMessageContaining("covers 0s to 30m");
        assertThatThrownBy(() -> profile.rateAt(-1)).hasMessageContaining("covers 0s to 30m");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1,1|:2: offset_seconds must begin at 0 and increase, is 1",
                "0,1;0,1|:3: offset_seconds must begin at 0 and increase, is 0",
                "0,-1|:2: requests_per_second must be at least 0, is -1",
                "0,fast|:2: requests_per_second must be a decimal number",
                "0,1|has 1 windows; at least 2"
            })
    void namesTheLineOfARowThatIsWrong(String rows, String problem) {
        assertThatThrownBy(() -> read(HEADER + rows.replace(';', '\n')))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining(problem);
    }

    private RateProfile read(String text) {
        try {
            return RateProfile.read(Files.writeString(folder.resolve("rates.csv"), text));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
