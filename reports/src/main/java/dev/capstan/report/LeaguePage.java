package dev.capstan.report;

import dev.capstan.sim.results.Interval;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A league in Markdown: how the policy compared with fares against the best as safe, a table for each load and faults, and
 * who is on the front of safety against service. Figures are those of the results; only means over caps, sums of disturbances
 * and choices are made here.
 */
final class LeaguePage {

    /** How far a policy that is compared with came against the best other that is as safe. */
    private enum Verdict {
        WIN,
        TIE,
        LOSS,
        ALONE
    }

    /** What came of one place, and against whom; no rival where nobody is as safe. */
    private record Match(League.Place place, Verdict verdict, League.@Nullable Entry rival) {}

    /**
     * A policy over all caps of one load and faults.
     *
     * @param success of the disturbances of all caps together, as shares
     * @param means over the caps
     * @param differences means over the caps, of the differences and of the ends of their intervals
     */
    private record Line(
            String policy,
            Interval success,
            Map<League.Measure, Double> means,
            Map<League.Measure, Interval> differences) {

        double mean(League.Measure measure) {
            return means.getOrDefault(measure, Double.NaN);
        }

        double safety() {
            return Double.isNaN(success.estimate()) ? 1 : success.estimate();
        }
    }

    private static final char NO_BREAK_SPACE = '\u00a0';

    private final League league;
    private final Manifest manifest;
    private final StringBuilder page = new StringBuilder();

    private LeaguePage(League league) {
        this.league = league;
        this.manifest = league.folder().manifest();
    }

    static String of(League league) {
        LeaguePage page = new LeaguePage(league);
        page.head();
        page.matches();
        page.tables();
        page.fronts();
        page.notes();
        return page.page.toString();
    }

    private void head() {
        page.append("# League: ")
                .append(manifest.name())
                .append("\n\nMade by `capstan report --league` from the tables of a sweep");
        manifest.inputs().stream()
                .filter(fact -> fact.name().equals("capstan_version"))
                .forEach(fact -> page.append(" of Capstan ").append(fact.value()));
        page.append((". " + manifest.question()).strip()).append("\n\n");
        page.append("- loads: ").append(values(League.LOAD));
        page.append("\n- faults: ").append(values(League.FAULTS));
        page.append("\n- caps: ").append(values(League.SHARE));
        page.append("\n- policies: ").append(league.folder().policies().size());
        page.append("\n- ").append(ReportPage.summary(league.folder())).append("\n\n");
        page.append("In round brackets behind a figure stands its difference to ")
                .append(code(league.against()));
        page.append("""
                : the mean over the replications, each paired with the same requests
                and chance, ± half of its 95 % interval by Student's t. A difference whose interval holds 0 is none that these runs can tell.
                """);
        if (manifest.replications() == 1) {
            page.append(
                    "\n**One replication: no interval has a width here, and no difference can be told from chance.**\n");
        }
    }

    private String values(String axis) {
        return String.join(
                ", ", league.values(axis).stream().map(Wording::axisValue).toList());
    }

    private void matches() {
        page.append("\n## ").append(code(league.against())).append(" against the best other as safe\n\n");
        page.append("""
                At each load, faults and cap the rival is, of all others that contain no smaller share of the disturbances (where there was
                none: that are not under the cap for less of the time by more than the interval), the one with the highest goodput. Its goodput
                is higher (loss), lower (win) or not to be told apart (tie: the interval holds 0). *Alone*: nobody else is as safe. The rival is
                chosen by the same runs, which favours it.

                | load | faults | wins | ties | losses | alone | lost to |
                |---|---|---|---|---|---|---|
                """);
        List<Match> all = new ArrayList<>();
        groups().forEach((name, places) -> {
            List<Match> matches =
                    places.stream().flatMap(place -> match(place).stream()).toList();
            all.addAll(matches);
            row(places.get(0).load(), places.get(0).faults(), matches);
        });
        row("all", "", all);
        row(
                "all where demand passed the cap",
                "",
                all.stream().filter(match -> match.place().disturbed()).toList());
    }

