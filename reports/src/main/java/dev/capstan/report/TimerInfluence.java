package dev.capstan.report;

import dev.capstan.sim.results.Interval;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Which timers matter most in the study of them: shares of the variance, and main effects. */
final class TimerInfluence {

    /** Terms that a table of variance shows. */
    private static final int TERMS = 8;

    private final TimerStudy study;

    TimerInfluence(TimerStudy study) {
        this.study = study;
    }

    String variance() {
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
    Map<String, Map<String, Interval>> largest(String figure) {
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
        MarkdownTable table = new MarkdownTable(study.byPolicy(""));
        largest(figure).forEach((term, byPolicy) -> {
            List<String> row = new ArrayList<>(List.of(term));
            for (String policy : study.answering()) {
                Interval share = byPolicy.get(policy);
                row.add(share == null ? "–" : Wording.interval(share));
            }
            table.row(row);
        });
        return table.toString();
    }

    String effects() {
        ResultTable effects = study.folder()
                .effects()
                .orElseThrow(() -> new ReportException(
                        study.folder().path().resolve("effects.csv"),
                        "is missing. Maybe an older version wrote the folder"));
        MarkdownTable table = new MarkdownTable(study.byPolicy(""));
        for (String axis : TimerStudy.AXES) {
            List<String> row = new ArrayList<>(List.of(Wording.axisName(axis)));
            study.answering().forEach(policy -> row.add(effect(effects, axis, policy)));
            table.row(row);
        }
        return table.toString();
    }

    /** From the worst to the best value of an axis. */
    private static String effect(ResultTable effects, String axis, String policy) {
        List<Integer> rows = IntStream.range(0, effects.rows())
                .filter(row -> effects.text(row, "axis").equals(axis)
                        && effects.text(row, "policy").equals(policy))
                .boxed()
                .sorted(Comparator.comparingDouble(row -> effects.number(row, "success_rate_mean")))
                .toList();
        if (rows.isEmpty()) {
            return "–";
        }
        int worst = rows.get(0);
        int best = rows.get(rows.size() - 1);
        return Wording.points(effects.number(best, "success_rate_mean") - effects.number(worst, "success_rate_mean"))
                + " (" + Wording.axisValue(effects.text(worst, "value")) + " to "
                + Wording.axisValue(effects.text(best, "value")) + ")";
    }

    /** The largest share of each policy; empty where the folder has none. */
    Optional<String> leading(String figure) {
        List<String> parts = new ArrayList<>();
        for (String policy : study.answering()) {
            study.folder()
                    .variance()
                    .flatMap(shares -> shares.most(policy, figure))
                    .ifPresent(most -> parts.add("`" + policy + "` " + most));
        }
        return parts.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", parts) + ".");
    }
}
