package dev.capstan.sim.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.sim.cluster.Demand;
import dev.capstan.sim.cluster.Pod;
import dev.capstan.sim.cluster.Servers;
import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.power.PowerDomains;
import dev.capstan.sim.validation.PlainProfile;
import dev.capstan.trace.RandomStream;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Boards that differ, and the pods on them: by hand, on servers that draw nothing of their own. */
class BoardSpreadTest {

    private static final double NONE = Double.POSITIVE_INFINITY;
    private static final double SPREAD = 0.1;

    private final Kernel kernel = new Kernel();
    private final PowerDomains power =
            new PowerDomains(List.of(new PowerDomains.Domain("root", -1, NONE, NONE, NONE)), 1);

    /**
     * A normal law cut at 3 deviations keeps its mean; its variance is 1 - 6 phi(3) / (2 Phi(3) - 1) = 0.97334 times as
     * large. Rounding to 1/200 adds 1/(12 * 200^2). Of 20,000 boards the mean has a standard error of 0.1/sqrt(20,000) and
     * the variance one of at most sqrt(2/20,000) of itself.
     */
    @Test
    void factorsOfBoardsAreNormalAndCutOffAtThreeDeviations() {
        Servers servers = servers(20_000, 1, 1);
        RequestService service = service(servers, 1);
        service.deployment().begin(20_000);
        double mean = 0;
        for (Pod pod : service.deployment().pods()) {
            mean += pod.boardFactor() / 20_000;
        }
        double variance = 0;
        for (Pod pod : service.deployment().pods()) {
            assertThat(pod.boardFactor()).isBetween(1 - 3 * SPREAD, 1 + 3 * SPREAD);
            variance += Math.pow(pod.boardFactor() - mean, 2) / (20_000 - 1);
        }
        double expected = 0.97334 * SPREAD * SPREAD + 1 / (12 * 200.0 * 200.0);
        assertThat(mean).isEqualTo(1, within(4 * SPREAD / Math.sqrt(20_000)));
        assertThat(variance).isEqualTo(expected, within(4 * expected * Math.sqrt(2 / 20_000.0)));
    }

    /** The mean of four independent boards: a quarter of the variance. */
    @Test
    void theFactorOfAPodIsTheMeanOfItsBoards() {
        Servers servers = servers(5_000, 8, 1);
        RequestService service = service(servers, 4);
        service.deployment().begin(10_000);
        double variance = 0;
        for (Pod pod : service.deployment().pods()) {
            variance += Math.pow(pod.boardFactor() - 1, 2) / 10_000;
        }
        double expected = 0.97334 * SPREAD * SPREAD / 4 + 1 / (12 * 200.0 * 200.0);
        assertThat(variance).isEqualTo(expected, within(4 * expected * Math.sqrt(2 / 10_000.0)));
    }

    /** A pod that is stopped leaves its boards to the next one: the free boards of the lowest numbers. */
    @Test
    void podsTakeTheFreeBoardsOfTheLowestNumbers() {
        Servers servers = servers(1, 8, 4);
        RequestService first = service(servers, 2);
        RequestService second = service(servers, 2);
        first.deployment().begin(1);
        second.deployment().begin(3);
        List<Pod> seconds = List.copyOf(second.deployment().pods());
        double freed = first.deployment().pods().get(0).boardFactor();
        first.deployment().scale(0);
        second.deployment().scale(4);

        assertThat(seconds).extracting(Pod::boardFactor).doesNotHaveDuplicates().doesNotContain(freed);
        assertThat(second.deployment().pods().get(3).boardFactor()).isEqualTo(freed);
    }

    @Test
    void theSameSeedGivesTheSameBoardsAndAnotherSeedOthers() {
        assertThat(factors(1)).isEqualTo(factors(1)).isNotEqualTo(factors(2));
    }

    /**
     * A board of 120 W idle and 420 W in decode, far from its limit of 700 W. A request of 1000 steps of 10 ms holds it for
     * 10 s at 120 + 300 f watts; of the 20 s of the run 10 are idle.
     */
    @Test
    void aBoardDrawsItsFactorOfTheDynamicPowerOfItsProfile() {
        Servers servers = servers(2, 1, 5);
        RequestService service = service(servers, 1);
        power.meter(0).startScoring(0);
        service.deployment().begin(2);
        kernel.runUntil(20_000_000_000L);
        power.settle(kernel.nowNanos());

        double factor = service.deployment().pods().get(0).boardFactor();
        assertThat(factor).isNotEqualTo(1);
        assertThat(service.outputTokens()).isEqualTo(1000);
        double busy = 10 * (120 + 300 * factor) + 10 * 120;
        assertThat(service.deployment().pods().get(0).activeJoules(kernel.nowNanos()))
                .isEqualTo(busy, within(1e-4));
        assertThat(power.meter(0).energyJoules()).isEqualTo(busy + 20 * 120, within(1e-4));
    }

    /** Boards at 200 W may draw 80 W over their idle power: whoever would draw more of it takes longer, none draws more. */
    @Test
    void hotterBoardsRunSlowerUnderALimit() {
        Servers servers = servers(2, 1, 5);
        RequestService service = service(servers, 1);
        service.limitGpus(200);
        service.deployment().begin(1);
        Pod pod = service.deployment().pods().get(0);
        StepTable profile = new StepTable(model(1), 200, 1, 1, servers);
        StepTable own = new StepTable(model(1), 200, 1, pod.boardFactor(), servers);
        kernel.runUntil(1_000_000_000L);

        assertThat(pod.activeWatts())
                .isEqualTo(own.decodeActiveMicrowatts(1, 0) * 1e-6)
                .isEqualTo(200, within(1e-3));
        assertThat(Long.compare(own.decodeNanos(1, 0), profile.decodeNanos(1, 0)))
                .isEqualTo(Double.compare(pod.boardFactor(), 1));
        assertThat(pod.boardFactor()).isNotEqualTo(1);
    }

    private List<Double> factors(long seed) {
        RequestService service = service(servers(10, 8, seed), 2);
        service.deployment().begin(40);
        return service.deployment().pods().stream().map(Pod::boardFactor).toList();
    }

    private Servers servers(int count, int gpus, long seed) {
        Servers servers = new Servers(new int[] {count}, gpus, 0, 1, 0, power);
        servers.spreadBoards(SPREAD, RandomStream.named(seed, "boards"));
        return servers;
    }

    /** One request of 1000 tokens at 0. */
    private RequestService service(Servers servers, int gpus) {
        return new RequestService(
                kernel,
                power,
                servers,
                new Demand(power.meter(0)),
                model(gpus),
                List.of(),
                0,
                0,
                RandomStream.named(1, "startup"),
                ServingRig.trace(new long[] {0}, new int[] {0}, new int[] {1000}),
                ServingOptions.DEFAULTS,
                true);
    }

    /** Steps of 10 ms at 420 W for each board, however many sequences; 120 W idle, 700 W at most, 100 W at least. */
    private static ModelProfile model(int gpus) {
        return PlainProfile.of(
                "test", gpus, 1e7, 0, 0, 8192, 16, 100_000, 420 * gpus, 0, 120, 700, 100, 0.2, 0.9, 2, List.of());
    }
}
