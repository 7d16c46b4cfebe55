package dev.capstan.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The answer in words: which policy with which setting holds which cap, and what that costs users. Every figure is a
 * cell of {@code points.csv}; only the choice of the best point is made here.
 *
 * @param search what a search over the axes found; empty where there was none
 * @param findings what holds of the whole sweep: what matters most, how replications were stopped
 */
record Answer(Optional<String> search, List<Group> groups, List<String> findings) {

    /** Below this share of the goodput without capping, containing everything is no feat: service was refused. */
    private static final double REFUSING_BELOW = 0.5;

    private static final String TOKENS = "generated_tokens_per_second_mean";

    /** Of the policies that do not lead, so many are told at once, the best first. */
    private static final int MOST_OTHERS = 4;

    /** From this success rate on, the report asks whether it was bought by refusing service. */
    private static final double SUSPICIOUSLY_SAFE = 0.99;

    /**
     * One cap under one set of conditions.
     *
     * @param heading names the cap and the conditions
     * @param lead the answer in one sentence
     * @param sentences what it costs, what the best of the other policies reach, and reservations
     * @param rest what the others reach
     */
    record Group(String heading, String lead, List<String> sentences, List<String> rest, List<Row> rows) {}

    /**
     * A policy at its best point.
     *
     * @param success with its interval
     * @param share of success; NaN where there was no disturbance
     * @param conditions value of each axis that is one
     * @param worst success at the worst setting, and that setting; empty if there is one setting only
     * @param costs pairs of the value here and the value without capping
     */
    record Row(
            String policy,
            double capWatts,
            String cap,
            List<String> conditions,
            String setting,
            String success,
            double share,
            String worst,
            List<Cost> costs,
            boolean leads,
            boolean refuses) {

        String width() {
            return Wording.barWidth(Double.isNaN(share) ? 0 : share);
        }
    }

    /** A measure at the best point, and without capping at the same point; empty where that was not run. */
    record Cost(String heading, double value, String here, String uncapped) {}

    /** What users pay with: a measure, its heading, and how it is written. */
    enum Measure {
        SLO("slo_attainment", "SLO attainment"),
        GOODPUT("goodput_requests_per_second", "Goodput"),
        TTFT("ttft_p99_seconds", "p99 TTFT"),
        STRANDED("stranded_watt_seconds", "Stranded energy");

        private final String column;
        private final String heading;

        Measure(String column, String heading) {
            this.column = column;
            this.heading = heading;
        }

        String heading() {
            return heading;
        }

        double of(Point point) {
            return point.mean(column);
        }

        String write(double value) {
            if (Double.isNaN(value)) {
                return "–";
            }
            return switch (this) {
                case SLO -> Wording.percent(value);
                case GOODPUT -> Wording.number(value) + "\u00a0requests/s";
                case TTFT -> Wording.seconds(value);
                case STRANDED -> Wording.number(value / 3.6e6) + "\u00a0kWh";
            };
        }
    }

    /** The best and the worst point of a policy in one group; {@code refusal} where the best refuses service. */
    record Choice(String policy, Point best, Point worst, Optional<Point> uncapped, Optional<Refusal> refusal) {

        boolean refuses() {
            return refusal.isPresent();
        }
    }

    /**
     * Goodput that was given up for safety.
     *
     * @param service empty where the run has one service, or does not tell them apart
     */
    record Refusal(String service, double goodput, double uncapped) {}

    static Answer of(ResultsFolder folder) {
        List<Group> groups = new ArrayList<>();
        groups(folder).forEach((heading, points) -> groups.add(group(folder, heading, points)));
        return new Answer(Findings.search(folder.manifest()), List.copyOf(groups), Findings.of(folder));
    }

    /**
     * Points by cap and conditions: within a group only what an operator can set differs. That in which a search ended comes
     * first.
     */
    static Map<String, List<Point>> groups(ResultsFolder folder) {
        Map<String, List<Point>> groups = new LinkedHashMap<>();
        for (Point point : folder.points()) {
            StringBuilder heading = new StringBuilder("At a cap of ").append(folder.capWords(point.capWatts()));
            for (int axis = 0; axis < point.axisValues().size(); axis++) {
                if (folder.role(axis) == ResultsFolder.Role.CONDITION) {
                    heading.append(", ")
                            .append(Wording.axisName(
                                    folder.manifest().axes().get(axis).path()))
                            .append(' ')
                            .append(Wording.axisValue(point.axisValues().get(axis)));
                }
            }
            groups.computeIfAbsent(heading.toString(), key -> new ArrayList<>()).add(point);
        }
        Optional<String> found = groups.entrySet().stream()
                .filter(group -> group.getValue().stream()
                        .anyMatch(point -> folder.manifest().isFound(point.axisValues())))
                .map(Map.Entry::getKey)
                .findFirst();
        if (found.isEmpty()) {
            return groups;
        }
        Map<String, List<Point>> ordered = new LinkedHashMap<>();
        ordered.put(found.get(), groups.getOrDefault(found.get(), List.of()));
        ordered.putAll(groups);
        return ordered;
    }

