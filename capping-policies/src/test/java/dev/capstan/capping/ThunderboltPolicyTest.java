package dev.capstan.capping;

import static dev.capstan.capping.SimulatedService.observe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The published table on a limit of 1000 W, stepped every second, with commands that land at once. */
class ThunderboltPolicyTest {

    private static final PolicyFactory THUNDERBOLT = PolicyRegistry.find("thunderbolt");

    private final SimulatedService batch = service("batch", 0);
    private final SimulatedService chat = service("chat", 1);
    private final Row row = new Row(Map.of(), 1, batch, chat);

    /** Boards of 100 to 400 W and 1000 MHz, so that a share of the clock is a thousand times that. */
    private static SimulatedService service(String name, int priority) {
        SimulatedService service = SimulatedService.of(name, 1, 500).with400WattBoards();
        service.priority = priority;
        service.clockMegahertz = 1000;
        service.maxClockMegahertz = 1000;
        return service;
    }

    private static final class Row {

        private final RunningPolicy<?> stepper;
        private final SimulatedService[] services;
        private int seconds;

        Row(Map<String, Double> parameters, long seed, SimulatedService... services) {
            stepper = RunningPolicy.of(THUNDERBOLT.create(PolicyRegistry.resolve(THUNDERBOLT, parameters), seed));
            this.services = services;
        }

        Decision at(double watts) {
            return at(PowerReading.fresh(watts, 0));
        }

        Decision at(PowerReading root) {
            seconds++;
            Decision decision = stepper.step(observe(seconds, 1000, root, services));
            for (SimulatedService service : services) {
                service.apply(decision);
            }
            return decision;
        }
    }

    private static ServiceAction batch(int megahertz) {
        return ServiceAction.clock("batch", megahertz, false);
    }

    @Test
    void doesNothingUpToTheHighThreshold() {
        assertThat(row.at(980)).returns("steady", Decision::code);
        assertThat(row.at(980).actions()).isEmpty();
    }

    /** p > 0.98: share 0.01 of the clock, of which boards take no less than 0.106. High priority is left alone. */
    @Test
    void cutsVictimsToWhatTheLeverReachesOverTheHighThreshold() {
        assertThat(row.at(981)).returns("cut-hard", Decision::code).returns(List.of(batch(106)), Decision::actions);
    }

    /** Once armed, p > 0.96 takes a quarter at every sample: 1000 -> 750 -> 562.5 -> 422 MHz. */
    @Test
    void cutsByAQuarterOverTheLowThresholdOnceArmed() {
        Row gentle = new Row(Map.of("hard_factor", 1.0), 1, batch, chat);
        assertThat(gentle.at(970)).returns("steady", Decision::code);
        gentle.at(990);
        assertThat(gentle.at(970).actions()).containsExactly(batch(750));
        assertThat(gentle.at(970).actions()).containsExactly(batch(563));
        assertThat(gentle.at(970).actions()).containsExactly(batch(422));
        // A sample from before the last cut cuts nothing.
        assertThat(gentle.at(new PowerReading(970, 1_000_000_000L, Quality.FRESH)))
                .returns("settling", Decision::code);
    }

    @Test
    void letsTheLowThresholdSleepAfterSomeTimeUnderIt() {
        Row gentle = new Row(Map.of("hard_factor", 1.0), 1, batch, chat);
        gentle.at(990);
        for (int second = 0; second < 59; second++) {
            gentle.at(900);
        }
        assertThat(gentle.at(970)).returns("cut", Decision::code);
        for (int second = 0; second < 60; second++) {
            gentle.at(900);
        }
        assertThat(gentle.at(970)).doesNotReturn("cut", Decision::code);
    }

    /** From 0.106 by 0.05 to 1 are 18 steps, U(1, 10) s apart: 99 s expected, with a deviation of 2.6 sqrt(18) = 11 s. */
    @Test
    void releasesFivePercentAtATimeAtRandomTimes() {
        row.at(990);
        List<Integer> gaps = new ArrayList<>();
        int last = row.seconds;
        double clock = batch.clockMegahertz;
        while (batch.clockMegahertz < 1000) {
            row.at(900);
            if (batch.clockMegahertz != clock) {
                assertThat(batch.clockMegahertz - clock).isCloseTo(50, within(6.5));
                gaps.add(row.seconds - last);
                last = row.seconds;
                clock = batch.clockMegahertz;
            }
        }
        assertThat(gaps).hasSize(18).allMatch(gap -> gap >= 1 && gap <= 11);
        assertThat(row.seconds).isBetween(99 - 45, 99 + 45 + 18);
        assertThat(new HashSet<>(gaps)).hasSizeGreaterThan(4);
    }

