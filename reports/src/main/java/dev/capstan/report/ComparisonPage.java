package dev.capstan.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the template of the comparison prints: best points of several results folders side by side. */
record ComparisonPage(List<Column> columns, List<Block> blocks, List<String> warnings, String style) {

    /** One results folder. */
    record Column(String title, String question, String path, String summary, List<Manifest.Trace> traces) {}

    /** One cap under one set of conditions, with a row for each policy. */
    record Block(String heading, List<Line> lines) {}

    /** One policy; a cell for each folder, null-free: {@link Cell#ABSENT} where the folder has no such point. */
    record Line(String policy, List<Cell> cells) {}

    record Cell(String success, double share, String setting, List<String> measures) {
        static final Cell ABSENT = new Cell("not run", 0, "", List.of());

        String width() {
            return Wording.barWidth(share);
        }
    }

    static ComparisonPage of(List<ResultsFolder> folders) {
        List<Column> columns = new ArrayList<>();
        for (ResultsFolder folder : folders) {
            Manifest manifest = folder.manifest();
            String fallback = String.valueOf(folder.path().getFileName());
            columns.add(new Column(
                    manifest.name().isEmpty() ? fallback : manifest.name(),
                    manifest.question(),
                    fallback,
                    ReportPage.summary(folder),
                    manifest.traces()));
        }
        return new ComparisonPage(
                List.copyOf(columns), blocks(folders), warnings(folders), PageAssets.text("report.css"));
    }

    private static List<Block> blocks(List<ResultsFolder> folders) {
        Map<String, Map<String, Cell[]>> cells = new LinkedHashMap<>();
        for (int at = 0; at < folders.size(); at++) {
            ResultsFolder folder = folders.get(at);
            for (Map.Entry<String, List<Point>> group : Answer.groups(folder).entrySet()) {
                Map<String, Cell[]> lines = cells.computeIfAbsent(group.getKey(), key -> new LinkedHashMap<>());
                for (Answer.Choice choice : Answer.choices(folder, group.getValue())) {
                    lines.computeIfAbsent(choice.policy(), key -> new Cell[folders.size()])[at] = cell(folder, choice);
                }
            }
        }
        List<Block> blocks = new ArrayList<>();
        cells.forEach((heading, lines) -> {
            List<Line> out = new ArrayList<>();
            lines.forEach((policy, row) -> out.add(new Line(policy, present(row))));
            blocks.add(new Block(heading, List.copyOf(out)));
        });
        return List.copyOf(blocks);
    }

    private static List<Cell> present(Cell[] row) {
        List<Cell> cells = new ArrayList<>();
        for (Cell cell : row) {
            cells.add(cell == null ? Cell.ABSENT : cell);
        }
        return List.copyOf(cells);
    }

    private static Cell cell(ResultsFolder folder, Answer.Choice choice) {
        Point best = choice.best();
        List<String> measures = new ArrayList<>();
        for (Answer.Measure measure : Answer.Measure.values()) {
            measures.add(measure.heading() + " " + measure.write(measure.of(best)));
        }
        if (choice.refuses()) {
            measures.add("refuses service");
        }
        return new Cell(
                Wording.percent(best.successRate(), best.successLow(), best.successHigh()),
                best.disturbed() ? best.successRate() : 0,
                Answer.shortSetting(folder, best),
                List.copyOf(measures));
    }

    private static List<String> warnings(List<ResultsFolder> folders) {
        List<String> warnings = new ArrayList<>();
        warn(
                warnings,
                folders,
                "traces",
                f -> f.manifest().traces().stream()
                        .map(Manifest.Trace::sha256)
                        .toList()
                        .toString());
        warn(
                warnings,
                folders,
                "containment times",
                f -> Wording.seconds(f.manifest().containWithinSeconds()));
        warn(
                warnings,
                folders,
                "scored spans",
                f -> Wording.seconds(f.manifest().seconds()));
        warn(
                warnings,
                folders,
                "versions of Capstan",
                f -> f.manifest().inputs().stream()
                        .filter(fact -> fact.name().equals("capstan_version"))
                        .map(Manifest.Fact::value)
                        .collect(Collectors.joining()));
        return List.copyOf(warnings);
    }

    private static void warn(
            List<String> warnings, List<ResultsFolder> folders, String what, Function<ResultsFolder, String> of) {
        Set<String> found = folders.stream().map(of).collect(Collectors.toCollection(LinkedHashSet::new));
        if (found.size() > 1) {
            warnings.add("The folders differ in their " + what + ", so differences between columns need not come from"
                    + " the policies.");
        }
    }
}
