package dev.capstan.report;

import dev.capstan.sim.control.LoopLatency;
import dev.capstan.sim.results.Interval;
import dev.capstan.sim.telemetry.CounterSwing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;

/** What the closed form of the loop's latency expects of the study of timers, beside what was contained, and where the two part. */
final class TimerClosedForm {

    /** How many ranges of latencies there are from one to twice that. */
    private static final int RANGES = 2;

    private final TimerStudy study;
    private final double containWithinSeconds;

    TimerClosedForm(TimerStudy study) {
        this.study = study;
        containWithinSeconds = study.folder().manifest().containWithinSeconds();
    }

    List<TimerStudy.Cell> sound(String policy, Map<String, String> where) {
        Map<String, String> at = new LinkedHashMap<>(where);
        at.put(TimerStudy.FAULTS, study.sound());
        return study.cells(policy, at).stream()
                .filter(cell -> cell.latency() != null)
                .toList();
    }

    double off(List<TimerStudy.Cell> cells) {
        return cells.stream()
                .mapToDouble(cell -> Math.abs(study.expected(List.of(cell))
                        - TimerStudy.Outcome.of(List.of(cell)).success().estimate()))
                .average()
                .orElse(Double.NaN);
    }

    /** Mean deviation of a share of as many disturbances as a point has, where the closed form is neither 0 nor 1. */
    double chance() {
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
        return cell.probabilityWithin(containWithinSeconds);
    }

    private static boolean isOpen(double probability) {
        return probability > 0 && probability < 1;
    }

    String calibration() {
        MarkdownTable table = new MarkdownTable(List.of(
                "exporter",
                "in time by the closed form, %",
                "points",
                "contained by it, %",
                "contained, %",
                "longest excursion, s",
                "off by, points"));
        for (String exporter : study.values(TimerStudy.EXPORTER)) {
            List<TimerStudy.Cell> all = sound(TimerStudy.STEPPING, Map.of(TimerStudy.EXPORTER, exporter));
            String name = exporter;
            for (Range range : Range.values()) {
                List<TimerStudy.Cell> cells = all.stream()
                        .filter(cell -> range.holds(probability(cell)))
                        .toList();
                if (!cells.isEmpty()) {
                    table.row(calibration(name, range.words, cells));
                    name = "";
                }
            }
            table.row(calibration("", "all", all));
        }
        return table.toString();
    }

    private List<String> calibration(String name, String range, List<TimerStudy.Cell> cells) {
        TimerStudy.Outcome outcome = TimerStudy.Outcome.of(cells);
        return List.of(
                name,
                range,
                Integer.toString(cells.size()),
                Wording.bareFigure(study.expected(cells)),
                Wording.bareFigure(outcome.success().estimate()),
                Wording.number(outcome.longestSeconds()),
                Wording.points(off(cells)));
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
    TimerLatencyDrawing latencies() {
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
                "Disturbances contained within " + Wording.seconds(containWithinSeconds)
                        + ", without faults, by the latency of the loop",
                containWithinSeconds,
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

    static boolean swings(TimerStudy.Cell cell) {
        return cell.swing() != null && cell.swing().highest() > cell.swing().lowest();
    }

    String swing() {
        MarkdownTable table = new MarkdownTable(List.of(
                "exporter",
                "scrape",
                "window",
                "reads, % of the power",
                "`" + TimerStudy.STEPPING + "`: contained, %",
                "closed form, %",
                "goodput, requests/s"));
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
                        table.row(List.of(
                                exporter,
                                Wording.axisValue(scrape),
                                Wording.axisValue(window),
                                Wording.number(100 * swing.get().lowest()) + " or "
                                        + Wording.number(100 * swing.get().highest()),
                                Wording.bareFigure(outcome.success().estimate()),
                                Wording.bareFigure(study.expected(cells)),
                                Wording.number(outcome.goodput().estimate())));
                    }
                }
            }
        }
        return table.toString();
    }

    TimerStudy.Outcome baseline() {
        return TimerStudy.Outcome.of(study.folder().policies().stream()
                .filter(study.folder()::isBaseline)
                .flatMap(policy -> sound(policy, Map.of(TimerStudy.EXPORTER, counter())).stream())
                .toList());
    }

    String windows() {
        MarkdownTable table = new MarkdownTable(List.of(
                "window",
                "contained, %",
                "closed form, %",
                "longest excursion, s",
                "closed form, mean and worst, s",
                "excursions for each disturbance"));
        for (String window : study.values(TimerStudy.WINDOW)) {
            List<TimerStudy.Cell> cells =
                    sound(TimerStudy.STEPPING, Map.of(TimerStudy.EXPORTER, counter(), TimerStudy.WINDOW, window));
            TimerStudy.Outcome outcome = TimerStudy.Outcome.of(cells);
            table.row(List.of(
                    Wording.axisValue(window),
                    Wording.bareFigure(outcome.success().estimate()),
                    Wording.bareFigure(study.expected(cells)),
                    Wording.number(outcome.longestSeconds()),
                    latency(cells),
                    Wording.number(outcome.excursions())));
        }
        return table.toString();
    }

    /** The first exporter whose counter does not swing. */
    String counter() {
        return study.values(TimerStudy.EXPORTER).stream()
                .filter(exporter -> sound(TimerStudy.STEPPING, Map.of(TimerStudy.EXPORTER, exporter)).stream()
                        .map(TimerStudy.Cell::swing)
                        .allMatch(swing -> swing != null && swing.highest() == swing.lowest()))
                .findFirst()
                .orElse(study.values(TimerStudy.EXPORTER).get(0));
    }

    String caps() {
        List<String> header = new ArrayList<>(List.of("cap", "window"));
        study.values(TimerStudy.COLD_START)
                .forEach(coldStart -> header.add("cold start " + Wording.axisValue(coldStart)));
        MarkdownTable table = new MarkdownTable(header);
        for (String cap : study.values(TimerStudy.CAP)) {
            for (String window : study.values(TimerStudy.WINDOW)) {
                List<String> row = new ArrayList<>(List.of(Wording.axisValue(cap), Wording.axisValue(window)));
                for (String coldStart : study.values(TimerStudy.COLD_START)) {
                    List<TimerStudy.Cell> cells = sound(
                            TimerStudy.STEPPING,
                            Map.of(
                                    TimerStudy.EXPORTER, counter(),
                                    TimerStudy.CAP, cap,
                                    TimerStudy.WINDOW, window,
                                    TimerStudy.COLD_START, coldStart));
                    row.add(Wording.bareFigure(
                                    TimerStudy.Outcome.of(cells).success().estimate())
                            + " (" + Wording.bareFigure(study.expected(cells)) + ")");
                }
                table.row(row);
            }
        }
        return table.toString();
    }

    /** Over the caps. */
    static String latency(List<TimerStudy.Cell> cells) {
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
}
