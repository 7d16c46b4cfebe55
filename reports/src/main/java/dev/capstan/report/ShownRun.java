package dev.capstan.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * A run whose course the report shows.
 *
 * @param row in the table of runs
 * @param why it was chosen, such as {@code best of replica-cap}
 */
record ShownRun(int row, String runId, String policy, String why, Timeline timeline, RunDistributions distributions) {

    /** Whether latencies or excursions of the run are known. */
    boolean hasDistributions() {
        return !distributions.latencies().isEmpty()
                || !distributions.excursions().isEmpty();
    }

    static final int MAX_RUNS = 12;

    /** Characters for the courses of all runs, and of one. */
    private static final int ROOM = 1_400_000;

    private static final int MOST_ROOM = 800_000;

    /**
     * Chooses runs of the best and the worst point: of the policy that the answer names first, beginning with the cap in
     * the middle or the place where a search ended, then of every policy, then any others until the number is full. Only runs that left a folder come into
     * question.
     */
    static List<ShownRun> choose(ResultsFolder folder) {
        Map<Integer, String> chosen = new LinkedHashMap<>();
        List<List<Answer.Choice>> groups = new ArrayList<>();
        for (List<Point> group : Answer.groups(folder).values()) {
            groups.add(Answer.choices(folder, group));
        }
        if (folder.manifest().search().isEmpty()) {
            Collections.rotate(groups, -(groups.size() / 2));
        }
        for (List<Answer.Choice> group : groups) {
            Answer.leader(Answer.capping(folder, group)).ifPresent(leader -> add(folder, chosen, leader));
        }
        for (List<Answer.Choice> group : groups) {
            for (Answer.Choice choice : group) {
                add(folder, chosen, choice);
            }
        }
        for (int row = 0; row < folder.runs().rows() && chosen.size() < MAX_RUNS; row++) {
            if (folder.hasTimeline(row)) {
                chosen.putIfAbsent(row, "");
            }
        }
        List<ShownRun> shown = new ArrayList<>();
        int room = ROOM / Math.max(1, chosen.size());
        chosen.forEach((row, why) -> shown.add(new ShownRun(
                row,
                folder.runs().text(row, "run_id"),
                folder.runs().text(row, "policy"),
                why,
                Timeline.read(folder.runFolder(row), Math.min(MOST_ROOM, room)),
                RunDistributions.read(folder.runFolder(row)))));
        return List.copyOf(shown);
    }

    private static void add(ResultsFolder folder, Map<Integer, String> chosen, Answer.Choice choice) {
        add(folder, chosen, choice.best(), "best setting");
        if (!choice.worst().axisValues().equals(choice.best().axisValues())) {
            add(folder, chosen, choice.worst(), "worst setting");
        }
    }

    private static void add(ResultsFolder folder, Map<Integer, String> chosen, Point point, String why) {
        if (chosen.size() >= MAX_RUNS) {
            return;
        }
        OptionalInt run = IntStream.range(0, folder.runs().rows())
                .filter(row -> folder.belongsTo(row, point) && folder.hasTimeline(row))
                .findFirst();
        run.ifPresent(row -> chosen.putIfAbsent(row, why));
    }

    /** How many runs left a folder that is not shown. */
    static long leftOut(ResultsFolder folder, List<ShownRun> shown) {
        return IntStream.range(0, folder.runs().rows())
                        .filter(folder::hasTimeline)
                        .count()
                - shown.size();
    }
}
