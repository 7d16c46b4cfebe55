package dev.capstan.sim.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.capping.Decision;
import dev.capstan.capping.Observation;
import dev.capstan.capping.PolicyFactory;
import dev.capstan.capping.PolicyRegistry;
import dev.capstan.capping.ServiceAction;
import dev.capstan.capping.StatelessPolicy;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.Workload.Unserved;
import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ModelProfiles;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole runs: what is conserved, what repeats, and how a change of the input must show. */
class SimulationRunTest {

    private static final long SECOND = TinyExperiment.SECOND;
    private static final ModelProfile LLAMA =
            ModelProfiles.find("llama-3.1-8b-h100").orElseThrow();

    /** Writes one ceiling from an instant on. */
    private record CeilingFrom(long atNanos, int replicas) implements StatelessPolicy {

        @Override
        public Decision decide(Observation seen) {
            List<ServiceAction> actions =
                    seen.nowNanos() < atNanos ? List.of() : List.of(ServiceAction.ceiling("service-0", replicas));
            return new Decision(actions, "scripted", "");
        }
    }

    static List<String> everyPolicy() {
        return PolicyRegistry.all().stream().map(PolicyFactory::name).toList();
    }

    /** Invariants 2 to 5 after every event and 7 at the end; arrivals are accounted for once more here. */
    @ParameterizedTest
    @MethodSource("everyPolicy")
    void losesNoRequestTokenOrJouleUnderAnyPolicy(String name) {
        TinyExperiment tiny = serving();
        List<Load> loads = loads(1);
        RunResult result = tiny.run(TinyExperiment.policy(name), loads, 1, CheckLevel.FULL);

        assertThat(result.figure(Figure.REQUESTS_ARRIVED))
                .isEqualTo(loads.stream().mapToInt(Load::size).sum());
        assertThat(result.figure(Figure.REQUESTS_COMPLETED)
                        + result.figure(Figure.REQUESTS_REJECTED)
                        + result.figure(Figure.REQUESTS_LOST)
                        + result.figure(Figure.REQUESTS_UNFINISHED))
                .isEqualTo(result.figure(Figure.REQUESTS_ARRIVED));
        double joules = 0;
        for (double mean : result.detail().orElseThrow().powerWatts()) {
            joules += mean;
        }
        assertThat(result.figure(Figure.ENERGY_JOULES)).isEqualTo(joules, within(1e-9 * joules));
    }

    /** Invariant 6, for both things that can become of demand. */
    @ParameterizedTest
    @MethodSource("everyPolicy")
    void accountsForAllMeteredDemandUnderAnyPolicy(String name) {
        for (Unserved unserved : Unserved.values()) {
            TinyExperiment tiny = new TinyExperiment();
            tiny.services = 2;
            tiny.unserved = unserved;
            tiny.startupJitter = 0.3;
            List<Load> loads = List.of(TinyExperiment.step(300, 2500, 200), TinyExperiment.step(900, 100, 300));
            tiny.run(TinyExperiment.policy(name), loads, 1, CheckLevel.FULL);
        }
    }

    @ParameterizedTest
    @MethodSource("everyPolicy")
    void repeatsItselfBitByBitForTheSameSeedAndNotForAnother(String name) {
        double[] once = figures(name, 1);

        assertThat(figures(name, 1)).containsExactly(once);
        assertThat(figures(name, 2)).isNotEqualTo(once);
    }

    @Test
    void drawsWhatTheReferenceDrawsWhereNothingIsDone() {
        TinyExperiment tiny = serving();
        RunResult result = tiny.run(TinyExperiment.policy("none"), loads(3), 3, CheckLevel.LIGHT);

        RunResult.Detail detail = result.detail().orElseThrow();
        assertThat(detail.powerWatts()).containsExactly(detail.referenceWatts());
        assertThat(result.figure(Figure.DISTURBANCES_SELF_INFLICTED)).isZero();
        assertThat(result.figure(Figure.CAPPED_SECONDS)).isZero();
    }