    /** For each policy that has points here, in the order of the experiment, its best and its worst point. */
    static List<Choice> choices(ResultsFolder folder, List<Point> points) {
        List<Choice> choices = new ArrayList<>();
        for (String policy : folder.policies()) {
            List<Point> own =
                    points.stream().filter(p -> p.policy().equals(policy)).toList();
            if (own.isEmpty()) {
                continue;
            }
            Point best = own.stream().min(Point.BEST_FIRST).orElseThrow();
            Point worst =
                    own.stream().filter(Point::disturbed).max(Point.BEST_FIRST).orElse(best);
            Optional<Point> uncapped = points.stream()
                    .filter(p -> folder.isBaseline(p.policy()) && p.samePlace(best))
                    .findFirst();
            choices.add(new Choice(policy, best, worst, uncapped, refusal(folder, best, uncapped)));
        }
        return choices;
    }

    /** The choices that cap at all. */
    static List<Choice> capping(ResultsFolder folder, List<Choice> choices) {
        return choices.stream()
                .filter(choice -> !folder.isBaseline(choice.policy()))
                .toList();
    }

    /** The policy that the answer names: the best of those that do not hold the cap by refusing service. */
    static Optional<Choice> leader(List<Choice> capping) {
        return capping.stream()
                .filter(choice -> choice.best().disturbed() && !choice.refuses())
                .min((a, b) -> Point.BEST_FIRST.compare(a.best(), b.best()));
    }

    /**
     * Asks each service that has targets to miss: work without a deadline that waits is not refused, and its goodput would
     * hide that of the others in their sum.
     */
    private static Optional<Refusal> refusal(ResultsFolder folder, Point best, Optional<Point> uncapped) {
        if (!(best.successRate() >= SUSPICIOUSLY_SAFE) || uncapped.isEmpty()) {
            return Optional.empty();
        }
        List<Refusal> asked = new ArrayList<>();
        if (tellsServicesApart(folder, best)) {
            ServicePoints services = folder.services().orElseThrow();
            for (int row : services.rows(best)) {
                String service = services.table().text(row, "service");
                services.row(uncapped.get(), service)
                        .ifPresent(without -> asked.add(new Refusal(
                                service,
                                of(services.table(), row, Measure.GOODPUT),
                                of(services.table(), without, Measure.GOODPUT))));
            }
            asked.removeIf(one -> !folder.manifest().canMissTargets(one.service(), best.axisValues()));
        } else {
            asked.add(new Refusal("", Measure.GOODPUT.of(best), Measure.GOODPUT.of(uncapped.get())));
        }
        return asked.stream()
                .filter(one -> one.goodput() < REFUSING_BELOW * one.uncapped())
                .findFirst();
    }

    private static boolean tellsServicesApart(ResultsFolder folder, Point point) {
        return folder.services()
                .filter(services -> services.rows(point).size() > 1)
                .isPresent();
    }

    /** That of each service with targets to miss, where they are told apart; empty where there is none. */
    private static String goodput(ResultsFolder folder, Point point) {
        if (!tellsServicesApart(folder, point)) {
            double goodput = Measure.GOODPUT.of(point);
            return Double.isNaN(goodput) ? "" : Measure.GOODPUT.write(goodput);
        }
        ServicePoints services = folder.services().orElseThrow();
        return services.rows(point).stream()
                .filter(row ->
                        folder.manifest().canMissTargets(services.table().text(row, "service"), point.axisValues()))
                .map(row -> Measure.GOODPUT.write(of(services.table(), row, Measure.GOODPUT)) + " for "
                        + services.table().text(row, "service"))
                .collect(Collectors.joining(", "));
    }

    private static double of(ResultTable services, int row, Measure measure) {
        return services.number(row, measure.column + "_mean");
    }

