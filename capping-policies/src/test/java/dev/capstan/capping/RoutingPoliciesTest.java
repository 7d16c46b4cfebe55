package dev.capstan.capping;

import static dev.capstan.capping.SimulatedService.firstDecision;
import static dev.capstan.capping.SimulatedService.observe;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/**
 * Two pools of a route. A replica of "lean" takes steps of 10 + 0.1 b ms, draws 100 W more than idle once it serves, and 0.1 J
 * per token; one of "rich" 20 + 0.1 b ms, nothing more than idle, and 0.5 J per token. Within 20 ms lean runs 100 sequences,
 * 5000 tokens/s at 0.12 J each; within 30 ms rich runs 100, 3333.3 tokens/s at 0.5 J each.
 */
class RoutingPoliciesTest {

    private static final PowerReading ROOT = PowerReading.absent();

    private final SimulatedService lean = pool("lean", new ReplicaLaw(10e-3, 0.1e-3, 200, 0.1));
    private final SimulatedService rich = pool("rich", new ReplicaLaw(20e-3, 0.1e-3, 100, 0.5));

    private static SimulatedService pool(String name, ReplicaLaw law) {
        SimulatedService pool = SimulatedService.of(name, 1, 300);
        pool.law = law;
        pool.route = "chat";
        pool.routingWeight = 0.5;
        pool.waitingRequests = 0;
        return pool;
    }

    private void serve(double leanTokensPerSecond, double richTokensPerSecond) {
        lean.outputTokensPerSecond = leanTokensPerSecond;
        rich.outputTokensPerSecond = richTokensPerSecond;
        lean.runningRequests = leanTokensPerSecond > 0 ? 10 : 0;
        rich.runningRequests = richTokensPerSecond > 0 ? 10 : 0;
    }

    private List<ServiceAction> decide(CappingPolicy<?> policy) {
        return firstDecision(policy, observe(0, 1e6, ROOT, lean, rich)).actions();
    }

    private static MarginalEnergyPolicy within(double tpotSeconds, double headroom) {
        return new MarginalEnergyPolicy(tpotSeconds, headroom, 0.02);
    }

    /** All of 3000 tokens/s go where they cost 100 W / 6666.7 + 0.1 = 0.115 J when full, though rich needs no watts to be switched on. */
    @Test
    void fillsThePoolOfTheFewestJoulesFirst() {
        serve(1500, 1500);
        assertThat(decide(within(0.03, 0)))
                .containsExactly(ServiceAction.routing("lean", 1), ServiceAction.routing("rich", 0));
    }

    /** Within 0.76 x 25 = 19 ms lean takes 4737 of 8000 tokens/s; rich cannot step in less than its 20 ms, and takes none. */
    @Test
    void sendsNothingToAPoolThatCannotMeetTheSlo() {
        serve(4000, 4000);
        assertThat(decide(within(0.025, 0.24)))
                .containsExactly(ServiceAction.routing("lean", 1), ServiceAction.routing("rich", 0));
    }

    /** Within 30 ms lean runs 200 sequences at 6666.7 tokens/s; of 8000 tokens/s that is 0.8333, and 0.1667 are left. */
    @Test
    void sendsTheRestToTheNextPool() {
        serve(4000, 4000);
        List<ServiceAction> actions = decide(within(0.03, 0));
        assertThat(actions.get(0).routingWeight()).isEqualTo(20 / 24.0, offset());
        assertThat(actions.get(1).routingWeight()).isEqualTo(4 / 24.0, offset());
    }

    /** Of 20000 tokens/s 6666.7 and 3333.3 can be served: two thirds and one. */
    @Test
    void sharesAnOverloadByWhatEachCanTake() {
        serve(10_000, 10_000);
        List<ServiceAction> actions = decide(within(0.03, 0));
        assertThat(actions.get(0).routingWeight()).isEqualTo(2 / 3.0, offset());
        assertThat(actions.get(1).routingWeight()).isEqualTo(1 / 3.0, offset());
    }

    /**
     * Lean runs 80 sequences at 2000 tokens/s, 40 ms a token where its law says 18. Within 60 ms, 27 of the law, it runs 170:
     * 2833.3 tokens/s, of 3000 all but 1/18.
     */
    @Test
    void fillsAPoolThatIsSlowerThanItsLawLess() {
        serve(2000, 1000);
        lean.runningRequests = 80;
        List<ServiceAction> actions = decide(within(0.06, 0));
        assertThat(actions.get(0).routingWeight()).isEqualTo(17 / 18.0, offset());
        assertThat(actions.get(1).routingWeight()).isEqualTo(1 / 18.0, offset());
    }

    /** Rich gives 4000 tokens/s to 10 requests while 10 more wait: the load is 2 x 4000 + 2000, lean takes 6666.7 of it. */
    @Test
    void countsWhatWaitsAsLoad() {
        serve(2000, 4000);
        rich.waitingRequests = 10;
        assertThat(decide(within(0.03, 0)).get(0).routingWeight()).isEqualTo(2 / 3.0, offset());
    }

    /** 6666.7 of 8000 tokens/s are 0.8333: 0.82 is within the band of 0.02, 0.81 is not. */
    @Test
    void leavesWeightsAloneThatAreNearOrOfWhichTooLittleIsKnown() {
        serve(4000, 4000);
        lean.routingWeight = 0.82;
        rich.routingWeight = 0.18;
        assertThat(decide(within(0.03, 0))).isEmpty();
        lean.routingWeight = 0.81;
        rich.routingWeight = 0.19;
        assertThat(decide(within(0.03, 0))).hasSize(2);
        rich.outputTokensPerSecond = Double.NaN;
        assertThat(decide(within(0.03, 0))).isEmpty();
        assertThat(decide(new TokensPerWattPolicy())).isEmpty();
        serve(0, 0);
        assertThat(decide(within(0.03, 0))).isEmpty();
        assertThat(decide(new TokensPerWattPolicy())).isEmpty();
        serve(4000, 4000);
        rich.law = null;
        assertThat(decide(within(0.03, 0))).isEmpty();
        rich.route = null;
        lean.route = null;
        assertThat(decide(new TokensPerWattPolicy())).isEmpty();
    }

    /**
     * The first interval: 1100 tokens/s of 300 W are 3.67 tokens/J, 1000 of 300 W 3.33. All goes to rich, though each of its
     * tokens costs five times as much; the next interval it gives 2000 and lean, idle at 100 W, none, and so on for ever.
     */
    @Test
    void tokensPerWattSendsAllToWhicheverIsAheadAndKeepsItThere() {
        serve(1000, 1100);
        assertThat(decide(new TokensPerWattPolicy()))
                .containsExactly(ServiceAction.routing("lean", 0), ServiceAction.routing("rich", 1));
        lean.routingWeight = 0;
        rich.routingWeight = 1;
        lean.power = PowerReading.fresh(100, 0);
        rich.waitingRequests = 1000;
        serve(0, 2000);
        assertThat(decide(new TokensPerWattPolicy())).isEmpty();
    }

    private static Offset<Double> offset() {
        return Offset.offset(1e-12);
    }
}
