package dev.capstan.sim.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.GatewayReading;
import dev.capstan.capping.GuardRails;
import dev.capstan.capping.PolicyRegistry;
import dev.capstan.capping.ReplicaLaw;
import dev.capstan.capping.ServiceAction;
import dev.capstan.capping.ServiceReading;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.sim.run.Figure;
import dev.capstan.sim.run.Load;
import dev.capstan.sim.run.RunResult;
import dev.capstan.sim.run.RunResult.LoggedDecision;
import dev.capstan.sim.run.RunResult.Sample;
import dev.capstan.sim.run.RunResult.ServiceSample;
import dev.capstan.sim.run.TinyExperiment;
import dev.capstan.sim.validation.PlainProfile;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Concurrency limits, admission shares and frozen growth through the whole loop. Replicas are those of 8B on H100 without
 * prompts: steps of 6.67 + 0.0895 b ms at 454 + 0.0305 b/T W, up to 256 sequences and 700 W.
 */
class GatewayLeversTest {

    private static final long SECOND = TinyExperiment.SECOND;

    /**
     * Four full replicas draw 4 x 700 W; with 64 sequences each 4 x 611.4 W, less 1.3 W for each sequence whose prompt is
     * taken in. From 256 to 64 it takes 396 (6.67 ms ln 4 + 0.0895 ms x 192) = 10.5 s in the mean.
     */
    @Test
    void aConcurrencyLimitHoldsAfterItsLatencyAndIsSeenLater() {
        for (int seed = 1; seed <= 3; seed++) {
            TinyExperiment tiny = fourReplicas();
            tiny.gateways = new Experiment.Gateways(2 * SECOND, 0, 0, 0);
            ScriptedPolicy policy = new ScriptedPolicy(seen ->
                    seen.nowNanos() < 300 * SECOND ? List.of() : List.of(ServiceAction.concurrency("service-0", 64)));
            RunResult result =
                    tiny.run(policy, List.of(TinyExperiment.requests(seed, 100, 600, 0, 396)), seed, CheckLevel.LIGHT);

            assertThat(decisions(result)).hasSize(1);
            long landed = decisions(result).get(0).atNanos() + 2 * SECOND;
            for (Sample sample : samples(result)) {
                ServiceSample service = sample.services().get(0);
                assertThat(service.concurrencyLimit()).isEqualTo(sample.atNanos() >= landed ? 64 : 256);
                if (sample.atNanos() > landed + 40 * SECOND) {
                    assertThat(service.running()).isBetween(250.0, 256.0);
                    assertThat(service.powerWatts()).isEqualTo(4 * 611.4, within(16.0));
                } else if (sample.atNanos() > 200 * SECOND && sample.atNanos() < landed) {
                    assertThat(service.powerWatts()).isEqualTo(2800, within(16.0));
                }
            }
            long read = policy.seen.stream()
                    .filter(seen -> seen.services().get(0).gateway().concurrencyLimit() == 64)
                    .findFirst()
                    .orElseThrow()
                    .nowNanos();
            assertThat(read - landed).isBetween(1L, (15 + 10) * SECOND);
            assertThat(result.figure(Figure.CAPPED_SECONDS)).isEqualTo(600 - landed * 1e-9, within(10.0));
        }
    }

    /** What the owner knows: 256 sequences, all requests, and the law of the profile. */
    @Test
    void showsPoliciesTheOwnersLimitsAndTheLawOfAReplica() {
        TinyExperiment tiny = fourReplicas();
        tiny.wallWattsPerGpuWatt = 1.2;
        tiny.unallocatedGpuWatts = 70;
        tiny.durationSeconds = 60;
        ScriptedPolicy policy = new ScriptedPolicy(seen -> List.of());
        tiny.run(policy, List.of(TinyExperiment.requests(1, 5, 60, 0, 396)), 1, CheckLevel.FULL);

        ServiceReading first = policy.seen.get(0).services().get(0);
        ServiceReading last = policy.seen.get(policy.seen.size() - 1).services().get(0);
        assertThat(first.gateway().maxConcurrencyLimit()).isEqualTo(256);
        assertThat(last.gateway()).isEqualTo(new GatewayReading(256, 256, 1, 1));
        ReplicaLaw law = Objects.requireNonNull(last.law());
        assertThat(law.alphaSeconds()).isEqualTo(6.67e-3, within(1e-12));
        assertThat(law.betaSeconds()).isEqualTo(0.0895e-3, within(1e-12));
        assertThat(law.fixedWatts()).isEqualTo(1.2 * (454 - 70), within(1e-9));
        assertThat(law.joulesPerToken()).isEqualTo(1.2 * 0.0305, within(1e-12));
    }

