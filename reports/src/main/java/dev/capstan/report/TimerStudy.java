package dev.capstan.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.capstan.sim.control.LoopLatency;
import dev.capstan.sim.results.Interval;
import dev.capstan.sim.telemetry.CounterSwing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A sweep over every timer of the loop, caps, and kinds of faults, beside the closed form of the loop's latency. */
final class TimerStudy {

    static final String FAULTS = "faults";
    static final String EXPORTER = "exporter";
    static final String SCRAPE = "telemetry.scrape_interval";
    static final String WINDOW = "telemetry.rate_window";
    static final String OPERATOR = "control.interval";
    static final String HPA = "services[0].autoscaler.hpa_sync";
    static final String COLD_START = "cold_start";
    static final String CAP = "cap.power";
    static final List<String> AXES = List.of(FAULTS, EXPORTER, SCRAPE, WINDOW, OPERATOR, HPA, COLD_START, CAP);

    /** The policy that the closed form is of: at its threshold it makes the whole cut in one step. */
    static final String STEPPING = "three-band";

    /** The least share of the goodput without a cap that a policy must reach, or it starves the service. */
    private static final double STARVED = 0.5;

    /**
     * A policy at a point.
     *
     * @param at values of the axes by their path
     * @param contained of each replication, as all lists
     * @param latency of the loop, in closed form; null where power never passes the cap
     * @param passing share of the disturbances that end in time where nothing caps
     * @param swing of readings of steady power; null with a gauge
     */
    record Cell(
            Map<String, String> at,
            String policy,
            double[] contained,
            double[] disturbances,
            double[] goodput,
            double[] longestSeconds,
            double[] excursions,
            @Nullable LoopLatency latency,
            double passing,
            @Nullable CounterSwing swing) {

        /** Probability by the closed form that the loop is done within this time; NaN where there is none. */
        double probabilityWithin(double seconds) {
            return latency == null ? Double.NaN : latency.probabilityWithin(seconds);
        }
    }

    /**
     * What the owner of a loop with a given exporter sets.
     *
     * @param window {@link #ANY_WINDOW} with a gauge, which has none
     */
    record Timers(String scrape, String window, String operator) {

        static final String ANY_WINDOW = "any";

        Map<String, String> at() {
            return window.equals(ANY_WINDOW)
                    ? Map.of(SCRAPE, scrape, OPERATOR, operator)
                    : Map.of(SCRAPE, scrape, WINDOW, window, OPERATOR, operator);
        }
    }

    /**
     * Cells together. They share requests and chance, so that their disturbances count as those of one cell: each replication is a
     * cluster with the mean of its cells.
     *
     * @param mean of the replications' shares contained, with Student's interval
     * @param excursions for each disturbance
     */
    record Outcome(Interval success, Interval mean, Interval goodput, double longestSeconds, double excursions) {

        static Outcome of(List<Cell> cells) {
            int replications = cells.isEmpty() ? 0 : cells.get(0).contained().length;
            double[] contained = new double[replications];
            double[] disturbances = new double[replications];
            double[] goodput = new double[replications];
            double[] shares = new double[replications];
            double longest = 0;
            double excursions = 0;
            double all = 0;
            for (Cell cell : cells) {
                for (int replication = 0; replication < replications; replication++) {
                    contained[replication] += cell.contained()[replication] / cells.size();
                    disturbances[replication] += cell.disturbances()[replication] / cells.size();
                    goodput[replication] += cell.goodput()[replication] / cells.size();
                    longest += cell.longestSeconds()[replication] / cells.size() / replications;
                    excursions += cell.excursions()[replication];
                    all += cell.disturbances()[replication];
                }
            }
            for (int replication = 0; replication < replications; replication++) {
                shares[replication] = contained[replication] / disturbances[replication];
            }
            Interval mean = Interval.ofMean(shares);
            return new Outcome(
                    Interval.ofShare(contained, disturbances),
                    new Interval(mean.estimate(), Math.max(0, mean.low()), Math.min(1, mean.high())),
                    Interval.ofMean(goodput),
                    longest,
                    excursions / all);
        }

        /** Whether its share contained may be as high as another's. */
        boolean reaches(Outcome other) {
            return success.high() >= other.success.estimate();
        }
    }

    /** The timers that were chosen, what they bring, and how many of the others cannot be told from them. */
    record Choice(Timers timers, Outcome outcome, int notToldApart, int others) {}

