package dev.capstan.report;

import java.util.ArrayList;
import java.util.List;

/** What the template of the report prints. */
record ReportPage(
        Manifest manifest,
        Answer answer,
        String summary,
        List<String> omissions,
        String timelineNote,
        boolean hasTimelines,
        String style,
        String script,
        String data) {

    static ReportPage of(ResultsFolder folder, List<ShownRun> shown) {
        ReportData data = new ReportData(folder, shown);
        return new ReportPage(
                folder.manifest(),
                Answer.of(folder),
                summary(folder),
                data.omissions(),
                timelineNote(folder, shown),
                !shown.isEmpty(),
                PageAssets.text("report.css"),
                PageAssets.text("report.js"),
                data.json());
    }

    String seconds(double seconds) {
        return Wording.seconds(seconds);
    }

    static String summary(ResultsFolder folder) {
        Manifest manifest = folder.manifest();
        List<String> parts = new ArrayList<>();
        parts.add(Wording.number(folder.runs().rows()) + " runs");
        parts.add(Wording.number(folder.points().size()) + " points");
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

    private static String timelineNote(ResultsFolder folder, List<ShownRun> shown) {
        long leftOut = ShownRun.leftOut(folder, shown);
        if (shown.isEmpty()) {
            return "No run left a timeline: output.detail of the experiment was none.";
        }
        return leftOut == 0
                ? "All " + shown.size() + " recorded runs are here."
                : shown.size() + " of " + (shown.size() + leftOut) + " recorded runs are here: for each cap and policy"
                        + " the best and the worst setting, as far as " + ShownRun.MAX_RUNS
                        + " go. The others are in runs/<run_id>/timeline.csv.";
    }
}
