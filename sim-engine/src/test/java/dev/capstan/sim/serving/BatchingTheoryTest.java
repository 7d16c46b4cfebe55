package dev.capstan.sim.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.trace.RandomStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Continuous batching against load-dependent processor sharing: Poisson arrivals of rate lambda, L output tokens each,
 * steps of alpha + beta b, no limit. With rho = lambda L beta the closed form has TPOT = (alpha + beta)/(1 - rho) and
 * E[n] = lambda L TPOT; the fluid limit has alpha in place of alpha + beta, 1.3 % less. A replica that works in whole
 * steps lies between the two. 8B on H100: alpha 6.67 ms, beta 0.0895 ms, L 396.
 */
class BatchingTheoryTest {

    private static final double ALPHA = 6.67e-3;
    private static final double BETA = 0.0895e-3;
    private static final int TOKENS = 396;
    private static final double FIXED_WATTS = 454;
    private static final double IDLE_WATTS = 120;
    private static final double JOULES_PER_TOKEN = 0.0305;
    private static final int REPLICATIONS = 10;

    private record Batching(double batch, double tpotSeconds, double watts) {}

    /** Rows of the guide: E[n] 16.266, 41.463, 85.726; TPOT 8.215, 10.470, 14.432 ms. */
    @ParameterizedTest
    @CsvSource({"5, 20000, 16.266, 0.008215", "10, 40000, 41.463, 0.010470", "15, 60000, 85.726, 0.014432"})
    void decodesBetweenTheFluidLimitAndProcessorSharing(double rate, int requests, double batch, double tpotSeconds) {
        double fluid = ALPHA / (ALPHA + BETA);
        double[] batches = new double[REPLICATIONS];
        double[] tpots = new double[REPLICATIONS];
        for (int replication = 0; replication < REPLICATIONS; replication++) {
            Batching run = run(rate, requests, replication);
            batches[replication] = run.batch();
            tpots[replication] = run.tpotSeconds();
        }

        between(Interval.of(batches), fluid * batch, batch, 0.015);
        between(Interval.of(tpots), fluid * tpotSeconds, tpotSeconds, 0.01);
    }

    /**
     * E[P] = (1 - pi0) P_fix + pi0 P_idle + e lambda L with pi0 = (1 - rho)^(1 + alpha/beta). The energy of a token is
     * drawn by the step after the one that gives the first, so a request pays for L - 1 to L of them.
     */
    @ParameterizedTest
    @CsvSource({"0.2, 4000", "1, 10000", "5, 20000"})
    void drawsTheMeanPowerOfTheClosedForm(double rate, int requests) {
        double rho = rate * TOKENS * BETA;
        double idle = StrictMath.pow(1 - rho, 1 + ALPHA / BETA);
        double without = (1 - idle) * FIXED_WATTS + idle * IDLE_WATTS;
        double[] watts = new double[REPLICATIONS];
        for (int replication = 0; replication < REPLICATIONS; replication++) {
            watts[replication] = run(rate, requests, replication).watts();
        }

        between(
                Interval.of(watts),
                without + JOULES_PER_TOKEN * rate * (TOKENS - 1),
                without + JOULES_PER_TOKEN * rate * TOKENS,
                0.015);
    }

    private static void between(Interval interval, double low, double high, double narrow) {
        assertThat(interval.meets(low, high))
                .as("%s meets [%s, %s]", interval, low, high)
                .isTrue();
        assertThat(interval.relativeHalfWidth())
                .as("half width of %s", interval)
                .isLessThan(narrow);
    }

    /** The first tenth of the arrivals is warm-up, and nothing counts beyond the last arrival. */
    private static Batching run(double rate, int requests, long seed) {
        RandomStream random = RandomStream.named(seed, "arrivals");
        long[] arrivals = new long[requests];
        int[] lengths = new int[requests];
        double at = 0;
        for (int i = 0; i < requests; i++) {
            at += random.nextExponential() / rate;
            arrivals[i] = Math.round(at * 1e9);
            lengths[i] = TOKENS;
        }
        ModelProfile model = ServingRig.decodeOnly(ALPHA * 1e9, BETA * 1e9, 1000);
        ServingRig rig = new ServingRig(model, 1, 0, ServingRig.trace(arrivals, new int[requests], lengths));
        rig.service.deployment().begin(1);
        int warmup = requests / 10;
        rig.kernel.runUntil(arrivals[warmup]);
        rig.power.settle(arrivals[warmup]);
        double joulesBefore = rig.power.meter(0).energyJoules();
        double[] area = new double[1];
        double[] present = {rig.service.running()};
        long[] last = {arrivals[warmup]};
        rig.kernel.checkAfterEvents(() -> {
            area[0] += present[0] * (rig.kernel.nowNanos() - last[0]);
            last[0] = rig.kernel.nowNanos();
            present[0] = rig.service.running();
        });
        rig.kernel.runUntil(arrivals[requests - 1]);
        rig.power.settle(arrivals[requests - 1]);
        double span = arrivals[requests - 1] - arrivals[warmup];
        double watts = (rig.power.meter(0).energyJoules() - joulesBefore) / (span * 1e-9);
        rig.kernel.runUntil(Long.MAX_VALUE - 1);
        double tpot = 0;
        for (int request = warmup; request < requests; request++) {
            tpot += rig.service.log().tpotNanos(request) * 1e-9 / (requests - warmup);
        }
        double batch = area[0] / span;
        return new Batching(batch, tpot, watts);
    }
}
