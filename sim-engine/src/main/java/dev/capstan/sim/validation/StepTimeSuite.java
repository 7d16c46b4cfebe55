package dev.capstan.sim.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.capstan.sim.serving.Architecture;
import dev.capstan.sim.serving.Basis;
import dev.capstan.sim.serving.Hardware;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ModelProfiles;
import dev.capstan.sim.serving.Roofline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.math3.analysis.interpolation.LinearInterpolator;
import org.apache.commons.math3.analysis.polynomials.PolynomialSplineFunction;

/** C1: step time and power over the number of sequences. */
final class StepTimeSuite extends DataSuite {

    private static final String MLE3 = "S-MLE3 ml-energy/leaderboard @0cd52da";
    private static final String MLE2 = "S-MLE2 ml-energy/leaderboard-v2 @c3af7f3";
    private static final double BOARD_LIMIT_SHARE = 0.97;
    private static final double PROMPT_TOKENS = 120;
    private static final List<String> OLD_SERIES = List.of(
            "A100-SXM4-40GB/meta-llama/Meta-Llama-3.1-8B-Instruct",
            "A100-SXM4-40GB/meta-llama/Meta-Llama-3.1-70B-Instruct",
            "A100-SXM4-40GB/mistralai/Mistral-Large-Instruct-2407",
            "H100_80GB_HBM3/meta-llama/Meta-Llama-3.1-8B-Instruct",
            "H100_80GB_HBM3/meta-llama/Meta-Llama-3.1-70B-Instruct");

    StepTimeSuite() {
        super(
                "step-time",
                "C1: step time and power over the number of sequences. The laws are fitted on every "
                        + "second point of a series and must predict the others: within 5 % for dense models, "
                        + "12 % for mixtures of experts. What the roofline says of a model that was measured is "
                        + "the error of carrying the law over to another model.",
                Map.of(
                        "mean error of step time, held-out half, A100-SXM4-40GB/meta-llama/Meta-Llama-3.1-70B-Instruct",
                        "the older engine bends more than a line",
                        "mean error of step time, held-out half, H100_80GB_HBM3/meta-llama/Meta-Llama-3.1-8B-Instruct",
                        "its points scatter: lines between them miss the others by 6.1 %, too"));
    }

    @Override
    List<Check> checks(Path data) throws IOException {
        List<Check> checks = new ArrayList<>();
        dense("llama-3.1-8b-h100", 397, checks);
        dense("llama-3.1-70b-h100x4", 354, checks);
        for (ModelProfile profile : ModelProfiles.all()) {
            List<Double> sequences = profile.step().sequences();
            List<Double> milliseconds = profile.step().milliseconds();
            if (profile.engine().startsWith("vllm-")
                    && profile.step().basis().status() == Basis.Status.MEASURED
                    && sequences != null
                    && milliseconds != null) {
                double tolerance = profile.hasExperts() ? 0.12 : 0.05;
                String source = profile.engine().equals("vllm-2024") ? MLE2 : MLE3;
                checks.add(error(
                        "mean error of step time, held-out half, " + profile.name(),
                        source,
                        interpolationError(sequences, milliseconds),
                        tolerance));
                checks.add(error(
                        "mean error of decode power, held-out half, " + profile.name(),
                        source,
                        interpolationError(
                                sequences,
                                Objects.requireNonNull(profile.power().watts())),
                        tolerance));
            }
        }
        transfer(
                "llama-3.1-70b-h100x4", new Architecture("70B", 80, 8192, 8, 128, 70.6e9, null, null, null, 2), checks);
        transfer("llama-3.1-8b-h100", new Architecture("8B", 32, 4096, 8, 128, 8.03e9, null, null, null, 2), checks);
        transfer("qwen3-32b-h100x2", new Architecture("32B", 64, 5120, 8, 128, 32.8e9, null, null, null, 2), checks);
        for (String series : OLD_SERIES) {
            old(data.resolve("ml-energy-v2/chat").resolve(series), series, checks);
        }
        return checks;
    }