    private void row(String load, String faults, List<Match> matches) {
        page.append("| ").append(load).append(" | ").append(faults).append(" | ");
        for (Verdict verdict : Verdict.values()) {
            page.append(matches.stream()
                            .filter(match -> match.verdict() == verdict)
                            .count())
                    .append(" | ");
        }
        List<String> lost = new ArrayList<>();
        for (Match match : matches) {
            if (match.verdict() == Verdict.LOSS && match.rival() != null && !faults.isEmpty()) {
                lost.add(code(match.rival().policy()) + " at " + share(match.place()) + " by "
                        + plusMinus(match.rival().difference(League.Measure.GOODPUT), League.Measure.GOODPUT));
            }
        }
        page.append(String.join(", ", lost)).append(" |\n");
    }

    /** Empty where the policy compared with, or all service, is missing. */
    private Optional<Match> match(League.Place place) {
        Optional<League.Entry> own = league.compared(place).filter(entry -> !Double.isNaN(entry.goodput()));
        if (own.isEmpty()) {
            return Optional.empty();
        }
        League.Entry rival = place.entries().stream()
                .filter(entry -> entry.row() >= 0 && isAsSafe(entry, own.get()))
                .filter(entry -> !Double.isNaN(entry.goodput()))
                .max(Comparator.comparingDouble(League.Entry::goodput))
                .orElse(null);
        if (rival == null) {
            return Optional.of(new Match(place, Verdict.ALONE, null));
        }
        Interval goodput = rival.difference(League.Measure.GOODPUT);
        Verdict verdict = goodput.low() > 0 ? Verdict.LOSS : goodput.high() < 0 ? Verdict.WIN : Verdict.TIE;
        return Optional.of(new Match(place, verdict, rival));
    }

    private static boolean isAsSafe(League.Entry entry, League.Entry own) {
        if (entry.point().disturbed() || own.point().disturbed()) {
            return entry.safety() >= own.safety();
        }
        return entry.difference(League.Measure.UNDER_CAP).high() >= 0;
    }

    private void tables() {
        page.append("""

                ## All policies, over the caps

                Disturbances contained are those of all caps together, with Wilson's 95 % interval in square brackets. All other figures are
                simple means over the caps. So are differences and the ends of their intervals, which makes the intervals too wide if anything;
                a difference in disturbances contained is the mean over the caps that had any. A difference without ± was the same in all
                replications that have it. *As safe as any*: no more trips than the fewest of the table, and an interval of disturbances
                contained that reaches the highest share of those. They come first, by goodput, the best of them in bold; then the others, by
                the share contained. Policies with the same figures share a row.
                """);
        groups().forEach((name, places) -> table(name, places));
    }

    private void table(String name, List<League.Place> places) {
        List<Line> lines = new ArrayList<>();
        for (String policy : league.folder().policies()) {
            List<League.Entry> entries = places.stream()
                    .flatMap(place -> place.entries().stream())
                    .filter(entry -> entry.policy().equals(policy))
                    .toList();
            if (!entries.isEmpty()) {
                lines.add(line(policy, entries));
            }
        }
        double fewest = lines.stream()
                .mapToDouble(line -> line.mean(League.Measure.TRIPS))
                .min()
                .orElse(0);
        double safest = lines.stream()
                .filter(line -> line.mean(League.Measure.TRIPS) <= fewest)
                .mapToDouble(Line::safety)
                .max()
                .orElse(1);
        Comparator<Line> bySafety = Comparator.comparing(line -> !isSafe(line, fewest, safest));
        lines.sort(bySafety.thenComparing(Comparator.comparingDouble(
                        (Line line) -> isSafe(line, fewest, safest) ? line.mean(League.Measure.GOODPUT) : line.safety())
                .reversed()));

        page.append("\n### ").append(name).append("\n\n| policy | as safe as any |");
        for (League.Measure measure : League.Measure.values()) {
            page.append(' ').append(measure.heading).append(" |");
        }
        page.append("\n|---|---|")
                .append("---|".repeat(League.Measure.values().length))
                .append('\n');
        Map<String, List<String>> rows = new LinkedHashMap<>();
        for (Line line : lines) {
            boolean best = line.equals(lines.get(0));
            StringBuilder cells =
                    new StringBuilder(!isSafe(line, fewest, safest) ? " |" : best ? " **best** |" : " yes |");
            for (League.Measure measure : League.Measure.values()) {
                String figure = measure == League.Measure.SUCCESS
                        ? success(line.success())
                        : figure(line.mean(measure), measure);
                cells.append(' ')
                        .append(figure)
                        .append(bracketed(line.differences().get(measure), measure))
                        .append(" |");
            }
            rows.computeIfAbsent(cells.toString(), key -> new ArrayList<>())
                    .add(best ? "**" + code(line.policy()) + "**" : code(line.policy()));
        }
        rows.forEach((cells, policies) -> page.append("| ")
                .append(String.join(", ", policies))
                .append(" |")
                .append(cells)
                .append('\n'));
    }

