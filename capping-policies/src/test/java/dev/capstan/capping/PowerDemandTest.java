package dev.capstan.capping;

import static dev.capstan.capping.SimulatedService.observe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Two replicas of 700 W at a limit of 700 W: 1400 W without a limit, 600 W at 300 W. */
class PowerDemandTest {

    private final PowerDemand demand = new PowerDemand(0.1, 0.9, 0.5, 2_000_000_000L);
    private final SimulatedService service = SimulatedService.of("a", 2, 0);
    private LearntDemand learnt = LearntDemand.NOTHING;

    private void at(double seconds, double watts) {
        service.power = PowerReading.fresh(watts, 0);
        learnt = demand.learnt(learnt, observe(seconds, 2000, service.power, service));
    }

    private double wantedWatts() {
        ServiceReading reading = service.reading();
        return learnt.wantedWatts(reading, GpuLimitRange.of(reading));
    }

    private double limitFor(double watts) {
        ServiceReading reading = service.reading();
        return learnt.limitFor(reading, GpuLimitRange.of(reading), watts);
    }

    /** 600 W and a tenth, then half way to 880 W. */
    @Test
    void takesAFreeServiceAtWhatItDrawsAndSomeHeadroom() {
        assertThat(wantedWatts()).isEqualTo(1400);
        at(0, 600);
        assertThat(wantedWatts()).isCloseTo(660, within(1e-9));
        at(1, 800);
        assertThat(wantedWatts()).isCloseTo(770, within(1e-9));
    }

    /** 540 W are 90 % of the 600 W that the limit allows: half way from 660 to 1400 W. */
    @Test
    void takesAServiceThatItsLimitHoldsBackForAllThatItCanDraw() {
        at(0, 600);
        service.gpuLimitWatts = 300;
        at(1, 600);
        assertThat(wantedWatts()).as("not settled").isCloseTo(660, within(1e-9));
        at(3, 540);
        assertThat(wantedWatts()).isCloseTo(1030, within(1e-9));
    }

    /** 700 W at a limit of 300 W are 100 W beyond it, half of which are learnt at once: 600 W are then a limit of 275 W. */
    @Test
    void takesOffTheNextLimitWhatEscapesThisOne() {
        service.gpuLimitWatts = 700;
        at(0, 600);
        service.gpuLimitWatts = 300;
        at(1, 900);
        assertThat(limitFor(600)).as("not settled").isEqualTo(300);
        at(3, 700);
        assertThat(limitFor(600)).isEqualTo(275);
        at(4, 500);
        assertThat(limitFor(600)).isEqualTo(287);
    }
}
