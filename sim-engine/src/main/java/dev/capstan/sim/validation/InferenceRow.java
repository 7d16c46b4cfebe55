package dev.capstan.sim.validation;

import dev.capstan.capping.ActionThreshold;
import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.GuardRails;
import dev.capstan.capping.PolicyRegistry;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.sim.run.Grid;
import dev.capstan.sim.run.Load;
import dev.capstan.sim.run.RunResult;
import dev.capstan.sim.run.SimulationRun;
import dev.capstan.sim.serving.Hardware;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ModelProfiles;
import dev.capstan.sim.serving.RequestLog;
import dev.capstan.sim.serving.ServingOptions;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.RequestTraceTransforms;
import dev.capstan.trace.RequestTraceTransforms.Service;
import dev.capstan.trace.RequestTraces;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The row of POLCA as far as public data go. Servers of eight A100 each hold one Llama-2-70B of the Splitwise tables, half of
 * them for a service of low and half for one of high priority, under the hour of Azure's requests, as much of it for each
 * server however many there are. The limit is such that {@value #PROVISIONED} servers peak at 79 % of it, as published. Power
 * is read as PDUs do it, in means over 2 s, and the policy steps as often; a brake lands in 5 s.
 */
final class InferenceRow {

    static final String AZURE = "azure-llm-2023";

    /** Servers that the limit was made for. */
    static final int PROVISIONED = 40;

    /** POLCA: the highest power of inference over the limit. */
    static final double PEAK_SHARE = 0.79;

    /** As the row fills, and its first caps take hold. */
    static final int WARMUP_SECONDS = 300;

    private static final long SECOND = 1_000_000_000L;
    private static final double NONE = Double.POSITIVE_INFINITY;
    private static final int METER_SECONDS = 2;
    private static final ModelProfile MODEL =
            ModelProfiles.find("llama-2-70b-a100-80x8-splitwise").orElseThrow();
    private static final Hardware.Server SERVER = Hardware.server("8xA100");

    /** What any number of servers is asked for, and draws when nothing caps it. */
    private record Demand(List<Load> loads, double[] uncappedWatts) {}

    private final RequestTrace trace;
    private final double copiesPerServer;
    private final long seed;
    private final Map<Integer, Demand> demands = new HashMap<>();
    private final double limitWatts;

    /**
     * @param trace whose requests the servers get
     * @param copiesPerServer how much of it for each server
     * @param seed of how the copies are shifted, and of the phases of all clocks
     */
    InferenceRow(RequestTrace trace, double copiesPerServer, long seed) {
        this.trace = trace;
        this.copiesPerServer = copiesPerServer;
        this.seed = seed;
        limitWatts = Arrays.stream(metered(PROVISIONED)).max().orElseThrow() / PEAK_SHARE;
    }

    /**
     * Conversations and code of the same hour.
     *
     * @param codeCopies of the requests for code for each of the conversations
     */
    static RequestTrace azureHour(Path data, double codeCopies) {
        RequestTrace conversations = RequestTraces.read(data.resolve(AZURE + "/AzureLLMInferenceTrace_conv.csv"));
        RequestTrace code = RequestTraces.read(data.resolve(AZURE + "/AzureLLMInferenceTrace_code.csv"));
        return RequestTraceTransforms.merge(List.of(
                new Service("conversation", conversations),
                new Service("code", RequestTraceTransforms.scale(code, codeCopies, 1))));
    }

    /** The rise of the provisioned row within so long by the general rule, at this quantile, as a share of the limit. */
    double rise(double seconds, double quantile) {
        return ActionThreshold.rise(metered(PROVISIONED), (int) Math.round(seconds / METER_SECONDS), quantile)
                / limitWatts;
    }

    /** The highest power of so many servers that nothing caps, as a share of the limit. */
    double peak(int servers) {
        return Arrays.stream(metered(servers)).max().orElseThrow() / limitWatts;
    }

    /** Runs a policy whose commands land after so long. */
    RunResult run(int servers, String policy, Map<String, Double> parameters, double latencySeconds) {
        CappingPolicy<?> capping =
                PolicyRegistry.build(PolicyRegistry.find(policy), parameters, 1, GuardRails.DEFAULTS);
        Demand demand = demand(servers);
        return SimulationRun.run(
                experiment(servers, limitWatts, latencySeconds),
                capping,
                demand.loads(),
                Grid.UNKNOWN,
                demand::uncappedWatts,
                seed,
                CheckLevel.LIGHT,
                true);
    }

    /** How often the policy has put on the brake after the warm-up. */
    static int brakes(RunResult result) {
        int brakes = 0;
        boolean braking = false;
        for (RunResult.LoggedDecision decision : result.detail().orElseThrow().decisions()) {
            boolean now = decision.code().equals("brake");
            brakes += now && !braking && decision.atNanos() >= WARMUP_SECONDS * SECOND ? 1 : 0;
            braking = now;
        }
        return brakes;
    }

    /** Median of the time that requests of a service took which arrived after the warm-up; 0 is low priority, 1 high. */
    static double medianNanos(RunResult result, int service) {
        RequestLog log = result.detail().orElseThrow().logs().get(service);
        long[] arrivals = log.trace().arrivalNanos();
        long[] times = new long[arrivals.length];
        int size = 0;
        for (int request = 0; request < arrivals.length; request++) {
            if (arrivals[request] >= WARMUP_SECONDS * SECOND && log.outcome(request) == RequestLog.Outcome.COMPLETED) {
                times[size++] = log.e2eNanos(request);
            }
        }
        Arrays.sort(times, 0, size);
        return times[size / 2];
    }

    /** What the meter reads after the warm-up while nothing caps. */
    private double[] metered(int servers) {
        double[] watts = demand(servers).uncappedWatts();
        double[] means = new double[(watts.length - WARMUP_SECONDS) / METER_SECONDS];
        for (int i = 0; i < means.length; i++) {
            int second = WARMUP_SECONDS + METER_SECONDS * i;
            means[i] = (watts[second] + watts[second + 1]) / METER_SECONDS;
        }
        return means;
    }

    private Demand demand(int servers) {
        Demand known = demands.get(servers);
        if (known == null) {
            int high = servers / 2;
            List<Load> loads = List.of(load(servers - high, 2 * seed), load(high, 2 * seed + 1));
            // Without a policy no cap is asked for, nor any latency.
            known = new Demand(loads, SimulationRun.reference(experiment(servers, 1, 0), loads, seed));
            demands.put(servers, known);
        }
        return known;
    }

    private Load load(int replicas, long ownSeed) {
        return new Load.Requests(RequestTraceTransforms.scale(trace, replicas * copiesPerServer, ownSeed));
    }

    private Experiment experiment(int servers, double capWatts, double latencySeconds) {
        int high = servers / 2;
        int seconds = (int) (trace.spanNanos() / SECOND);
        return PlainExperiment.of(
                Experiment.Mode.REQUESTS,
                WARMUP_SECONDS * SECOND,
                (seconds - WARMUP_SECONDS) * SECOND,
                new Experiment.Cluster(
                        MODEL.gpus(),
                        SERVER.baseWatts(),
                        SERVER.wallWattsPerGpuWatt(),
                        MODEL.idleGpuWatts(),
                        0,
                        1,
                        List.of(new Experiment.Domain("row", -1, servers, NONE, NONE, NONE, Long.MAX_VALUE)),
                        Experiment.Failing.NEVER),
                List.of(service("low", 0, servers - high), service("high", 1, high)),
                PlainExperiment.cap(capWatts),
                PlainExperiment.control(METER_SECONDS * SECOND, 0, Math.round(latencySeconds * 1e9), 5 * SECOND),
                PlainExperiment.telemetry(
                        Experiment.Source.ENERGY_COUNTER,
                        METER_SECONDS * SECOND,
                        METER_SECONDS * SECOND,
                        2 * METER_SECONDS * SECOND),
                60 * SECOND);
    }

    private static Experiment.Service service(String name, int priority, int replicas) {
        ServingOptions serving = new ServingOptions(
                ServingOptions.Routing.LEAST_OUTSTANDING,
                ServingOptions.DEFAULTS.blockTokens(),
                false,
                ServingOptions.DEFAULTS.maxModelTokens(),
                ServingOptions.NEVER,
                ServingOptions.NEVER);
        return PlainExperiment.fixed(name, MODEL, priority, replicas, serving, 2, 0.2);
    }
}
