package dev.capstan.capping;

import static dev.capstan.capping.SimulatedService.firstDecision;
import static dev.capstan.capping.SimulatedService.observe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Two pools of a route, each of one replica. One of "lean" takes steps of 10 + 0.1 b ms and 0.1 J per token, one of "rich" 20 + 0.1 b
 * ms and 0.5 J. Of 37.5 ms that their owner promises a fifth is kept: within 30 ms lean gives 200 / 0.03 = 6666.7 tokens/s.
 */
class CapstanRoutingTest {

    private static final double AMPLE_WATTS = 1e6;

    private final SimulatedService lean = pool("lean", new ReplicaLaw(10e-3, 0.1e-3, 200, 0.1));
    private final SimulatedService rich = pool("rich", new ReplicaLaw(20e-3, 0.1e-3, 100, 0.5));

    CapstanRoutingTest() {
        promise(lean, 37.5e-3);
        promise(rich, 37.5e-3);
        lean.outputTokensPerSecond = 4000;
        rich.outputTokensPerSecond = 4000;
    }

    private static SimulatedService pool(String name, ReplicaLaw law) {
        SimulatedService pool = SimulatedService.of(name, 1, 300);
        pool.law = law;
        pool.route = "chat";
        pool.routingWeight = 0.5;
        pool.runningRequests = 10;
        pool.waitingRequests = 0;
        return pool;
    }

    private static void promise(SimulatedService pool, double tpotSeconds) {
        pool.latency = new LatencyReading(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, 2, tpotSeconds);
    }

    private List<ServiceAction> actions(double capWatts, boolean routes) {
        CapstanPolicy policy =
                new CapstanPolicy(0, 0.5, 0.8, 0.7, 1, 10_000_000_000L, 100, 300_000_000_000L, true, routes);
        return firstDecision(policy, observe(0, capWatts, PowerReading.absent(), lean, rich))
                .actions();
    }

    private void assertWeights(double capWatts, double leanWeight) {
        List<ServiceAction> actions = actions(capWatts, true);
        assertThat(actions).extracting(ServiceAction::service).containsExactly("lean", "rich");
        assertThat(actions.get(0).routingWeight()).isCloseTo(leanWeight, within(1e-12));
        assertThat(actions.get(1).routingWeight()).isCloseTo(1 - leanWeight, within(1e-12));
    }

    /** Of 8000 tokens/s 6666.7 go to lean, at 6 x as few joules; the same where 1000 W limit both, in one action for each. */
    @Test
    void fillsTheCheaperPoolWhetherOrNotTheCapBinds() {
        assertWeights(AMPLE_WATTS, 5 / 6.0);
        assertThat(actions(AMPLE_WATTS, true))
                .allSatisfy(action -> assertThat(action.gpuLimitWatts()).isNull());
        assertWeights(1000, 5 / 6.0);
        assertThat(actions(1000, true))
                .allSatisfy(action -> assertThat(action.gpuLimitWatts()).isNotNull());
    }

    /** Within 0.8 x 25 ms lean gives 100 / 0.02 = 5000 tokens/s; without a promise, with its 256 sequences, 256 / 0.0356. */
    @Test
    void keepsToWhatTheOwnerOfEachPoolPromises() {
        promise(lean, 25e-3);
        assertWeights(AMPLE_WATTS, 5 / 8.0);
        lean.latency = LatencyReading.NONE;
        assertWeights(AMPLE_WATTS, 256 / 0.0356 / 8000);
    }

    /**
     * A limit makes lean give 2000 tokens/s to 80 requests: 40 ms a token, where its law says 18. Within 0.8 x 75 ms, 27 of the law,
     * it runs 170 sequences at 2833.3 tokens/s, of 3000 all but 1/18.
     */
    @Test
    void sendsLessToAPoolThatItsLimitSlows() {
        promise(lean, 75e-3);
        promise(rich, 75e-3);
        lean.gpuLimitWatts = 300;
        lean.outputTokensPerSecond = 2000;
        lean.runningRequests = 80;
        rich.outputTokensPerSecond = 1000;
        assertWeights(AMPLE_WATTS, 17 / 18.0);
    }

    @Test
    void leavesWeightsToTheirOwnerWhereTheyShareOutNothingOrItSaysSo() {
        assertThat(actions(AMPLE_WATTS, false)).isEmpty();
        lean.sharesByWeight = false;
        rich.sharesByWeight = false;
        assertThat(actions(AMPLE_WATTS, true)).isEmpty();
    }
}
