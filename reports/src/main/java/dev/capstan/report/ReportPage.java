package dev.capstan.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What the template of the report prints. */
record ReportPage(
        Manifest manifest,
        Answer answer,
        Optional<ServiceTable> services,
        Optional<EnergyTable> energy,
        List<String> conditions,
        String summary,
        List<String> omissions,
        String timelineNote,
        boolean hasTimelines,
        boolean hasDistributions,
        boolean hasSensitivity,
        boolean hasEffects,
        boolean hasVariance,
        String outOfRange,
        String style,
        String script,
        String data) {

    private static final int MOST_ANSWERS = 12;
    private static final int MOST_ROWS = 400;
    private static final String OUT_OF_RANGE = "out_of_range_time_share";

    static ReportPage of(ResultsFolder folder, List<ShownRun> shown) {
        ReportData data = new ReportData(folder, shown);
        return new ReportPage(
                folder.manifest(),
                Answer.of(folder),
                ServiceTable.of(folder),
                EnergyTable.of(folder),
                folder.conditionNames(),
                summary(folder),
                data.omissions(),
                timelineNote(folder, shown),
                !shown.isEmpty(),
                shown.stream().anyMatch(ShownRun::hasDistributions),
                folder.sensitivity().isPresent(),
                folder.effects().isPresent(),
                folder.variance().isPresent(),
                outOfRange(folder),
                PageAssets.text("report.css"),
                PageAssets.script(),
                data.json());
    }

    /** Answers that are read at once; of a search that where it ended. */
    List<Answer.Group> firstGroups() {
        int most = answer.search().isPresent() ? 1 : MOST_ANSWERS;
        return answer.groups().subList(0, Math.min(most, answer.groups().size()));
    }

    /** Answers that are folded away. */
    List<Answer.Group> moreGroups() {
        return answer.groups().subList(firstGroups().size(), answer.groups().size());
    }

    /** Those whose policies stand in the table, so that the page stays small. */
    List<Answer.Group> leagueGroups() {
        List<Answer.Group> groups = new ArrayList<>();
        int rows = 0;
        for (Answer.Group group : answer.groups()) {
            rows += group.rows().size();
            if (groups.isEmpty() || rows <= MOST_ROWS) {
                groups.add(group);
            }
        }
        return groups;
    }

    /** Of the intervals in the tables: more than 95 % where replications were stopped by them. */
    String confidence() {
        return manifest.stop()
                .map(stop -> Wording.number(100 * stop.confidence()) + "\u00a0%")
                .orElse("95\u00a0%");
    }

    boolean isSampled() {
        return manifest.axes().stream().anyMatch(Manifest.Axis::continuous);
    }

    /** By which a column of numbers is sorted; empty where there is none. */
    String sortKey(double value) {
        return Double.isNaN(value) ? "" : Double.toString(value);
    }

    /** The same of a value of an axis; the value itself where it is no quantity. */
    String sortKeyOf(String axisValue) {
        double number = AxisScale.number(axisValue.replace('\u00a0', ' '));
        return Double.isNaN(number) ? axisValue : sortKey(number);
    }

    String seconds(double seconds) {
        return Wording.seconds(seconds);
    }

    static String summary(ResultsFolder folder) {
        Manifest manifest = folder.manifest();
        List<String> parts = new ArrayList<>();
        parts.add(Wording.number(folder.runs().rows()) + " runs");
        parts.add(Wording.number(folder.pointTable().rows()) + " points");
        parts.add(manifest.replications() + (manifest.replications() == 1 ? " replication" : " replications"));
        if (!Double.isNaN(manifest.seconds())) {
            parts.add(Wording.seconds(manifest.seconds()) + " each");
        }
        if (!Double.isNaN(manifest.warmupSeconds())) {
            parts.add(Wording.seconds(manifest.warmupSeconds()) + " warm-up");
        }
        if (!manifest.mode().isEmpty()) {
            parts.add(manifest.mode() + " mode");
        }
        return String.join(" · ", parts);
    }

    /** How much of their time the runs spent where the profiles were not measured; empty where they do not say. */
    private static String outOfRange(ResultsFolder folder) {
        Comparator<Point> byShare = Comparator.comparingDouble(point -> point.mean(OUT_OF_RANGE));
        List<Point> known = folder.points().stream()
                .filter(point -> !Double.isNaN(point.mean(OUT_OF_RANGE)))
                .toList();
        if (known.isEmpty()) {
            return "";
        }
        Point least = known.stream().min(byShare).orElseThrow();
        Point most = known.stream().max(byShare).orElseThrow();
        if (most.mean(OUT_OF_RANGE) == 0) {
            return "All steps of all replicas lay within the ranges in which their profiles were measured.";
        }
        return "Outside the ranges in which their profiles were measured, replicas spent "
                + Wording.percent(least.mean(OUT_OF_RANGE)) + " to " + Wording.percent(most.mean(OUT_OF_RANGE))
                + " of their busy time: the most with " + most.policy() + ", " + place(folder, most)
                + ". Steps there are priced by laws drawn out beyond their data.";
    }

    private static String place(ResultsFolder folder, Point point) {
        List<String> parts = new ArrayList<>();
        for (int axis = 0; axis < point.axisValues().size(); axis++) {
            if (folder.role(axis) != ResultsFolder.Role.CAP) {
                parts.add(Wording.axisName(folder.manifest().axes().get(axis).path()) + " "
                        + Wording.axisValue(point.axisValues().get(axis)));
            }
        }
        parts.add("cap " + Wording.watts(point.capWatts()));
        return String.join(", ", parts);
    }

    private static String timelineNote(ResultsFolder folder, List<ShownRun> shown) {
        long leftOut = ShownRun.leftOut(folder, shown);
        if (shown.isEmpty()) {
            return "No run left a timeline: output.detail of the experiment was none.";
        }
        if (leftOut == 0 && shown.size() == 1) {
            return "The one recorded run is here.";
        }
        return leftOut == 0
                ? "All " + shown.size() + " recorded runs are here."
                : shown.size() + " of " + (shown.size() + leftOut) + " recorded runs are here: for each cap and policy"
                        + " the best and the worst setting, as far as " + ShownRun.MAX_RUNS
                        + " go. The others are in runs/<run_id>/timeline.csv.";
    }
}
