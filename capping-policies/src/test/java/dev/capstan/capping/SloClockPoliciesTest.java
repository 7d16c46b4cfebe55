package dev.capstan.capping;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * One replica of 2000 MHz by the law of {@link StepLawTest}: with s = 2000 / MHz - 1, alpha is 20 + 4 s ms and a sequence 0.1 +
 * 0.05 s ms.
 */
class SloClockPoliciesTest {

    private final SimulatedService service = SimulatedService.of("chat", 1, 500);

    SloClockPoliciesTest() {
        service.stepLaw = StepLawTest.LAW;
        service.law = new ReplicaLaw(20e-3, 0.1e-3, 400, 0.1);
        service.clockMegahertz = 2000;
        service.maxClockMegahertz = 2000;
        service.peakWatts = 1000;
        service.inputTokensPerSecond = 0;
        service.outputTokensPerSecond = 2000;
    }

    private static RunningPolicy<?> policy(String name, Map<String, Double> parameters) {
        PolicyFactory factory = PolicyRegistry.find(name);
        return RunningPolicy.of(factory.create(PolicyRegistry.resolve(factory, parameters), 1));
    }

    /** The clock that one step leaves in force. */
    private double clockAfter(RunningPolicy<?> policy) {
        Decision decision = policy.step(SimulatedService.observe(0, 1e6, PowerReading.fresh(500, 0), service));
        service.apply(decision);
        assertThat(decision.code()).isEqualTo(service.clockMegahertz < 2000 ? "lowered" : "highest");
        return service.clockMegahertz;
    }

    private double dynamollm() {
        return clockAfter(policy("dynamollm", Map.of()));
    }

    private double throttllem(double margin) {
        return clockAfter(policy("throttllem", Map.of("margin", margin, "lowest_megahertz", 210.0)));
    }

    private void promise(double ttftTargetSeconds, double tpotTargetSeconds) {
        measure(Double.NaN, Double.NaN, Double.NaN, ttftTargetSeconds, tpotTargetSeconds);
    }

    private void measure(
            double p99TtftSeconds,
            double tpotSeconds,
            double requestsPerSecond,
            double ttftTargetSeconds,
            double tpotTargetSeconds) {
        service.latency = new LatencyReading(
                p99TtftSeconds,
                tpotSeconds,
                tpotSeconds,
                tpotSeconds,
                requestsPerSecond,
                ttftTargetSeconds,
                tpotTargetSeconds);
    }

    /** 2000 tokens/s take 26 / 0.65 = 40 ms each at 800 MHz, 24 / 0.7 = 34.3 ms at 1000, 20 / 0.8 = 25 ms at 2000. */
    @Test
    void dynamollmTakesTheLowestOfItsStepsThatMeetsTheSloWhereThatDrawsLeast() {
        promise(1, 0.0405);
        assertThat(dynamollm()).isEqualTo(800);
        promise(1, 0.038);
        assertThat(dynamollm()).isEqualTo(1000);
    }

    @Test
    void dynamollmTakesTheHighestWhereNoClockMeetsTheSlo() {
        service.clockMegahertz = 1000;
        promise(1, 0.0249);
        assertThat(dynamollm()).isEqualTo(2000);
    }

    @Test
    void dynamollmTakesTheHighestWhereTheLoadIsNotKnown() {
        service.clockMegahertz = 1000;
        service.outputTokensPerSecond = Double.NaN;
        promise(1, 0.2);
        assertThat(dynamollm()).isEqualTo(2000);
    }

    /** A tail of 30 ms where the mean is 25 is one of 1.2 * 34.3 = 41.1 ms at 1000 MHz, 1.2 * 30.9 = 37.1 at 1200. */
    @Test
    void dynamollmCarriesTheMeasuredTailOverToOtherClocks() {
        measure(Double.NaN, 0.030, 10, 1, 0.038);
        assertThat(dynamollm()).isEqualTo(1200);
    }

    /**
     * 0.6 s at 2000 MHz with 0.8 of the time left for prompts: 0.6 / 0.6 * 0.8 / 0.7333 = 1.09 s at 1200 MHz, 0.6 / 0.7 * 0.8
     * / 0.7571 = 0.91 s at 1400.
     */
    @Test
    void dynamollmKeepsTheTimeToFirstToken() {
        measure(0.6, 0.025, 10, 1, 1);
        assertThat(dynamollm()).isEqualTo(1400);
    }

    /** 10 tokens/s keep it busy for a fifth of the time, 2000 / MHz times as long; the draw falls by the root only. */
    @Test
    void dynamollmDoesNotLowerTheClockWhereThatTakesMoreEnergy() {
        service.stepLaw = new StepLaw(20e-3, 0, 0, 1, 0, 1, 0.5, 0.5, 0.5, 2000);
        service.outputTokensPerSecond = 10;
        promise(10, 10);
        assertThat(dynamollm()).isEqualTo(2000);
    }

    /** 100 sequences: 30 + 9 s ms <= 45.1 ms from 746.9 MHz on; the steps are 735, 750. With 20 % more from 1085.4 on. */
    @Test
    void throttllemTakesTheLowestClockWhoseStepsMeetTheTarget() {
        service.runningRequests = 100;
        service.waitingRequests = 0;
        promise(1, 0.0451);
        assertThat(throttllem(0)).isEqualTo(750);
        assertThat(throttllem(0.2)).isEqualTo(1095);
    }

