package dev.capstan.sim.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.trace.RandomStream;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The request service as a queue with c servers: one sequence for each replica, so that a request of k output tokens
 * occupies it for k steps of 1 us. Lengths of a million tokens in the mean make service times of mean 1 s, exponential
 * but for rounding to a millionth.
 *
 * <p>Each result is the mean of 20 independent replications, each without its first tenth. Its 99 % interval must cover
 * the closed form and be as narrow as stated.
 */
class QueueingTheoryTest {

    private static final int REPLICATIONS = 20;
    private static final int STEPS_PER_SECOND = 1_000_000;
    private static final double STEP_SECONDS = 1e-6;

    private enum Law {
        EXPONENTIAL,
        CONSTANT
    }

    /** Means of one replication in seconds. */
    private record Waiting(double queueingSeconds, double sojournSeconds, double share, double p99SojournSeconds) {}

    /** W = 1/(mu - lambda), Wq = rho W; rho = 0.8: W = 5. P(wait) = rho. */
    @ParameterizedTest
    @CsvSource({"0.3, 60000, 0.01", "0.6, 100000, 0.015", "0.8, 150000, 0.02", "0.9, 200000, 0.045"})
    void waitsAsInMM1(double rho, int requests, double narrow) {
        Waiting[] runs = replications(Law.EXPONENTIAL, 1, rho, requests);

        holds(interval(runs, Waiting::sojournSeconds), 1 / (1 - rho), narrow);
        holds(interval(runs, Waiting::queueingSeconds), rho / (1 - rho), 1.6 * narrow);
        holds(interval(runs, Waiting::share), rho, narrow);
    }

    /** The sojourn time of M/M/1 is exponential: at rho = 0.8 its p99 is 5 ln 100 = 23.026. */
    @Test
    void hasTheTailOfMM1() {
        Waiting[] runs = replications(Law.EXPONENTIAL, 1, 0.8, 150_000);

        holds(interval(runs, Waiting::p99SojournSeconds), 5 * StrictMath.log(100), 0.04);
    }

    /** Wq = rho / (2 (1 - rho)): 2.0 at 0.8, 4.5 at 0.9. */
    @ParameterizedTest
    @CsvSource({"0.3, 60000, 0.01", "0.6, 100000, 0.01", "0.8, 150000, 0.02", "0.9, 200000, 0.045"})
    void waitsAsInMD1(double rho, int requests, double narrow) {
        Waiting[] runs = replications(Law.CONSTANT, 1, rho, requests);

        holds(interval(runs, Waiting::queueingSeconds), rho / (2 * (1 - rho)), narrow);
    }

    /** Erlang C. The guide's anchors, c = 8 at 0.8 and c = 16 at 0.9, also fix the formula below. */
    @ParameterizedTest
    @CsvSource({
        "8, 0.3, 100000, 0.25, 0.4",
        "8, 0.6, 100000, 0.03, 0.04",
        "8, 0.8, 150000, 0.02, 0.035",
        "8, 0.9, 200000, 0.02, 0.06",
        "16, 0.3, 20000, 9, 9",
        "16, 0.6, 150000, 0.07, 0.08",
        "16, 0.8, 150000, 0.025, 0.045",
        "16, 0.9, 200000, 0.025, 0.06"
    })
    void waitsAsInMMc(int servers, double rho, int requests, double narrowShare, double narrowWait) {
        Waiting[] runs = replications(Law.EXPONENTIAL, servers, rho, requests);
        double share = erlangC(servers, rho);

        holds(interval(runs, Waiting::share), share, narrowShare);
        holds(interval(runs, Waiting::queueingSeconds), share / (servers * (1 - rho)), narrowWait);
    }

    @Test
    void knowsTheAnchorsOfErlangC() {
        assertThat(erlangC(8, 0.8)).isEqualTo(0.457645, within(5e-7));
        assertThat(erlangC(8, 0.8) / (8 * 0.2)).isEqualTo(0.286028, within(5e-7));
        assertThat(erlangC(16, 0.9)).isEqualTo(0.591343, within(5e-7));
        assertThat(erlangC(16, 0.9) / (16 * 0.1)).isEqualTo(0.369590, within(5e-7));
        assertThat(erlangC(1, 0.7)).isEqualTo(0.7, within(1e-12));
    }

