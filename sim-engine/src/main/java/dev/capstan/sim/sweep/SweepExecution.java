package dev.capstan.sim.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import dev.capstan.sim.experiment.StopRule;
import dev.capstan.sim.results.Layout;
import dev.capstan.sim.results.ResultsWriter;
import dev.capstan.sim.run.Figure;
import dev.capstan.sim.search.PatternSearch;
import dev.capstan.sim.search.Score;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** The steps in which a sweep is carried out: all at once, look by look where points may stop, round by round where they are sought. */
final class SweepExecution {

    private final SweepTask task;
    private final SweepEngine engine;
    private final RunGrid grid;
    private final Optional<StopRule> stop;
    private final ResultsWriter writer;
    private final Progress progress;

    SweepExecution(
            SweepTask task,
            SweepEngine engine,
            RunGrid grid,
            Optional<StopRule> stop,
            ResultsWriter writer,
            Progress progress) {
        this.task = task;
        this.engine = engine;
        this.grid = grid;
        this.stop = stop;
        this.writer = writer;
        this.progress = progress;
    }

    /**
     * The replications of some settings, look by look; settings that need no more of them are left out.
     *
     * @param settings by their places
     */
    void run(int[] settings) throws IOException {
        int[] open = settings;
        int from = 0;
        for (int to : stop.map(rule -> rule.looks(grid.replications())).orElse(List.of(grid.replications()))) {
            int[] missing = grid.missing(open, from, to, writer);
            progress.step(missing.length);
            engine.execute(task, grid.runs(missing), progress);
            if (to < grid.replications()) {
                open = stillWide(open, to);
            }
            from = to;
        }
    }

    private int[] stillWide(int[] open, int replications) throws IOException {
        List<Integer> wide = new ArrayList<>();
        for (int setting : open) {
            if (!isNarrow(stop.orElseThrow(), setting, replications)) {
                wide.add(setting);
            }
        }
        return wide.stream().mapToInt(Integer::intValue).toArray();
    }

    /** A figure that does not exist so far, such as the success rate where there was no disturbance, is not narrow. */
    private boolean isNarrow(StopRule rule, int setting, int replications) throws IOException {
        for (int policy = 0; policy < grid.policies(); policy++) {
            int[] runs = grid.replications(setting, policy, replications);
            for (Figure figure : Layout.compared()) {
                Double halfWidth = rule.halfWidths().get(figure.column());
                if (halfWidth != null && !(writer.interval(runs, figure).halfWidth() <= halfWidth)) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Runs the points that a search asks for until it asks for no more.
     *
     * @param survey holds the points of its first round and gets the others
     */
    FoundPoint search(Search search, Survey survey) throws IOException {
        PatternSearch<List<JsonNode>> rounds = search.begin();
        rounds.next(List.of());
        List<Score> scores = new ArrayList<>();
        List<Integer> policies = new ArrayList<>();
        while (scores.size() < survey.settings().size()) {
            run(IntStream.range(scores.size(), survey.settings().size()).toArray());
            while (scores.size() < survey.settings().size()) {
                List<Score> ofPolicies = scores(search, scores.size());
                int best = PatternSearch.best(ofPolicies);
                policies.add(best);
                scores.add(ofPolicies.get(best));
            }
            survey.add(rounds.next(scores), false);
        }
        int best = PatternSearch.best(scores);
        return found(search, survey.settings().get(best), policies.get(best), scores.get(best));
    }

    private static FoundPoint found(Search search, Setting setting, int policy, Score score) {
        Map<String, String> axes = new LinkedHashMap<>();
        for (int i = 0; i < setting.point().size(); i++) {
            axes.put(search.file().axes().get(i).path(), setting.axisValues().get(i));
        }
        return new FoundPoint(
                score.isFeasible(),
                axes,
                search.file().base().policies().get(policy).label());
    }

    private List<Score> scores(Search search, int setting) throws IOException {
        List<Score> scores = new ArrayList<>();
        for (int policy = 0; policy < grid.policies(); policy++) {
            int[] runs = IntStream.of(grid.replications(setting, policy, grid.replications()))
                    .filter(writer::has)
                    .toArray();
            try {
                scores.add(search.goal().score(column -> value(runs, column)));
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }
        return scores;
    }

    private double value(int[] runs, String column) {
        try {
            return writer.value(runs, column);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