    private static boolean isSafe(Line line, double fewestTrips, double safest) {
        boolean reaches = Double.isNaN(line.success().high()) || line.success().high() >= safest;
        return line.mean(League.Measure.TRIPS) <= fewestTrips && reaches;
    }

    private static Line line(String policy, List<League.Entry> entries) {
        long contained = 0;
        long disturbances = 0;
        for (League.Entry entry : entries) {
            Point point = entry.point();
            contained += (long) point.table().number(point.row(), "disturbances_contained");
            disturbances += (long) point.disturbances();
        }
        Map<League.Measure, Double> means = new EnumMap<>(League.Measure.class);
        Map<League.Measure, Interval> differences = new EnumMap<>(League.Measure.class);
        for (League.Measure measure : League.Measure.values()) {
            means.put(measure, mean(entries, entry -> entry.value(measure)));
            differences.put(
                    measure,
                    new Interval(
                            mean(entries, entry -> entry.difference(measure).estimate()),
                            mean(entries, entry -> entry.difference(measure).low()),
                            mean(entries, entry -> entry.difference(measure).high())));
        }
        return new Line(policy, Interval.ofShare(contained, disturbances), means, differences);
    }

    /** Over the entries that have the figure. */
    private static double mean(List<League.Entry> entries, ToDoubleFunction<League.Entry> figure) {
        return entries.stream()
                .mapToDouble(figure)
                .filter(value -> !Double.isNaN(value))
                .average()
                .orElse(Double.NaN);
    }

    private void fronts() {
        page.append("""

                ## Safety against service

                The policies that no other beats in both disturbances contained and goodput (requests/s), from the safest on, with both figures;
                several with the same figures stand together. Where a policy met no disturbance it counts as having contained all. Who
                beats\s""");
        page.append(code(league.against())).append("""
                 stands in the last column with the differences in both; who does so by no more than the intervals is not told apart from it.
                """);
        groups().forEach((name, places) -> {
            page.append("\n### ").append(name).append("\n\n| cap | on the front | ");
            page.append(code(league.against())).append(" |\n|---|---|---|\n");
            places.forEach(this::front);
        });
    }

    private void front(League.Place place) {
        List<League.Entry> candidates = place.entries().stream()
                .filter(entry -> !Double.isNaN(entry.goodput()))
                .toList();
        List<League.Entry> front = candidates.stream()
                .filter(entry -> candidates.stream().noneMatch(other -> beats(other, entry)))
                .sorted(Comparator.comparingDouble(League.Entry::safety).reversed())
                .toList();
        Map<String, List<String>> named = new LinkedHashMap<>();
        for (League.Entry entry : front) {
            String figures = (entry.point().disturbed()
                            ? figure(entry.value(League.Measure.SUCCESS), League.Measure.SUCCESS) + " %"
                            : "no disturbance")
                    + ", " + figure(entry.goodput(), League.Measure.GOODPUT);
            named.computeIfAbsent(figures, key -> new ArrayList<>()).add(code(entry.policy()));
        }
        double watts = place.entries().get(0).point().capWatts();
        page.append("| ")
                .append(share(place))
                .append(", ")
                .append(Wording.watts(watts))
                .append(" | ")
                .append(grouped(named));
        page.append(" | ").append(standing(place, front)).append(" |\n");
    }

