package dev.capstan.sim.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.Observation;
import dev.capstan.capping.PolicyFactory;
import dev.capstan.capping.PolicyRegistry;
import dev.capstan.capping.Quality;
import dev.capstan.capping.ServiceAction;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.sim.run.Figure;
import dev.capstan.sim.run.Load;
import dev.capstan.sim.run.RunResult;
import dev.capstan.sim.run.RunResult.LoggedDecision;
import dev.capstan.sim.run.RunResult.Sample;
import dev.capstan.sim.run.TinyExperiment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole loop, plant to lever, on experiments small enough to know the answer. */
class ControlLoopTest {

    private static final long SECOND = TinyExperiment.SECOND;

    /**
     * A step from a to b, in units of the cap, shows in rate(..[W]) as a ramp of length W, so it is seen over the cap
     * after W (1 - a)/(b - a): 225 s from 70 % to 110 % with W = 5 min. Where in its interval the scrape falls, and the
     * extrapolation to the edges of the window, move that by less than a scrape: for 70 % to 110 % by -0.75 to +0.21
     * of one (guide, 2.1). Exporter and operator add up to 0.05 s each.
     */
    @ParameterizedTest(name = "rate[{0}s], {1} to {2} of the cap, scraped every {3} s")
    @CsvSource({
        "300, 0.7, 1.1, 15, 0.75, 0.25",
        "120, 0.7, 1.1, 15, 0.75, 0.25",
        "60, 0.7, 1.1, 15, 0.75, 0.25",
        "60, 0.7, 1.1, 5, 0.75, 0.25",
        "30, 0.7, 1.1, 5, 0.75, 0.25",
        "300, 0.5, 1.5, 15, 1, 1",
        "300, 0.9, 1.05, 15, 1, 1",
        "120, 0.2, 2.0, 10, 1, 1",
        "120, 0.95, 1.2, 10, 1, 1",
        "30, 0.5, 1.02, 2, 1, 1"
    })
    void seesAStepOverTheCapWhenTheRateRampSays(
            double window, double from, double to, double scrape, double early, double late) {
        double law = window * (1 - from) / (to - from);
        for (int seed = 1; seed <= 20; seed++) {
            TinyExperiment tiny = new TinyExperiment();
            tiny.model = TinyExperiment.meter(10_000);
            tiny.autoscaled = false;
            tiny.capWatts = 1000;
            tiny.durationSeconds = 1000;
            tiny.windowSeconds = window;
            tiny.scrapeSeconds = scrape;
            tiny.exporterSeconds = 0.05;
            tiny.operatorSeconds = 0.05;
            ScriptedPolicy policy = new ScriptedPolicy(seen -> List.of());
            tiny.run(policy, List.of(TinyExperiment.step(1000 * from, 1000 * to, 400)), seed, CheckLevel.NONE);

            double crossed = policy.seen.stream()
                    .filter(seen -> seen.rootPower().watts() > seen.capWatts())
                    .mapToDouble(seen -> seen.nowNanos() * 1e-9 - 400)
                    .findFirst()
                    .orElseThrow();
            assertThat(crossed - law)
                    .as("delay against the law, seed %s", seed)
                    .isBetween(-early * scrape, late * scrape + 0.1);
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "0.5", "7"})
    void aLoweredCeilingActsWithinOneSyncOfTheHpa(double latencySeconds) {
        for (int seed = 1; seed <= 10; seed++) {
            TinyExperiment tiny = new TinyExperiment();
            tiny.initialReplicas = 10;
            tiny.maxReplicas = 10;
            tiny.apiLatencySeconds = latencySeconds;
            ScriptedPolicy policy = new ScriptedPolicy(seen ->
                    seen.nowNanos() < 300 * SECOND ? List.of() : List.of(ServiceAction.ceiling("service-0", 3)));
            RunResult result = tiny.run(policy, List.of(saturating()), seed, CheckLevel.FULL);

            long decided = decisions(result).get(0).atNanos();
            assertThat(decided).isBetween(300 * SECOND, 310 * SECOND);
            for (Sample sample : samples(result)) {
                double after = (sample.atNanos() - decided) * 1e-9;
                int ready = sample.services().get(0).ready();
                if (after < latencySeconds) {
                    assertThat(ready).as("%s s after", after).isEqualTo(10);
                } else if (after >= latencySeconds + 15) {
                    assertThat(ready).as("%s s after", after).isEqualTo(3);
                }
            }
            // The same wish again is not written again.
            assertThat(decisions(result).stream().filter(one -> !one.actions().isEmpty()))
                    .hasSize(1);
        }
    }

