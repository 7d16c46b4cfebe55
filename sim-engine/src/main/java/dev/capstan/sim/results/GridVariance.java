package dev.capstan.sim.results;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Shares over a full grid: the functional analysis of variance of each replication, and Student's t over these. Keeps sums only,
 * whose number does not grow with that of the runs.
 */
final class GridVariance implements VarianceShares {

    private final List<String> factors;
    private final int[] levels;
    private final int figures;
    private final long points;
    private final Map<Integer, GridSums> replications = new TreeMap<>();

    /** @param levels of each factor */
    GridVariance(List<String> factors, int[] levels, int figures) {
        this.factors = factors;
        this.levels = levels;
        this.figures = figures;
        points = Arrays.stream(levels).asLongStream().reduce(1, (product, level) -> product * level);
    }

    @Override
    public void add(int replication, int[] places, double[] values) {
        replications
                .computeIfAbsent(replication, first -> new GridSums(levels, figures))
                .add(places, values);
    }

    @Override
    public Optional<String> obstacle() {
        long most =
                replications.values().stream().mapToLong(GridSums::points).max().orElse(0);
        return most == points
                ? Optional.empty()
                : Optional.of("of the " + points + " combinations of its axes " + most + " were run");
    }

    @Override
    public List<List<Term>> terms() {
        Collection<GridSums> complete = replications.values().stream()
                .filter(sums -> sums.points() == points)
                .toList();
        List<List<Term>> terms = new ArrayList<>();
        for (int figure = 0; figure < figures; figure++) {
            int index = figure;
            terms.add(terms(complete.stream()
                    .filter(sums -> sums.has(index))
                    .map(sums -> sums.shares(index))
                    .toList()));
        }
        return terms;
    }

    private List<Term> terms(List<double[]> shares) {
        List<Term> terms = new ArrayList<>();
        if (!shares.isEmpty()) {
            for (String factor : factors) {
                terms.add(term(factor, "main", shares, terms.size()));
            }
            for (int first = 0; first < factors.size(); first++) {
                for (int second = first + 1; second < factors.size(); second++) {
                    terms.add(term(
                            factors.get(first) + " × " + factors.get(second), "interaction", shares, terms.size()));
                }
            }
            if (factors.size() > 2) {
                terms.add(term("", "rest", shares, terms.size()));
            }
        }
        return terms;
    }

    private static Term term(String name, String kind, List<double[]> shares, int index) {
        return new Term(
                name,
                kind,
                Interval.ofMean(shares.stream().mapToDouble(of -> of[index]).toArray()));
    }
}
