package dev.capstan.report;

import dev.capstan.sim.control.LoopLatency;
import dev.capstan.sim.results.Interval;
import dev.capstan.sim.telemetry.CounterSwing;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * The study of timers in Markdown, with its pictures. What people wrote is in {@code timer-study.md}, with names in double braces
 * where figures stand; figures are those of the results, of which only means, choices and the closed form are made here.
 */
final class TimerStudyPage {

    private static final String TEXT = "timer-study.md";
    private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z-]+)}}");

    /** How many ranges of latencies there are from one to twice that. */
    private static final int RANGES = 2;

    /** Terms that a table of variance shows. */
    private static final int TERMS = 8;

    private final TimerStudy study;
    private final Manifest manifest;

    private TimerStudyPage(TimerStudy study) {
        this.study = study;
        this.manifest = study.folder().manifest();
    }

    static String of(TimerStudy study) {
        return new TimerStudyPage(study).page();
    }

    /** Writes the pictures that the page shows. */
    static void draw(TimerStudy study, Path images) throws IOException {
        TimerStudyPage page = new TimerStudyPage(study);
        save(page.latencies(), images.resolve("timers-latency.png"));
        Map<String, Map<String, Interval>> shares = page.largest("success_rate");
        if (!shares.isEmpty()) {
            save(
                    new TimerVarianceDrawing("What the share contained hangs on", study.answering(), shares),
                    images.resolve("timers-variance.png"));
        }
        List<String> caps = study.values(TimerStudy.CAP);
        save(
                new TimerSurfaceDrawing(study, TimerStudy.STEPPING, caps.get(caps.size() / 2)),
                images.resolve("timers-surface.png"));
    }

    private static void save(Drawing drawing, Path file) throws IOException {
        ImageIO.write(drawing.image(), "png", file.toFile());
    }

    private String page() {
        Map<String, String> places = new LinkedHashMap<>();
        places.put(
                "version",
                manifest.inputs().stream()
                        .filter(fact -> fact.name().equals("capstan_version"))
                        .map(fact -> " of Capstan " + fact.value())
                        .findFirst()
                        .orElse(""));
        places.put("question", manifest.question());
        places.put("axes", axes());
        places.put("settings", Integer.toString(settings()));
        places.put("policies", codes(study.folder().policies()));
        places.put("summary", ReportPage.summary(study.folder()));
        places.put("short", inShort());
        places.put("contain", Wording.seconds(manifest.containWithinSeconds()));
        places.put("stepping", TimerStudy.STEPPING);
        places.put("threshold", Wording.percent(study.threshold()));
        places.put("calibration", calibration());
        places.put("chance", points(chance()));
        places.put("swing", swing());
        places.put("counter", counter());
        places.put("baseline-excursions", Wording.number(baseline().excursions()));
        places.put("caps", caps());
        places.put("variance", variance());
        places.put("effects", effects());
        places.put("windows", windows());
        places.put("costs", costs());
        places.put("left-out", leftOut());
        places.put("defaults", defaults());
        places.put("tables", tables());
        places.put("notes", manifest.notes().stream().map(note -> "- " + note).collect(Collectors.joining("\n")));
        return PLACE.matcher(text())
                .replaceAll((MatchResult place) ->
                        Matcher.quoteReplacement(Objects.requireNonNull(places.get(place.group(1)), place.group())));
    }

    private static String text() {
        try (InputStream text = TimerStudyPage.class.getResourceAsStream(TEXT)) {
            return new String(Objects.requireNonNull(text, TEXT).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String axes() {
        return manifest.axes().stream()
                .map(axis -> "- " + Wording.axisName(axis.path()) + ": "
                        + axis.values().stream().map(Wording::axisValue).collect(Collectors.joining(", ")))
                .collect(Collectors.joining("\n"));
    }

    private int settings() {
        return manifest.axes().stream().mapToInt(axis -> axis.values().size()).reduce(1, Math::multiplyExact);
    }

    // ---- the closed form ----

    private List<TimerStudy.Cell> sound(String policy, Map<String, String> where) {
        Map<String, String> at = new LinkedHashMap<>(where);
        at.put(TimerStudy.FAULTS, study.sound());
        return study.cells(policy, at).stream()
                .filter(cell -> cell.latency() != null)
                .toList();
    }

    private double off(List<TimerStudy.Cell> cells) {
        return cells.stream()
                .mapToDouble(cell -> Math.abs(study.expected(List.of(cell))
                        - TimerStudy.Outcome.of(List.of(cell)).success().estimate()))
                .average()
                .orElse(Double.NaN);
    }

    /** Mean deviation of a share of as many disturbances as a point has, where the closed form is neither 0 nor 1. */
    private double chance() {
        return sound(TimerStudy.STEPPING, Map.of()).stream()
                .filter(cell -> isOpen(probability(cell)))
                .mapToDouble(cell -> {
                    double p = study.expected(List.of(cell));
                    double trials = IntStream.range(0, cell.disturbances().length)
                            .mapToDouble(i -> cell.disturbances()[i])
                            .sum();
                    return Math.sqrt(2 / Math.PI * p * (1 - p) / trials);
                })
                .average()
                .orElse(0);
    }

    private double probability(TimerStudy.Cell cell) {
        return cell.probabilityWithin(manifest.containWithinSeconds());
    }

    private static boolean isOpen(double probability) {
        return probability > 0 && probability < 1;
    }

    private String calibration() {
        StringBuilder table = new StringBuilder("""
                | exporter | in time by the closed form, % | points | contained by it, % | contained, % | longest excursion, s | off by, points |
                |---|---|---|---|---|---|---|
                """);
        for (String exporter : study.values(TimerStudy.EXPORTER)) {
            List<TimerStudy.Cell> all = sound(TimerStudy.STEPPING, Map.of(TimerStudy.EXPORTER, exporter));
            String name = exporter;
            for (Range range : Range.values()) {
                List<TimerStudy.Cell> cells = all.stream()
                        .filter(cell -> range.holds(probability(cell)))
                        .toList();
                if (!cells.isEmpty()) {
                    calibrationRow(table, name, range.words, cells);
                    name = "";
                }
            }
            calibrationRow(table, "", "all", all);
        }
        return table.toString().stripTrailing();
    }

    private void calibrationRow(StringBuilder table, String name, String range, List<TimerStudy.Cell> cells) {
        TimerStudy.Outcome outcome = TimerStudy.Outcome.of(cells);
        table.append("| ")
                .append(name)
                .append(" | ")
                .append(range)
                .append(" | ")
                .append(cells.size())
                .append(" | ")
                .append(Wording.bareFigure(study.expected(cells)))
                .append(" | ")
                .append(Wording.bareFigure(outcome.success().estimate()))
                .append(" | ")
                .append(Wording.number(outcome.longestSeconds()))
                .append(" | ")
                .append(points(off(cells)))
                .append(" |\n");
    }

    /** Where a probability lies. */
    private enum Range {
        NEVER("0"),
        RARELY("to 50"),
        MOSTLY("from 50"),
        ALWAYS("100");

        final String words;

        Range(String words) {
            this.words = words;
        }

        boolean holds(double probability) {
            return this
                    == (isOpen(probability) ? probability < 0.5 ? RARELY : MOSTLY : probability < 0.5 ? NEVER : ALWAYS);
        }
    }

    /** Over the mean latency that the closed form expects: its share, and what each policy contained. */
    private TimerLatencyDrawing latencies() {
        List<TimerLatencyDrawing.Line> lines = new ArrayList<>();
        lines.add(new TimerLatencyDrawing.Line("closed form", true, marks(TimerStudy.STEPPING, cells -> {
            double expected = study.expected(cells);
            return new Interval(expected, expected, expected);
        })));
        for (String policy : study.answering()) {
            lines.add(new TimerLatencyDrawing.Line(
                    policy,
                    false,
                    marks(policy, cells -> TimerStudy.Outcome.of(cells).success())));
        }
        return new TimerLatencyDrawing(
                "Disturbances contained within " + Wording.seconds(manifest.containWithinSeconds())
                        + ", without faults, by the latency of the loop",
                manifest.containWithinSeconds(),
                lines);
    }

    /** One for each range of latencies, at the mean of those in it; counters that swing are left out. */
    private List<TimerLatencyDrawing.Mark> marks(String policy, Function<List<TimerStudy.Cell>, Interval> figure) {
        Map<Integer, List<TimerStudy.Cell>> ranges = new TreeMap<>();
        for (TimerStudy.Cell cell : sound(policy, Map.of())) {
            if (cell.latency() != null && !swings(cell)) {
                int range =
                        (int) Math.floor(RANGES * StrictMath.log(cell.latency().meanSeconds()) / StrictMath.log(2));
                ranges.computeIfAbsent(range, first -> new ArrayList<>()).add(cell);
            }
        }
        return ranges.values().stream()
                .map(cells -> {
                    Interval share = figure.apply(cells);
                    double seconds = cells.stream()
                            .map(TimerStudy.Cell::latency)
                            .filter(Objects::nonNull)
                            .mapToDouble(LoopLatency::meanSeconds)
                            .average()
                            .orElseThrow();
                    return new TimerLatencyDrawing.Mark(seconds, share.estimate(), share.low(), share.high());
                })
                .toList();
    }

    private static boolean swings(TimerStudy.Cell cell) {
        return cell.swing() != null && cell.swing().highest() > cell.swing().lowest();
    }

    private String swing() {
        StringBuilder table = new StringBuilder("| exporter | scrape | window | reads, % of the power | `"
                + TimerStudy.STEPPING
                + "`: contained, % | closed form, % | goodput, requests/s |\n|---|---|---|---|---|---|---|\n");
        for (String exporter : study.values(TimerStudy.EXPORTER)) {
            for (String scrape : study.values(TimerStudy.SCRAPE)) {
                for (String window : study.values(TimerStudy.WINDOW)) {
                    List<TimerStudy.Cell> cells = sound(
                            TimerStudy.STEPPING,
                            Map.of(
                                    TimerStudy.EXPORTER, exporter,
                                    TimerStudy.SCRAPE, scrape,
                                    TimerStudy.WINDOW, window));
                    Optional<CounterSwing> swing = cells.stream()
                            .map(TimerStudy.Cell::swing)
                            .filter(Objects::nonNull)
                            .findFirst();
                    if (swing.isPresent() && swings(cells.get(0))) {
                        TimerStudy.Outcome outcome = TimerStudy.Outcome.of(cells);
                        table.append("| ")
                                .append(exporter)
                                .append(" | ")
                                .append(Wording.axisValue(scrape))
                                .append(" | ")
                                .append(Wording.axisValue(window))
                                .append(" | ")
                                .append(Wording.number(100 * swing.get().lowest()))
                                .append(" or ")
                                .append(Wording.number(100 * swing.get().highest()))
                                .append(" | ")
                                .append(Wording.bareFigure(outcome.success().estimate()))
                                .append(" | ")
                                .append(Wording.bareFigure(study.expected(cells)))
                                .append(" | ")
                                .append(Wording.number(outcome.goodput().estimate()))
                                .append(" |\n");
                    }
                }
            }
        }
        return table.toString().stripTrailing();
    }

    private TimerStudy.Outcome baseline() {
        return TimerStudy.Outcome.of(study.folder().policies().stream()
                .filter(study.folder()::isBaseline)
                .flatMap(policy -> sound(policy, Map.of(TimerStudy.EXPORTER, counter())).stream())
                .toList());
    }

    private String windows() {
        StringBuilder table = new StringBuilder("""
                | window | contained, % | closed form, % | longest excursion, s | closed form, mean and worst, s | excursions for each disturbance |
                |---|---|---|---|---|---|
                """);
        for (String window : study.values(TimerStudy.WINDOW)) {
            List<TimerStudy.Cell> cells =
                    sound(TimerStudy.STEPPING, Map.of(TimerStudy.EXPORTER, counter(), TimerStudy.WINDOW, window));
            TimerStudy.Outcome outcome = TimerStudy.Outcome.of(cells);
            table.append("| ")
                    .append(Wording.axisValue(window))
                    .append(" | ")
                    .append(Wording.bareFigure(outcome.success().estimate()))
                    .append(" | ")
                    .append(Wording.bareFigure(study.expected(cells)))
                    .append(" | ")
                    .append(Wording.number(outcome.longestSeconds()))
                    .append(" | ")
                    .append(latency(cells))
                    .append(" | ")
                    .append(Wording.number(outcome.excursions()))
                    .append(" |\n");
        }
        return table.toString().stripTrailing();
    }

    /** The first exporter whose counter does not swing. */
    private String counter() {
        return study.values(TimerStudy.EXPORTER).stream()
                .filter(exporter -> sound(TimerStudy.STEPPING, Map.of(TimerStudy.EXPORTER, exporter)).stream()
                        .map(TimerStudy.Cell::swing)
                        .allMatch(swing -> swing != null && swing.highest() == swing.lowest()))
                .findFirst()
                .orElse(study.values(TimerStudy.EXPORTER).get(0));
    }

    private String caps() {
        StringBuilder table = new StringBuilder("| cap | window |");
        StringBuilder line = new StringBuilder("|---|---|");
        for (String coldStart : study.values(TimerStudy.COLD_START)) {
            table.append(" cold start ").append(Wording.axisValue(coldStart)).append(" |");
            line.append("---|");
        }
        table.append('\n').append(line).append('\n');
        for (String cap : study.values(TimerStudy.CAP)) {
            for (String window : study.values(TimerStudy.WINDOW)) {
                table.append("| ").append(Wording.axisValue(cap)).append(" | ").append(Wording.axisValue(window));
                for (String coldStart : study.values(TimerStudy.COLD_START)) {
                    List<TimerStudy.Cell> cells = sound(
                            TimerStudy.STEPPING,
                            Map.of(
                                    TimerStudy.EXPORTER, counter(),
                                    TimerStudy.CAP, cap,
                                    TimerStudy.WINDOW, window,
                                    TimerStudy.COLD_START, coldStart));
                    table.append(" | ")
                            .append(Wording.bareFigure(
                                    TimerStudy.Outcome.of(cells).success().estimate()))
                            .append(" (")
                            .append(Wording.bareFigure(study.expected(cells)))
                            .append(')');
                }
                table.append(" |\n");
            }
        }
        return table.toString().stripTrailing();
    }

    // ---- what matters most ----

    private String variance() {
        if (study.folder().variance().isEmpty()) {
            return "The folder has no shares of variance (`variance.csv`).";
        }
        return "Shares of the variance over the whole grid, faults and caps included, that an axis explains alone, and two of them"
                + " together (×) beyond what each does alone ([results.md](../results.md)). In square brackets the 95 % interval over"
                + " the replications.\n\n![Shares of the variance of what is contained](images/timers-variance.png)\n\n"
                + "Of the share contained:\n\n"
                + varianceTable("success_rate")
                + "\n\nOf the goodput:\n\n"
                + varianceTable("goodput_requests_per_second");
    }

    /** The largest shares of a figure by term and policy. */
    private Map<String, Map<String, Interval>> largest(String figure) {
        Map<String, Map<String, Interval>> byTerm = new LinkedHashMap<>();
        for (String policy : study.answering()) {
            study.folder()
                    .variance()
                    .map(shares -> shares.of(policy, figure))
                    .orElse(List.of())
                    .forEach(share -> byTerm.computeIfAbsent(share.words(), term -> new LinkedHashMap<>())
                            .put(policy, new Interval(share.share(), share.low(), share.high())));
        }
        Map<String, Map<String, Interval>> largest = new LinkedHashMap<>();
        byTerm.entrySet().stream()
                .sorted(Comparator.comparingDouble(term -> -term.getValue().values().stream()
                        .mapToDouble(Interval::estimate)
                        .average()
                        .orElse(0)))
                .limit(TERMS)
                .forEach(term -> largest.put(term.getKey(), term.getValue()));
        return largest;
    }

    private String varianceTable(String figure) {
        StringBuilder table = new StringBuilder("| |");
        study.answering().forEach(policy -> table.append(" `").append(policy).append("` |"));
        table.append("\n|---|").append("---|".repeat(study.answering().size())).append('\n');
        largest(figure).forEach((term, byPolicy) -> {
            table.append("| ").append(term).append(" |");
            for (String policy : study.answering()) {
                Interval share = byPolicy.get(policy);
                table.append(' ').append(share == null ? "–" : percent(share)).append(" |");
            }
            table.append('\n');
        });
        return table.toString().stripTrailing();
    }

    private String effects() {
        ResultTable effects = study.folder()
                .effects()
                .orElseThrow(() -> new ReportException(
                        study.folder().path().resolve("effects.csv"),
                        "is missing. Maybe an older version wrote the folder"));
        StringBuilder table = new StringBuilder("| |");
        study.answering().forEach(policy -> table.append(" `").append(policy).append("` |"));
        table.append("\n|---|").append("---|".repeat(study.answering().size())).append('\n');
        for (String axis : TimerStudy.AXES) {
            table.append("| ").append(Wording.axisName(axis)).append(" |");
            for (String policy : study.answering()) {
                List<Integer> rows = IntStream.range(0, effects.rows())
                        .filter(row -> effects.text(row, "axis").equals(axis)
                                && effects.text(row, "policy").equals(policy))
                        .boxed()
                        .sorted(Comparator.comparingDouble(row -> effects.number(row, "success_rate_mean")))
                        .toList();
                if (rows.isEmpty()) {
                    table.append(" – |");
                } else {
                    int worst = rows.get(0);
                    int best = rows.get(rows.size() - 1);
                    table.append(' ')
                            .append(points(effects.number(best, "success_rate_mean")
                                    - effects.number(worst, "success_rate_mean")))
                            .append(" (")
                            .append(Wording.axisValue(effects.text(worst, "value")))
                            .append(" to ")
                            .append(Wording.axisValue(effects.text(best, "value")))
                            .append(") |");
                }
            }
            table.append('\n');
        }
        return table.toString().stripTrailing();
    }

    // ---- recommended timers ----

    private String leftOut() {
        List<String> parts = new ArrayList<>();
        for (String policy : study.folder().policies()) {
            if (study.folder().isBaseline(policy)) {
                continue;
            }
            if (study.isBlind(policy)) {
                parts.add("`" + policy + "`, which no timer moves");
            } else if (study.starves(policy)) {
                parts.add("`" + policy
                        + "`, which serves less than half of what is served without a cap, whatever the timers");
            }
        }
        return parts.isEmpty() ? "" : "Left out: " + String.join("; ", parts) + ".";
    }

    private String defaults() {
        StringBuilder table = new StringBuilder(
                "| exporter | faults | scrape | window | operator | closed form, mean and worst, s |");
        study.answering().forEach(policy -> table.append(" `").append(policy).append("`, % |"));
        table.append(" as good |\n|---|---|---|---|---|---|")
                .append("---|".repeat(study.answering().size() + 1))
                .append('\n');
        for (String exporter : study.values(TimerStudy.EXPORTER)) {
            for (String faults : study.values(TimerStudy.FAULTS)) {
                TimerStudy.Choice choice = study.standard(exporter, faults);
                Map<String, String> at = TimerStudy.at(exporter, choice.timers(), Map.of(TimerStudy.FAULTS, faults));
                table.append("| ").append(exporter).append(" | ").append(faults).append(" | ");
                timers(table, choice.timers());
                table.append(latency(study.cells(TimerStudy.STEPPING, at))).append(" |");
                for (String policy : study.answering()) {
                    table.append(' ')
                            .append(percent(TimerStudy.Outcome.of(study.cells(policy, at))
                                    .success()))
                            .append(" |");
                }
                table.append(' ').append(asGood(choice)).append(" |\n");
            }
        }
        return table.toString().stripTrailing();
    }

    private static void timers(StringBuilder table, TimerStudy.Timers timers) {
        table.append(Wording.axisValue(timers.scrape()))
                .append(" | ")
                .append(Wording.axisValue(timers.window()))
                .append(" | ")
                .append(Wording.axisValue(timers.operator()))
                .append(" | ");
    }

    /** Over the caps. */
    private static String latency(List<TimerStudy.Cell> cells) {
        List<LoopLatency> latencies = cells.stream()
                .map(TimerStudy.Cell::latency)
                .filter(Objects::nonNull)
                .toList();
        return Wording.number(latencies.stream()
                        .mapToDouble(LoopLatency::meanSeconds)
                        .average()
                        .orElse(Double.NaN))
                + ", "
                + Wording.number(latencies.stream()
                        .mapToDouble(LoopLatency::worstSeconds)
                        .max()
                        .orElse(Double.NaN));
    }

    private String tables() {
        StringBuilder text = new StringBuilder();
        for (String exporter : study.values(TimerStudy.EXPORTER)) {
            text.append("#### ").append(exporter).append("\n\n");
            text.append("""
                    | policy | cap | faults | scrape | window | operator | contained, % | goodput, requests/s | as good |
                    |---|---|---|---|---|---|---|---|---|
                    """);
            for (String policy : study.answering()) {
                for (String cap : study.values(TimerStudy.CAP)) {
                    for (String faults : study.values(TimerStudy.FAULTS)) {
                        Map<String, String> where = Map.of(TimerStudy.CAP, cap, TimerStudy.FAULTS, faults);
                        row(text, policy, cap, faults, study.best(policy, exporter, where));
                    }
                }
            }
            text.append('\n');
        }
        return text.toString().stripTrailing();
    }

    private static void row(StringBuilder text, String policy, String cap, String faults, TimerStudy.Choice best) {
        text.append("| `")
                .append(policy)
                .append("` | ")
                .append(Wording.axisValue(cap))
                .append(" | ")
                .append(faults)
                .append(" | ");
        timers(text, best.timers());
        Interval goodput = best.outcome().goodput();
        text.append(percent(best.outcome().success()))
                .append(" | ")
                .append(Wording.number(goodput.estimate()))
                .append(" ± ")
                .append(Wording.number((goodput.high() - goodput.low()) / 2))
                .append(" | ")
                .append(asGood(best))
                .append(" |\n");
    }

    private static String asGood(TimerStudy.Choice choice) {
        return choice.notToldApart() + " of " + choice.others();
    }

    /** What is contained and served at the recommended timers, beside doing nothing and what timers do not move. */
    private String costs() {
        List<String> policies = study.folder().policies();
        StringBuilder table = new StringBuilder("| cap |");
        policies.forEach(policy -> table.append(" `").append(policy).append("` |"));
        table.append("\n|---|").append("---|".repeat(policies.size())).append('\n');
        TimerStudy.Timers timers = study.standard(counter(), study.sound()).timers();
        for (String cap : study.values(TimerStudy.CAP)) {
            Map<String, String> at =
                    TimerStudy.at(counter(), timers, Map.of(TimerStudy.CAP, cap, TimerStudy.FAULTS, study.sound()));
            table.append("| ").append(Wording.axisValue(cap)).append(" |");
            for (String policy : policies) {
                TimerStudy.Outcome outcome = TimerStudy.Outcome.of(study.cells(policy, at));
                table.append(' ')
                        .append(Wording.number(outcome.goodput().estimate()))
                        .append(" (")
                        .append(Wording.bareFigure(outcome.success().estimate()))
                        .append(") |");
            }
            table.append('\n');
        }
        return table.toString().stripTrailing();
    }

    private static String percent(Interval share) {
        return Wording.bareFigure(share.estimate()) + " [" + Wording.bareFigure(share.low()) + ", "
                + Wording.bareFigure(share.high()) + "]";
    }

    // ---- in short ----

    private String inShort() {
        List<String> parts = new ArrayList<>();
        parts.add("**The closed form says where the cliff is.** "
                + study.values(TimerStudy.EXPORTER).stream()
                        .map(exporter -> "`" + exporter + "` "
                                + points(off(sound(TimerStudy.STEPPING, Map.of(TimerStudy.EXPORTER, exporter)))))
                        .collect(Collectors.joining(
                                ", ",
                                "What `" + TimerStudy.STEPPING + "` contains without faults is off by, in points: ",
                                "; chance alone makes that " + points(chance())
                                        + " where the closed form leaves it open.")));
        parts.add("**By exporter.** Contained without faults, over all other timers, caps and the policies "
                + codes(study.answering()) + ": "
                + study.values(TimerStudy.EXPORTER).stream()
                        .map(exporter -> "`" + exporter + "` "
                                + percent(answered(exporter).mean())
                                + " %")
                        .collect(Collectors.joining(", "))
                + ".");
        leading("success_rate")
                .ifPresent(text ->
                        parts.add("**What decides containment**, as a share of its variance over the grid: " + text));
        leading("goodput_requests_per_second").ifPresent(text -> parts.add("**What decides goodput**: " + text));
        parts.add("**Recommended**, without faults: "
                + study.values(TimerStudy.EXPORTER).stream()
                        .map(this::recommended)
                        .collect(Collectors.joining("; "))
                + ".");
        parts.add("**Keeping to the cap costs**, with `" + counter() + "` and its recommended timers, of "
                + Wording.number(study.uncappedGoodput()) + " requests/s within their targets without a cap: "
                + study.values(TimerStudy.CAP).stream().map(this::price).collect(Collectors.joining("; "))
                + ".");
        parts.add("**With faults**, at the timers recommended without and with them, over caps and policies: "
                + study.values(TimerStudy.EXPORTER).stream()
                        .map(exporter -> "`" + exporter + "` "
                                + study.values(TimerStudy.FAULTS).stream()
                                        .map(faults -> percent(study.standard(exporter, faults)
                                                        .outcome()
                                                        .success())
                                                + " %")
                                        .collect(Collectors.joining(" to ")))
                        .collect(Collectors.joining("; "))
                + ".");
        return parts.stream().map(part -> "- " + part).collect(Collectors.joining("\n"));
    }

    private TimerStudy.Outcome answered(String exporter) {
        Map<String, String> where = Map.of(TimerStudy.EXPORTER, exporter, TimerStudy.FAULTS, study.sound());
        return TimerStudy.Outcome.of(study.answering().stream()
                .flatMap(policy -> study.cells(policy, where).stream())
                .toList());
    }

    private String recommended(String exporter) {
        TimerStudy.Timers timers = study.standard(exporter, study.sound()).timers();
        boolean swings = study.cells(TimerStudy.STEPPING, TimerStudy.at(exporter, timers, Map.of())).stream()
                .anyMatch(TimerStudyPage::swings);
        return "`" + exporter + "` scraped every " + Wording.axisValue(timers.scrape())
                + (timers.window().equals(TimerStudy.Timers.ANY_WINDOW)
                        ? ""
                        : " over " + Wording.axisValue(timers.window()))
                + ", operator every " + Wording.axisValue(timers.operator())
                + (swings ? " (which reads too much now and then: rather a gauge)" : "");
    }

    /** What is left at a cap: with the policy that serves most of those that timers help, and with each that they do not move. */
    private String price(String cap) {
        Map<String, String> at = TimerStudy.at(
                counter(),
                study.standard(counter(), study.sound()).timers(),
                Map.of(TimerStudy.CAP, cap, TimerStudy.FAULTS, study.sound()));
        Stream<String> best =
                study.answering().stream().max(Comparator.comparingDouble(policy -> goodput(policy, at))).stream();
        Stream<String> blind = study.folder().policies().stream()
                .filter(policy -> !study.folder().isBaseline(policy) && study.isBlind(policy));
        return "at " + Wording.axisValue(cap) + " "
                + Stream.concat(best, blind)
                        .map(policy -> "`" + policy + "` " + Wording.number(goodput(policy, at)))
                        .collect(Collectors.joining(", "));
    }

    private double goodput(String policy, Map<String, String> at) {
        return TimerStudy.Outcome.of(study.cells(policy, at)).goodput().estimate();
    }

    /** The largest share of each policy; empty where the folder has none. */
    private Optional<String> leading(String figure) {
        List<String> parts = new ArrayList<>();
        for (String policy : study.answering()) {
            study.folder()
                    .variance()
                    .flatMap(shares -> shares.most(policy, figure))
                    .ifPresent(most -> parts.add("`" + policy + "` " + most));
        }
        return parts.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", parts) + ".");
    }

    /** A difference of shares, in points of a hundred. */
    private static String points(double share) {
        return new BigDecimal(100 * share).setScale(1, RoundingMode.HALF_UP).toPlainString();
    }

    private static String codes(List<String> policies) {
        return policies.stream().map(policy -> "`" + policy + "`").collect(Collectors.joining(", "));
    }
}
