package dev.capstan.sim.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.sim.serving.Interval;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Climatik's shipped rule sets each ceiling to cap over the service's <em>total</em> power. With saturating demand and p
 * watts for each replica its fixed point is sqrt(C/p) replicas for each of N services, so power is about N sqrt(C p):
 * a single service wastes most of the cap, and more than sqrt(C/p) services break it.
 *
 * <p>Operator 10 s, window 5 min, scrape and HPA 15 s, pods 60 s to start. Five hours after one of settling; the 99 % interval of the
 * mean over 16 seeds must lie in the band. Replicas
 * of power mode hand their demand over at once, so the 30 s of grace draw nothing.
 */
class ClimatikLawTest {

    private static final double REPLICA_WATTS = 100;
    private static final int SEEDS = 16;

    private record Outcome(double replicas, double shareOver) {}

    /** Bands of two independent emulations (guide, 6.1 and R1), in which only serving replicas draw. */
    @ParameterizedTest(name = "C/p = {0}, {1} services")
    @CsvSource({
        "20, 1, 4.0, 4.5, 0, 0",
        "20, 4, 16, 18, 0, 0",
        "20, 5, 20, 22.4, 0.05, 0.25",
        "20, 6, 24, 27, 0.95, 1",
        "100, 1, 9, 11, 0, 0"
    })
    void settlesAtTheSquareRootOfTheCap(
            int capReplicas, int services, double least, double most, double leastOver, double mostOver) {
        double[] replicas = new double[SEEDS];
        double[] over = new double[SEEDS];
        for (int seed = 0; seed < SEEDS; seed++) {
            Outcome outcome = run(capReplicas, services, 0, seed);
            replicas[seed] = outcome.replicas();
            over[seed] = outcome.shareOver();
        }
        liesWithin(Interval.of(replicas), least, most);
        liesWithin(Interval.of(over), leastOver, mostOver);
    }

    @Test
    void breaksTheCapMoreOftenOnceStartingReplicasDraw() {
        double[] more = new double[SEEDS];
        for (int seed = 0; seed < SEEDS; seed++) {
            more[seed] = run(20, 5, 1, seed).shareOver() - run(20, 5, 0, seed).shareOver();
        }
        liesWithin(Interval.of(more), 0.05, 0.4);
    }

    private static void liesWithin(Interval interval, double least, double most) {
        assertThat(interval.mean() - interval.halfWidth())
                .as("low end of %s", interval)
                .isGreaterThanOrEqualTo(least);
        assertThat(interval.mean() + interval.halfWidth())
                .as("high end of %s", interval)
                .isLessThanOrEqualTo(most);
    }

    private static Outcome run(int capReplicas, int services, double startShare, int seed) {
        TinyExperiment tiny = new TinyExperiment();
        tiny.capWatts = capReplicas * REPLICA_WATTS;
        tiny.services = services;
        tiny.startShare = startShare;
        tiny.exporterSeconds = 1;
        tiny.warmupSeconds = 3600;
        tiny.durationSeconds = 5 * 3600;
        RunResult result = tiny.run(
                TinyExperiment.policy("climatik-shipped"),
                Collections.nCopies(services, TinyExperiment.saturating()),
                seed,
                CheckLevel.LIGHT);
        return new Outcome(
                result.figure(Figure.MEAN_POWER_WATTS) / REPLICA_WATTS,
                1 - result.figure(Figure.TIME_UNDER_CAP_FRACTION));
    }
}