    private static Group group(ResultsFolder folder, String heading, List<Point> points) {
        List<Choice> choices = choices(folder, points);
        List<Choice> capping = capping(folder, choices);
        Optional<Choice> leader = leader(capping);
        List<Row> rows = choices.stream().map(c -> row(folder, c, leader)).toList();

        if (points.stream().noneMatch(Point::disturbed)) {
            String lead = "There was no disturbance: demand never took true power over the cap,"
                    + " so there is no success to speak of.";
            return new Group(heading, lead, List.of(), List.of(), rows);
        }
        List<String> sentences = new ArrayList<>();
        String lead = leader.map(choice -> lead(folder, choice)).orElseGet(() -> withoutLeader(capping));
        leader.ifPresent(choice -> sentences.add(cost(folder, choice)));
        List<String> others = capping.stream()
                .filter(choice -> leader.filter(choice::equals).isEmpty())
                .sorted(Comparator.comparing(Choice::refuses).thenComparing(Choice::best, Point.BEST_FIRST))
                .map(choice -> other(folder, choice))
                .toList();
        int told = others.size() <= MOST_OTHERS + 1 ? others.size() : MOST_OTHERS;
        sentences.addAll(others.subList(0, told));
        choices.stream()
                .filter(choice ->
                        folder.isBaseline(choice.policy()) && choice.best().disturbed())
                .map(choice -> "Left alone (" + choice.policy() + "), " + success(choice.best())
                        + " of the disturbances ended within that time by themselves.")
                .forEach(sentences::add);
        leader.flatMap(choice -> ties(choice, capping)).ifPresent(sentences::add);
        return new Group(heading, lead, List.copyOf(sentences), others.subList(told, others.size()), rows);
    }

    private static String lead(ResultsFolder folder, Choice leader) {
        Point best = leader.best();
        double within = folder.manifest().containWithinSeconds(best.axisValues());
        return leader.policy() + with(folder, best) + " brought power back under " + Wording.watts(best.capWatts())
                + (Double.isNaN(within) ? "" : " within " + Wording.seconds(within)) + " in " + success(best) + " of "
                + Wording.number(best.disturbances()) + (best.disturbances() == 1 ? " disturbance." : " disturbances.");
    }

    private static String withoutLeader(List<Choice> capping) {
        return capping.isEmpty()
                ? "Nothing was capped: the experiment names no policy that acts."
                : "No policy held the cap without refusing service.";
    }

    private static String cost(ResultsFolder folder, Choice leader) {
        Optional<Point> uncapped = leader.uncapped();
        if (uncapped.isEmpty()) {
            return "What that costs users cannot be told: the policy none, which never acts, was not run at this point.";
        }
        String price = tellsServicesApart(folder, leader.best())
                ? priceByService(folder, leader.best(), uncapped.get())
                : price(measure -> measure.of(leader.best()), measure -> measure.of(uncapped.get()));
        return price.isEmpty()
                ? "What that costs users cannot be told: the runs served no requests."
                : "The price, against no capping at the same point: " + price + ".";
    }

    private static String price(ToDoubleFunction<Measure> here, ToDoubleFunction<Measure> without) {
        return Stream.of(Measure.SLO, Measure.GOODPUT, Measure.TTFT)
                .filter(measure ->
                        !Double.isNaN(here.applyAsDouble(measure)) && !Double.isNaN(without.applyAsDouble(measure)))
                .map(measure -> (measure == Measure.GOODPUT ? "goodput" : measure.heading) + " "
                        + measure.write(here.applyAsDouble(measure)) + " instead of "
                        + measure.write(without.applyAsDouble(measure)))
                .collect(Collectors.joining(", "));
    }

    /** Work without a deadline pays in tokens. */
    private static String priceByService(ResultsFolder folder, Point best, Point uncapped) {
        ServicePoints services = folder.services().orElseThrow();
        ResultTable table = services.table();
        List<String> prices = new ArrayList<>();
        for (int row : services.rows(best)) {
            String service = table.text(row, "service");
            services.row(uncapped, service).ifPresent(without -> {
                String price = folder.manifest().canMissTargets(service, best.axisValues())
                        ? price(measure -> of(table, row, measure), measure -> of(table, without, measure))
                        : Wording.number(table.number(row, TOKENS)) + " instead of "
                                + Wording.number(table.number(without, TOKENS)) + " tokens/s";
                if (!price.isEmpty()) {
                    prices.add(service + " " + price);
                }
            });
        }
        return String.join("; ", prices);
    }

