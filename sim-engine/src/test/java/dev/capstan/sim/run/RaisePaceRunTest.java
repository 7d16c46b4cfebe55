package dev.capstan.sim.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.GuardRails;
import dev.capstan.capping.PolicyRegistry;
import dev.capstan.sim.experiment.Experiment.CapEvent;
import dev.capstan.sim.kernel.CheckLevel;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Four services of 100 W replicas and more demand than they can serve come back from an event that left one each. */
class RaisePaceRunTest {

    private static final long SECOND = TinyExperiment.SECOND;
    private static final int END_OF_EVENT = 300;

    private final TinyExperiment tiny = new TinyExperiment();

    RaisePaceRunTest() {
        tiny.services = 4;
        tiny.capWatts = 2000;
        tiny.initialReplicas = 5;
        tiny.maxReplicas = 5;
        tiny.startShare = 1;
        tiny.durationSeconds = 1200;
        tiny.capEvents = List.of(new CapEvent(120 * SECOND, 180 * SECOND, 0, 400, 600 * SECOND));
    }

    /**
     * 4 W/s bring a replica every 25 s. Pods of one sync of the HPA were allowed within its 15 s, and an average over a
     * second is one of two instants: 4 W/s x (t + 16 s) + 100 W.
     */
    @Test
    void powerRisesNoFasterThanTheRampAndOneSyncOfTheHpa() {
        double[] free = watts(run(GuardRails.DEFAULTS.rampWattsPerSecond(), 0));
        double[] ramped = watts(run(4, 0));
        assertThat(free[END_OF_EVENT - 1]).isEqualTo(400);
        assertThat(ramped[END_OF_EVENT - 1]).isEqualTo(400);
        assertThat(mostAboveRamp(free)).isGreaterThan(300);
        assertThat(mostAboveRamp(ramped)).isLessThanOrEqualTo(0);
        // 16 replicas at 25 s are 400 s.
        assertThat(reaches(free, 2000)).isLessThan(END_OF_EVENT + 200);
        assertThat(reaches(ramped, 2000)).isBetween(END_OF_EVENT + 375, END_OF_EVENT + 500);
    }

    @Test
    void ceilingsOfDifferentServicesRiseApart() {
        List<RunResult.Sample> samples =
                run(Double.POSITIVE_INFINITY, 30).detail().orElseThrow().samples();
        int raises = 0;
        int last = -1;
        long lastNanos = 0;
        for (int i = 1; i < samples.size(); i++) {
            long now = samples.get(i).atNanos();
            for (int service = 0; service < 4; service++) {
                int risen = ceiling(samples.get(i), service) - ceiling(samples.get(i - 1), service);
                if (risen > 0) {
                    assertThat(risen).isEqualTo(1);
                    if (last >= 0 && last != service) {
                        assertThat(now - lastNanos).as("at %d ns", now).isGreaterThanOrEqualTo(30 * SECOND);
                    }
                    raises++;
                    last = service;
                    lastNanos = now;
                }
            }
        }
        assertThat(raises).isEqualTo(16);
    }

    private static int ceiling(RunResult.Sample sample, int service) {
        return sample.services().get(service).ceiling();
    }

    /** By how many watts power rises at most beyond what a ramp of 4 W/s explains. */
    private static double mostAboveRamp(double[] watts) {
        double most = Double.NEGATIVE_INFINITY;
        for (int from = END_OF_EVENT - 1; from < watts.length; from++) {
            for (int to = from + 1; to < watts.length; to++) {
                most = Math.max(most, watts[to] - watts[from] - 4 * (to - from + 16) - 100);
            }
        }
        return most;
    }

    private static int reaches(double[] watts, double level) {
        for (int second = END_OF_EVENT; second < watts.length; second++) {
            if (watts[second] >= level) {
                return second;
            }
        }
        return Integer.MAX_VALUE;
    }

    private static double[] watts(RunResult run) {
        return run.detail().orElseThrow().powerWatts();
    }

    private RunResult run(double rampWattsPerSecond, int staggerSeconds) {
        GuardRails defaults = GuardRails.DEFAULTS;
        GuardRails rails = new GuardRails(
                defaults.maxAgeNanos(),
                defaults.holdNanos(),
                defaults.plausibleFactor(),
                defaults.maxRaisePerStep(),
                defaults.raiseIntervalNanos(),
                defaults.leadNanos(),
                rampWattsPerSecond,
                staggerSeconds * SECOND);
        CappingPolicy<?> policy = PolicyRegistry.build(PolicyRegistry.find("static-floor"), Map.of(), 1, rails);
        return tiny.run(policy, Collections.nCopies(4, TinyExperiment.saturating()), 1, CheckLevel.FULL);
    }
}
