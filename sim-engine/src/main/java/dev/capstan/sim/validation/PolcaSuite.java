package dev.capstan.sim.validation;

import static dev.capstan.sim.validation.Check.Layer.REPRODUCTION;

import dev.capstan.sim.results.Interval;
import dev.capstan.sim.run.RunResult;
import dev.capstan.trace.RequestTrace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** R2: how many servers POLCA lets a row take beyond those that its limit was made for. */
final class PolcaSuite implements Suite {

    private static final String SOURCE = "Patel et al., POLCA, ASPLOS 2024, second-hand";
    private static final int SEEDS = 6;
    private static final double LATENCY_SECONDS = 40;
    private static final int[] ADDED_PERCENT = {30, 40, 50};
    private static final double COPIES_PER_SERVER = 0.08;
    private static final double CODE_COPIES = 0.45;

    /** The policy and the paper's baselines, all of them the policy with other parameters. */
    private static final Map<String, Map<String, Double>> POLICIES = policies();

    private static Map<String, Map<String, Double>> policies() {
        Map<String, Map<String, Double>> all = new LinkedHashMap<>();
        all.put("polca", Map.of());
        all.put("one threshold, low priority only", Map.of("t1_ratio", 0.89, "low_clock", 0.787, "high_clock", 1.0));
        all.put("one threshold, all", Map.of("t1_ratio", 0.89, "low_clock", 0.787, "by_priority", 0.0));
        all.put("no cap", Map.of("low_clock", 1.0, "low_second_clock", 1.0, "high_clock", 1.0));
        return all;
    }

    @Override
    public String name() {
        return "polca";
    }

    @Override
    public String about() {
        return "R2: POLCA adds 30 % of servers to a row without a single power brake in six weeks, where its baselines brake"
                + " 10 to 10,000 times, and costs high priority less than 1 % of its median latency. Here 40 servers of"
                + " 8 A100 (Llama-2-70B, Splitwise tables), half of either priority, serve the hour of Azure's requests;"
                + " its limit and its share of code are set so that the uncapped row has the published peak, 79 %, and"
                + " about the published rise, 11.8 % in 40 s. Clocks land after 40 s, brakes after 5 s; what a clock saves is"
                + " an assumption. Brakes are counted over 53 minutes, not six weeks, and are the mean of " + SEEDS
                + " draws of the same hour, shifted in time; intervals are of paired differences, 95 %. The order is judged at"
                + " +50 %: with fewer servers one threshold for low priority alone cannot be told from polca.";
    }

    @Override
    public List<Check> run(Optional<Path> traces) {
        Path data = traces.orElse(Path.of("CAPSTAN_TRACES"));
        if (!Files.isDirectory(data.resolve(InferenceRow.AZURE))) {
            return List.of(Check.skipped(
                    "brakes of an oversubscribed row", REPRODUCTION, SOURCE, "no " + data.resolve(InferenceRow.AZURE)));
        }
        RequestTrace hour = InferenceRow.azureHour(data, CODE_COPIES);
        InferenceRow[] rows = new InferenceRow[SEEDS];
        Arrays.setAll(rows, seed -> new InferenceRow(hour, COPIES_PER_SERVER, seed));
        List<Check> checks = new ArrayList<>();
        checks.add(Check.reported(
                "largest rise in 40 s without a cap, where 11.8 % are published",
                REPRODUCTION,
                SOURCE,
                "%",
                100
                        * Arrays.stream(rows)
                                .mapToDouble(row -> row.rise(40, 1))
                                .average()
                                .orElseThrow()));
        checks.add(Check.atMost(
                "+20 %: highest power without a cap, so that nothing has to brake up to there",
                REPRODUCTION,
                SOURCE,
                "% of the limit",
                100,
                100
                        * Arrays.stream(rows)
                                .mapToDouble(row -> row.peak(servers(20)))
                                .max()
                                .orElseThrow()));
        for (int percent : ADDED_PERCENT) {
            Map<String, double[]> brakes = brakes(rows, percent);
            double[] polca = Objects.requireNonNull(brakes.get("polca"));
            brakes.forEach((policy, counts) -> checks.add(count(policy, percent, counts)));
            if (percent == 50) {
                brakes.forEach((policy, counts) -> {
                    if (counts != polca) {
                        checks.add(more(policy, percent, counts, polca));
                    }
                });
            }
        }
        checks.add(slower(rows, "high", 1, 1));
        checks.add(slower(rows, "low", 0, 5));
        return checks;
    }

    private static int servers(int addedPercent) {
        return InferenceRow.PROVISIONED * (100 + addedPercent) / 100;
    }

    private static Map<String, double[]> brakes(InferenceRow[] rows, int percent) {
        Map<String, double[]> brakes = new LinkedHashMap<>();
        POLICIES.forEach((policy, parameters) -> brakes.put(
                policy,
                Arrays.stream(rows)
                        .mapToDouble(row ->
                                InferenceRow.brakes(row.run(servers(percent), "polca", parameters, LATENCY_SECONDS)))
                        .toArray()));
        return brakes;
    }

    private static Check count(String policy, int percent, double[] counts) {
        double mean = Arrays.stream(counts).average().orElseThrow();
        String name = "+" + percent + " %, " + policy + ": brakes";
        return policy.equals("polca") && percent == 30
                ? Check.within(name, REPRODUCTION, SOURCE, "", 0, mean, 0)
                : Check.reported(name, REPRODUCTION, SOURCE, "", mean);
    }

    private static Check more(String policy, int percent, double[] counts, double[] polca) {
        double[] more = new double[SEEDS];
        Arrays.setAll(more, seed -> counts[seed] - polca[seed]);
        return Check.liesIn(
                "+" + percent + " %, " + policy + ": brakes beyond those of polca",
                REPRODUCTION,
                SOURCE,
                "",
                0,
                10_000,
                Interval.ofMean(more));
    }

    private static Check slower(InferenceRow[] rows, String priority, int service, double mostPercent) {
        double[] percent = new double[SEEDS];
        for (int seed = 0; seed < SEEDS; seed++) {
            RunResult capped = rows[seed].run(servers(30), "polca", Map.of(), LATENCY_SECONDS);
            RunResult free = rows[seed].run(servers(30), "none", Map.of(), LATENCY_SECONDS);
            percent[seed] =
                    100 * (InferenceRow.medianNanos(capped, service) / InferenceRow.medianNanos(free, service) - 1);
        }
        return Check.atMost(
                "+30 %, polca: median latency of " + priority + " priority over that without a cap",
                REPRODUCTION,
                SOURCE,
                "%",
                mostPercent,
                Arrays.stream(percent).average().orElseThrow());
    }
}
