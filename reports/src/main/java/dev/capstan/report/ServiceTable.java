package dev.capstan.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What each service got under every policy at its best setting. Every figure is a cell of {@code service-points.csv}; the
 * settings are those of the {@link Answer}.
 *
 * @param headings of the measures that any service has
 * @param leftOut how many groups stand in the file only, so that the page stays small
 */
record ServiceTable(List<String> headings, List<Group> groups, int leftOut) {

    private static final int MOST_ROWS = 200;

    /** One cap under one set of conditions. */
    record Group(String heading, List<Row> rows) {}

    /** One service under one policy. */
    record Row(String policy, String service, List<Cell> cells) {}

    /** A mean over the replications; its interval is empty where there is but one value. */
    record Cell(String heading, String mean, String interval) {}

    private enum Measure {
        GOODPUT("goodput_requests_per_second", "Goodput, requests/s"),
        SLO("slo_attainment", "SLO attainment, %"),
        TTFT("ttft_p99_seconds", "p99 TTFT, s"),
        TOKENS("generated_tokens_per_second", "Tokens/s"),
        TOKEN_JOULES("active_joules_per_generated_token", "J/token"),
        ENERGY("active_energy_joules", "Active energy, kWh"),
        REPLICAS("mean_ready_replicas", "Ready replicas");

        private final String column;
        private final String heading;

        Measure(String column, String heading) {
            this.column = column;
            this.heading = heading;
        }

        private String write(double value) {
            return switch (this) {
                case SLO -> Wording.bareFigure(value);
                case ENERGY -> Wording.number(value / 3.6e6);
                default -> Wording.number(value);
            };
        }
    }

    /** Empty where there is but one service, or where an earlier version wrote the folder. */
    static Optional<ServiceTable> of(ResultsFolder folder) {
        if (folder.services().isEmpty() || folder.services().get().count() < 2) {
            return Optional.empty();
        }
        ServicePoints services = folder.services().get();
        ResultTable table = services.table();
        List<Measure> measures = Arrays.stream(Measure.values())
                .filter(measure ->
                        Arrays.stream(table.numbers(measure.column + "_mean")).anyMatch(value -> !Double.isNaN(value)))
                .toList();
        List<Group> groups = new ArrayList<>();
        int leftOut = 0;
        int shown = 0;
        for (Map.Entry<String, List<Point>> group : Answer.groups(folder).entrySet()) {
            List<Row> rows = new ArrayList<>();
            for (Answer.Choice choice : Answer.choices(folder, group.getValue())) {
                for (int row : services.rows(choice.best())) {
                    rows.add(new Row(
                            choice.policy(),
                            table.text(row, "service"),
                            measures.stream()
                                    .map(measure -> cell(table, row, measure))
                                    .toList()));
                }
            }
            if (shown == 0 || shown + rows.size() <= MOST_ROWS) {
                shown += rows.size();
                groups.add(new Group(group.getKey(), List.copyOf(rows)));
            } else {
                leftOut++;
            }
        }
        return Optional.of(new ServiceTable(
                measures.stream().map(measure -> measure.heading).toList(), List.copyOf(groups), leftOut));
    }

    private static Cell cell(ResultTable table, int row, Measure measure) {
        double low = table.number(row, measure.column + "_low");
        double high = table.number(row, measure.column + "_high");
        boolean spreads = low < high;
        return new Cell(
                measure.heading,
                measure.write(table.number(row, measure.column + "_mean")),
                spreads ? "[" + measure.write(low) + ", " + measure.write(high) + "]" : "");
    }
}
