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

    private final ConcurrencyLimitPolicy policy = new ConcurrencyLimitPolicy(1, 8, true);
    private final ConcurrencyLimitPolicy limitOnly = new ConcurrencyLimitPolicy(1, 8, false);

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

    /** 95 % of 2298.95 W are 2184 W: floor(133.18), and 421 W over 8 sequences are too few for another replica. */
    @Test
    void limits70bToTheBatchOfItsTarget() {
        SimulatedService large = SimulatedService.of("large", 1, 2000);
        large.law = LLAMA_70B;
        large.gpus = 4;
        large.peakWatts = 2800;
        large.maxConcurrencyLimit = 1024;
        Decision decision =
                firstDecision(new ConcurrencyLimitPolicy(0.95, 8, false), observe(0, 2184.001 / 0.95, ROOT, large));
        assertThat(decision.actions()).containsExactly(ServiceAction.concurrency("large", 133));
        assertThat(firstDecision(new ConcurrencyLimitPolicy(0.95, 8, true), observe(0, 2184.001 / 0.95, ROOT, large))
                        .actions())
                .containsExactly(ServiceAction.concurrency("large", 133).withFreezeGrowth(true));
    }

    /**
     * 1250 W less 2 x 487.03 W are 275.94 W. High priority takes 212.97 W up to its peak; 62.97 W make 550 W for low: x =
     * 96 / 0.0305, b = 20.994 / 0.71830 = 29.23. 275.94 W do not feed a third replica.
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

    /** Another replica of 487.03 W fits under 974.1 W and not under 974.0 W. */
    @Test
    void freezesGrowthWhereOneMoreReplicaDoesNotFitAndThawsItAgain() {
        SimulatedService chat = service("chat", 1, 0);
        assertThat(firstDecision(policy, observe(0, 974.1, ROOT, chat)).actions())
                .isEmpty();
        assertThat(firstDecision(policy, observe(0, 974.0, ROOT, chat)).actions())
                .containsExactly(ServiceAction.growth("chat", true));
        chat.growthFrozen = true;
        assertThat(firstDecision(policy, observe(0, 974.1, ROOT, chat)).actions())
                .containsExactly(ServiceAction.growth("chat", false));
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
