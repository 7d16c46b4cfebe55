package dev.capstan.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What holds of a whole sweep, in sentences. */
final class Findings {

    /** So many policies are told what matters most to them; the chart has all. */
    private static final int MOST_POLICIES = 2;

    private Findings() {}

    static List<String> of(ResultsFolder folder) {
        List<String> findings = new ArrayList<>();
        folder.variance()
                .ifPresent(shares -> policies(folder).limit(MOST_POLICIES).forEach(policy -> {
                    String most = Stream.of(
                                    clause(shares, policy, "success_rate", "disturbances contained"),
                                    shares.mostThatCanBeSet(policy, "success_rate")
                                            .map(term -> "of what can be set on " + term),
                                    clause(shares, policy, "goodput_requests_per_second", "goodput"),
                                    clause(shares, policy, "energy_joules", "energy"),
                                    clause(shares, policy, "energy_cost", "cost of energy"))
                            .flatMap(Optional::stream)
                            .collect(Collectors.joining("; "));
                    if (!most.isEmpty()) {
                        findings.add("What " + policy
                                + " hangs on most, with the share of the variance over all points: " + most + ".");
                    }
                }));
        folder.manifest().stop().map(Findings::stop).ifPresent(findings::add);
        return List.copyOf(findings);
    }

    /** Those that lead somewhere, then the others that cap. */
    private static Stream<String> policies(ResultsFolder folder) {
        Stream<String> leaders = Answer.groups(folder).values().stream()
                .flatMap(group -> Answer.leader(Answer.capping(folder, Answer.choices(folder, group))).stream())
                .map(Answer.Choice::policy);
        return Stream.concat(leaders, folder.policies().stream().filter(policy -> !folder.isBaseline(policy)))
                .distinct();
    }

    private static Optional<String> clause(VarianceShares shares, String policy, String figure, String words) {
        return shares.most(policy, figure).map(most -> words + " on " + most);
    }

    /** What a search over the axes found; empty where there was none. */
    static Optional<String> search(Manifest manifest) {
        return manifest.search().map(Findings::search);
    }

    private static String search(Manifest.Search search) {
        return "The search for " + search.goal() + " tried " + search.triedPoints() + " points"
                + (search.keepsToBounds() ? " and found " : ". None keeps to all bounds; the closest is ")
                + facts(search.best(), fact -> Wording.axisName(fact.name()) + " " + Wording.axisValue(fact.value()))
                + ".";
    }

    private static String stop(Manifest.Stop stop) {
        return "Replications stopped point by point: looked at after " + String.join(", ", stop.looks())
                + ", and ended once half the interval was at most "
                + facts(stop.halfWidths(), fact -> fact.value() + " for " + fact.name())
                + " under every policy. Who looks often must doubt more: all intervals here have a confidence of "
                + Wording.number(100 * stop.confidence())
                + "\u00a0%, so that all looks together err in 5\u00a0% of sweeps at the most.";
    }

    private interface ToWords {
        String of(Manifest.Fact fact);
    }

    private static String facts(List<Manifest.Fact> facts, ToWords words) {
        return facts.stream().map(words::of).collect(Collectors.joining(", "));
    }
}
