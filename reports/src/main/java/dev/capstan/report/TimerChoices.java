package dev.capstan.report;

import dev.capstan.sim.results.Interval;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The timers that the study recommends, and what is contained and served at them. */
final class TimerChoices {

    private final TimerStudy study;

    /** The exporter whose timers the prices are told for. */
    private final String counter;

    TimerChoices(TimerStudy study, String counter) {
        this.study = study;
        this.counter = counter;
    }

    String leftOut() {
        List<String> parts = new ArrayList<>();
        for (String policy : study.folder().policies()) {
            if (study.folder().isBaseline(policy)) {
                continue;
            }
            if (study.isBlind(policy)) {
                parts.add("`" + policy + "`, which no timer moves");
            } else if (study.starves(policy)) {
                parts.add("`" + policy
                        + "`, which serves less than half of what is served without a cap, whatever the timers");
            }
        }
        return parts.isEmpty() ? "" : "Left out: " + String.join("; ", parts) + ".";
    }

    String defaults() {
        List<String> header =
                study.byPolicy("exporter", "faults", "scrape", "window", "operator", "closed form, mean and worst, s");
        header.replaceAll(name -> name.startsWith("`") ? name + ", %" : name);
        header.add("as good");
        MarkdownTable table = new MarkdownTable(header);
        for (String exporter : study.values(TimerStudy.EXPORTER)) {
            for (String faults : study.values(TimerStudy.FAULTS)) {
                TimerStudy.Choice choice = study.standard(exporter, faults);
                Map<String, String> at = TimerStudy.at(exporter, choice.timers(), Map.of(TimerStudy.FAULTS, faults));
                List<String> row = new ArrayList<>(List.of(exporter, faults));
                row.addAll(timers(choice.timers()));
                row.add(TimerClosedForm.latency(study.cells(TimerStudy.STEPPING, at)));
                study.answering()
                        .forEach(policy -> row.add(Wording.interval(
                                TimerStudy.Outcome.of(study.cells(policy, at)).success())));
                row.add(asGood(choice));
                table.row(row);
            }
        }
        return table.toString();
    }

    private static List<String> timers(TimerStudy.Timers timers) {
        return List.of(
                Wording.axisValue(timers.scrape()),
                Wording.axisValue(timers.window()),
                Wording.axisValue(timers.operator()));
    }

    String tables() {
        return study.values(TimerStudy.EXPORTER).stream()
                .map(exporter -> "#### " + exporter + "\n\n" + table(exporter))
                .collect(Collectors.joining("\n\n"));
    }

    private MarkdownTable table(String exporter) {
        MarkdownTable table = new MarkdownTable(List.of(
                "policy",
                "cap",
                "faults",
                "scrape",
                "window",
                "operator",
                "contained, %",
                "goodput, requests/s",
                "as good"));
        for (String policy : study.answering()) {
            for (String cap : study.values(TimerStudy.CAP)) {
                for (String faults : study.values(TimerStudy.FAULTS)) {
                    Map<String, String> where = Map.of(TimerStudy.CAP, cap, TimerStudy.FAULTS, faults);
                    table.row(row(policy, cap, faults, study.best(policy, exporter, where)));
                }
            }
        }
        return table;
    }

    private static List<String> row(String policy, String cap, String faults, TimerStudy.Choice best) {
        Interval goodput = best.outcome().goodput();
        List<String> row = new ArrayList<>(List.of("`" + policy + "`", Wording.axisValue(cap), faults));
        row.addAll(timers(best.timers()));
        row.addAll(List.of(
                Wording.interval(best.outcome().success()),
                Wording.number(goodput.estimate()) + " ± " + Wording.number(goodput.halfWidth()),
                asGood(best)));
        return row;
    }

    private static String asGood(TimerStudy.Choice choice) {
        return choice.notToldApart() + " of " + choice.others();
    }

    /** What is contained and served at the recommended timers, beside doing nothing and what timers do not move. */
    String costs() {
        List<String> policies = study.folder().policies();
        List<String> header = new ArrayList<>(List.of("cap"));
        policies.forEach(policy -> header.add("`" + policy + "`"));
        MarkdownTable table = new MarkdownTable(header);
        for (String cap : study.values(TimerStudy.CAP)) {
            List<String> row = new ArrayList<>(List.of(Wording.axisValue(cap)));
            for (String policy : policies) {
                TimerStudy.Outcome outcome = TimerStudy.Outcome.of(study.cells(policy, recommendedAt(cap)));
                row.add(Wording.number(outcome.goodput().estimate()) + " ("
                        + Wording.bareFigure(outcome.success().estimate()) + ")");
            }
            table.row(row);
        }
        return table.toString();
    }

    /** Where runs at the recommended timers stand, without faults. */
    private Map<String, String> recommendedAt(String cap) {
        return TimerStudy.at(
                counter,
                study.standard(counter, study.sound()).timers(),
                Map.of(TimerStudy.CAP, cap, TimerStudy.FAULTS, study.sound()));
    }

    String recommended(String exporter) {
        TimerStudy.Timers timers = study.standard(exporter, study.sound()).timers();
        boolean swings = study.cells(TimerStudy.STEPPING, TimerStudy.at(exporter, timers, Map.of())).stream()
                .anyMatch(TimerClosedForm::swings);
        return "`" + exporter + "` scraped every " + Wording.axisValue(timers.scrape())
                + (timers.window().equals(TimerStudy.Timers.ANY_WINDOW)
                        ? ""
                        : " over " + Wording.axisValue(timers.window()))
                + ", operator every " + Wording.axisValue(timers.operator())
                + (swings ? " (which reads too much now and then: rather a gauge)" : "");
    }

    /** What is left at a cap: with the policy that serves most of those that timers help, and with each that they do not move. */
    String price(String cap) {
        Map<String, String> at = recommendedAt(cap);
        Stream<String> best =
                study.answering().stream().max(Comparator.comparingDouble(policy -> goodput(policy, at))).stream();
        Stream<String> blind = study.folder().policies().stream()
                .filter(policy -> !study.folder().isBaseline(policy) && study.isBlind(policy));
        return "at " + Wording.axisValue(cap) + " "
                + Stream.concat(best, blind)
                        .map(policy -> "`" + policy + "` " + Wording.number(goodput(policy, at)))
                        .collect(Collectors.joining(", "));
    }

    private double goodput(String policy, Map<String, String> at) {
        return TimerStudy.Outcome.of(study.cells(policy, at)).goodput().estimate();
    }
}