    /** Boards that differ draw otherwise, from a stream of their own: the same requests come and the same pods start. */
    @Test
    void boardsThatDifferChangePowerAndRepeatBitByBit() {
        TinyExperiment tiny = serving();
        RunResult alike = tiny.run(TinyExperiment.policy("none"), loads(1), 1, CheckLevel.LIGHT);
        tiny.boardSpread = 0.05;
        RunResult spread = tiny.run(TinyExperiment.policy("none"), loads(1), 1, CheckLevel.FULL);
        RunResult again = tiny.run(TinyExperiment.policy("none"), loads(1), 1, CheckLevel.NONE);

        assertThat(again.figures()).containsExactly(spread.figures());
        assertThat(spread.figure(Figure.ENERGY_JOULES)).isNotEqualTo(alike.figure(Figure.ENERGY_JOULES));
        assertThat(spread.figure(Figure.REQUESTS_ARRIVED)).isEqualTo(alike.figure(Figure.REQUESTS_ARRIVED));
        assertThat(spread.figure(Figure.REPLICA_CHANGES)).isEqualTo(alike.figure(Figure.REPLICA_CHANGES));
    }

    /** Two services with two idle pods: 3 servers of 100 W and 1.2 * 8 GPUs at 25 W, 1.2 * (120 - 25) W for each pod. */
    @Test
    void drawsIdlePowerWithoutLoad() {
        TinyExperiment tiny = serving();
        tiny.autoscaled = false;
        List<Load> none = List.of(TinyExperiment.requests(1, 1, 0, 1, 1), TinyExperiment.requests(2, 1, 0, 1, 1));
        RunResult result = tiny.run(TinyExperiment.policy("none"), none, 1, CheckLevel.FULL);

        double idle = 3 * (100 + 1.2 * 8 * 25) + 4 * 1.2 * (120 - 25);
        for (double watts : result.detail().orElseThrow().powerWatts()) {
            assertThat(watts).isEqualTo(idle, within(1e-9));
        }
        assertThat(result.figure(Figure.REQUESTS_ARRIVED)).isZero();
    }

    @Test
    void keepsTheRootsPowerWhereTheDomainsBelowItChangePlaces() {
        TinyExperiment tiny = serving();
        tiny.domains = List.of(
                TinyExperiment.domain("root", -1, 0),
                TinyExperiment.domain("a", 0, 2),
                TinyExperiment.domain("b", 0, 1));
        RunResult result = tiny.run(TinyExperiment.policy("replica-cap"), loads(1), 1, CheckLevel.LIGHT);
        tiny.domains = List.of(tiny.domains.get(0), tiny.domains.get(2), tiny.domains.get(1));
        RunResult permuted = tiny.run(TinyExperiment.policy("replica-cap"), loads(1), 1, CheckLevel.LIGHT);

        assertThat(permuted.detail().orElseThrow().powerWatts())
                .containsExactly(result.detail().orElseThrow().powerWatts());
        assertThat(permuted.figures()).containsExactly(result.figures());
    }

    @Test
    void killsNoMoreRequestsTheLongerReplicasMayDrain() {
        double before = Double.POSITIVE_INFINITY;
        double first = 0;
        double last = 0;
        for (double grace : new double[] {0, 1, 2, 4, 8, 16, 60}) {
            TinyExperiment tiny = serving();
            tiny.services = 1;
            tiny.autoscaled = false;
            tiny.initialReplicas = 6;
            tiny.graceSeconds = grace;
            RunResult result = tiny.run(
                    new CeilingFrom(100 * SECOND, 2),
                    List.of(TinyExperiment.requests(5, 12, 280, 500, 400)),
                    1,
                    CheckLevel.FULL);
            last = result.figure(Figure.REQUESTS_LOST);
            assertThat(last).as("lost with %s s", grace).isLessThanOrEqualTo(before);
            first = grace == 0 ? last : first;
            before = last;
        }
        assertThat(first).isPositive();
        assertThat(last).isZero();
    }