    @Test
    void releasesVictimsAtTimesOfTheirOwn() {
        SimulatedService other = service("index", 0);
        Row both = new Row(Map.of(), 3, batch, other);
        both.at(990);
        assertThat(batch.clockMegahertz).isEqualTo(other.clockMegahertz);
        Set<Boolean> together = new HashSet<>();
        for (int second = 0; second < 60; second++) {
            both.at(900);
            together.add(batch.clockMegahertz == other.clockMegahertz);
        }
        assertThat(together).contains(false);
    }

    /**
     * Samples of 900 and 920 W in turn: changes of 0.02 each second, a variance of 0.0004 / s in the long run. Three deviations
     * after t seconds are 0.06 sqrt(t): from 0.92 that passes 1 at t = 1.8 s, so as soon as telemetry counts as lost; from changes of 0.001,
     * 0.003 sqrt(t) passes the 0.08 that are left only after 711 s.
     */
    @Test
    void jailsVictimsWhenPowerMayHaveGrownOverTheLimitUnseen() {
        for (int second = 0; second < 400; second++) {
            row.at(second % 2 == 0 ? 900 : 920);
        }
        int lost = 0;
        while (batch.clockMegahertz == 1000) {
            row.at(PowerReading.absent());
            lost++;
        }
        assertThat(lost).isEqualTo(11);
        assertThat(batch.clockMegahertz).isEqualTo(200);
        assertThat(chat.clockMegahertz).isEqualTo(1000);

        SimulatedService quiet = service("quiet", 0);
        Row steady = new Row(Map.of("hold_seconds", 3600.0), 1, quiet, service("chat", 1));
        for (int second = 0; second < 400; second++) {
            steady.at(second % 2 == 0 ? 920 : 919);
        }
        steady.at(920);
        int since = steady.seconds;
        while (quiet.clockMegahertz == 1000) {
            steady.at(PowerReading.absent());
        }
        assertThat((double) steady.seconds - since).isCloseTo(711, within(3.0));
    }

    /** Two boards of 400 W each, 500 W of each reading: the worst case of 800 W fits 1000 W, that of four does not. */
    @Test
    void holdsTheWorstCaseAfterAMinuteWithoutTelemetry() {
        batch.ready = 2;
        batch.ceiling = 2;
        batch.originalCeiling = 2;
        chat.ready = 2;
        chat.ceiling = 2;
        chat.originalCeiling = 2;
        row.at(900);
        for (int second = 0; second < 62; second++) {
            row.at(PowerReading.absent());
        }
        // 4 * 100 W at the lowest limits and 1200 W more at the highest: half of the range, 100 + 150 W.
        assertThat(batch.gpuLimitWatts).isEqualTo(250);
        assertThat(chat.gpuLimitWatts).isEqualTo(250);
        assertThat(row.at(PowerReading.absent()).actions()).isEmpty();
        for (int second = 0; second < 120; second++) {
            row.at(700);
        }
        assertThat(chat.gpuLimitWatts).isEqualTo(400);
        assertThat(batch.gpuLimitWatts).isEqualTo(400);
        assertThat(batch.clockMegahertz).isEqualTo(1000);
    }

    /** 0.5 of 400 W; a hard cut ends at the lowest limit of 100 W. */
    @Test
    void takesTheLimitForTheShareWhereAskedToOrWithoutAClock() {
        Row limits = new Row(Map.of("by_clock", 0.0, "hard_factor", 0.5), 1, batch, chat);
        assertThat(limits.at(990).actions()).containsExactly(ServiceAction.gpuLimit("batch", 200));
        batch.maxClockMegahertz = 0;
        Row clockless = new Row(Map.of(), 1, batch, chat);
        assertThat(clockless.at(990).actions()).containsExactly(ServiceAction.gpuLimit("batch", 100));
    }
}