    /** 10 replicas of 100 W: a lock at 500 of 1000 MHz leaves 0.5^2 of it. It is read back one exporter and scrape later. */
    @Test
    void aLockedClockHoldsAfterItsLatencyAndIsSeenLater() {
        for (int seed = 1; seed <= 10; seed++) {
            TinyExperiment tiny = tenReplicas();
            tiny.clockLatencySeconds = 40;
            ScriptedPolicy policy = new ScriptedPolicy(seen ->
                    seen.nowNanos() < 300 * SECOND ? List.of() : List.of(ServiceAction.clock("service-0", 500, false)));
            RunResult result = tiny.run(policy, List.of(saturating()), seed, CheckLevel.FULL);

            assertThat(decisions(result)).hasSize(1);
            long landed = decisions(result).get(0).atNanos() + 40 * SECOND;
            for (Sample sample : samples(result)) {
                RunResult.ServiceSample service = sample.services().get(0);
                boolean holds = sample.atNanos() >= landed;
                assertThat(service.lockedMegahertz()).isEqualTo(holds ? 500 : 0);
                assertThat(service.powerWatts()).isEqualTo(holds ? 250 : 1000);
            }
            long read = policy.seen.stream()
                    .filter(seen -> clock(seen) == 500)
                    .findFirst()
                    .orElseThrow()
                    .nowNanos();
            assertThat(read - landed).isBetween(1L, (5 + 15 + 10) * SECOND);
            assertThat(result.figure(Figure.CAPPED_SECONDS)).isEqualTo(600 - landed * 1e-9, within(10.0));
        }
    }

    @Test
    void anUrgentClockTakesTheFastPathAndReplacesWhatIsOnItsWay() {
        TinyExperiment tiny = tenReplicas();
        tiny.clockLatencySeconds = 40;
        tiny.brakeLatencySeconds = 5;
        ScriptedPolicy policy = new ScriptedPolicy(seen -> seen.nowNanos() < 300 * SECOND
                ? List.of()
                : List.of(
                        seen.nowNanos() < 310 * SECOND
                                ? ServiceAction.clock("service-0", 800, false)
                                : ServiceAction.clock("service-0", 200, true)));
        RunResult result = tiny.run(policy, List.of(saturating()), 1, CheckLevel.FULL);

        assertThat(decisions(result)).hasSize(2);
        long landed = decisions(result).get(1).atNanos() + 5 * SECOND;
        for (Sample sample : samples(result)) {
            assertThat(sample.services().get(0).lockedMegahertz()).isEqualTo(sample.atNanos() >= landed ? 200 : 0);
        }
    }

    /** Half of the commands get lost without an error: of 60 runs about 30 find the first one in force, 3 sigma are 12. */
    @Test
    void commandsThatFailSilentlyLeaveNothingButWhatIsReadBack() {
        int inForce = 0;
        for (int seed = 1; seed <= 60; seed++) {
            TinyExperiment tiny = tenReplicas();
            tiny.durationSeconds = 60;
            tiny.silentFailures = 0.5;
            // Once at 20 s, and then again as long as it is not in force.
            ScriptedPolicy policy = new ScriptedPolicy(seen ->
                    seen.nowNanos() < 20 * SECOND ? List.of() : List.of(ServiceAction.clock("service-0", 500, false)));
            RunResult result = tiny.run(policy, List.of(saturating()), seed, CheckLevel.FULL);

            long last = decisions(result).get(decisions(result).size() - 1).atNanos();
            inForce += decisions(result).size() == 1 ? 1 : 0;
            for (Sample sample : samples(result)) {
                // The run is over before the fourth of them is followed by a fifth.
                if (sample.atNanos() < last || decisions(result).size() < 4) {
                    assertThat(sample.services().get(0).lockedMegahertz())
                            .isEqualTo(sample.atNanos() >= last ? 500 : 0);
                }
            }
        }
        assertThat(inForce).isBetween(18, 42);
    }

