package dev.capstan.sim.validation;

import static dev.capstan.sim.validation.Check.Layer.REPRODUCTION;

import dev.capstan.capping.GuardRails;
import dev.capstan.capping.PolicyRegistry;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.sim.results.Interval;
import dev.capstan.sim.run.Figure;
import dev.capstan.sim.run.Grid;
import dev.capstan.sim.run.Load;
import dev.capstan.sim.run.RunResult;
import dev.capstan.sim.run.SimulationRun;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ModelProfiles;
import dev.capstan.sim.serving.ServingOptions;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.RequestTraceTransforms;
import dev.capstan.trace.RequestTraces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What frequency control by SLO saves in the loop, against replicas at their highest clock. */
final class SloClockSuite implements Suite {

    private static final ModelProfile MODEL =
            ModelProfiles.find("llama-3.1-70b-h100x4").orElseThrow();
    private static final int REPLICAS = 4;
    private static final int SEEDS = 6;
    private static final double TTFT_SECONDS = 2;
    private static final double TPOT_SECONDS = 0.1;
    private static final double GREEN_STEP_MEGAHERTZ = 60;
    private static final long SECOND = 1_000_000_000L;
    private static final double NONE = Double.POSITIVE_INFINITY;

    /** A policy and what its paper says it saves. */
    private record Published(String name, String policy, String source, Map<String, Double> parameters) {}

    /** One draw of the hour under a policy. */
    private interface Replay {
        RunResult run(String policy, Map<String, Double> parameters, int seed);
    }

    private static final String DYNAMOLLM = "Stojkovic et al., DynamoLLM, HPCA 2025, second-hand: 19 % by clocks alone";
    private static final String THROTTLLEM = "throttLL'eM, HPCA 2025, second-hand: 24.7 % without autoscaling";
    private static final String GREENLLM = "GreenLLM, arXiv 2508.16449, second-hand: 10 to 34 %";

    private static final List<Published> POLICIES = List.of(
            new Published("dynamollm", "dynamollm", DYNAMOLLM, Map.of()),
            new Published("throttllem", "throttllem", THROTTLLEM, Map.of()),
            new Published("throttllem down to 210 MHz", "throttllem", THROTTLLEM, Map.of("lowest_megahertz", 210.0)),
            new Published(
                    "greenllm down to 800 MHz",
                    "greenllm",
                    GREENLLM,
                    Map.of("step_megahertz", GREEN_STEP_MEGAHERTZ, "lowest_megahertz", 800.0)),
            new Published("greenllm", "greenllm", GREENLLM, Map.of("step_megahertz", GREEN_STEP_MEGAHERTZ)));

    @Override
    public String name() {
        return "slo-clocks";
    }

    @Override
    public String about() {
        return "Energy that dynamollm, throttllem and greenllm save against " + REPLICAS + " replicas of "
                + MODEL.name()
                + " that stay at their highest clock, over the hour of Azure's conversations, with targets of 2 s to the"
                + " first token and 0.1 s for each further one. The loop steps every 5 s on scrapes every 5 s and a window"
                + " of 20 s; clocks land after 80 ms; greenllm steps by 60 MHz, since its own loop is 250 times as fast. Energy is"
                + " that of the boards; what a clock saves is an assumption of the profile. Means of " + SEEDS
                + " draws of the hour, intervals of 95 %, paired.";
    }

    @Override
    public List<Check> run(Optional<Path> traces) {
        Path data = traces.orElse(Path.of("CAPSTAN_TRACES"));
        if (!Files.isDirectory(data.resolve(InferenceRow.AZURE))) {
            return List.of(Check.skipped(
                    "energy saved by frequency control under an SLO",
                    REPRODUCTION,
                    "DynamoLLM, throttLL'eM, GreenLLM",
                    "no " + data.resolve(InferenceRow.AZURE)));
        }
        RequestTrace hour = RequestTraces.read(data.resolve(InferenceRow.AZURE + "/AzureLLMInferenceTrace_conv.csv"));
        Experiment experiment = experiment((int) (hour.spanNanos() / SECOND));
        List<List<Load>> loads = new ArrayList<>();
        List<double[]> references = new ArrayList<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            loads.add(List.of(new Load.Requests(RequestTraceTransforms.scale(hour, 1, seed))));
            references.add(SimulationRun.reference(experiment, loads.get(seed), seed));
        }
        Replay replay = (policy, parameters, seed) -> SimulationRun.run(
                experiment,
                PolicyRegistry.build(PolicyRegistry.find(policy), parameters, 1, GuardRails.DEFAULTS),
                loads.get(seed),
                Grid.UNKNOWN,
                () -> references.get(seed),
                seed,
                CheckLevel.LIGHT,
                false);
        RunResult[] highest = new RunResult[SEEDS];
        Arrays.setAll(highest, seed -> replay.run("none", Map.of(), seed));
        List<Check> checks = new ArrayList<>();
        for (Published one : POLICIES) {
            double[] saved = new double[SEEDS];
            double[] more = new double[SEEDS];
            for (int seed = 0; seed < SEEDS; seed++) {
                RunResult result = replay.run(one.policy(), one.parameters(), seed);
                saved[seed] =
                        100 * (1 - result.figure(Figure.ENERGY_JOULES) / highest[seed].figure(Figure.ENERGY_JOULES));
                more[seed] = 100 * (highest[seed].figure(Figure.SLO_ATTAINMENT) - result.figure(Figure.SLO_ATTAINMENT));
            }
            checks.add(Check.liesIn(
                    one.name() + ": energy saved", REPRODUCTION, one.source(), "%", 0, 100, Interval.ofMean(saved)));
            Interval missed = Interval.ofMean(more);
            String name = one.name() + ": requests more that miss a target";
            checks.add(
                    one.name().equals("dynamollm")
                            ? Check.liesIn(name, REPRODUCTION, "its SLO is on the 99th percentile", "%", 0, 1, missed)
                            : Check.reported(name, REPRODUCTION, one.source(), "%", missed));
        }
        return checks;
    }

    private static Experiment experiment(int seconds) {
        return PlainExperiment.of(
                Experiment.Mode.REQUESTS,
                0,
                seconds * SECOND,
                new Experiment.Cluster(
                        MODEL.gpus(),
                        0,
                        1,
                        0,
                        0,
                        1,
                        List.of(new Experiment.Domain("root", -1, REPLICAS, NONE, NONE, NONE, Long.MAX_VALUE)),
                        Experiment.Failing.NEVER),
                List.of(PlainExperiment.fixed(
                        "chat", MODEL, 0, REPLICAS, ServingOptions.DEFAULTS, TTFT_SECONDS, TPOT_SECONDS)),
                PlainExperiment.cap(REPLICAS * MODEL.peakWatts()),
                PlainExperiment.control(5 * SECOND, 0, 80_000_000, 80_000_000),
                PlainExperiment.telemetry(Experiment.Source.ENERGY_COUNTER, SECOND, 5 * SECOND, 20 * SECOND),
                60 * SECOND);
    }
}