    private String standing(League.Place place, List<League.Entry> front) {
        Optional<League.Entry> own = league.compared(place).filter(entry -> !Double.isNaN(entry.goodput()));
        if (own.isEmpty()) {
            return "not run";
        }
        Map<String, List<String>> better = new LinkedHashMap<>();
        Map<String, List<String>> level = new LinkedHashMap<>();
        for (League.Entry entry : front) {
            if (beats(entry, own.get())) {
                Interval success = entry.difference(League.Measure.SUCCESS);
                Interval goodput = entry.difference(League.Measure.GOODPUT);
                String by = (Double.isNaN(success.estimate())
                                ? ""
                                : plusMinus(success, League.Measure.SUCCESS) + " points, ")
                        + plusMinus(goodput, League.Measure.GOODPUT) + " requests/s";
                (success.low() > 0 || goodput.low() > 0 ? better : level)
                        .computeIfAbsent(by, key -> new ArrayList<>())
                        .add(code(entry.policy()));
            }
        }
        List<String> parts = new ArrayList<>();
        if (!better.isEmpty()) {
            parts.add("beaten by " + grouped(better));
        }
        if (!level.isEmpty()) {
            parts.add("not told apart from " + grouped(level));
        }
        return parts.isEmpty() ? "on it" : String.join("; ", parts);
    }

    /** Policies with what they have in common behind them. */
    private static String grouped(Map<String, List<String>> policies) {
        return policies.entrySet().stream()
                .map(group -> String.join(", ", group.getValue()) + " (" + group.getKey() + ")")
                .collect(Collectors.joining("; "));
    }

    private static boolean beats(League.Entry one, League.Entry other) {
        return one.safety() >= other.safety()
                && one.goodput() >= other.goodput()
                && (one.safety() > other.safety() || one.goodput() > other.goodput());
    }

    private void notes() {
        page.append("\n## What the runs rest on\n\n");
        Stream<String> traces = manifest.traces().stream()
                .map(trace -> trace.role() + ": " + trace.name()
                        + (trace.licence().isEmpty() ? "" : " (" + trace.licence() + ")"));
        Stream.concat(traces, manifest.notes().stream())
                .distinct()
                .forEach(line -> page.append("- ").append(line).append('\n'));
    }

    /** Places of one load and faults, under the heading of both. */
    private Map<String, List<League.Place>> groups() {
        return league.places().stream()
                .collect(Collectors.groupingBy(
                        place -> "Load " + place.load() + ", faults " + place.faults(),
                        LinkedHashMap::new,
                        Collectors.toList()));
    }

    private static String share(League.Place place) {
        return Wording.axisValue(place.share());
    }

    private static String code(String policy) {
        return "`" + policy + "`";
    }

    private static String success(Interval success) {
        return Double.isNaN(success.estimate())
                ? "no disturbance"
                : percent(success.estimate()) + " [" + percent(success.low()) + "," + NO_BREAK_SPACE
                        + percent(success.high()) + "]";
    }

    private static String percent(double share) {
        return figure(100 * share, League.Measure.SUCCESS);
    }

    /** Only what is 0 or 100 % is written so. */
    private static String figure(double value, League.Measure measure) {
        if (measure.scale == 100 && value > 0 && value < 100) {
            return fixed(Math.min(99.9, Math.max(0.1, value)), measure.decimals);
        }
        return measure.scale == 100 && (value == 0 || value == 100)
                ? Wording.number(value)
                : fixed(value, measure.decimals);
    }

    private static String bracketed(@Nullable Interval difference, League.Measure measure) {
        return difference == null || Double.isNaN(difference.estimate())
                ? ""
                : " (" + plusMinus(difference, measure) + ")";
    }

    private static String plusMinus(Interval difference, League.Measure measure) {
        String mean = fixed(difference.estimate(), measure.decimals);
        String sign = mean.startsWith("−") || mean.matches("[0.]*") ? "" : "+";
        double half = (difference.high() - difference.low()) / 2;
        if (half == 0) {
            return difference.estimate() == 0 ? "0" : sign + mean;
        }
        return sign + mean + NO_BREAK_SPACE + "±" + NO_BREAK_SPACE + fixed(half, measure.decimals);
    }

    private static String fixed(double value, int decimals) {
        if (Double.isNaN(value)) {
            return "–";
        }
        BigDecimal rounded = new BigDecimal(value).setScale(decimals, RoundingMode.HALF_UP);
        return (rounded.signum() < 0 ? "−" : "") + rounded.abs().toPlainString();
    }
}