    @Test
    void aClockOfTheOwnerIsWhereAPolicyGoesBackTo() {
        TinyExperiment tiny = tenReplicas();
        tiny.lockedMegahertz = 900;
        ScriptedPolicy policy = new ScriptedPolicy(
                seen -> List.of(ServiceAction.clock("service-0", seen.nowNanos() < 300 * SECOND ? 500 : 0, false)));
        RunResult result = tiny.run(policy, List.of(saturating()), 1, CheckLevel.FULL);

        assertThat(policy.seen.get(10).services().get(0).replicaPower().maxClockMegahertz())
                .isEqualTo(900);
        assertThat(samples(result).get(100).services().get(0).lockedMegahertz()).isEqualTo(500);
        assertThat(samples(result).get(500).services().get(0).lockedMegahertz()).isEqualTo(900);
        assertThat(result.figure(Figure.CAPPED_SECONDS)).isEqualTo(300, within(20.0));
    }

    private static double clock(Observation seen) {
        return seen.services().get(0).replicaPower().clockMegahertz();
    }

    private static TinyExperiment tenReplicas() {
        TinyExperiment tiny = new TinyExperiment();
        tiny.initialReplicas = 10;
        tiny.maxReplicas = 10;
        tiny.autoscaled = false;
        return tiny;
    }

    @Test
    void aWriteThatTheApiServerRefusesEndsTheStep() {
        TinyExperiment tiny = new TinyExperiment();
        tiny.services = 3;
        tiny.initialReplicas = 5;
        tiny.maxReplicas = 5;
        ScriptedPolicy policy = new ScriptedPolicy(seen -> List.of(
                ServiceAction.ceiling("service-0", 4),
                ServiceAction.ceiling("service-1", 0),
                ServiceAction.ceiling("service-2", 2)));
        RunResult result = tiny.run(policy, List.of(saturating(), saturating(), saturating()), 1, CheckLevel.FULL);

        Sample last = samples(result).get(samples(result).size() - 1);
        assertThat(last.services().stream().map(RunResult.ServiceSample::ceiling))
                .containsExactly(4, 5, 5);
        assertThat(result.detail().orElseThrow().events())
                .anyMatch(event -> event.event().equals("write-refused")
                        && event.subject().equals("service-1")
                        && event.detail().equals("replica ceiling 0"));
    }

    @Test
    void showsAPolicyTheTreeTheOverheadAndAServiceWithoutPods() {
        TinyExperiment tiny = new TinyExperiment();
        tiny.domains = List.of(
                TinyExperiment.domain("root", -1, 0),
                TinyExperiment.domain("a", 0, 2),
                TinyExperiment.domain("b", 0, 6));
        tiny.serverBaseWatts = 50;
        tiny.minReplicas = 0;
        tiny.initialReplicas = 0;
        tiny.autoscaled = false;
        ScriptedPolicy policy = new ScriptedPolicy(seen -> List.of());
        tiny.run(policy, List.of(TinyExperiment.step(100, 100, 1)), 1, CheckLevel.FULL);

        Observation seen = policy.seen.get(policy.seen.size() - 1);
        assertThat(seen.overheadWatts()).isEqualTo(400);
        assertThat(seen.rootPower().watts()).isEqualTo(400);
        assertThat(seen.domains().get(1).power().watts()).isEqualTo(100);
        assertThat(seen.domains().get(2).power().watts()).isEqualTo(300);
        assertThat(seen.services().get(0).power().watts()).isZero();
        assertThat(seen.services().get(0).power().quality()).isEqualTo(Quality.FRESH);
    }

