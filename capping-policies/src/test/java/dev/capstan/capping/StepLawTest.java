package dev.capstan.capping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class StepLawTest {

    /** 20 ms + 0.1 ms for each sequence and prompt token, on boards of 2000 MHz with a knee at half of that. */
    static final StepLaw LAW = new StepLaw(20e-3, 0.1e-3, 0.1e-3, 0.2, 0.5, 1, 2, 1, 0.5, 2000);

    /** At half the clock alpha takes 0.8 + 0.2 * 2 = 1.2 times as long, a sequence 1.5 times: 24 + 100 * 0.15 ms. */
    @Test
    void stretchesEachPartOfAStepByItsElasticity() {
        assertThat(LAW.stepSeconds(100, 2000)).isEqualTo(30e-3, within(1e-12));
        assertThat(LAW.stepSeconds(100, 1000)).isEqualTo(39e-3, within(1e-12));
        assertThat(LAW.stepSeconds(100, 3000)).isEqualTo(30e-3, within(1e-12));
        assertThat(LAW.promptShare(1000, 1000)).isEqualTo(0.2, within(1e-12));
    }

    /**
     * 2000 tokens a second at half the clock: 24 ms / (1 - 2000 * 0.15 ms - 1000 * 0.2 ms) = 48 ms. That is a batch of 96, whose
     * step of 38.4 ms takes 4/5 of the time.
     */
    @Test
    void findsTheTimePerTokenOfALoad() {
        assertThat(LAW.secondsPerToken(2000, 1000, 1000)).isEqualTo(48e-3, within(1e-12));
        assertThat(LAW.stepSeconds(96, 1000) / (1 - LAW.promptShare(1000, 1000)))
                .isEqualTo(48e-3, within(1e-12));
        assertThat(LAW.secondsPerToken(9001, 1000, 2000)).isInfinite();
        assertThat(LAW.secondsPerToken(Double.NaN, 1000, 2000)).isInfinite();
    }

    /** 0.5^2 at the knee, half of it at half of that clock. */
    @Test
    void leavesOfTheDrawWhatTheClockLeaves() {
        assertThat(LAW.dynamicShare(2000)).isEqualTo(1);
        assertThat(LAW.dynamicShare(1000)).isEqualTo(0.25, within(1e-12));
        assertThat(LAW.dynamicShare(500)).isEqualTo(0.125, within(1e-12));
    }

    @Test
    void refusesWhatIsNoElasticity() {
        assertThatThrownBy(() -> new StepLaw(20e-3, 0, 0, 1.2, 0, 1, 2, 1, 0.5, 2000))
                .hasMessageContaining("elasticities and the knee must lie in [0, 1], were 1.2");
    }
}
