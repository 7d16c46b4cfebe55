package dev.capstan.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Makes up results folders that follow docs/results.md, from a toy plant: bursts of demand, and policies that see power
 * late by their timers. Nothing in them is a finding.
 */
final class FixtureFolder {

    private static final List<String> INTERVALS = List.of("5s", "30s", "60s");
    private static final List<String> WINDOWS = List.of("30s", "60s", "5m");
    private static final List<String> CAPS = List.of("18kW", "20kW", "30kW");
    private static final List<String> POLICIES = List.of("none", "replica-cap", "climatik-shipped", "static-floor");
    private static final int REPLICATIONS = 5;
    private static final int STEPS = 720;
    private static final int STEP_SECONDS = 5;

    private static final List<String> MEASURES = List.of(
            "time_under_cap_fraction",
            "over_cap_seconds",
            "over_cap_joules",
            "longest_excursion_seconds",
            "peak_power_watts",
            "mean_power_watts",
            "stranded_watt_seconds",
            "energy_joules",
            "carbon_grams",
            "requests_completed",
            "ttft_p50_seconds",
            "ttft_p99_seconds",
            "tpot_p99_seconds",
            "e2e_p99_seconds",
            "slo_attainment",
            "goodput_requests_per_second",
            "joules_per_output_token",
            "capped_seconds",
            "replica_changes");

    private static final String EXCURSIONS = """
            time_seconds,duration_seconds,peak_over_cap_watts,mean_over_cap_watts
            300,5,1500,900
            900,40,3000,2000
            """;

    private FixtureFolder() {}

    /** As many hundredths of a second to the first token as per cent of the requests had it by then. */
    private static String latencies() {
        StringBuilder latencies = new StringBuilder("service,share,ttft_seconds,tpot_seconds,e2e_seconds\n");
        for (int percent = 1; percent <= 100; percent++) {
            latencies
                    .append("chat")
                    .append(number(percent / 100.0))
                    .append(number(percent / 100.0))
                    .append(",0.05")
                    .append(number(percent))
                    .append('\n');
        }
        return latencies.toString();
    }

    /** A sweep of 4 policies × 3 intervals × 3 windows × 3 caps × 5 seeds with the timelines of the first seed. */
    static Path sweep(Path folder) {
        StringBuilder summary = new StringBuilder("control.interval,telemetry.rate_window,cap.power,run_id,policy,"
                + "cap_watts,replication,seed,duration_seconds,success_rate," + String.join(",", MEASURES)
                + ",disturbances,disturbances_contained\n");
        StringBuilder points = new StringBuilder("control.interval,telemetry.rate_window,cap.power,policy,cap_watts,"
                + "replications,disturbances,disturbances_contained,success_rate,success_rate_low,success_rate_high");
        MEASURES.forEach(m -> points.append(',')
                .append(m)
                .append("_mean,")
                .append(m)
                .append("_low,")
                .append(m)
                .append("_high"));
        points.append('\n');
        int number = 0;
        for (String interval : INTERVALS) {
            for (String window : WINDOWS) {
                for (String cap : CAPS) {
                    for (String policy : POLICIES) {
                        List<ToyRun> runs = new ArrayList<>();
                        for (int replication = 0; replication < REPLICATIONS; replication++) {
                            ToyRun run =
                                    new ToyRun(policy, seconds(interval), seconds(window), watts(cap), replication);
                            String id = String.format(Locale.ROOT, "%04d-%s-r%d", number, policy, replication);
                            summary.append(String.join(",", interval, window, cap, id, policy))
                                    .append(number(run.cap))
                                    .append(',')
                                    .append(replication)
                                    .append(',')
                                    .append(77_000_000_000_000_001L + replication)
                                    .append(number(STEPS * STEP_SECONDS))
                                    .append(number(run.success()));
                            run.measures().values().forEach(value -> summary.append(number(value)));
                            summary.append(number(run.disturbances))
                                    .append(number(run.contained))
                                    .append('\n');
                            runs.add(run);
                            if (replication == 0) {
                                write(folder.resolve("runs/" + id + "/timeline.csv"), run.timeline.toString());
                                write(folder.resolve("runs/" + id + "/decisions.csv"), run.decisions.toString());
                                write(folder.resolve("runs/" + id + "/events.csv"), run.events.toString());
                                write(folder.resolve("runs/" + id + "/latencies.csv"), latencies());
                                write(folder.resolve("runs/" + id + "/excursions.csv"), EXCURSIONS);
                            }
                        }
                        points.append(String.join(",", interval, window, cap, policy));
                        point(points, runs);
                        number++;
                    }
                }
            }
        }
        write(folder.resolve("summary.csv"), summary.toString());
        write(folder.resolve("points.csv"), points.toString());
        write(folder.resolve("effects.csv"), effects());
        write(folder.resolve("manifest.json"), manifest());
        return folder;
    }

