package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenLengthsTest {

    private static final String HEADER = "quantile,input_tokens,output_tokens\n";

    @TempDir
    Path folder;

    @Test
    void isLinearBetweenQuantilesAndGivesAtLeastOneOutputToken() {
        TokenLengths lengths = read(HEADER + "0,100,0\n0.5,200,0.4\n1,1000,9\n");
        assertThat(lengths.inputTokens(0)).isEqualTo(100);
        assertThat(lengths.inputTokens(0.25)).isEqualTo(150);
        assertThat(lengths.inputTokens(0.5)).isEqualTo(200);
        assertThat(lengths.inputTokens(0.75)).isEqualTo(600);
        assertThat(lengths.inputTokens(1)).isEqualTo(1000);
        assertThat(lengths.outputTokens(0)).isEqualTo(1);
        assertThat(lengths.outputTokens(1)).isEqualTo(9);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0,1,1|has 1 rows; at least 2 are needed",
                "0.1,1,1;1,2,2|:2: quantile must begin at 0, increase and end at 1, is 0.1. Maybe sort",
                "0,1,1;0.9,2,2|:3: quantile must begin at 0, increase and end at 1, is 0.9. Maybe the file was cut short",
                "0,1,1;0.5,1,1;0.5,1,1;1,2,2|:4: quantile must begin at 0, increase and end at 1, is 0.5",
                "0,2,1;1,1,1|:3: input_tokens must not decrease, and lie from 0 to 2147483647, is 1.",
                "0,2,-1;1,2,1|:2: output_tokens must not decrease, and lie from 0",
                "0,2,1;1,3e9,1|input_tokens must not decrease, and lie from 0 to 2147483647",
                "0,2,1;1,x,1|:3: input_tokens must be a decimal number"
            })
    void refusesATableThatIsNoDistribution(String rows, String problem) {
        assertThatThrownBy(() -> read(HEADER + rows.replace(';', '\n')))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void measuresATraceAndReadsBackWhatItWrites() throws IOException {
        // 0, 1, ... 1000 has its quantile q at 1000 q.
        int[] tokens = new int[1_001];
        int[] ones = new int[1_001];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = 1_000 - i;
            ones[i] = 1;
        }
        RequestTrace trace = new RequestTrace(
                new long[1_001], tokens, ones, Optional.empty(), new TraceOrigin("made", "0", "CC0-1.0"));
        StringBuilder text = new StringBuilder();
        TokenLengths.measure(trace).writeCsv(text);
        assertThat(text).startsWith("# licence: CC0-1.0\n" + HEADER + "0,0,1\n0.01,10,1\n");
        TokenLengths back = read(text.toString());
        for (int percent = 0; percent <= 100; percent++) {
            assertThat(back.inputTokens(percent / 100.0)).isEqualTo(10 * percent);
            assertThat(back.outputTokens(percent / 100.0)).isEqualTo(1);
        }
        assertThat(back.origin().licence()).isEqualTo("CC0-1.0");
    }

    private TokenLengths read(String text) {
        try {
            return TokenLengths.read(Files.writeString(folder.resolve("lengths.csv"), text));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
