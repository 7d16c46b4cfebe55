package dev.capstan.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Energy, carbon and cost of every policy at its best setting. Every figure is a cell of {@code points.csv}; the settings are
 * those of the {@link Answer}. What no point has is left out.
 *
 * @param leftOut how many groups stand in the file only, so that the page stays small
 */
record EnergyTable(List<String> headings, List<String> conditions, List<Row> rows, int leftOut) {

    private static final int MOST_ROWS = 200;

    /** One policy at one cap under one set of conditions. */
    record Row(String policy, double capWatts, String cap, List<String> conditions, String setting, List<Cell> cells) {}

    /**
     * A mean over the replications.
     *
     * @param interval empty where there is but one value
     * @param share of the highest of the column, for a bar
     */
    record Cell(String heading, double value, String mean, String interval, double share) {

        String width() {
            return Wording.barWidth(share);
        }
    }

    private enum Measure {
        ENERGY("energy_joules", "Energy, kWh", 3.6e6),
        TOKENS("joules_per_output_token", "J/token", 1),
        CARBON("carbon_grams", "Carbon, kg", 1e3),
        COST("energy_cost", "Cost of energy", 1);

        private final String column;
        private final String heading;
        private final double perUnit;

        Measure(String column, String heading, double perUnit) {
            this.column = column;
            this.heading = heading;
            this.perUnit = perUnit;
        }

        private String heading(Manifest manifest) {
            return this != COST || manifest.currency().isEmpty() ? heading : heading + ", " + manifest.currency();
        }
    }

    /** Empty where no point has any of it. */
    static Optional<EnergyTable> of(ResultsFolder folder) {
        List<Measure> measures = Arrays.stream(Measure.values())
                .filter(measure -> highest(folder, measure) > 0)
                .toList();
        if (measures.isEmpty()) {
            return Optional.empty();
        }
        double[] highest = measures.stream()
                .mapToDouble(measure -> highest(folder, measure))
                .toArray();
        List<Row> rows = new ArrayList<>();
        int leftOut = 0;
        for (Map.Entry<String, List<Point>> group : Answer.groups(folder).entrySet()) {
            List<Answer.Choice> choices = Answer.choices(folder, group.getValue());
            if (!rows.isEmpty() && rows.size() + choices.size() > MOST_ROWS) {
                leftOut++;
                continue;
            }
            for (Answer.Choice choice : choices) {
                Point best = choice.best();
                List<Cell> cells = new ArrayList<>();
                for (int i = 0; i < measures.size(); i++) {
                    cells.add(cell(folder, best, measures.get(i), highest[i]));
                }
                rows.add(new Row(
                        choice.policy(),
                        best.capWatts(),
                        folder.capWords(best.capWatts()),
                        Answer.conditions(folder, best),
                        Answer.shortSetting(folder, best),
                        List.copyOf(cells)));
            }
        }
        return Optional.of(new EnergyTable(
                measures.stream()
                        .map(measure -> measure.heading(folder.manifest()))
                        .toList(),
                folder.conditionNames(),
                List.copyOf(rows),
                leftOut));
    }

    private static double highest(ResultsFolder folder, Measure measure) {
        return folder.points().stream()
                .mapToDouble(point -> point.mean(measure.column))
                .filter(value -> !Double.isNaN(value))
                .max()
                .orElse(0);
    }

    private static Cell cell(ResultsFolder folder, Point point, Measure measure, double highest) {
        double mean = point.mean(measure.column) / measure.perUnit;
        double low = point.table().number(point.row(), measure.column + "_low") / measure.perUnit;
        double high = point.table().number(point.row(), measure.column + "_high") / measure.perUnit;
        return new Cell(
                measure.heading(folder.manifest()),
                mean,
                Wording.number(mean),
                low < high ? "[" + Wording.number(low) + ", " + Wording.number(high) + "]" : "",
                Double.isNaN(mean) ? 0 : Math.max(0, mean * measure.perUnit / highest));
    }
}