    private static String other(ResultsFolder folder, Choice choice) {
        Point best = choice.best();
        if (!best.disturbed()) {
            return choice.policy() + " met no disturbance.";
        }
        if (choice.refuses()) {
            Refusal refusal = choice.refusal().orElseThrow();
            return choice.policy() + with(folder, best) + " reached " + success(best)
                    + ", but only by refusing service: goodput "
                    + (refusal.service().isEmpty() ? "" : "of " + refusal.service() + " ")
                    + Measure.GOODPUT.write(refusal.goodput()) + ", less than half of the "
                    + Measure.GOODPUT.write(refusal.uncapped()) + " without capping.";
        }
        String sentence = choice.policy() + " reached " + success(best) + " at its best"
                + (with(folder, best).isEmpty() ? "" : "," + with(folder, best));
        String goodput = goodput(folder, best);
        return sentence + (goodput.isEmpty() ? "." : ", at a goodput of " + goodput + ".");
    }

    /** Says so when the evidence does not tell the leader from another policy. */
    private static Optional<String> ties(Choice leader, List<Choice> capping) {
        List<String> level = capping.stream()
                .filter(choice -> !choice.equals(leader) && !choice.refuses())
                .filter(choice -> choice.best().successHigh() >= leader.best().successLow())
                .map(Choice::policy)
                .toList();
        return level.isEmpty()
                ? Optional.empty()
                : Optional.of("The intervals overlap: these runs do not tell " + leader.policy() + " from "
                        + (level.size() <= MOST_OTHERS
                                ? String.join(" or ", level)
                                : String.join(", ", level.subList(0, MOST_OTHERS - 1)) + " or "
                                        + (level.size() - MOST_OTHERS + 1) + " others")
                        + ". More replications would.");
    }

    private static Row row(ResultsFolder folder, Choice choice, Optional<Choice> leader) {
        Point best = choice.best();
        List<Cost> costs = new ArrayList<>();
        for (Measure measure : Measure.values()) {
            String without = choice.uncapped()
                    .filter(point -> !point.equals(best))
                    .map(point -> measure.write(measure.of(point)))
                    .orElse("");
            costs.add(new Cost(measure.heading(), measure.of(best), measure.write(measure.of(best)), without));
        }
        Point worst = choice.worst();
        boolean varies = !worst.axisValues().equals(best.axisValues());
        return new Row(
                choice.policy(),
                best.capWatts(),
                folder.capWords(best.capWatts()),
                conditions(folder, best),
                shortSetting(folder, best),
                Wording.percent(best.successRate(), best.successLow(), best.successHigh()),
                best.successRate(),
                varies ? Wording.percent(worst.successRate()) + " at " + shortSetting(folder, worst) : "",
                List.copyOf(costs),
                leader.filter(choice::equals).isPresent(),
                choice.refuses());
    }

    /** The values of the axes that are conditions. */
    static List<String> conditions(ResultsFolder folder, Point point) {
        return folder.conditions().stream()
                .map(axis -> Wording.axisValue(point.axisValues().get(axis)))
                .toList();
    }

    private static String success(Point point) {
        return Wording.percent(point.successRate(), point.successLow(), point.successHigh());
    }

    private static String with(ResultsFolder folder, Point point) {
        List<String> parts = new ArrayList<>();
        for (int axis = 0; axis < point.axisValues().size(); axis++) {
            if (folder.role(axis) == ResultsFolder.Role.SETTING) {
                parts.add(Wording.setting(
                        folder.manifest().axes().get(axis).path(),
                        point.axisValues().get(axis)));
            }
        }
        int last = parts.size() - 1;
        return switch (parts.size()) {
            case 0 -> "";
            case 1 -> " with " + parts.get(0);
            default -> " with " + String.join(", ", parts.subList(0, last)) + " and " + parts.get(last);
        };
    }

    /** The settings alone: {@code interval 5 s, window 30 s}. */
    static String shortSetting(ResultsFolder folder, Point point) {
        List<String> parts = new ArrayList<>();
        for (int axis = 0; axis < point.axisValues().size(); axis++) {
            if (folder.role(axis) == ResultsFolder.Role.SETTING) {
                parts.add(Wording.axisName(folder.manifest().axes().get(axis).path()) + " "
                        + Wording.axisValue(point.axisValues().get(axis)));
            }
        }
        return parts.isEmpty() ? "as in the experiment" : String.join(", ", parts);
    }
}
