package dev.capstan.report;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** What the script of the report draws, as JSON within a budget that keeps the whole file below 5 MB. */
final class ReportData {

    /** Characters of JSON for each table; what is left of 5 MB goes to at most twelve timelines. */
    private static final int TABLE_BUDGET = 800_000;

    /** The same for each of the smaller ones. */
    private static final int SMALL_BUDGET = 250_000;

    private static final int CHARACTERS_PER_NUMBER = 9;

    /** What the charts draw: all that is kept of the points of a sweep too large for the whole table. */
    private static final Set<String> MAIN_MEASURES = Set.of(
            "slo_attainment_mean",
            "goodput_requests_per_second_mean",
            "ttft_p99_seconds_mean",
            "over_cap_seconds_mean",
            "longest_excursion_seconds_mean",
            "stranded_watt_seconds_mean",
            "energy_joules_mean",
            "carbon_grams_mean",
            "energy_cost_mean");

    private final ResultsFolder folder;
    private final List<ShownRun> shown;
    private final List<String> pointColumns;
    private final int points;
    private final int runs;

    ReportData(ResultsFolder folder, List<ShownRun> shown) {
        this.folder = folder;
        this.shown = shown;
        List<String> all = folder.pointTable().columns();
        this.pointColumns = fits(all.size(), folder.pointTable().rows()) ? all : essentials(all);
        this.points = rowsThatFit(
                TABLE_BUDGET, pointColumns.size(), folder.pointTable().rows());
        this.runs = rowsThatFit(
                TABLE_BUDGET, folder.runs().columns().size(), folder.runs().rows());
    }

    /** What had to be left out, in sentences. */
    List<String> omissions() {
        List<String> omissions = new ArrayList<>();
        if (pointColumns.size() < folder.pointTable().columns().size()) {
            omissions.add("This sweep is large: only the main measures of its points are in this file. All columns are"
                    + " in points.csv.");
        }
        if (points < folder.pointTable().rows()) {
            omissions.add("Only the first " + points + " of "
                    + folder.pointTable().rows() + " points are in this file. All are in points.csv.");
        }
        if (runs < folder.runs().rows()) {
            omissions.add("Only the first " + runs + " of " + folder.runs().rows()
                    + " runs are in this file. All are in summary.csv.");
        }
        return omissions;
    }

