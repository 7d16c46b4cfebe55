package dev.capstan.capping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Llama 3.1 8B on one H100 and 70B on four, vLLM of 2025: fits to ml-energy/leaderboard, lm-arena-chat. */
class ReplicaLawTest {

    static final ReplicaLaw LLAMA_8B = new ReplicaLaw(6.67e-3, 0.0895e-3, 454, 0.0305);
    static final ReplicaLaw LLAMA_70B = new ReplicaLaw(16.47e-3, 0.1352e-3, 1671, 0.1328);

    /** Measured sequences and watts of all boards of a replica: the fit has a mean error of 1.2 % in watts. */
    @ParameterizedTest
    @CsvSource({"8, 486", "32, 560", "64, 610", "128, 669"})
    void drawsWhatWasMeasuredOn8b(double sequences, double watts) {
        assertThat(LLAMA_8B.watts(sequences)).isCloseTo(watts, withinPercentage(1.0));
    }

    @ParameterizedTest
    @CsvSource({"8, 1765.6", "63.8, 2001.6", "127.6, 2183.6", "383, 2343.6", "898.5, 2547.6"})
    void drawsWhatWasMeasuredOn70b(double sequences, double watts) {
        assertThat(LLAMA_70B.watts(sequences)).isCloseTo(watts, withinPercentage(3.5));
    }

    /**
     * 8B at 600 W: x = 146 / 0.0305 = 4786.885, b = 0.00667 x / (1 - 0.0000895 x) = 31.92852 / 0.571574. 70B at 4 x 546 W: x =
     * 513 / 0.1328 = 3862.952, b = 63.62282 / 0.477729; measured were 127.6 sequences.
     */
    @Test
    void turnsAPowerTargetIntoABatch() {
        assertThat(LLAMA_8B.sequences(600)).isEqualTo(55.861, within(5e-4));
        assertThat(LLAMA_70B.sequences(2184)).isEqualTo(133.178, within(5e-4));
        assertThat(LLAMA_70B.watts(133.178)).isEqualTo(2184, within(1e-3));
    }

    /** 1 / beta is 11,173 tokens a second, 454 + 340.8 W: no batch draws more. */
    @Test
    void knowsWhatNoBatchDraws() {
        assertThat(LLAMA_8B.sequences(454)).isZero();
        assertThat(LLAMA_8B.sequences(300)).isZero();
        assertThat(LLAMA_8B.sequences(794.7)).isBetween(100_000.0, 1e6);
        assertThat(LLAMA_8B.sequences(794.8)).isInfinite();
    }

    @Test
    void refusesADrawThatDoesNotRise() {
        assertThatThrownBy(() -> new ReplicaLaw(0.01, 0, 400, 0)).hasMessageContaining("joules per token above 0");
    }
}
