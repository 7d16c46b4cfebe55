package dev.capstan.capping;

import static dev.capstan.capping.SimulatedService.firstDecision;
import static dev.capstan.capping.SimulatedService.observe;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ThreeBandPolicyTest {

    private final ThreeBandPolicy policy = new ThreeBandPolicy(0.99, 0.95, 0.90, 20, 0.5, 2_000_000_000L);

    private static SimulatedService service(String name, int replicas, double watts, int priority) {
        SimulatedService service = SimulatedService.of(name, replicas, watts).with400WattBoards();
        service.priority = priority;
        return service;
    }

    /** 995 W of 1000 W: cut 995 - 950 = 45 W, all from the two low-priority GPUs: 300 - 22.5 = 277.5, whole watts. */
    @Test
    void cutsTheLowestPriorityDownToTheTarget() {
        Observation seen =
                observe(0, 1000, PowerReading.fresh(995, 0), service("high", 1, 395, 1), service("low", 2, 600, 0));
        assertThat(firstDecision(policy, seen))
                .returns("capped", Decision::code)
                .extracting(Decision::actions)
                .isEqualTo(List.of(ServiceAction.gpuLimit("low", 277)));
    }

    /** 655 W of 660 W: cut 655 - 627 = 28 W. The bucket of 340-360 W holds a alone, which can give 350 - 200 W. */
    @Test
    void cutsTheHighestBucketFirst() {
        Observation seen =
                observe(0, 660, PowerReading.fresh(655, 0), service("b", 1, 305, 0), service("a", 1, 350, 0));
        assertThat(firstDecision(policy, seen).actions()).containsExactly(ServiceAction.gpuLimit("a", 322));
    }

    /** 995 W of 1000 W, 45 W: a and c share the bucket of 340-360 W and give 22.5 W each: 327.5 and 322.5. */
    @Test
    void cutsEvenlyWithinABucket() {
        Observation seen = observe(
                0,
                1000,
                PowerReading.fresh(995, 0),
                service("a", 1, 350, 0),
                service("b", 1, 300, 0),
                service("c", 1, 345, 0));
        assertThat(firstDecision(policy, seen).actions())
                .containsExactlyInAnyOrder(ServiceAction.gpuLimit("a", 327), ServiceAction.gpuLimit("c", 322));
    }

    /** 600 W of 400 W: cut 220 W. low gives 250 - 200 = 50, then high 350 - 200 = 150; 20 W are left. */
    @Test
    void goesUpThroughThePrioritiesAndStopsAtTheFloors() {
        Observation seen =
                observe(0, 400, PowerReading.fresh(600, 0), service("high", 1, 350, 1), service("low", 1, 250, 0));
        Decision decision = firstDecision(policy, seen);
        assertThat(decision.code()).isEqualTo("floor-reached");
        assertThat(decision.actions())
                .containsExactly(ServiceAction.gpuLimit("low", 200), ServiceAction.gpuLimit("high", 200));
    }

    /**
     * Two GPUs of 400 W behind 1.25 W of wall for each of theirs, peak 1200 W with 200 W of host share. At 1000 W a
     * replica is 200 W under its peak, each GPU 200 / 2.5 = 80 W under its TDP: 320 W. 995 W of 1000 W less 45 W at the
     * wall is 45 / 2.5 = 18 W for each GPU: 302 W.
     */
    @Test
    void turnsWattsAtTheMeterIntoALimitForEachGpu() {
        SimulatedService service = service("a", 1, 1000, 0);
        service.peakWatts = 1200;
        service.gpus = 2;
        service.wallWattsPerGpuWatt = 1.25;
        Observation seen = observe(0, 1000, PowerReading.fresh(995, 0), service);
        assertThat(firstDecision(policy, seen).actions()).containsExactly(ServiceAction.gpuLimit("a", 302));
    }

    @Test
    void doesNotCutTwiceOnOneSample() {
        SimulatedService service = service("a", 3, 995, 0);
        ThreeBandPolicy.State cut = policy.step(
                        policy.initialState(), observe(10, 1000, PowerReading.fresh(995, 0), service))
                .state();
        // Sampled at 11 s, before the cut of 10 s settled at 12 s.
        Observation early = observe(13, 1000, new PowerReading(995, 2_000_000_000L, Quality.FRESH), service);
        assertThat(policy.step(cut, early).decision()).returns("settling", Decision::code);
        Observation later = observe(14, 1000, new PowerReading(995, 2_000_000_000L, Quality.FRESH), service);
        assertThat(policy.step(cut, later).decision()).returns("capped", Decision::code);
    }

    @Test
    void holdsBetweenTheBandsAndUncapsAllAtNinetyPercent() {
        SimulatedService a = service("a", 1, 450, 0);
        SimulatedService b = service("b", 1, 450, 1);
        a.gpuLimitWatts = 250;
        b.gpuLimitWatts = 300;
        assertThat(firstDecision(policy, observe(0, 1000, PowerReading.fresh(901, 0), a, b))
                        .actions())
                .isEmpty();
        assertThat(firstDecision(policy, observe(0, 1000, PowerReading.fresh(900, 0), a, b)))
                .returns("uncapped", Decision::code)
                .extracting(Decision::actions)
                .isEqualTo(List.of(ServiceAction.gpuLimit("a", 400), ServiceAction.gpuLimit("b", 400)));
    }

    /** The root shows 995 W, b reads 395 W: the silent a must draw 600 W, 300 W for each GPU. As in the first test. */
    @Test
    void putsWhatTheRootShowsBeyondTheReadingsOnASilentService() {
        SimulatedService silent = service("a", 2, 0, 0);
        silent.power = PowerReading.absent();
        Observation seen = observe(0, 1000, PowerReading.fresh(995, 0), silent, service("b", 1, 395, 1));
        assertThat(firstDecision(policy, seen).actions()).containsExactly(ServiceAction.gpuLimit("a", 277));
    }
}