    /** Of the requests after the share is in force each second one is refused, and all others are served in time. */
    @Test
    void anAdmissionShareRefusesTheRestWhichMeetsNoTarget() {
        TinyExperiment tiny = fourReplicas();
        tiny.gateways = new Experiment.Gateways(0, 3 * SECOND, 0, 0);
        Load.Requests load = (Load.Requests) TinyExperiment.requests(1, 5, 560, 0, 396);
        ScriptedPolicy policy = new ScriptedPolicy(seen ->
                seen.nowNanos() < 300 * SECOND ? List.of() : List.of(ServiceAction.admission("service-0", 0.5)));
        RunResult result = tiny.run(policy, List.of(load), 1, CheckLevel.FULL);

        long landed = decisions(result).get(0).atNanos() + 3 * SECOND;
        int after = 0;
        for (long arrival : load.trace().arrivalNanos()) {
            after += arrival >= landed ? 1 : 0;
        }
        double arrived = load.trace().size();
        int refused = after / 2;
        assertThat(refused).isGreaterThan(500);
        assertThat(result.figure(Figure.REQUESTS_ARRIVED)).isEqualTo(arrived);
        assertThat(result.figure(Figure.REQUESTS_REFUSED)).isEqualTo(refused);
        assertThat(result.figure(Figure.REQUESTS_COMPLETED)).isEqualTo(arrived - refused);
        assertThat(result.figure(Figure.SLO_ATTAINMENT)).isEqualTo((arrived - refused) / arrived);
        assertThat(result.figure(Figure.WASTED_JOULES)).isZero();
        for (Sample sample : samples(result)) {
            assertThat(sample.services().get(0).admissionShare()).isEqualTo(sample.atNanos() >= landed ? 0.5 : 1);
        }
        double read = policy.seen
                .get(policy.seen.size() - 1)
                .services()
                .get(0)
                .gateway()
                .admissionShare();
        assertThat(read).isEqualTo(0.5);
    }

    /** As for GPUs: of 60 runs about 30 find the first command in force, 3 sigma are 12; the others send it again. */
    @Test
    void commandsToGatewaysMayFailSilentlyAndAreSentAgain() {
        int inForce = 0;
        for (int seed = 1; seed <= 60; seed++) {
            TinyExperiment tiny = fourReplicas();
            tiny.durationSeconds = 60;
            tiny.gateways = new Experiment.Gateways(0, 0, 0, 0.5);
            ScriptedPolicy policy = new ScriptedPolicy(seen ->
                    seen.nowNanos() < 20 * SECOND ? List.of() : List.of(ServiceAction.concurrency("service-0", 64)));
            RunResult result =
                    tiny.run(policy, List.of(TinyExperiment.requests(1, 5, 1, 0, 10)), seed, CheckLevel.FULL);

            int sent = decisions(result).size();
            inForce += sent == 1 ? 1 : 0;
            long last = decisions(result).get(sent - 1).atNanos();
            for (Sample sample : samples(result)) {
                // The run is over before the fourth of them is followed by a fifth.
                if (sample.atNanos() < last || sent < 4) {
                    assertThat(sample.services().get(0).concurrencyLimit())
                            .isEqualTo(sample.atNanos() >= last ? 64 : 256);
                }
            }
        }
        assertThat(inForce).isBetween(18, 42);
    }

    /** Demand for any number of replicas: frozen from the first step to 300 s, none is added; thawed, the next sync adds some. */
    @Test
    void frozenGrowthAddsNoReplicaUntilItIsThawed() {
        for (int seed = 1; seed <= 10; seed++) {
            TinyExperiment tiny = new TinyExperiment();
            ScriptedPolicy policy = new ScriptedPolicy(
                    seen -> List.of(ServiceAction.growth("service-0", seen.nowNanos() < 300 * SECOND)));
            RunResult result = tiny.run(policy, List.of(TinyExperiment.saturating()), seed, CheckLevel.FULL);

            assertThat(decisions(result)).hasSize(2);
            long frozen = decisions(result).get(0).atNanos();
            long thawed = decisions(result).get(1).atNanos();
            int then = -1;
            for (Sample sample : samples(result)) {
                ServiceSample service = sample.services().get(0);
                int replicas = service.ready() + service.starting();
                boolean holds = sample.atNanos() >= frozen && sample.atNanos() < thawed;
                assertThat(service.growthFrozen()).isEqualTo(holds);
                if (holds) {
                    then = then < 0 ? replicas : then;
                    assertThat(replicas).isEqualTo(then);
                } else if (sample.atNanos() >= thawed + 15 * SECOND) {
                    assertThat(replicas).isGreaterThan(then);
                }
            }
            assertThat(policy.seen.get(10).services().get(0).replicas().growthFrozen())
                    .isTrue();
            assertThat(result.figure(Figure.CAPPED_SECONDS)).isEqualTo((thawed - frozen) * 1e-9, within(10.0));
        }
    }