    /** Constant 1500 W against a cap that falls from 2000 W to 1200 W at 300 s and returns at 500 s. */
    @Test
    void scoresACapThatFallsByHand() {
        TinyExperiment tiny = new TinyExperiment();
        tiny.model = TinyExperiment.meter(5000);
        tiny.autoscaled = false;
        tiny.warmupSeconds = 100;
        tiny.durationSeconds = 900;
        tiny.capChanges =
                List.of(new Experiment.CapChange(300 * SECOND, 1200), new Experiment.CapChange(500 * SECOND, 2000));
        RunResult result = tiny.run(
                TinyExperiment.policy("none"), List.of(TinyExperiment.step(1500, 1500, 1)), 1, CheckLevel.FULL);

        assertThat(result.figure(Figure.OVER_CAP_SECONDS)).isEqualTo(200, within(1e-9));
        assertThat(result.figure(Figure.OVER_CAP_JOULES)).isEqualTo(200 * 300, within(1e-6));
        assertThat(result.figure(Figure.TIME_UNDER_CAP_FRACTION)).isEqualTo(7 / 9.0, within(1e-12));
        assertThat(result.figure(Figure.WINDOW_SUCCESS_1S)).isEqualTo(7 / 9.0, within(1e-12));
        // Windows of 60 s from 100 s on: 15; of those from 280 to 340 s the mean cap is (20*2000 + 40*1200)/60 = 1467
        // W,
        // 340 to 460 s lie under the low cap, and 460 to 520 s have 40 s of it.
        assertThat(result.figure(Figure.WINDOW_SUCCESS_60S)).isEqualTo(11 / 15.0, within(1e-12));
        assertThat(result.figure(Figure.WINDOW_SUCCESS_900S)).isEqualTo(1);
        assertThat(result.figure(Figure.ENERGY_JOULES)).isEqualTo(900 * 1500, within(1e-6));
        assertThat(result.figure(Figure.PEAK_OVER_CAP_WATTS)).isEqualTo(300);
        assertThat(result.disturbances()).containsExactly(new Disturbance(300, 500, false, false));
        assertThat(result.figure(Figure.SUCCESS_RATE)).isZero();
        assertThat(result.figure(Figure.EXCURSIONS)).isOne();
        assertThat(result.figure(Figure.LONGEST_EXCURSION_SECONDS)).isEqualTo(200);
        assertThat(result.figure(Figure.MIN_BREAKER_MARGIN)).isNaN();
    }

    private static double[] figures(String policy, long seed) {
        return serving()
                .run(TinyExperiment.policy(policy), loads(seed), seed, CheckLevel.NONE)
                .figures();
    }

    /** Two services of an 8B model on three servers of eight GPUs in two domains, one of them behind a breaker. */
    private static TinyExperiment serving() {
        TinyExperiment tiny = new TinyExperiment();
        tiny.model = LLAMA;
        tiny.services = 2;
        tiny.initialReplicas = 2;
        tiny.maxReplicas = 10;
        tiny.targetPerReplica = 20;
        tiny.durationSeconds = 300;
        tiny.serverBaseWatts = 100;
        tiny.wallWattsPerGpuWatt = 1.2;
        tiny.unallocatedGpuWatts = 25;
        tiny.gpusPerServer = 8;
        tiny.domains = List.of(
                TinyExperiment.domain("root", -1, 0),
                TinyExperiment.domain("a", 0, 2),
                new Experiment.Domain("b", 0, 1, Double.POSITIVE_INFINITY, 2500, 120, Long.MAX_VALUE));
        tiny.capWatts = 4500;
        tiny.startSeconds = 20;
        tiny.startupJitter = 0.2;
        tiny.graceSeconds = 3;
        tiny.windowSeconds = 60;
        tiny.exporterSeconds = 1;
        return tiny;
    }

    private static List<Load> loads(long seed) {
        return List.of(
                TinyExperiment.requests(seed, 10, 280, 800, 250),
                TinyExperiment.requests(seed + 1000, 6, 280, 1500, 300));
    }
}