    String json() {
        return EmbeddedJson.of(json -> {
            json.writeStartObject();
            axes(json);
            json.writeArrayFieldStart("policies");
            for (String policy : folder.policies()) {
                json.writeStartObject();
                json.writeStringField("label", policy);
                json.writeBooleanField("baseline", folder.isBaseline(policy));
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("caps");
            for (double cap : folder.caps()) {
                json.writeStartObject();
                json.writeFieldName("watts");
                EmbeddedJson.number(json, cap);
                json.writeStringField("label", folder.capWords(cap));
                json.writeEndObject();
            }
            json.writeEndArray();
            table(json, "points", folder.pointTable(), pointColumns, points);
            table(json, "runs", folder.runs(), folder.runs().columns(), runs);
            if (folder.sensitivity().isPresent()) {
                sensitivity(json, folder.sensitivity().get());
            }
            if (folder.effects().isPresent()) {
                effects(json, folder.effects().get());
            }
            if (folder.variance().isPresent()) {
                variance(json, folder.variance().get().table());
            }
            json.writeArrayFieldStart("timelines");
            for (ShownRun run : shown) {
                timeline(json, run);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static boolean fits(int columns, int rows) {
        return (long) columns * rows * CHARACTERS_PER_NUMBER <= TABLE_BUDGET;
    }

    private static int rowsThatFit(int budget, int columns, int rows) {
        return Math.min(rows, budget / (columns * CHARACTERS_PER_NUMBER));
    }

    private List<String> essentials(List<String> all) {
        return all.stream()
                .filter(column -> folder.pointTable().isText(column)
                        || column.equals("cap_watts")
                        || column.startsWith("success_rate")
                        || column.equals("disturbances")
                        || MAIN_MEASURES.contains(column))
                .toList();
    }

    private void axes(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("axes");
        List<Manifest.Axis> axes = folder.manifest().axes();
        for (int axis = 0; axis < axes.size(); axis++) {
            json.writeStartObject();
            json.writeStringField("path", axes.get(axis).path());
            json.writeStringField("name", Wording.axisName(axes.get(axis).path()));
            json.writeStringField("role", folder.role(axis).name());
            json.writeArrayFieldStart("values");
            for (String value : axes.get(axis).values()) {
                json.writeString(value);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("words");
            for (String value : axes.get(axis).values()) {
                json.writeString(Wording.axisValue(value));
            }
            json.writeEndArray();
            scale(json, axes.get(axis));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** Where the values of an axis lie; of lists that are no quantities, their places. */
    private static void scale(JsonGenerator json, Manifest.Axis axis) throws IOException {
        json.writeBooleanField("continuous", axis.continuous());
        json.writeBooleanField("log", axis.logarithmic());
        if (!axis.continuous()) {
            return;
        }
        AxisScale scale = AxisScale.of(axis);
        json.writeStringField("unit", scale.unit());
        EmbeddedJson.numbers(json, "numbers", scale.numbers());
    }

    private void sensitivity(JsonGenerator json, ResultTable table) throws IOException {
        json.writeArrayFieldStart("parameters");
        for (Manifest.Parameter parameter : folder.manifest().parameters()) {
            json.writeStartObject();
            json.writeStringField("path", parameter.path());
            json.writeStringField("name", parameter.name());
            json.writeEndObject();
        }
        json.writeEndArray();
        List<String> columns =
                new ArrayList<>(table.columns().stream().filter(table::isText).toList());
        columns.add("cap_watts");
        json.writeArrayFieldStart("outcomes");
        for (Tornado.Outcome outcome : Tornado.Outcome.values()) {
            if (outcome.isIn(table)) {
                json.writeStartObject();
                json.writeStringField("column", outcome.column);
                json.writeStringField("words", outcome.words);
                json.writeStringField("unit", outcome.unit);
                json.writeNumberField("scale", outcome.scale);
                json.writeEndObject();
                for (String bound : List.of("_change_mean", "_change_low", "_change_high")) {
                    columns.add(outcome.column + bound);
                }
            }
        }
        json.writeEndArray();
        table(json, "sensitivity", table, columns, rowsThatFit(SMALL_BUDGET, columns.size(), table.rows()));
    }

    private static void variance(JsonGenerator json, ResultTable table) throws IOException {
        json.writeObjectFieldStart("terms");
        for (String term : IntStream.range(0, table.rows())
                .mapToObj(row -> table.text(row, "term"))
                .distinct()
                .toList()) {
            json.writeStringField(term, VarianceShares.words(term));
        }
        json.writeEndObject();
        table(
                json,
                "variance",
                table,
                table.columns(),
                rowsThatFit(SMALL_BUDGET, table.columns().size(), table.rows()));
    }

    private static void effects(JsonGenerator json, ResultTable table) throws IOException {
        List<String> columns = table.columns().stream()
                .filter(column -> table.isText(column)
                        || column.equals("points")
                        || MAIN_MEASURES.contains(column.replaceFirst("_(low|high)$", "_mean"))
                        || column.startsWith("success_rate"))
                .toList();
        table(json, "effects", table, columns, rowsThatFit(SMALL_BUDGET, columns.size(), table.rows()));
    }

    private static void table(JsonGenerator json, String name, ResultTable table, List<String> columns, int rows)
            throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("rows", rows);
        json.writeNumberField("rowsOnDisk", table.rows());
        json.writeArrayFieldStart("columns");
        for (String column : columns) {
            json.writeStartObject();
            json.writeStringField("name", column);
            if (table.isText(column)) {
                text(json, table, column, rows);
            } else {
                EmbeddedJson.numbers(
                        json,
                        "numbers",
                        IntStream.range(0, rows)
                                .mapToDouble(row -> table.number(row, column))
                                .toArray());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** Text as a dictionary and indices into it: policies and axis values repeat in every row. */
    private static void text(JsonGenerator json, ResultTable table, String column, int rows) throws IOException {
        List<String> cells = IntStream.range(0, rows)
                .mapToObj(row -> table.text(row, column))
                .toList();
        List<String> words = cells.stream().distinct().toList();
        json.writeArrayFieldStart("words");
        for (String word : words) {
            json.writeString(word);
        }
        json.writeEndArray();
        Map<String, Integer> places = new HashMap<>();
        for (String word : words) {
            places.put(word, places.size());
        }
        json.writeArrayFieldStart("text");
        for (String cell : cells) {
            json.writeNumber(places.getOrDefault(cell, 0));
        }
        json.writeEndArray();
    }

    private void timeline(JsonGenerator json, ShownRun run) throws IOException {
        Timeline timeline = run.timeline();
        json.writeStartObject();
        json.writeNumberField("row", run.row());
        json.writeStringField("run", run.runId());
        json.writeStringField("policy", run.policy());
        json.writeStringField("title", title(run));
        json.writeFieldName("rowSeconds");
        EmbeddedJson.number(json, timeline.rowSeconds());
        json.writeBooleanField("hasSeconds", timeline.hasSeconds());
        json.writeArrayFieldStart("levels");
        for (Level level : timeline.levels()) {
            level.writeTo(json);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("domains");
        for (Timeline.Domain domain : timeline.domains()) {
            json.writeStartObject();
            json.writeStringField("name", domain.name());
            json.writeFieldName("limit");
            EmbeddedJson.number(json, domain.limitWatts());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeNumberField("domainsLeftOut", timeline.domainsLeftOut());
        marks(json, "decisions", timeline.decisions());
        marks(json, "events", timeline.events());
        distributions(json, run.distributions());
        json.writeEndObject();
    }

    private static void distributions(JsonGenerator json, RunDistributions of) throws IOException {
        json.writeObjectFieldStart("latencies");
        for (Map.Entry<String, RunDistributions.Latencies> service :
                of.latencies().entrySet()) {
            json.writeObjectFieldStart(service.getKey());
            EmbeddedJson.numbers(json, "ttft", service.getValue().ttft());
            EmbeddedJson.numbers(json, "tpot", service.getValue().tpot());
            EmbeddedJson.numbers(json, "e2e", service.getValue().e2e());
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeArrayFieldStart("excursions");
        for (double[] excursion : of.excursions()) {
            json.writeStartArray();
            EmbeddedJson.number(json, excursion[0]);
            EmbeddedJson.number(json, excursion[1]);
            json.writeEndArray();
        }
        json.writeEndArray();
        json.writeNumberField("excursionsLeftOut", of.excursionsLeftOut());
    }

    private static void marks(JsonGenerator json, String name, Timeline.Marks marks) throws IOException {
        json.writeArrayFieldStart(name);
        for (Timeline.Mark mark : marks.shown()) {
            json.writeStartArray();
            EmbeddedJson.number(json, mark.time());
            json.writeString(mark.what());
            json.writeString(mark.why());
            json.writeEndArray();
        }
        json.writeEndArray();
        json.writeNumberField(name + "LeftOut", marks.leftOut());
    }

    /** Policy, axis values and cap of a run, and why it is shown. */
    String title(ShownRun run) {
        StringBuilder title = new StringBuilder(run.policy());
        List<Manifest.Axis> axes = folder.manifest().axes();
        for (int axis = 0; axis < axes.size(); axis++) {
            if (folder.role(axis) != ResultsFolder.Role.CAP) {
                String path = axes.get(axis).path();
                title.append(" · ")
                        .append(Wording.axisName(path))
                        .append(' ')
                        .append(Wording.axisValue(folder.runs().text(run.row(), path)));
            }
        }
        if (ResultsFolder.isMoved(folder.runs(), run.row())) {
            title.append(" · ")
                    .append(folder.manifest().parameterName(folder.runs().text(run.row(), "parameter")))
                    .append(' ')
                    .append(folder.runs().text(run.row(), "value"));
        }
        title.append(" · cap ").append(Wording.watts(folder.runs().number(run.row(), "cap_watts")));
        return run.why().isEmpty()
                ? title.toString()
                : title.append(" (").append(run.why()).append(")").toString();
    }
}