    /** What the closed form needs to know of a point. */
    private record Conditions(JsonNode first, JsonNode own) {

        double timer(String name) {
            return part("timers").path(name).asDouble();
        }

        boolean isCounter() {
            return part("timers").path("power_source").asText().equals("energy-counter");
        }

        private JsonNode part(String name) {
            return own.has(name) ? own.path(name) : first.path(name);
        }
    }

    /**
     * Reads what a sweep over exactly these axes has left.
     *
     * @throws ReportException if the axes are others, {@code none} did not run, or a table is missing or damaged
     */
    static TimerStudy read(Path path) {
        ResultsFolder folder = ResultsFolder.read(path);
        List<String> axes =
                folder.manifest().axes().stream().map(Manifest.Axis::path).toList();
        if (!axes.equals(AXES)) {
            throw new ReportException(
                    path.resolve("manifest.json"),
                    "the study of timers is over the axes " + String.join(", ", AXES) + ", found "
                            + (axes.isEmpty() ? "none" : String.join(", ", axes))
                            + ". Maybe you meant the folder of a sweep of study-timers.yaml");
        }
        return new Reader(folder).read();
    }

    /** Puts runs together. */
    private static final class Reader {

        private final ResultsFolder folder;
        private final Map<List<String>, Map<String, Map<Integer, Integer>>> runs = new LinkedHashMap<>();
        private final Map<List<String>, Conditions> conditions = new HashMap<>();
        private final double threshold;

        Reader(ResultsFolder folder) {
            this.folder = folder;
            for (int run = 0; run < folder.runs().rows(); run++) {
                int row = run;
                List<String> values =
                        AXES.stream().map(axis -> folder.runs().text(row, axis)).toList();
                runs.computeIfAbsent(values, point -> new LinkedHashMap<>())
                        .computeIfAbsent(folder.runs().text(run, "policy"), policy -> new TreeMap<>())
                        .put((int) folder.runs().number(run, "replication"), run);
            }
            threshold = folder.manifest().policies().stream()
                    .filter(policy -> policy.name().equals(STEPPING))
                    .flatMap(policy -> policy.parameters().stream())
                    .filter(parameter -> parameter.name().equals("cap_ratio"))
                    .mapToDouble(parameter -> Double.parseDouble(parameter.value()))
                    .findFirst()
                    .orElse(1);
            readConditions();
        }

        private void readConditions() {
            Path file = folder.path().resolve("manifest.json");
            try {
                JsonNode points = new ObjectMapper()
                        .readTree(Files.readString(file, StandardCharsets.UTF_8))
                        .path("conditions");
                for (JsonNode point : points) {
                    List<String> values = new ArrayList<>();
                    point.path("axes").forEach(value -> values.add(value.asText()));
                    conditions.put(values, new Conditions(points.path(0), point));
                }
            } catch (IOException e) {
                throw new ReportException(file, "cannot be read: " + e.getMessage(), e);
            }
        }

        TimerStudy read() {
            List<Cell> cells = new ArrayList<>();
            runs.forEach((values, policies) -> {
                Map<String, String> at = new LinkedHashMap<>();
                for (int axis = 0; axis < AXES.size(); axis++) {
                    at.put(AXES.get(axis), values.get(axis));
                }
                Map<Integer, Integer> uncapped = uncapped(values, policies);
                LoopLatency latency = latency(values, uncapped);
                double passing = sum(uncapped, run -> number(run, "disturbances_contained"))
                        / Math.max(1, sum(uncapped, run -> number(run, "disturbances")));
                CounterSwing swing = swing(conditions.get(values));
                policies.forEach((policy, replications) -> cells.add(new Cell(
                        Map.copyOf(at),
                        policy,
                        figures(replications, "disturbances_contained"),
                        figures(replications, "disturbances"),
                        figures(replications, "goodput_requests_per_second"),
                        figures(replications, "longest_excursion_seconds"),
                        figures(replications, "excursions"),
                        latency,
                        passing,
                        swing)));
            });
            return new TimerStudy(folder, threshold, cells);
        }

        private double[] figures(Map<Integer, Integer> replications, String column) {
            return replications.values().stream()
                    .mapToDouble(run -> folder.runs().number(run, column))
                    .toArray();
        }

        private Map<Integer, Integer> uncapped(List<String> values, Map<String, Map<Integer, Integer>> policies) {
            return policies.entrySet().stream()
                    .filter(policy -> folder.isBaseline(policy.getKey()))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElseThrow(() -> new ReportException(
                            folder.runs().file(),
                            "has no run of policy none at " + String.join(", ", values)
                                    + ", and what nothing caps is what the closed form starts from"));
        }

