package dev.capstan.sim.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LoopLatencyTest {

    private static final double EXACT = 1e-12;

    @Test
    void addsTheDelaysOfAGaugeAndAClockLever() {
        // 1 s exporter, 5 s scrape, 5 s operator, 0.1 s lever: 0.5 + 2.5 + 2.5 + 0.1, and 1 + 5 + 5 + 0.1
        LoopLatency loop = LoopLatency.ofGauge(1, 5, 5).then(0.1);

        assertThat(loop.meanSeconds()).isEqualTo(5.6, within(EXACT));
        assertThat(loop.worstSeconds()).isEqualTo(11.1, within(EXACT));
    }

    @Test
    void showsAStepThroughARateWindowAsARamp() {
        // 70 % to 110 % of the cap crosses it at 0.75 of the step: 225 s into a window of 5 min. Scrapes every 15 s
        // make that
        // early by up to 11.25 s or late by up to 3.75 s; exporter 5 s, operator 10 s.
        LoopLatency loop = LoopLatency.ofCounter(5, 15, 300, 0.75, 10);

        assertThat(loop.earliestSeconds()).isEqualTo(213.75, within(EXACT));
        assertThat(loop.meanSeconds()).isEqualTo(225 - 3.75 + 2.5 + 5, within(EXACT));
        assertThat(loop.worstSeconds()).isEqualTo(225 + 3.75 + 5 + 10, within(EXACT));
    }

    @Test
    void waitsForTheAutoscalerAndForPodsToDrain() {
        LoopLatency loop = LoopLatency.ofGauge(1, 5, 5).thenClock(15).then(30);

        assertThat(loop.meanSeconds()).isEqualTo(0.5 + 2.5 + 2.5 + 7.5 + 30, within(EXACT));
        assertThat(loop.worstSeconds()).isEqualTo(1 + 5 + 5 + 15 + 30, within(EXACT));
    }

    @Test
    void clocksOfOneLengthAddUpToTheDistributionOfIrwinAndHall() {
        // Of three times uniform over 10 s: 1/6 within 10 s, a half within 15 s, 5/6 within 20 s, all but 0.1³/6 within
        // 29 s.
        LoopLatency loop = new LoopLatency(2, List.of(10.0, 10.0, 10.0));

        assertThat(loop.probabilityWithin(2)).isZero();
        assertThat(loop.probabilityWithin(12)).isEqualTo(1 / 6.0, within(EXACT));
        assertThat(loop.probabilityWithin(17)).isEqualTo(0.5, within(EXACT));
        assertThat(loop.probabilityWithin(22)).isEqualTo(5 / 6.0, within(EXACT));
        assertThat(loop.probabilityWithin(31)).isEqualTo(1 - 1 / 6000.0, within(EXACT));
        assertThat(loop.probabilityWithin(32)).isEqualTo(1);
        assertThat(loop.probabilityWithin(100)).isEqualTo(1);
    }

    @Test
    void clocksOfTwoLengthsAddUpToATrapezium() {
        // 4 s and 10 s: density rises to 1/10 within 4 s. Within 2 s: 2²/(2·4·10); within 7 s: (4/2 + 3)/10.
        LoopLatency loop = new LoopLatency(0, List.of(4.0, 10.0));

        assertThat(loop.probabilityWithin(2)).isEqualTo(0.05, within(EXACT));
        assertThat(loop.probabilityWithin(7)).isEqualTo(0.5, within(EXACT));
        assertThat(loop.probabilityWithin(12)).isEqualTo(0.95, within(EXACT));
    }

    @Test
    void agreesWithDrawingThePhases() {
        LoopLatency loop =
                LoopLatency.ofCounter(5, 15, 60, 0.4, 60).thenClock(30).then(1);
        SplittableRandom chance = new SplittableRandom(1);
        int draws = 200_000;
        int within = 0;
        for (int draw = 0; draw < draws; draw++) {
            double seconds = 0.4 * 45 + 1;
            for (double clock : List.of(5.0, 15.0, 60.0, 30.0)) {
                seconds += clock * chance.nextDouble();
            }
            within += seconds <= 70 ? 1 : 0;
        }

        // Four standard deviations of a share of 200,000 draws are at most 0.0045.
        assertThat(loop.probabilityWithin(70)).isEqualTo(within / (double) draws, within(0.0045));
    }

    @Test
    void refusesWhatIsNoLoop() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoopLatency.ofGauge(0, 5, 5))
                .withMessageContaining("was 0.0 s");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoopLatency.ofCounter(5, 15, 20, 0.5, 5))
                .withMessageContaining("a rate window must hold two scrapes, was 20.0 s");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoopLatency.ofCounter(5, 15, 60, 1.2, 5))
                .withMessageContaining("was 1.2");
    }
}
