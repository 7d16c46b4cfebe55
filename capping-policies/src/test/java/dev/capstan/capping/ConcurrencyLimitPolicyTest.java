package dev.capstan.capping;

import static dev.capstan.capping.ReplicaLawTest.LLAMA_70B;
import static dev.capstan.capping.ReplicaLawTest.LLAMA_8B;
import static dev.capstan.capping.SimulatedService.firstDecision;
import static dev.capstan.capping.SimulatedService.observe;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * On replicas of 8B, that draw 487.0 W with 8 sequences and reach their peak of 700 W before the owner's 256, and of 70B,
 * 1763.2 W and 2800 W.
 */
class ConcurrencyLimitPolicyTest {

    private static final PowerReading ROOT = PowerReading.absent();

    private final ConcurrencyLimitPolicy policy = new ConcurrencyLimitPolicy(1, 8, true, 0);
    private final ConcurrencyLimitPolicy limitOnly = new ConcurrencyLimitPolicy(1, 8, false, 0);

    private static SimulatedService service(String name, int replicas, int priority) {
        SimulatedService service = SimulatedService.of(name, replicas, replicas * 600.0);
        service.law = LLAMA_8B;
        service.priority = priority;
        return service;
    }

    /** 1200 W for two replicas are 600 W for each: floor(55.86). */
    @Test
    void limits8bToTheBatchOfItsTarget() {
        Decision decision = firstDecision(limitOnly, observe(0, 1600, 400, ROOT, service("chat", 2, 0)));
        assertThat(decision.code()).isEqualTo("limited");
        assertThat(decision.actions()).containsExactly(ServiceAction.concurrency("chat", 55));
    }

    /** 95 % of 2298.95 W are 2184 W: floor(133.18). Another replica would take 1671 W of them, so growth is frozen. */
    @Test
    void limits70bToTheBatchOfItsTarget() {
        SimulatedService large = SimulatedService.of("large", 1, 2000);
        large.law = LLAMA_70B;
        large.gpus = 4;
        large.peakWatts = 2800;
        large.maxConcurrencyLimit = 1024;
        Decision decision =
                firstDecision(new ConcurrencyLimitPolicy(0.95, 8, false, 0), observe(0, 2184.001 / 0.95, ROOT, large));
        assertThat(decision.actions()).containsExactly(ServiceAction.concurrency("large", 133));
        assertThat(firstDecision(new ConcurrencyLimitPolicy(0.95, 8, true, 0), observe(0, 2184.001 / 0.95, ROOT, large))
                        .actions())
                .containsExactly(ServiceAction.concurrency("large", 133).withFreezeGrowth(true));
    }

    /**
     * 1250 W less 2 x 487.03 W are 275.94 W. High priority takes 212.97 W up to its peak; 62.97 W make 550 W for low: x =
     * 96 / 0.0305, b = 20.994 / 0.71830 = 29.23. Nothing is left for a third replica.
     */
    @Test
    void givesTheHighestPriorityItsBatchFirst() {
        Decision decision = firstDecision(policy, observe(0, 1250, ROOT, service("low", 1, 0), service("high", 1, 1)));
        assertThat(decision.actions())
                .containsExactlyInAnyOrder(
                        ServiceAction.growth("high", true),
                        ServiceAction.concurrency("low", 29).withFreezeGrowth(true));
    }

    /** The other service reads 300 W: 900 W leave 600 W. With no pod ready its starting one may draw 200 W. */
    @Test
    void plansAroundServicesThatItCannotLimit() {
        SimulatedService other = SimulatedService.of("other", 1, 300);
        Observation seen = observe(0, 900, ROOT, service("chat", 1, 0), other);
        assertThat(firstDecision(limitOnly, seen).actions()).containsExactly(ServiceAction.concurrency("chat", 55));
        other.power = PowerReading.absent();
        other.ready = 0;
        other.starting = 1;
        seen = observe(0, 800, ROOT, service("chat", 1, 0), other);
        assertThat(firstDecision(limitOnly, seen).actions()).containsExactly(ServiceAction.concurrency("chat", 55));
    }

    /** Starting and draining replicas have their share: 1800 W for three. */
    @Test
    void plansForEveryReplicaThatIsThere() {
        SimulatedService chat = service("chat", 1, 0);
        chat.starting = 1;
        chat.terminating = 1;
        assertThat(firstDecision(limitOnly, observe(0, 1800, ROOT, chat)).actions())
                .containsExactly(ServiceAction.concurrency("chat", 55));
    }