    /** 120 sequences: 32 + 10 s ms <= 45.1 ms from 865.8 MHz on; 110, the engine's limit: from 805.1 on. */
    @Test
    void throttllemCountsWhoeverWaitsIntoTheBatch() {
        service.runningRequests = 100;
        service.waitingRequests = 20;
        promise(1, 0.0451);
        assertThat(throttllem(0)).isEqualTo(870);
        service.concurrencyLimit = 110;
        assertThat(throttllem(0)).isEqualTo(810);
    }

    /**
     * 3000 tokens/s in 10 requests/s are 299 gaps. 20 waiting are 2 s at 2000 MHz, T / 32 ms times as long at a step of T: 62.5 T
     * + 299 T <= 1 + 299 * 0.0451 s from T = 40.07 ms, 1106.9 MHz on.
     */
    @Test
    void throttllemKeepsTheEndOfANewcomer() {
        service.runningRequests = 100;
        service.waitingRequests = 20;
        service.outputTokensPerSecond = 3000;
        measure(Double.NaN, Double.NaN, 10, 1, 0.0451);
        assertThat(throttllem(0)).isEqualTo(1110);
    }

    @Test
    void throttllemTakesTheHighestWhereNoneMeetsTheSlo() {
        service.clockMegahertz = 1000;
        service.runningRequests = 100;
        service.waitingRequests = 0;
        promise(1, 0.0299);
        assertThat(throttllem(0)).isEqualTo(2000);
    }

    /**
     * Four bands from 400 MHz: 800 to 1200 suffices for 38 ms at 2000 tokens/s (40 ms at 800, 30.9 at 1200), only the highest at
     * 5000 (21 / 0.4375 = 48 ms at 1600).
     */
    @Test
    void greenllmChangesTheBandAfterThreeEqualVerdicts() {
        RunningPolicy<?> policy = policy("greenllm", Map.of("lowest_megahertz", 400.0));
        promise(1, 0.038);
        assertThat(clockAfter(policy)).isEqualTo(2000);
        assertThat(clockAfter(policy)).isEqualTo(2000);
        assertThat(clockAfter(policy)).isEqualTo(1200);
        for (double tokensPerSecond : new double[] {5000, 5000, 2000, 5000, 5000}) {
            service.outputTokensPerSecond = tokensPerSecond;
            assertThat(clockAfter(policy)).isEqualTo(1200);
        }
        assertThat(clockAfter(policy)).isEqualTo(1600);
    }

    /** Down under 0.8 * 38 = 30.4 ms, up over 38, and no further than to the end of the band. */
    @Test
    void greenllmStepsInsideItsBandByTheTail() {
        RunningPolicy<?> policy = policy("greenllm", Map.of("lowest_megahertz", 400.0));
        measure(0.1, 0.030, 10, 1, 0.038);
        assertThat(clockAfter(policy)).isEqualTo(1985);
        assertThat(clockAfter(policy)).isEqualTo(1970);
        assertThat(clockAfter(policy)).isEqualTo(1200);
        assertThat(clockAfter(policy)).isEqualTo(1185);
        measure(0.1, 0.031, 10, 1, 0.038);
        assertThat(clockAfter(policy)).isEqualTo(1185);
        measure(0.1, 0.039, 10, 1, 0.038);
        assertThat(clockAfter(policy)).isEqualTo(1200);
        assertThat(clockAfter(policy)).isEqualTo(1200);
        promise(1, 0.038);
        assertThat(clockAfter(policy)).isEqualTo(1200);
    }

    /** As for dynamollm: 1.09 s at 1200 MHz, under 1 s at 1600, the upper end of the next band. */
    @Test
    void greenllmKeepsTheTimeToFirstToken() {
        RunningPolicy<?> policy =
                policy("greenllm", Map.of("lowest_megahertz", 400.0, "verdicts", 1.0, "well_below", 0.0));
        measure(0.6, 0.025, 10, 1, 0.038);
        assertThat(clockAfter(policy)).isEqualTo(1600);
    }

    /** Without a law there is nothing to go by, and a clock of somebody else stays. */
    @Test
    void leaveServicesAloneThatHaveNoLaw() {
        service.stepLaw = null;
        service.clockMegahertz = 1000;
        for (String name : new String[] {"dynamollm", "throttllem", "greenllm"}) {
            Decision decision = policy(name, new HashMap<>())
                    .step(SimulatedService.observe(0, 1e6, PowerReading.fresh(500, 0), service));
            assertThat(decision.code()).isEqualTo("no-law");
            assertThat(decision.actions()).isEmpty();
        }
    }

    /** The guard limits GPUs while telemetry is lost. */
    @Test
    void giveBackTheLimitOfGpus() {
        service.gpuLimitWatts = 300;
        service.runningRequests = 1;
        service.waitingRequests = 0;
        promise(1, 0.2);
        for (String name : new String[] {"dynamollm", "throttllem", "greenllm"}) {
            Decision decision = policy(name, new HashMap<>())
                    .step(SimulatedService.observe(0, 1e6, PowerReading.fresh(500, 0), service));
            assertThat(decision.actions())
                    .extracting(ServiceAction::gpuLimitWatts)
                    .containsExactly(700.0);
        }
    }
}