    /** @param outputTokens mean of the series; prompts are taken to be 120 tokens long */
    private void dense(String series, double outputTokens, List<Check> checks) throws IOException {
        ModelProfile profile = ModelProfiles.find(series).orElseThrow();
        List<Fit.Point> times = new ArrayList<>();
        List<Fit.Point> powers = new ArrayList<>();
        double rateError = 0;
        double powerError = 0;
        for (CSVRecord row : Csv.resource("s-mle3-points.csv")) {
            if (row.get("series").equals(series)) {
                times.add(new Fit.Point(new double[] {1, Csv.number(row, "sequences")}, Csv.number(row, "itl_ms")));
                double watts = Csv.number(row, "watts");
                double b = Csv.number(row, "sequences");
                double decode = profile.decodeStepNanos(b);
                double prefill =
                        b / outputTokens * PROMPT_TOKENS * profile.prefill().perTokenUs() * 1e3;
                double rate = b / ((decode + prefill) * 1e-9);
                double priced = (profile.decodeWatts(b) * decode + profile.peakWatts() * prefill) / (decode + prefill);
                rateError += Math.abs(rate / Csv.number(row, "tokens_per_second") - 1);
                powerError += Math.abs(priced / watts - 1);
                if (watts < BOARD_LIMIT_SHARE * profile.peakWatts()) {
                    powers.add(new Fit.Point(new double[] {1, Csv.number(row, "tokens_per_second")}, watts));
                }
            }
        }
        checks.add(heldOut("step time", series, MLE3, times));
        checks.add(heldOut("decode power", series, MLE3, powers));
        checks.add(error(
                "mean error of closed-loop tokens/s, prompts priced, " + series, MLE3, rateError / times.size(), 0.05));
        checks.add(error(
                "mean error of closed-loop power, prompts priced, " + series, MLE3, powerError / times.size(), 0.05));
    }

    private Check heldOut(String what, String series, String source, List<Fit.Point> points) {
        Fit fit = Fit.of(Fit.half(points, false));
        double error = fit.meanError(Fit.half(points, true));
        return error("mean error of " + what + ", held-out half, " + series, source, error, 0.05);
    }

    private static double interpolationError(List<Double> sequences, List<Double> values) {
        double[] known = Fit.half(sequences, false).stream().mapToDouble(d -> d).toArray();
        double[] at = Fit.half(values, false).stream().mapToDouble(d -> d).toArray();
        PolynomialSplineFunction line = new LinearInterpolator().interpolate(known, at);
        double sum = 0;
        int count = 0;
        for (int i = 1; i < sequences.size() && line.isValidPoint(sequences.get(i)); i += 2) {
            sum += Math.abs(line.value(sequences.get(i)) / values.get(i) - 1);
            count++;
        }
        return sum / count;
    }

    private void transfer(String measured, Architecture model, List<Check> checks) {
        ModelProfile known = ModelProfiles.find(measured).orElseThrow();
        ModelProfile derived =
                Roofline.derive("derived", model, Hardware.gpu("H100"), known.gpus(), Roofline.Efficiency.DENSE);
        double context = known.context().workloadTokens();
        double time = 0;
        double power = 0;
        int count = 0;
        for (int b = 8; b <= 256; b *= 2) {
            double nanos = derived.decodeStepNanos(b) + derived.context().perTokenNs() * context * b;
            time += Math.abs(nanos / known.decodeStepNanos(b) - 1);
            power += Math.abs(derived.decodeWatts(b) / known.decodeWatts(b) - 1);
            count++;
        }
        checks.add(reported(
                "mean error of derived step time, 8 to 256 sequences, " + measured, MLE3, "%", 100 * time / count));
        checks.add(reported(
                "mean error of derived power, 8 to 256 sequences, " + measured, MLE3, "%", 100 * power / count));
    }

    /** T = sequences / tokens per second, prompts in it. */
    private void old(Path folder, String series, List<Check> checks) throws IOException {
        if (!Files.isDirectory(folder)) {
            checks.add(skipped("mean error of step time, held-out half, " + series, folder));
            return;
        }
        List<JsonNode> runs = new ArrayList<>();
        ObjectMapper json = new ObjectMapper();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                runs.add(json.readTree(file.toFile()));
            }
        }
        int gpus = runs.stream().mapToInt(run -> run.path("TP").asInt()).max().orElseThrow();
        runs.removeIf(run -> run.path("TP").asInt() != gpus);
        runs.sort(Comparator.comparingDouble(run -> run.path("Avg BS (reqs)").asDouble()));
        List<Fit.Point> points = new ArrayList<>();
        for (JsonNode run : runs) {
            double b = run.path("Avg BS (reqs)").asDouble();
            points.add(new Fit.Point(
                    new double[] {1, b}, b / run.path("Token tput (tok/s)").asDouble() * 1e3));
        }
        checks.add(heldOut("step time", series, MLE2, points));
    }
}
