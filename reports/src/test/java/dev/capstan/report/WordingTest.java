package dev.capstan.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WordingTest {

    @Test
    void writesPowerWithTheUnitThatFits() {
        assertThat(Wording.watts(950)).isEqualTo("950\u00a0W");
        assertThat(Wording.watts(20_000)).isEqualTo("20\u00a0kW");
        assertThat(Wording.watts(18_540)).isEqualTo("18.5\u00a0kW");
        assertThat(Wording.watts(1_200_000)).isEqualTo("1.2\u00a0MW");
        assertThat(Wording.watts(999_600)).isEqualTo("1\u00a0MW");
    }

    @Test
    void writesTheValueOfAnAxisAsPeopleDo() {
        assertThat(Wording.setting("control.interval", "5s")).isEqualTo("a 5\u00a0s interval");
        assertThat(Wording.setting("control.interval", "8s")).isEqualTo("an 8\u00a0s interval");
        assertThat(Wording.setting("telemetry.rate_window", "5m")).isEqualTo("a 5\u00a0min window");
        assertThat(Wording.setting("policy.margin", "0.1")).isEqualTo("policy.margin = 0.1");
    }

    @Test
    void keepsCertaintyForExactShares() {
        assertThat(Wording.percent(1)).isEqualTo("100\u00a0%");
        assertThat(Wording.percent(0.9999)).isEqualTo("99.9\u00a0%");
        assertThat(Wording.percent(0.0001)).isEqualTo("0.1\u00a0%");
        assertThat(Wording.percent(0.97087)).isEqualTo("97\u00a0%");
    }
}