    /**
     * One replica at its peak makes 700 - 454 = 246 W of tokens, two of W watts W - 908 W: more from 1154 W on. Between 974 W,
     * where a second one could run 8 sequences, and that, it would make less.
     */
    @Test
    void freezesGrowthWhereOneMoreReplicaMakesNoMoreTokensAndThawsItAgain() {
        SimulatedService chat = service("chat", 1, 0);
        assertThat(firstDecision(policy, observe(0, 1154.1, ROOT, chat)).actions())
                .isEmpty();
        assertThat(firstDecision(policy, observe(0, 1153.9, ROOT, chat)).actions())
                .containsExactly(ServiceAction.growth("chat", true));
        chat.growthFrozen = true;
        assertThat(firstDecision(policy, observe(0, 1154.1, ROOT, chat)).actions())
                .containsExactly(ServiceAction.growth("chat", false));
    }

    /** Nothing runs: a first replica is a gain as soon as it may run 8 sequences, at 487.03 W. */
    @Test
    void letsAServiceAtZeroStart() {
        SimulatedService chat = service("chat", 0, 0);
        assertThat(firstDecision(policy, observe(0, 487.1, ROOT, chat)).actions())
                .isEmpty();
        assertThat(firstDecision(policy, observe(0, 487.0, ROOT, chat)).actions())
                .containsExactly(ServiceAction.growth("chat", true));
    }

    /**
     * Two replicas with 40 sequences each should draw 2 x (454 + 0.0305 x 3903.2) = 1146.1 W and read 1260.7 W, 10 % more. At a
     * weight of a half the law is scaled by 1.05 in the first step: x = (600 / 1.05 - 454) / 0.0305 = 3850.1, b = 25.680 /
     * 0.65541 = 39.18. By 1.075 in the second: x = 3414.8, b = 22.777 / 0.69437 = 32.80.
     */
    @Test
    void scalesALawThatReadingsAreAbove() {
        ConcurrencyLimitPolicy correcting = new ConcurrencyLimitPolicy(1, 8, false, 0.5);
        SimulatedService chat = service("chat", 2, 0);
        chat.runningRequests = 80;
        chat.power = PowerReading.fresh(1.1 * 2 * LLAMA_8B.watts(40), 0);
        Step<ConcurrencyLimitPolicy.State> first =
                correcting.step(correcting.initialState(), observe(0, 1200, ROOT, chat));
        assertThat(first.decision().actions()).containsExactly(ServiceAction.concurrency("chat", 39));
        Step<ConcurrencyLimitPolicy.State> second = correcting.step(first.state(), observe(10, 1200, ROOT, chat));
        assertThat(second.decision().actions()).containsExactly(ServiceAction.concurrency("chat", 32));
    }

    /** A reading under the law, one that is late or in part, and replicas that start or idle teach nothing. */
    @Test
    void trustsTheLawWhereReadingsSayLittle() {
        ConcurrencyLimitPolicy correcting = new ConcurrencyLimitPolicy(1, 8, false, 1);
        SimulatedService chat = service("chat", 2, 0);
        chat.runningRequests = 80;
        for (PowerReading power : List.of(
                PowerReading.fresh(700, 0),
                new PowerReading(1300, 0, Quality.STALE),
                new PowerReading(1300, 0, Quality.PARTIAL))) {
            chat.power = power;
            assertThat(firstDecision(correcting, observe(0, 1200, ROOT, chat)).actions())
                    .containsExactly(ServiceAction.concurrency("chat", 55));
        }
        chat.power = PowerReading.fresh(1300, 0);
        chat.runningRequests = 1.9;
        assertThat(firstDecision(correcting, observe(0, 1200, ROOT, chat)).actions())
                .containsExactly(ServiceAction.concurrency("chat", 55));
        chat.runningRequests = 80;
        chat.starting = 1;
        assertThat(firstDecision(correcting, observe(0, 1800, ROOT, chat)).actions())
                .containsExactly(ServiceAction.concurrency("chat", 55));
    }

    @Test
    void goesNoLowerThanTheFewestSequencesAndSaysSo() {
        SimulatedService chat = service("chat", 1, 0);
        chat.growthFrozen = true;
        assertThat(firstDecision(policy, observe(0, 480, ROOT, chat)))
                .isEqualTo(new Decision(
                        List.of(ServiceAction.concurrency("chat", 8)),
                        "floor-reached",
                        "480 W for services, -7 W over the fewest sequences of every replica"));
    }

    @Test
    void leavesAloneWhatStandsWhereItShould() {
        SimulatedService chat = service("chat", 2, 0);
        chat.concurrencyLimit = 55;
        assertThat(firstDecision(limitOnly, observe(0, 1600, 400, ROOT, chat)).actions())
                .isEmpty();
        chat.concurrencyLimit = Double.NaN;
        assertThat(firstDecision(limitOnly, observe(0, 1600, 400, ROOT, chat)).actions())
                .containsExactly(ServiceAction.concurrency("chat", 55));
        assertThat(firstDecision(policy, observe(0, 10_000, 400, ROOT, chat))).returns("steady", Decision::code);
    }
}