        /**
         * The step is taken for one between two levels: what is drawn over the cap in the mean, and otherwise, where nothing caps.
         */
        private @Nullable LoopLatency latency(List<String> values, Map<Integer, Integer> uncapped) {
            double all = sum(uncapped, run -> number(run, "duration_seconds"));
            double over = sum(uncapped, run -> number(run, "over_cap_seconds"));
            double joules = sum(uncapped, run -> number(run, "mean_power_watts") * number(run, "duration_seconds"));
            double capWatts = number(uncapped.values().iterator().next(), "cap_watts");
            Conditions met = conditions.get(values);
            if (over <= 0 || over >= all || met == null) {
                return null;
            }
            double after = capWatts + sum(uncapped, run -> number(run, "over_cap_joules")) / over;
            double before = (joules - after * over) / (all - over);
            double crossing = Math.min(1, Math.max(0, (threshold * capWatts - before) / (after - before)));
            double exporter = met.timer("exporter_interval_seconds");
            double scrape = met.timer("scrape_interval_seconds");
            double operator = met.timer("control_interval_seconds");
            LoopLatency decided = met.isCounter()
                    ? LoopLatency.ofCounter(exporter, scrape, met.timer("rate_window_seconds"), crossing, operator)
                    : LoopLatency.ofGauge(exporter, scrape, operator);
            return decided.then(met.timer("gpu_limit_latency_seconds"));
        }

        private static @Nullable CounterSwing swing(@Nullable Conditions met) {
            return met == null || !met.isCounter()
                    ? null
                    : CounterSwing.of(
                            met.timer("exporter_interval_seconds"),
                            met.timer("scrape_interval_seconds"),
                            met.timer("rate_window_seconds"));
        }

        private double number(int run, String column) {
            return folder.runs().number(run, column);
        }

        private static double sum(Map<Integer, Integer> replications, ToDoubleFunction<Integer> figure) {
            return replications.values().stream().mapToDouble(figure).sum();
        }
    }

    private final ResultsFolder folder;
    private final double threshold;
    private final Map<String, List<Cell>> cells;
    private final List<String> answering;

    private TimerStudy(ResultsFolder folder, double threshold, List<Cell> all) {
        this.folder = folder;
        this.threshold = threshold;
        this.cells = all.stream().collect(Collectors.groupingBy(Cell::policy));
        this.answering = folder.policies().stream()
                .filter(policy -> !folder.isBaseline(policy) && !isBlind(policy) && !starves(policy))
                .toList();
    }

    ResultsFolder folder() {
        return folder;
    }

    /** Share of the cap at which {@link #STEPPING} acts. */
    double threshold() {
        return threshold;
    }

    /** The values of an axis, in the order of the experiment. */
    List<String> values(String axis) {
        return folder.manifest().axes().get(AXES.indexOf(axis)).values();
    }

    /** The first value of the faults, at which there are none. */
    String sound() {
        return values(FAULTS).get(0);
    }

    /** The cells of a policy that have these values. */
    List<Cell> cells(String policy, Map<String, String> where) {
        return cells.getOrDefault(policy, List.of()).stream()
                .filter(cell -> cell.at().entrySet().containsAll(where.entrySet()))
                .toList();
    }

    /** Policies that timers can help: that read telemetry, and do not starve the service whatever the timers. */
    List<String> answering() {
        return answering;
    }

    /** The header of a table with a column for each of these policies, after others. */
    List<String> byPolicy(String... before) {
        List<String> header = new ArrayList<>(List.of(before));
        answering.forEach(policy -> header.add("`" + policy + "`"));
        return header;
    }

    /** Whether no timer moves what the policy contains. */
    boolean isBlind(String policy) {
        Map<Map<String, String>, Double> shares = new HashMap<>();
        for (Cell cell : cells(policy, Map.of())) {
            Map<String, String> place = new HashMap<>(cell.at());
            place.keySet().removeAll(List.of(EXPORTER, SCRAPE, WINDOW, OPERATOR));
            double share = Outcome.of(List.of(cell)).success().estimate();
            if (shares.computeIfAbsent(place, first -> share) != share) {
                return false;
            }
        }
        return true;
    }

