package dev.capstan.sim.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.trace.RandomStream;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
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

    private record Batching(double batch, double tpotSeconds, double watts, double fullShare) {}

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

    /**
     * With a limit of B sequences the number of requests is a birth-death process with death rate min(n, B) / (L (alpha +
     * beta min(n, B))), lengths being geometric. At 20 requests/s and B = 256 the guide has E[n] = 183.909 and P(n >= 256)
     * = 4.757e-3. Whole steps lie between that and the process with alpha - beta in place of alpha, the fluid limit.
     */
    @Test
    void waitsForASlotAsTheBirthDeathProcessDoes() {
        double[] exact = birthDeath(20, 256, ALPHA);
        double[] fluid = birthDeath(20, 256, ALPHA - BETA);
        assertThat(exact[0]).isEqualTo(183.909, within(5e-4));
        assertThat(exact[1]).isEqualTo(4.757e-3, within(5e-7));
        double[] batches = new double[30];
        double[] full = new double[30];
        for (int replication = 0; replication < 30; replication++) {
            RandomStream random = RandomStream.named(replication, "lengths");
            Batching run = run(20, 300_000, replication, 256, () -> {
                double exponential = random.nextExponential() / -StrictMath.log1p(-1.0 / TOKENS);
                return (int) Math.max(1, Math.ceil(exponential));
            });
            batches[replication] = run.batch();
            full[replication] = run.fullShare();
        }

        between(Interval.of(batches), fluid[0], exact[0], 0.015);
        between(Interval.of(full), fluid[1], exact[1], 0.6);
    }

    /** E[n] and P(n >= limit). */
    private static double[] birthDeath(double rate, int limit, double alpha) {
        double weight = 1;
        double weights = 1;
        double sum = 0;
        double full = 0;
        for (int n = 1; n < 5000; n++) {
            int batch = Math.min(n, limit);
            weight *= rate * TOKENS * (alpha + BETA * batch) / batch;
            weights += weight;
            sum += n * weight;
            full += n >= limit ? weight : 0;
        }
        return new double[] {sum / weights, full / weights};
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
        return run(rate, requests, seed, 1000, () -> TOKENS);
    }

    private static Batching run(double rate, int requests, long seed, int maxSequences, IntSupplier length) {
        RandomStream random = RandomStream.named(seed, "arrivals");
        long[] arrivals = new long[requests];
        int[] lengths = new int[requests];
        double at = 0;
        for (int i = 0; i < requests; i++) {
            at += random.nextExponential() / rate;
            arrivals[i] = Math.round(at * 1e9);
            lengths[i] = length.getAsInt();
        }
        ModelProfile model = ServingRig.decodeOnly(ALPHA * 1e9, BETA * 1e9, maxSequences);
        ServingRig rig = new ServingRig(model, 1, 0, ServingRig.trace(arrivals, new int[requests], lengths));
        rig.service.deployment().begin(1);
        int warmup = requests / 10;
        rig.kernel.runUntil(arrivals[warmup]);
        rig.power.settle(arrivals[warmup]);
        double joulesBefore = rig.power.meter(0).energyJoules();
        double[] area = new double[1];
        double[] full = new double[1];
        double[] present = {rig.service.running() + rig.service.waiting()};
        long[] last = {arrivals[warmup]};
        rig.kernel.checkAfterEvents(() -> {
            area[0] += present[0] * (rig.kernel.nowNanos() - last[0]);
            full[0] += present[0] >= maxSequences ? rig.kernel.nowNanos() - last[0] : 0;
            last[0] = rig.kernel.nowNanos();
            present[0] = rig.service.running() + rig.service.waiting();
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
        return new Batching(batch, tpot, watts, full[0] / span);
    }
}
