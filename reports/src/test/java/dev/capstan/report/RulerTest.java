package dev.capstan.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class RulerTest {

    /** 10 s is half way from 1 s to 100 s on a logarithmic scale; 3 % stay free at both ends. */
    @Test
    void placesSamplesOfARangeWhereTheyLie() {
        Ruler ruler = Ruler.of(new Manifest.Axis("control.interval", List.of("1s", "10s", "1m 40s"), true, true));

        assertThat(ruler.place("1s")).isEqualTo(0.03, within(1e-12));
        assertThat(ruler.place("10s")).isEqualTo(0.5, within(1e-12));
        assertThat(ruler.place("1m 40s")).isEqualTo(0.97, within(1e-12));
        assertThat(ruler.ticks().stream().map(tick -> tick.word().replace('\u00a0', ' ')))
                .containsExactly("1 s", "2 s", "5 s", "10 s", "20 s", "30 s", "1 min");
    }

    @Test
    void placesGivenValuesSideBySide() {
        Ruler ruler = Ruler.of(new Manifest.Axis("load", List.of("low", "high"), false, false));

        assertThat(ruler.place("low")).isEqualTo(0.25);
        assertThat(ruler.place("high")).isEqualTo(0.75);
        assertThat(ruler.ticks()).extracting(Ruler.Tick::word).containsExactly("low", "high");
    }
}