    /** Whether it serves less than half of what is served without a cap, in the mean over all points. */
    boolean starves(String policy) {
        return Outcome.of(cells(policy, Map.of())).goodput().estimate() < STARVED * uncappedGoodput();
    }

    /** Without a cap, in the mean over all points. */
    double uncappedGoodput() {
        return folder.policies().stream()
                .filter(folder::isBaseline)
                .flatMap(policy -> cells(policy, Map.of()).stream())
                .mapToDouble(cell -> mean(cell.goodput()))
                .average()
                .orElse(Double.NaN);
    }

    /** Every combination that makes a difference with an exporter, in the order of the axes. */
    List<Timers> timers(String exporter) {
        boolean gauge = cells(STEPPING, Map.of(EXPORTER, exporter)).stream().allMatch(cell -> cell.swing() == null);
        List<Timers> all = new ArrayList<>();
        for (String scrape : values(SCRAPE)) {
            for (String window : gauge ? List.of(Timers.ANY_WINDOW) : values(WINDOW)) {
                for (String operator : values(OPERATOR)) {
                    all.add(new Timers(scrape, window, operator));
                }
            }
        }
        return all;
    }

    /** The timers at which a policy contains the largest share there; of several the ones with the highest goodput. */
    Choice best(String policy, String exporter, Map<String, String> where) {
        return choose(exporter, where, List.of(policy), List.of(Map.of()));
    }

    /** The timers whose worst policy and cap contains the largest share; of several the ones with the highest goodput. */
    Choice standard(String exporter, String faults) {
        return choose(
                exporter,
                Map.of(FAULTS, faults),
                answering,
                values(CAP).stream().map(cap -> Map.of(CAP, cap)).toList());
    }

    /**
     * Those count as not told apart that reach what the chosen ones contain with every policy at every place. The outcome is that of
     * all of these together.
     */
    private Choice choose(
            String exporter, Map<String, String> where, List<String> policies, List<Map<String, String>> places) {
        Map<Timers, List<Outcome>> outcomes = new LinkedHashMap<>();
        for (Timers timers : timers(exporter)) {
            List<Outcome> each = new ArrayList<>();
            for (String policy : policies) {
                for (Map<String, String> place : places) {
                    Map<String, String> at = at(exporter, timers, where);
                    at.putAll(place);
                    each.add(Outcome.of(cells(policy, at)));
                }
            }
            outcomes.put(timers, each);
        }
        Map.Entry<Timers, List<Outcome>> best = outcomes.entrySet().stream()
                .min(Comparator.comparingDouble((Map.Entry<Timers, List<Outcome>> one) -> -worst(one.getValue()))
                        .thenComparingDouble(one -> -meanGoodput(one.getValue())))
                .orElseThrow();
        int reaching = 0;
        for (List<Outcome> other : outcomes.values()) {
            boolean reaches = true;
            for (int i = 0; i < other.size(); i++) {
                reaches &= other.get(i).reaches(best.getValue().get(i));
            }
            reaching += reaches ? 1 : 0;
        }
        Map<String, String> at = at(exporter, best.getKey(), where);
        List<Cell> all =
                policies.stream().flatMap(policy -> cells(policy, at).stream()).toList();
        return new Choice(best.getKey(), Outcome.of(all), reaching - 1, outcomes.size() - 1);
    }

    /** Where timers of a loop with this exporter stand. */
    static Map<String, String> at(String exporter, Timers timers, Map<String, String> where) {
        Map<String, String> at = new HashMap<>(where);
        at.put(EXPORTER, exporter);
        at.putAll(timers.at());
        return at;
    }

    private static double worst(List<Outcome> outcomes) {
        return outcomes.stream()
                .mapToDouble(outcome -> outcome.success().estimate())
                .min()
                .orElse(0);
    }

    private static double meanGoodput(List<Outcome> outcomes) {
        return outcomes.stream()
                .mapToDouble(outcome -> outcome.goodput().estimate())
                .average()
                .orElse(0);
    }

    /**
     * Share that is contained by the closed form, in the mean of these cells: where the loop is done within the time to contain,
     * and of the others those that pass by themselves.
     */
    double expected(List<Cell> met) {
        double within = folder.manifest().containWithinSeconds();
        return met.stream()
                .mapToDouble(cell -> 1 - (1 - cell.probabilityWithin(within)) * (1 - cell.passing()))
                .filter(share -> !Double.isNaN(share))
                .average()
                .orElse(Double.NaN);
    }

    static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }
}
