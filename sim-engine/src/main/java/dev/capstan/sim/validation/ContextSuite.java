package dev.capstan.sim.validation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVRecord;

/** C2: what the context adds to a step, and prefill over the length of the prompt. */
final class ContextSuite extends DataSuite {

    private static final String SOURCE = "S-DYN ai-dynamo/dynamo planner profile H200_TP1P_TP1D";

    ContextSuite() {
        super(
                "context",
                "C2: what the context adds to a step, and prefill over the length of the prompt, on "
                        + "Llama-3.1-8B-FP8 and one H200. Fitted on every second point; the others must be met "
                        + "within 5 % in the mean and 17 % at worst.",
                Map.of());
    }

    @Override
    List<Check> checks(Path data) throws IOException {
        Path folder = data.resolve("dynamo-h200-profile");
        if (!Files.isDirectory(folder)) {
            return List.of(skipped("step time and prefill, held-out half", folder));
        }
        List<Fit.Point> steps = new ArrayList<>();
        for (CSVRecord row : Csv.headed(folder.resolve("decode.csv"))) {
            double itl = Csv.number(row, "z_itl");
            double b = Csv.number(row, "z_thpt_per_gpu") * itl * 1e-3;
            steps.add(new Fit.Point(new double[] {1, b, b * Csv.number(row, "y_context_length")}, itl));
        }
        List<Fit.Point> prompts = new ArrayList<>();
        for (CSVRecord row : Csv.headed(folder.resolve("prefill.csv"))) {
            double tokens = Csv.number(row, "prefill_isl");
            prompts.add(new Fit.Point(new double[] {1, tokens, tokens * tokens}, Csv.number(row, "prefill_ttft")));
        }
        List<Check> checks = new ArrayList<>();
        heldOut("step time over sequences and context", steps, checks);
        heldOut("time to first token over prompt length", prompts, checks);
        return checks;
    }

    private void heldOut(String what, List<Fit.Point> points, List<Check> checks) {
        Fit fit = Fit.of(Fit.half(points, false));
        List<Fit.Point> others = Fit.half(points, true);
        checks.add(error("mean error of " + what + ", held-out half", SOURCE, fit.meanError(others), 0.05));
        checks.add(error("worst error of " + what + ", held-out half", SOURCE, fit.worstError(others), 0.17));
    }
}