    @Test
    void callsTelemetryAbsentOnceAnOutageHasEmptiedTheWindow() {
        TinyExperiment tiny = outage();
        ScriptedPolicy policy = new ScriptedPolicy(seen -> List.of());
        tiny.run(policy, List.of(saturating()), 1, CheckLevel.FULL);

        for (Observation seen : policy.seen) {
            double at = seen.nowNanos() * 1e-9;
            // Two samples of the 60 s window are there until 45 s after the last scrape before 600 s.
            if ((at >= 100 && at < 600) || at > 1845) {
                assertThat(seen.rootPower().quality()).as("at %s s", at).isEqualTo(Quality.FRESH);
            } else if (at >= 645 && at < 1800) {
                assertThat(seen.rootPower().quality()).as("at %s s", at).isEqualTo(Quality.ABSENT);
            }
        }
    }

    static List<String> guardedPoliciesThatSensePower() {
        return PolicyRegistry.all().stream()
                .filter(PolicyFactory::guarded)
                .map(PolicyFactory::name)
                .filter(name -> TinyExperiment.policy(name).senses() != CappingPolicy.Senses.NOTHING)
                .toList();
    }

    /** 60 s until the window is empty, 60 s of holding, a step of the operator and a sync of the HPA. */
    @ParameterizedTest
    @MethodSource("guardedPoliciesThatSensePower")
    void guardedPoliciesFallBackToWhatIsSafeWithoutTelemetry(String name) {
        for (int seed = 1; seed <= 3; seed++) {
            RunResult result = outage().run(TinyExperiment.policy(name), List.of(saturating()), seed, CheckLevel.FULL);

            Sample before = null;
            for (Sample sample : samples(result)) {
                double at = sample.atNanos() * 1e-9;
                if (at > 600 + 60 + 60 + 10 + 15 && at < 1800) {
                    RunResult.ServiceSample service = sample.services().get(0);
                    assertThat(service.powerWatts())
                            .as("power of %s at %s s", name, at)
                            .isLessThanOrEqualTo(2000);
                    assertThat(service.ceiling() * Math.min(100, service.gpuLimitWatts()))
                            .as("worst case of %s at %s s", name, at)
                            .isLessThanOrEqualTo(2000);
                    if (before != null) {
                        assertThat(service.ceiling())
                                .isLessThanOrEqualTo(before.services().get(0).ceiling());
                    }
                    before = sample;
                }
            }
            assertThat(before).isNotNull();
        }
    }

    @Test
    void climatikAsShippedCollapsesToOneReplicaWithoutTelemetry() {
        RunResult result =
                outage().run(TinyExperiment.policy("climatik-shipped"), List.of(saturating()), 1, CheckLevel.FULL);

        for (Sample sample : samples(result)) {
            double at = sample.atNanos() * 1e-9;
            if (at > 600 + 60 + 10 + 15 && at < 1800) {
                assertThat(sample.services().get(0).ready()).as("at %s s", at).isOne();
                assertThat(sample.services().get(0).ceiling()).isOne();
            }
        }
    }

    /** Room for 20 of 100 replicas, a window of 60 s, and no telemetry from 600 s to 1800 s. */
    private static TinyExperiment outage() {
        TinyExperiment tiny = new TinyExperiment();
        tiny.durationSeconds = 2400;
        tiny.windowSeconds = 60;
        tiny.outages = List.of(new Experiment.Outage(600 * SECOND, 1200 * SECOND));
        return tiny;
    }

    private static Load saturating() {
        return TinyExperiment.saturating();
    }

    private static List<Sample> samples(RunResult result) {
        return result.detail().orElseThrow().samples();
    }

    private static List<LoggedDecision> decisions(RunResult result) {
        return result.detail().orElseThrow().decisions().stream()
                .filter(one -> !one.actions().isEmpty())
                .toList();
    }
}
