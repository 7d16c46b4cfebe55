package dev.capstan.sim.validation;

import static dev.capstan.sim.validation.Check.Layer.REPRODUCTION;

import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ModelProfiles;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.RequestTraceTransforms;
import dev.capstan.trace.RequestTraces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** R8, as far as the plant goes: what the lowest clock that meets the SLO saves. */
final class ClockSavingSuite implements Suite {

    private static final String SOURCE = "Stojkovic et al., DynamoLLM, HPCA 2025, second-hand";
    private static final ModelProfile MODEL =
            ModelProfiles.find("llama-3.1-70b-h100x4").orElseThrow();
    private static final int REPLICAS = 4;
    private static final double ATTAINMENT = 0.99;

    /** The steps of DynamoLLM's instances, up to the maximum. */
    private static final int[] CLOCKS_MEGAHERTZ = {800, 1000, 1200, 1400, 1600, 1800, 1980};

    /** Copies of the hour by which the load is raised to find the largest that meets the SLO. */
    private static final double COPIES = 0.1;

    @Override
    public String name() {
        return "clock-saving";
    }

    @Override
    public String about() {
        return "R8: DynamoLLM saves 19 % of the energy of the hour of Azure's conversations by scaling clocks alone, and saves"
                + " 57, 42 and 15 % at low, medium and high load by all it does. Here " + REPLICAS + " replicas of "
                + MODEL.name()
                + " are locked for the whole hour at the lowest of 800, 1000, ... MHz at which 99 % of the"
                + " requests meet their SLO, first token within 0.25, 0.4 or 2 s by the length of the prompt and 0.1 s for each"
                + " further one. High load is the largest, in steps of a tenth of the trace, that meets it at the maximum"
                + " clock; medium is half of it, low a quarter. Energy is that of the boards; what a clock saves is an"
                + " assumption of the profile.";
    }

    @Override
    public List<Check> run(Optional<Path> traces) {
        Path data = traces.orElse(Path.of("CAPSTAN_TRACES"));
        List<Check> checks = new ArrayList<>();
        if (Files.isDirectory(data.resolve(InferenceRow.AZURE))) {
            savings(RequestTraces.read(data.resolve(InferenceRow.AZURE + "/AzureLLMInferenceTrace_conv.csv")), checks);
        } else {
            checks.add(Check.skipped(
                    "energy saved by the lowest clock that meets the SLO",
                    REPRODUCTION,
                    SOURCE,
                    "no " + data.resolve(InferenceRow.AZURE)));
        }
        checks.add(Check.skipped(
                "energy of static pools +20 %, of all of DynamoLLM -35 % in the hour and -47 to -56 % in the week",
                REPRODUCTION,
                SOURCE,
                "replicas change neither their degree of parallelism nor their clock by the class of a request"));
        return checks;
    }

    private static void savings(RequestTrace hour, List<Check> checks) {
        int tenths = 1;
        while (LockedPool.serve(MODEL, REPLICAS, load(hour, tenths + 1), 0).attainment() >= ATTAINMENT) {
            tenths++;
        }
        double[] percent = new double[3];
        String[] names = {"low", "medium", "high"};
        for (int i = 0; i < percent.length; i++) {
            RequestTrace load = load(hour, tenths / Math.pow(2, percent.length - 1 - i));
            double most = LockedPool.serve(MODEL, REPLICAS, load, 0).boardJoules();
            for (int clock : CLOCKS_MEGAHERTZ) {
                LockedPool locked = LockedPool.serve(MODEL, REPLICAS, load, clock);
                if (locked.attainment() >= ATTAINMENT) {
                    percent[i] = 100 * (1 - locked.boardJoules() / most);
                    checks.add(Check.reported(
                            names[i] + " load: lowest clock that meets the SLO", REPRODUCTION, SOURCE, "MHz", clock));
                    break;
                }
            }
        }
        checks.add(Check.falls("energy saved at low, medium and high load", REPRODUCTION, SOURCE, "%", percent));
    }

    private static RequestTrace load(RequestTrace hour, double tenths) {
        return RequestTraceTransforms.scale(hour, COPIES * tenths, 1);
    }
}
