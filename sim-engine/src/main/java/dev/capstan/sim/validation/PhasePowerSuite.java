package dev.capstan.sim.validation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.math3.stat.StatUtils;

/** C7: power of an A100 by phase over the degree of tensor parallelism. */
final class PhasePowerSuite extends DataSuite {

    private static final String SOURCE =
            "S-SPLIT Mutinifni/splitwise-sim @8f99e7d, perf_model.csv, Llama-2-70B on A100";
    /** 80 of 400 W: an A100 with a context and no work. */
    private static final double IDLE_SHARE = 0.2;

    private static final int CALIBRATED = 4;

    private record Key(int boards, int prompt, int batch) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            return boards != other.boards
                    ? Integer.compare(boards, other.boards)
                    : prompt != other.prompt
                            ? Integer.compare(prompt, other.prompt)
                            : Integer.compare(batch, other.batch);
        }
    }

    private record Medians(double peak, double average, double promptMs, double tokenMs) {}

    PhasePowerSuite() {
        super(
                "phase-power",
                "C7: power of an A100 by phase over the degree of tensor parallelism. The dynamic "
                        + "energy of the same work does not depend on how many boards share it: that of 4 "
                        + "boards predicts 2 and 8. Mean error in shares of the board limit, target 10 %.",
                Map.of(
                        "mean error of prompt phase (peak power), 8 boards from 4, share of the board limit",
                        "10.5 % where 10 are allowed; prompts of 2,048 and 4,096 tokens reach the board limit on 8"
                                + " boards, too, where the same energy gives 0.8 of it"));
    }

    @Override
    List<Check> checks(Path data) throws IOException {
        Path file = data.resolve("splitwise-sim/perf_model.csv");
        if (!Files.exists(file)) {
            return List.of(skipped("power of prompt and token phase, A100", file));
        }
        Map<Key, List<CSVRecord>> rows = new TreeMap<>();
        for (CSVRecord row : Csv.headed(file)) {
            Key key = new Key((int) Csv.number(row, "tensor_parallel"), (int) Csv.number(row, "prompt_size"), (int)
                    Csv.number(row, "batch_size"));
            if (row.get("model").equals("llama2-70b")
                    && row.get("hardware").equals("a100-80gb")
                    && Csv.number(row, "average_power") > 0
                    && key.prompt() < 8192) {
                rows.computeIfAbsent(key, k -> new ArrayList<>()).add(row);
            }
        }
        Map<Key, Medians> medians = new TreeMap<>();
        rows.forEach((key, same) -> medians.put(
                key,
                new Medians(
                        median(same, "peak_power"),
                        median(same, "average_power"),
                        median(same, "prompt_time"),
                        median(same, "token_time"))));
        List<Check> checks = new ArrayList<>();
        for (int boards : new int[] {2, 8}) {
            checks.add(check("token phase (mean power)", boards, medians, false));
            checks.add(check("prompt phase (peak power)", boards, medians, true));
        }
        return checks;
    }

    private Check check(String phase, int boards, Map<Key, Medians> medians, boolean prompt) {
        double sum = 0;
        int count = 0;
        for (Map.Entry<Key, Medians> entry : medians.entrySet()) {
            Key key = entry.getKey();
            Medians known = medians.get(new Key(CALIBRATED, key.prompt(), key.batch()));
            if (key.boards() != boards || known == null) {
                continue;
            }
            Medians held = entry.getValue();
            double energy = CALIBRATED
                    * (prompt
                            ? (known.peak() - IDLE_SHARE) * known.promptMs()
                            : (known.average() - IDLE_SHARE) * known.tokenMs());
            double dynamic = energy / (boards * (prompt ? held.promptMs() : held.tokenMs()));
            double predicted = Math.min(1.05, IDLE_SHARE + dynamic);
            sum += Math.abs(predicted - (prompt ? held.peak() : held.average()));
            count++;
        }
        return error(
                "mean error of " + phase + ", " + boards + " boards from " + CALIBRATED + ", share of the board limit",
                SOURCE,
                sum / count,
                0.1);
    }

    private static double median(List<CSVRecord> rows, String column) {
        return StatUtils.percentile(
                rows.stream().mapToDouble(row -> Csv.number(row, column)).toArray(), 50);
    }
}