    /** L = lambda W holds on every path that starts and ends empty, so it must hold to the last digits. */
    @Test
    void keepsLittlesLaw() {
        ServingRig rig = rig(Law.EXPONENTIAL, 8, 0.9, 20_000, 1);
        double[] area = new double[1];
        long[] last = new long[1];
        double[] present = new double[1];
        rig.kernel.checkAfterEvents(() -> {
            area[0] += present[0] * (rig.kernel.nowNanos() - last[0]);
            last[0] = rig.kernel.nowNanos();
            present[0] = rig.service.running() + rig.service.waiting();
        });
        rig.kernel.runUntil(Long.MAX_VALUE - 1);

        double sojourns = 0;
        for (int request = 0; request < 20_000; request++) {
            sojourns += rig.service.log().e2eNanos(request);
        }
        assertThat(present[0]).isZero();
        assertThat(area[0]).isEqualTo(sojourns, within(1e-9 * sojourns));
    }

    private static Waiting[] replications(Law law, int servers, double rho, int requests) {
        Waiting[] runs = new Waiting[REPLICATIONS];
        for (int replication = 0; replication < REPLICATIONS; replication++) {
            ServingRig rig = rig(law, servers, rho, requests, replication);
            rig.kernel.runUntil(Long.MAX_VALUE - 1);
            runs[replication] = waiting(rig.service.log(), requests);
        }
        return runs;
    }

    private static ServingRig rig(Law law, int servers, double rho, int requests, long seed) {
        // Streams of its own for each case: with common ones all cases would be off together.
        String name = law + "." + servers + "." + rho;
        RandomStream arrivalStream = RandomStream.named(seed, "arrivals." + name);
        RandomStream lengthStream = RandomStream.named(seed, "lengths." + name);
        long[] arrivals = new long[requests];
        int[] lengths = new int[requests];
        double at = 0;
        for (int i = 0; i < requests; i++) {
            at += arrivalStream.nextExponential() / (rho * servers);
            arrivals[i] = Math.round(at * 1e9);
            double seconds = law == Law.CONSTANT ? 1 : lengthStream.nextExponential();
            lengths[i] = (int) Math.max(1, Math.round(seconds * STEPS_PER_SECOND));
        }
        ModelProfile model = ServingRig.decodeOnly(STEP_SECONDS * 1e9, 0, 1);
        ServingRig rig = new ServingRig(model, servers, 0, ServingRig.trace(arrivals, new int[requests], lengths));
        rig.service.deployment().begin(servers);
        return rig;
    }

    private static Waiting waiting(RequestLog log, int requests) {
        int warmup = requests / 10;
        int scored = requests - warmup;
        double queueing = 0;
        double waited = 0;
        double[] sojourns = new double[scored];
        for (int request = warmup; request < requests; request++) {
            // The first token comes one step after the request has found its server.
            double wait = log.ttftNanos(request) * 1e-9 - STEP_SECONDS;
            queueing += wait;
            waited += wait > STEP_SECONDS / 2 ? 1 : 0;
            sojourns[request - warmup] = log.e2eNanos(request) * 1e-9;
        }
        double sojourn = Arrays.stream(sojourns).sum();
        Arrays.sort(sojourns);
        return new Waiting(
                queueing / scored, sojourn / scored, waited / scored, sojourns[(int) Math.ceil(0.99 * scored) - 1]);
    }

    private static Interval interval(Waiting[] runs, ToDoubleFunction<Waiting> figure) {
        return Interval.of(Arrays.stream(runs).mapToDouble(figure).toArray());
    }

    private static void holds(Interval interval, double closedForm, double narrow) {
        assertThat(interval.covers(closedForm))
                .as("%s covers the closed form %s", interval, closedForm)
                .isTrue();
        assertThat(interval.relativeHalfWidth())
                .as("half width of %s over its mean", interval)
                .isLessThan(narrow);
    }

    /** P(wait) by the recursion of Erlang B. */
    private static double erlangC(int servers, double rho) {
        double load = servers * rho;
        double blocked = 1;
        for (int k = 1; k <= servers; k++) {
            blocked = load * blocked / (k + load * blocked);
        }
        return blocked / (1 - rho * (1 - blocked));
    }
}
