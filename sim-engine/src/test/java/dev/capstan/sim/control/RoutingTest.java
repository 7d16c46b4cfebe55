package dev.capstan.sim.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.capping.ServiceAction;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.Experiment.Pool;
import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.sim.run.Figure;
import dev.capstan.sim.run.Load;
import dev.capstan.sim.run.RunResult;
import dev.capstan.sim.run.TinyExperiment;
import dev.capstan.sim.serving.RequestLog;
import dev.capstan.sim.serving.RequestLog.Outcome;
import dev.capstan.sim.serving.RequestRoute.Choice;
import dev.capstan.sim.validation.PlainProfile;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.TraceOrigin;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Pools behind one stream of requests, through the whole loop. Each is one replica with steps of 10 ms. */
class RoutingTest {

    private static final long SECOND = TinyExperiment.SECOND;

    private static TinyExperiment pools(Choice choice, double... weights) {
        TinyExperiment tiny = new TinyExperiment();
        tiny.model = PlainProfile.of(
                "plain",
                1,
                10e6,
                0,
                0,
                Integer.MAX_VALUE,
                256,
                1L << 40,
                300,
                0,
                100,
                400,
                200,
                0.2,
                0.9,
                2,
                List.of());
        tiny.services = weights.length;
        tiny.maxReplicas = 1;
        tiny.autoscaled = false;
        List<Pool> pools = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            pools.add(new Pool("service-" + i, weights[i]));
        }
        tiny.routes = List.of(new Experiment.Route("chat", choice, pools));
        return tiny;
    }

    /** Requests of as many tokens each, one every so many milliseconds from 1 s on. */
    private static RequestTrace requests(int count, int everyMillis, int... outputTokens) {
        long[] arrivals = new long[count];
        int[] outputs = new int[count];
        for (int i = 0; i < count; i++) {
            arrivals[i] = SECOND + i * (long) everyMillis * 1_000_000;
            outputs[i] = outputTokens[i % outputTokens.length];
        }
        return new RequestTrace(arrivals, new int[count], outputs, Optional.empty(), new TraceOrigin("test", "", ""));
    }

    private static RunResult run(TinyExperiment tiny, ScriptedPolicy policy, RequestTrace trace) {
        List<Load> loads = Collections.nCopies(tiny.services, new Load.Requests(trace));
        return tiny.run(policy, loads, 1, CheckLevel.FULL);
    }

    private static ScriptedPolicy idle() {
        return new ScriptedPolicy(seen -> List.of());
    }

    /** Which pool each request went to, as digits. */
    private static String pools(RunResult result, int requests) {
        List<RequestLog> logs = result.detail().orElseThrow().logs();
        StringBuilder pools = new StringBuilder();
        for (int request = 0; request < requests; request++) {
            for (int pool = 0; pool < logs.size(); pool++) {
                if (logs.get(pool).outcome(request) != Outcome.ELSEWHERE) {
                    pools.append(pool);
                }
            }
        }
        return pools.toString();
    }

    /**
     * Shares 1/2, 1/4, 1/4: owed 2 1 1, then 0 2 2, then 2 -1 3, then 4 0 0 quarters; then from the beginning. Equal weights
     * go round, and so do weights that are all 0.
     */
    @Test
    void weightsShareRequestsInTurn() {
        RequestTrace trace = requests(8, 100, 5);
        assertThat(pools(run(pools(Choice.WEIGHTED, 1, 0.5, 0.5), idle(), trace), 8))
                .isEqualTo("01200120");
        assertThat(pools(run(pools(Choice.WEIGHTED, 0.7, 0.7, 0.7), idle(), trace), 8))
                .isEqualTo("01201201");
        assertThat(pools(run(pools(Choice.WEIGHTED, 0, 0), idle(), trace), 8)).isEqualTo("01010101");
        assertThat(pools(run(pools(Choice.WEIGHTED, 0, 1), idle(), trace), 8)).isEqualTo("11111111");
    }

    /**
     * One every 100 ms. The first holds pool 0 for 100 s; the second goes to pool 1 for 50 ms and is gone when the next
     * comes, and so on: only pool 1 is ever empty. With twice the weight pool 0 is equal to it with one request, and first.
     */
    @Test
    void leastOutstandingGoesWhereFewestAreForItsWeight() {
        RequestTrace trace = requests(4, 100, 10_000, 5, 5, 5);
        assertThat(pools(run(pools(Choice.LEAST_OUTSTANDING, 0.5, 0.5), idle(), trace), 4))
                .isEqualTo("0111");
        assertThat(pools(run(pools(Choice.LEAST_OUTSTANDING, 1, 0.5), idle(), trace), 4))
                .isEqualTo("0000");
        assertThat(pools(run(pools(Choice.LEAST_OUTSTANDING, 0, 1), idle(), trace), 4))
                .isEqualTo("1111");
    }

    /** Every request and every token once, whatever pool it was served by; the same run again is the same. */
    @Test
    void losesAndDoublesNothing() {
        RequestTrace trace = ((Load.Requests) TinyExperiment.requests(3, 8, 500, 0, 100)).trace();
        long tokens = 0;
        for (int output : trace.outputTokens()) {
            tokens += output;
        }
        for (Choice choice : Choice.values()) {
            ScriptedPolicy shifting = new ScriptedPolicy(seen -> List.of(
                    ServiceAction.routing("service-0", seen.nowNanos() / SECOND % 7 / 7.0),
                    ServiceAction.routing("service-1", seen.nowNanos() / SECOND % 5 / 5.0)));
            RunResult result = run(pools(choice, 1, 0.3, 0.1), shifting, trace);
            assertThat(result.figure(Figure.REQUESTS_ARRIVED)).isEqualTo(trace.size());
            assertThat(result.figure(Figure.REQUESTS_COMPLETED)).isEqualTo(trace.size());
            assertThat(result.figure(Figure.OUTPUT_TOKENS)).isEqualTo((double) tokens);
            for (RequestLog log : result.detail().orElseThrow().logs()) {
                assertThat(log.count(Outcome.COMPLETED)).isBetween(1, trace.size() - 2);
            }
            assertThat(run(pools(choice, 1, 0.3, 0.1), shifting, trace).figures())
                    .isEqualTo(result.figures());
        }
    }

    /** Requests go round until 2 s after the decision at 300 s or later, and from then on all to pool 1. */
    @Test
    void aWeightHoldsAfterItsLatencyAndIsSeenLater() {
        TinyExperiment tiny = pools(Choice.WEIGHTED, 1, 1);
        tiny.gateways = new Experiment.Gateways(0, 0, 2 * SECOND, 0);
        RequestTrace trace = requests(500, 1000, 5);
        ScriptedPolicy policy = new ScriptedPolicy(
                seen -> seen.nowNanos() < 300 * SECOND ? List.of() : List.of(ServiceAction.routing("service-0", 0)));
        RunResult result = run(tiny, policy, trace);

        long decided = policy.seen.stream()
                .mapToLong(seen -> seen.nowNanos())
                .filter(now -> now >= 300 * SECOND)
                .findFirst()
                .orElseThrow();
        long landed = decided + 2 * SECOND;
        String pools = pools(result, 500);
        // Request i arrives at 1 + i s.
        int before = (int) ((landed - 1) / SECOND);
        assertThat(pools.substring(0, before)).isEqualTo("01".repeat(250).substring(0, before));
        assertThat(pools.substring(before)).isEqualTo("1".repeat(500 - before));
        for (RunResult.Sample sample : result.detail().orElseThrow().samples()) {
            assertThat(sample.services().get(0).routingWeight()).isEqualTo(sample.atNanos() >= landed ? 0 : 1);
        }
        long read = policy.seen.stream()
                .filter(seen -> seen.services().get(0).gateway().routingWeight() == 0)
                .findFirst()
                .orElseThrow()
                .nowNanos();
        assertThat(read - landed).isBetween(1L, (15 + 10) * SECOND);
        assertThat(policy.seen.get(5).services().get(1).gateway().route()).isEqualTo("chat");
    }

    @Test
    void showsWhetherWeightsShareTheStreamOut() {
        for (Choice choice : Choice.values()) {
            ScriptedPolicy policy = new ScriptedPolicy(seen -> List.of());
            run(pools(choice, 1, 1), policy, requests(1, 1000, 5));
            assertThat(policy.seen.get(0).services())
                    .allSatisfy(service ->
                            assertThat(service.gateway().sharesByWeight()).isEqualTo(choice == Choice.WEIGHTED));
        }
    }
}