    /** Success falls by the place of the value on its axis; the interval of a policy is as wide as its place. */
    private static String effects() {
        StringBuilder effects = new StringBuilder("axis,value,policy,points,replications,success_rate_mean,"
                + "success_rate_low,success_rate_high,energy_joules_mean,energy_joules_low,energy_joules_high\n");
        Map<String, List<String>> axes = new LinkedHashMap<>();
        axes.put("control.interval", INTERVALS);
        axes.put("telemetry.rate_window", WINDOWS);
        axes.put("cap.power", CAPS);
        axes.forEach((axis, values) -> {
            for (int value = 0; value < values.size(); value++) {
                for (int policy = 0; policy < POLICIES.size(); policy++) {
                    double mean = 0.9 - 0.2 * value;
                    double half = 0.02 * policy;
                    effects.append(String.join(",", axis, values.get(value), POLICIES.get(policy)))
                            .append(",9,5")
                            .append(number(mean))
                            .append(number(mean - half))
                            .append(number(mean + half))
                            .append(",1e7,9e6,1.1e7\n");
                }
            }
        });
        return effects.toString();
    }

    /** A folder of given points, with one run for each and no timelines. */
    static Path ofPoints(Path folder, String manifest, String points, String summary) {
        write(folder.resolve("manifest.json"), manifest);
        write(folder.resolve("points.csv"), points);
        write(folder.resolve("summary.csv"), summary);
        return folder;
    }

    /** 6000 points, 30000 runs and 14 long timelines, with as many digits and words as can be. */
    static Path large(Path folder) {
        int intervals = 2000;
        StringBuilder measures = new StringBuilder();
        MEASURES.forEach(measure -> measures.append(',')
                .append(measure)
                .append("_mean,")
                .append(measure)
                .append("_low,")
                .append(measure)
                .append("_high"));
        StringBuilder points = new StringBuilder("control.interval,policy,cap_watts,replications,disturbances,"
                + "disturbances_contained,success_rate,success_rate_low,success_rate_high" + measures + "\n");
        StringBuilder summary = new StringBuilder("control.interval,run_id,policy,cap_watts,replication,success_rate,"
                + String.join(",", MEASURES) + "\n");
        List<String> values = new ArrayList<>();
        int number = 0;
        for (int interval = 1; interval <= intervals; interval++) {
            values.add("\"" + interval + "s\"");
            for (String policy : POLICIES.subList(0, 3)) {
                points.append(interval)
                        .append("s,")
                        .append(policy)
                        .append(",20000,5,100,50,0.512345,0.412345,0.612345");
                points.append(",123456.789012".repeat(3 * MEASURES.size())).append('\n');
                for (int replication = 0; replication < 5; replication++) {
                    summary.append(interval)
                            .append("s,")
                            .append(number)
                            .append(",")
                            .append(policy)
                            .append(",20000,")
                            .append(replication)
                            .append(",0.512345")
                            .append(",0.000123456789".repeat(MEASURES.size()))
                            .append('\n');
                    if (number < 14) {
                        longRun(folder.resolve("runs/" + number));
                    }
                    number++;
                }
            }
        }
        write(folder.resolve("points.csv"), points.toString());
        write(folder.resolve("summary.csv"), summary.toString());
        write(
                folder.resolve("manifest.json"),
                HandMade.manifest("How large?", "replica-cap").replace("\"5s\", \"10s\"", String.join(",", values)));
        return folder;
    }

