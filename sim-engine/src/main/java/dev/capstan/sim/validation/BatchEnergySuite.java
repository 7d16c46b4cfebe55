package dev.capstan.sim.validation;

import static dev.capstan.sim.validation.Check.Layer.REPRODUCTION;

import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ModelProfiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** R9: by how much the energy of a token falls from a small batch to saturation. */
final class BatchEnergySuite implements Suite {

    private static final String SOURCE = "S-MLE3 ml-energy/leaderboard @0cd52da, joules per token, worst over best";
    private static final int SMALLEST = 8;

    /** Published joules per output token at 8 sequences and at the largest batch. */
    private record Series(String profile, int largest, double worstJoules, double bestJoules) {}

    private static final List<Series> ALL = List.of(
            new Series("llama-3.1-8b-h100", 691, 0.455, 0.070),
            new Series("qwen3-8b-h100", 474, 0.444, 0.072),
            new Series("nemotron-nano-12b-v2-h100", 241, 0.747, 0.180),
            new Series("gemma-3-12b-h100", 128, 0.702, 0.166),
            new Series("qwen3-32b-h100x2", 340, 1.627, 0.228),
            new Series("llama-3.1-70b-h100x4", 898, 3.759, 0.373),
            new Series("llama-3.3-70b-h100x4", 724, 3.847, 0.423),
            new Series("llama-3.1-405b-fp8-h100x8", 255, 13.98, 2.06));

    @Override
    public String name() {
        return "batch-energy";
    }

    @Override
    public String about() {
        return "R9: packing beats spreading. The energy of a token falls 4 to 10 times from 8 sequences to saturation;"
                + " the affine laws of the profiles, fitted over the whole series, must give both ends' ratio within 10 %.";
    }

    @Override
    public List<Check> run(Optional<Path> traces) {
        List<Check> checks = new ArrayList<>();
        for (Series series : ALL) {
            ModelProfile profile = ModelProfiles.find(series.profile()).orElseThrow();
            checks.add(Check.near(
                    series.profile() + ": joules per token, " + SMALLEST + " over " + series.largest() + " sequences",
                    REPRODUCTION,
                    SOURCE,
                    "",
                    series.worstJoules() / series.bestJoules(),
                    joulesPerToken(profile, SMALLEST) / joulesPerToken(profile, series.largest()),
                    0.1));
        }
        return checks;
    }

    /** Over the closed loop of the measurement, prompts included. */
    private static double joulesPerToken(ModelProfile profile, int sequences) {
        double base = Objects.requireNonNull(profile.power().closedLoopBaseMs());
        double perSequence = Objects.requireNonNull(profile.power().closedLoopPerSequenceMs());
        return profile.decodeWatts(sequences) * (base + perSequence * sequences) * 1e-3 / sequences;
    }
}
