package dev.capstan.sim.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.capping.Observation;
import dev.capstan.capping.PowerReading;
import dev.capstan.capping.Quality;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.Experiment.SensorFaults;
import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.sim.run.TinyExperiment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A hundred replicas of one board each that draw 100 W all the time, seen through sensors that are not sound. */
class SensorFaultsTest {

    private static final double TRUE_WATTS = 10_000;

    /** Uniform within 5 %: the sum of 100 has a standard deviation of 100 W * 5 % / sqrt(3) * 10 = 29 W. */
    @Test
    void gainsOfBoardsStayAndLargelyCancelInASum() {
        List<PowerReading> readings = readings(new SensorFaults(0.05, 0, 0, 0, List.of()), 1);

        double first = readings.get(0).watts();
        assertThat(first).isNotEqualTo(TRUE_WATTS).isCloseTo(TRUE_WATTS, within(4 * 29.0));
        assertThat(readings).allSatisfy(reading -> assertThat(reading.watts()).isCloseTo(first, within(1e-6)));
        assertThat(readings(new SensorFaults(0.05, 0, 0, 0, List.of()), 2)
                        .get(0)
                        .watts())
                .isNotEqualTo(first);
    }

    /** 3 % of 100 W for each of 100 boards: 30 W for the sum. */
    @Test
    void noiseOfAGaugeIsNewAtEachReading() {
        List<PowerReading> readings = readings(new SensorFaults(0, 0.03, 0, 0, List.of()), 1);

        double[] watts = readings.stream().mapToDouble(PowerReading::watts).toArray();
        double mean = 0;
        for (double one : watts) {
            mean += one / watts.length;
        }
        double squares = 0;
        for (double one : watts) {
            squares += (one - mean) * (one - mean);
        }
        // 100 readings: the mean to 4 * 30/10 W, the deviation to 4 * 30/sqrt(200) W.
        assertThat(mean).isCloseTo(TRUE_WATTS, within(12.0));
        assertThat(Math.sqrt(squares / (watts.length - 1))).isCloseTo(30, within(8.5));
    }

    /** A fifth of 100 boards, give or take four standard deviations of 4. */
    @Test
    void silentBoardsAreMissingFromTheSumAndTheReadingSaysSo() {
        List<PowerReading> readings = readings(new SensorFaults(0, 0, 0.2, 0, List.of()), 1);

        assertThat(readings).allSatisfy(reading -> {
            assertThat(reading.quality()).isEqualTo(Quality.PARTIAL);
            assertThat(reading.watts())
                    .isCloseTo(8000, within(1600.0))
                    .isEqualTo(readings.get(0).watts());
        });
        assertThat(readings(new SensorFaults(0, 0, 1, 0, List.of()), 1))
                .allSatisfy(reading -> assertThat(reading.quality()).isEqualTo(Quality.ABSENT));
    }

    @Test
    void aFailedScrapeMakesTheSeriesOfItsServerStaleUntilTheNext() {
        List<PowerReading> readings = readings(new SensorFaults(0, 0, 0, 0.1, List.of()), 1);

        assertThat(readings).anySatisfy(reading -> assertThat(reading.quality()).isEqualTo(Quality.PARTIAL));
        double mean =
                readings.stream().mapToDouble(PowerReading::watts).average().orElseThrow();
        // 100 readings of 100 servers, a tenth of them out each time: 9000 W, four deviations of 30 W / sqrt(100) off.
        assertThat(mean).isCloseTo(9000, within(12.0 * 10));
        assertThat(readings(new SensorFaults(0, 0, 0, 1, List.of()), 1))
                .allSatisfy(reading -> assertThat(reading.quality()).isEqualTo(Quality.ABSENT));
    }

    /**
     * rate() takes a drop for a reset and adds what came before it, so only the energy between the last sample and the
     * restart is lost: at most a scrape of 15 s in a window of 60 s, a quarter of the power.
     */
    @Test
    void aRestartOfTheExporterLosesAtMostAScrapeOfEnergy() {
        SensorFaults restart = new SensorFaults(0, 0, 0, 0, List.of(600 * TinyExperiment.SECOND));
        List<Observation> seen = watch(Experiment.Source.ENERGY_COUNTER, restart, 1);

        assertThat(seen).allSatisfy(one -> {
            double watts = one.rootPower().watts();
            double at = one.nowNanos() * 1e-9;
            if (at < 600 || at > 600 + 5 + 15 + 60) {
                assertThat(watts).as("at %s s", at).isCloseTo(TRUE_WATTS, within(1e-6));
            } else {
                assertThat(watts).as("at %s s", at).isBetween(0.75 * TRUE_WATTS - 1e-6, TRUE_WATTS + 1e-6);
            }
        });
        assertThat(seen).anySatisfy(one -> assertThat(one.rootPower().watts()).isLessThan(0.99 * TRUE_WATTS));
    }

    private static List<PowerReading> readings(SensorFaults faults, long seed) {
        return watch(Experiment.Source.POWER_GAUGE, faults, seed).stream()
                .map(Observation::rootPower)
                .toList();
    }

    /** A hundred steps of the operator, once telemetry has settled. */
    private static List<Observation> watch(Experiment.Source source, SensorFaults faults, long seed) {
        TinyExperiment tiny = new TinyExperiment();
        tiny.initialReplicas = 100;
        tiny.autoscaled = false;
        tiny.capWatts = 1e6;
        tiny.source = source;
        tiny.windowSeconds = 60;
        tiny.faults = faults;
        tiny.operatorSeconds = 15;
        tiny.durationSeconds = 120 + 100 * 15;
        ScriptedPolicy policy = new ScriptedPolicy(seen -> List.of());
        tiny.run(policy, List.of(TinyExperiment.saturating()), seed, CheckLevel.FULL);
        return policy.seen.stream()
                .filter(one -> one.nowNanos() >= 120 * TinyExperiment.SECOND)
                .toList();
    }
}
