package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SampleTracesTest {

    private static final long WEEK = 7 * 86_400_000_000_000L;

    /** Means, minima and maxima: guide of the data sets, section 1.2. */
    @ParameterizedTest
    @CsvSource({"conversation, 45.15, 19.69, 77.21", "code, 27.78, 2.47, 87.46"})
    void ratesCoverAWeekAtThePublishedMean(String trace, double mean, double least, double most) {
        RateProfile profile = RateProfile.read(sample("rates/azure-2024-week-" + trace + ".csv"));
        assertThat(profile.size()).isEqualTo(1_008);
        assertThat(profile.endNanos()).isEqualTo(WEEK);
        double[] rates = new double[profile.size()];
        Arrays.setAll(rates, profile::requestsPerSecond);
        assertThat(Arrays.stream(rates).average().orElseThrow()).isCloseTo(mean, within(0.01));
        assertThat(Arrays.stream(rates).min().orElseThrow()).isCloseTo(least, within(0.01));
        assertThat(Arrays.stream(rates).max().orElseThrow()).isCloseTo(most, within(0.01));
        assertThat(profile.origin().licence()).contains("CC-BY-4.0", "changes made");
    }

    /** Means and quantiles: guide of the data sets, section 1.1. */
    @ParameterizedTest
    @CsvSource({"conversation, 1155, 211, 1020, 129, 4142, 601", "code, 2048, 27.9, 1469, 13, 7436, 251"})
    void lengthsReproduceTheMeansOfTheTracesTheyWereMeasuredOn(
            String trace, double input, double output, int medianInput, int medianOutput, int input99, int output99) {
        TokenLengths lengths = TokenLengths.read(sample("lengths/azure-2023-" + trace + ".csv"));
        assertThat(lengths.inputTokens(0.5)).isCloseTo(medianInput, within(1));
        assertThat(lengths.outputTokens(0.5)).isCloseTo(medianOutput, within(1));
        assertThat(lengths.inputTokens(0.99)).isCloseTo(input99, within(10));
        assertThat(lengths.outputTokens(0.99)).isCloseTo(output99, within(2));
        int n = 100_000;
        double inputs = 0;
        double outputs = 0;
        for (int i = 0; i < n; i++) {
            inputs += lengths.inputTokens((i + 0.5) / n);
            outputs += lengths.outputTokens((i + 0.5) / n);
        }
        assertThat(inputs / n).isCloseTo(input, within(0.02 * input));
        assertThat(outputs / n).isCloseTo(output, within(0.02 * output));
    }

    @Test
    void powerRisesFromAboutHalfToMostOfWhatTheRowCanDraw() {
        PowerTrace power = PowerCsv.read(sample("power/synthetic-gpu-row.csv"));
        assertThat(power.size()).isEqualTo(14_400);
        assertThat(power.endNanos()).isEqualTo(14_400 * 1_000_000_000L);
        // 32 servers between 2,445 W idle and 6,286 W busy.
        assertThat(Arrays.stream(power.watts()).min().orElseThrow()).isBetween(120_000.0, 140_000.0);
        assertThat(Arrays.stream(power.watts()).max().orElseThrow()).isBetween(185_000.0, 201_152.0);
    }

    @Test
    void carbonDipsAtNoon() {
        CarbonTrace carbon = CarbonTraces.read(sample("carbon/synthetic-solar-day.csv"), CarbonTrace.Scope.LIFE_CYCLE);
        assertThat(carbon.size()).isEqualTo(24);
        assertThat(carbon.zone()).isEqualTo("SYNTHETIC");
        // 320 - 180, and the evening's foot: 90 exp(-(7 / 1.8)^2 / 2) = 0.05; morning's: 40 exp(-(5 / 1.5)^2 / 2) =
        // 0.15.
        assertThat(carbon.gramsPerKilowattHour()[12]).isCloseTo(140.2, within(0.05));
        assertThat(carbon.gramsPerKilowattHour()[19]).isGreaterThan(390);
    }

    @Test
    void filesOfOurOwnAreWhatTheirRecipeMakes() throws IOException {
        assertThat(Files.readString(sample("power/measured-h200-mixed.csv"))).isEqualTo(SampleTraces.measuredBoard());
        assertThat(Files.readString(sample("power/synthetic-gpu-row.csv"))).isEqualTo(SampleTraces.gpuRow());
        assertThat(Files.readString(sample("carbon/synthetic-solar-day.csv"))).isEqualTo(SampleTraces.solarDay());
    }

    @ParameterizedTest
    @ValueSource(strings = {"conversation", "code"})
    void figuresOfRealTracesAreWhatTheTracesGive(String trace) throws IOException {
        assertThat(Files.readString(sample("lengths/azure-2023-" + trace + ".csv")))
                .isEqualTo(SampleTraces.lengths(trace));
        assertThat(Files.readString(sample("rates/azure-2024-week-" + trace + ".csv")))
                .isEqualTo(SampleTraces.rates(trace));
    }

    @Test
    void aDayOfTheWeekBecomesRequestsAtItsRate() {
        RateProfile profile = RateProfile.read(sample("rates/azure-2024-week-conversation.csv"));
        TokenLengths lengths = TokenLengths.read(sample("lengths/azure-2023-conversation.csv"));
        RequestTrace trace = new RequestGenerator(
                        profile, WEEK / 7, WEEK / 7, 0.1, lengths, ArrivalLaw.POISSON, Optional.empty())
                .generate(1);
        double expected = 0;
        for (int i = 144; i < 288; i++) {
            expected += 0.1 * 600 * profile.requestsPerSecond(i);
        }
        assertThat((double) trace.size()).isCloseTo(expected, within(4 * Math.sqrt(expected)));
        assertThat(trace.origin().licence()).contains("Splitwise", "DynamoLLM");
    }

    private static Path sample(String path) {
        return SampleTraces.FOLDER.resolve(path);
    }
}