    private static void longRun(Path folder) {
        StringBuilder timeline = new StringBuilder("time_seconds,power_mean_watts,power_max_watts,"
                + "reference_power_watts,cap_watts,sensed_power_watts,ready_replicas,starting_replicas\n");
        StringBuilder decisions = new StringBuilder("time_seconds,code,reason\n");
        for (int second = 0; second < 8000; second++) {
            double power = 12345.678 + second % 977;
            timeline.append(second)
                    .append((number(power) + number(power + 123.4)).repeat(2))
                    .append(number(power))
                    .append(",12,1\n");
            decisions
                    .append(second)
                    .append(",LOWER,")
                    .append("sensed power is near the cap ".repeat(20))
                    .append('\n');
        }
        write(folder.resolve("timeline.csv"), timeline.toString());
        write(folder.resolve("decisions.csv"), decisions.toString());
    }

    static void write(Path file, String text) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Replaces a text in a file that holds it. */
    static void replace(Path file, String before, String after) {
        try {
            String text = Files.readString(file);
            if (!text.contains(before)) {
                throw new IllegalArgumentException(file + " does not hold " + before);
            }
            write(file, text.replace(before, after));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void point(StringBuilder out, List<ToyRun> runs) {
        double disturbances = runs.stream().mapToDouble(r -> r.disturbances).sum();
        double contained = runs.stream().mapToDouble(r -> r.contained).sum();
        out.append(number(runs.get(0).cap))
                .append(number(runs.size()))
                .append(number(disturbances))
                .append(number(contained));
        if (disturbances == 0) {
            out.append(",,,");
        } else {
            double[] wilson = wilson(contained, disturbances);
            out.append(number(contained / disturbances))
                    .append(number(wilson[0]))
                    .append(number(wilson[1]));
        }
        for (String measure : MEASURES) {
            double[] values =
                    runs.stream().mapToDouble(r -> r.measures().get(measure)).toArray();
            double mean = java.util.Arrays.stream(values).average().orElse(Double.NaN);
            double squares = java.util.Arrays.stream(values)
                    .map(v -> (v - mean) * (v - mean))
                    .sum();
            // Student's t for 4 degrees of freedom at 97.5 % is 2.776.
            double half = 2.776 * Math.sqrt(squares / (values.length - 1) / values.length);
            out.append(number(mean)).append(number(mean - half)).append(number(mean + half));
        }
        out.append('\n');
    }

    private static double[] wilson(double hits, double of) {
        double z = 1.959964;
        double share = hits / of;
        double centre = (share + z * z / (2 * of)) / (1 + z * z / of);
        double half = z / (1 + z * z / of) * Math.sqrt(share * (1 - share) / of + z * z / (4 * of * of));
        return new double[] {Math.max(0, centre - half), Math.min(1, centre + half)};
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "," : "," + (value == Math.rint(value) ? Long.toString((long) value) : value);
    }

    private static int seconds(String text) {
        return text.endsWith("m")
                ? 60 * Integer.parseInt(text.substring(0, text.length() - 1))
                : Integer.parseInt(text.substring(0, text.length() - 1));
    }

    private static double watts(String text) {
        return 1000 * Double.parseDouble(text.replace("kW", ""));
    }

    private static String manifest() {
        return """
                {"capstan_version": "0.1.0",
                 "command": ["capstan", "sweep", "timers.yaml", "--seed", "42"],
                 "name": "timers", "mode": "requests",
                 "question": "How fast must a replica cap react to hold the rack limit, and what does that cost users?",
                 "experiment_file": "timers.yaml", "experiment_sha256": "6f1ed002ab5595859014ebf0951522d9",
                 "experiment": {"control": {"interval": "5s"}, "cap": {"power": "20kW", "contain_within": "15s"}},
                 "seed": 42, "replications": 5, "duration_seconds": 3600, "warmup_seconds": 300,
                 "contain_within_seconds": 15,
                 "axes": [{"path": "control.interval", "values": ["5s", "30s", "60s"]},
                          {"path": "telemetry.rate_window", "values": ["30s", "60s", "5m"]},
                          {"path": "cap.power", "values": ["18kW", "20kW", "30kW"]}],
                 "policies": [{"label": "none", "name": "none", "guarded": false, "parameters": {}},
                   {"label": "replica-cap", "name": "replica-cap", "guarded": true,
                    "parameters": {"margin_fraction": 0.05, "release_seconds": 60}},
                   {"label": "climatik-shipped", "name": "climatik-shipped", "guarded": false, "parameters": {}},
                   {"label": "static-floor", "name": "static-floor", "guarded": true, "parameters": {}}],
                 "traces": [{"role": "requests", "path": "traces/code.csv", "name": "made up bursts",
                   "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "rows": 8819,
                   "licence": "CC-BY-4.0"}],
                 "notes": ["GPU power profile h100-sxm is measured; its start-up power is an assumption.",
                           "Network latency is not modelled."],
                 "machine": {"os": "Linux", "cpus": 2, "java": "17.0.15"}, "started": "2026-01-01T00:00:00Z",
                 "wall_seconds": 81.4, "jobs": 2, "runs_per_second": 6.6, "requests_per_second": 91234.5}
                """;
    }

    /** One run of the toy plant: steps of 5 s, the same demand for the same seed. */
    private static final class ToyRun {
        final double cap;
        final StringBuilder timeline = new StringBuilder("time_seconds,power_mean_watts,power_max_watts,"
                + "reference_power_watts,cap_watts,sensed_power_watts,ready_replicas,starting_replicas,"
                + "terminating_replicas,running_requests,waiting_requests\n");
        final StringBuilder decisions = new StringBuilder(
                "time_seconds,code,reason,sensed_power_watts,quality,service,replica_ceiling,gpu_limit_watts\n");
        final StringBuilder events = new StringBuilder("time_seconds,event,subject,detail\n");
        int disturbances;
        int contained;
        private final Map<String, Double> measures = new LinkedHashMap<>();

        ToyRun(String policy, int interval, int window, double cap, int seed) {
            this.cap = cap;
            Random chance = new Random(seed * 7919L + 5);
            double burst = 0;
            int left = 0;
            double ceiling = policy.equals("static-floor") ? 4 : 40;
            double ready = 16;
            double[] seen = new double[STEPS];
            double energy = 0;
            double served = 0;
            double wanted = 0;
            double overJoules = 0;
            double stranded = 0;
            double peak = 0;
            int over = 0;
            int stretch = 0;
            int longest = 0;
            int changes = 0;
            int held = 0;
            boolean disturbed = false;
            int worstHere = 0;
            int released = 0;
            for (int step = 0; step < STEPS; step++) {
                if (left-- <= 0) {
                    boolean rise = chance.nextDouble() < 0.5;
                    burst = rise ? 3 + 8 * chance.nextDouble() : 0;
                    left = 6 + chance.nextInt(30);
                }
                double demand = 12 + 3 * Math.sin(step / 110.0) + burst + chance.nextGaussian() * 0.4;
                double reference = 4000 + 950 * demand;
                ready += Math.signum(Math.min(demand, ceiling) - ready)
                        * Math.min(Math.abs(Math.min(demand, ceiling) - ready), 4);
                double power = 4000 + 950 * Math.min(ready, demand) + chance.nextGaussian() * 60;
                double max = power + Math.abs(chance.nextGaussian()) * 250;
                seen[step] = power;
                int span = Math.max(1, window / STEP_SECONDS / 2);
                double sensed = 0;
                for (int back = 0; back < span; back++) {
                    sensed += seen[Math.max(0, step - back)] / span;
                }
                if (step * STEP_SECONDS % interval == 0) {
                    double before = ceiling;
                    if (policy.equals("replica-cap")) {
                        ceiling = sensed > 0.94 * cap
                                ? Math.min(ceiling, Math.floor((0.96 * cap - 4000) / 950))
                                : released < 4 ? ceiling : 40;
                        released = sensed > 0.94 * cap ? 0 : released + 1;
                    } else if (policy.equals("climatik-shipped")) {
                        ceiling = sensed > 0.95 * cap ? Math.max(1, Math.floor(ready)) : 40;
                    }
                    if (before != ceiling) {
                        changes++;
                        decisions
                                .append(step * STEP_SECONDS)
                                .append(
                                        before > ceiling
                                                ? ",LOWER,\"sensed power nears the cap, lower\","
                                                : ",RELEASE,room under the cap,")
                                .append(Math.round(sensed))
                                .append(",FRESH,chat,")
                                .append((int) ceiling)
                                .append(",\n");
                    }
                }
                held += ceiling < 40 ? STEP_SECONDS : 0;
                boolean now = reference > cap;
                if (now && !disturbed) {
                    disturbances++;
                    worstHere = 0;
                    events.append(step * STEP_SECONDS)
                            .append(",disturbance begins,rack,")
                            .append(Math.round(reference))
                            .append(" W without capping\n");
                }
                stretch = power > cap ? stretch + STEP_SECONDS : 0;
                worstHere = Math.max(worstHere, stretch);
                longest = Math.max(longest, stretch);
                if (!now && disturbed && worstHere <= 15) {
                    contained++;
                }
                disturbed = now;
                over += power > cap ? STEP_SECONDS : 0;
                overJoules += Math.max(0, power - cap) * STEP_SECONDS;
                stranded += demand > ready ? Math.max(0, cap - power) * STEP_SECONDS : 0;
                peak = Math.max(peak, max);
                energy += power * STEP_SECONDS;
                wanted += demand;
                served += Math.min(demand, ready);
                timeline.append((step + 1) * STEP_SECONDS)
                        .append(number(Math.rint(power)))
                        .append(number(Math.rint(max)))
                        .append(number(Math.rint(reference)))
                        .append(number(cap))
                        .append(step == 0 ? "," : number(Math.rint(sensed)))
                        .append(number(Math.rint(ready)))
                        .append(number(demand > ready + 1 ? 1 : 0))
                        .append(",0")
                        .append(number(Math.rint(8 * Math.min(demand, ready))))
                        .append(number(Math.rint(Math.max(0, demand - ready))))
                        .append('\n');
            }
            if (disturbed && worstHere <= 15) {
                contained++;
            }
            double share = served / wanted;
            double span = STEPS * STEP_SECONDS;
            double[] values = {
                1 - over / span,
                over,
                overJoules,
                longest,
                peak,
                energy / span,
                stranded,
                energy,
                Double.NaN,
                served * 2,
                0.3 / share,
                1.4 / share / share,
                0.05,
                30 / share,
                Math.max(0, 0.985 - 1.6 * (1 - share)),
                11.9 * share * share,
                2.1 / share,
                held,
                changes
            };
            for (int at = 0; at < values.length; at++) {
                measures.put(MEASURES.get(at), values[at]);
            }
        }

        double success() {
            return disturbances == 0 ? Double.NaN : (double) contained / disturbances;
        }

        Map<String, Double> measures() {
            return measures;
        }
    }
}