    /** Two of four replicas are taken away, and come back with the ceiling only once growth is free again. */
    @Test
    void frozenGrowthHoldsBackReplicasOfAServiceWithoutAutoscalerToo() {
        TinyExperiment tiny = fourReplicas();
        ScriptedPolicy policy = new ScriptedPolicy(seen ->
                List.of(ServiceAction.ceiling("service-0", seen.nowNanos() < 100 * SECOND ? 2 : 4)
                        .withFreezeGrowth(seen.nowNanos() < 200 * SECOND)));
        RunResult result = tiny.run(policy, List.of(TinyExperiment.requests(1, 5, 1, 0, 10)), 1, CheckLevel.FULL);

        assertThat(samples(result).get(150).services().get(0).ceiling()).isEqualTo(4);
        assertThat(samples(result).get(198).services().get(0).ready()).isEqualTo(2);
        assertThat(samples(result).get(300).services().get(0).ready()).isEqualTo(4);
    }

    /**
     * Four replicas, 95 % of the cap for 600 W each: 55 sequences, 454 + 0.0305 x 4744.9 = 598.7 W. The law is
     * exact here, and from the time that the first sequences need to end the cap holds. The same run again is the same.
     */
    @Test
    void thePolicyConcurrencyLimitHoldsTheCapByTheLaw() {
        TinyExperiment tiny = fourReplicas();
        tiny.capWatts = 4 * 600.01 / 0.95;
        tiny.warmupSeconds = 60;
        List<Load> load = List.of(TinyExperiment.requests(1, 100, 660, 0, 396));
        RunResult result = tiny.run(concurrencyLimit(0), load, 1, CheckLevel.LIGHT);

        for (Sample sample : samples(result)) {
            if (sample.atNanos() > 60 * SECOND) {
                ServiceSample service = sample.services().get(0);
                assertThat(service.concurrencyLimit()).isEqualTo(55);
                assertThat(service.growthFrozen()).isTrue();
                assertThat(service.powerWatts()).isEqualTo(4 * 598.7, within(16.0));
            }
        }
        assertThat(result.figure(Figure.TIME_UNDER_CAP_FRACTION)).isEqualTo(1);
        assertThat(tiny.run(concurrencyLimit(0), load, 1, CheckLevel.LIGHT).figures())
                .isEqualTo(result.figures());
    }

    /**
     * Prompts of 500 tokens at 700 W and 70 us each, of which the law knows nothing: at 55 sequences they take more than a
     * quarter of the time, and the law alone is over its target by more than 2 %. Corrected it comes within 2 % of it.
     */
    @Test
    void thePolicyConcurrencyLimitCorrectsALawThatPromptsAreAbove() {
        TinyExperiment tiny = fourReplicas(70_000);
        tiny.capWatts = 4 * 600.01 / 0.95;
        tiny.warmupSeconds = 600;
        tiny.durationSeconds = 600;
        List<Load> load = List.of(TinyExperiment.requests(1, 60, 1200, 500, 396));

        double lawAlone =
                tiny.run(concurrencyLimit(0), load, 1, CheckLevel.LIGHT).figure(Figure.MEAN_POWER_WATTS);
        double corrected =
                tiny.run(concurrencyLimit(0.1), load, 1, CheckLevel.LIGHT).figure(Figure.MEAN_POWER_WATTS);
        assertThat(lawAlone).isGreaterThan(1.02 * 2400);
        assertThat(corrected).isEqualTo(2400, within(0.02 * 2400));
    }

    private static CappingPolicy<?> concurrencyLimit(double smoothing) {
        return PolicyRegistry.build(
                PolicyRegistry.find("concurrency-limit"), Map.of("smoothing", smoothing), 1, GuardRails.DEFAULTS);
    }

    private static TinyExperiment fourReplicas() {
        return fourReplicas(0);
    }

    private static TinyExperiment fourReplicas(double nanosPerPromptToken) {
        TinyExperiment tiny = new TinyExperiment();
        tiny.model = PlainProfile.of(
                "8b",
                1,
                6.67e6,
                0.0895e6,
                nanosPerPromptToken,
                Integer.MAX_VALUE,
                256,
                1L << 40,
                454,
                0.0305,
                120,
                700,
                200,
                0.2,
                0.9,
                2,
                List.of());
        tiny.initialReplicas = 4;
        tiny.maxReplicas = 4;
        tiny.autoscaled = false;
        return tiny;
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
