package dev.capstan.sim.results;

import dev.capstan.sim.experiment.SweepLayout;
import dev.capstan.trace.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Shares over the places of a design, of figures averaged over the replications and over the other axes, with intervals by
 * {@link Bootstrap} over its rows or places.
 */
final class DesignVariance implements VarianceShares {

    /** What a replication has of each place. */
    private record Sums(int[] runs, double[][] figures) {}

    private final SweepLayout layout;
    private final int design;
    private final int figures;
    private final long seed;

    /** How many combinations of the other axes a place is run at. */
    private final int combinations;

    private final Map<Integer, Sums> replications = new TreeMap<>();

    /** @param design the dimension that is one, by its index */
    DesignVariance(SweepLayout layout, int design, int figures, long seed) {
        this.layout = layout;
        this.design = design;
        this.figures = figures;
        this.seed = seed;
        combinations = IntStream.range(0, layout.dimensions().size())
                .filter(dimension -> dimension != design)
                .map(dimension -> layout.dimensions().get(dimension).places().size())
                .reduce(1, Math::multiplyExact);
    }

    private SweepLayout.Dimension sampled() {
        return layout.dimensions().get(design);
    }

    private boolean isSaltelli() {
        return !sampled().rows().isEmpty();
    }

    @Override
    public void add(int replication, int[] places, double[] values) {
        int count = sampled().places().size();
        Sums sums = replications.computeIfAbsent(
                replication, first -> new Sums(new int[count], new double[figures][count]));
        int place = places[design];
        sums.runs()[place]++;
        for (int figure = 0; figure < figures; figure++) {
            sums.figures()[figure][place] += values[figure];
        }
    }

    /** The places that the first replication has at every combination of the other axes. */
    private int[] whole() {
        return replications.values().stream()
                .findFirst()
                .map(first -> IntStream.range(0, first.runs().length)
                        .filter(place -> first.runs()[place] == combinations)
                        .toArray())
                .orElse(new int[0]);
    }

    @Override
    public Optional<String> obstacle() {
        int places = sampled().places().size();
        int whole = whole().length;
        int least = isSaltelli()
                ? places
                : AdditiveModel.leastPoints(sampled().axes().size());
        return whole >= least
                ? Optional.empty()
                : Optional.of("of the " + places + " points of its design " + whole
                        + " were run at every value of the other axes, and " + least + " are needed");
    }

    @Override
    public List<List<Term>> terms() {
        int[] whole = whole();
        List<Sums> complete = replications.values().stream()
                .filter(sums -> Arrays.stream(whole).allMatch(place -> sums.runs()[place] == combinations))
                .toList();
        List<List<Term>> terms = new ArrayList<>();
        List<Integer> varying = new ArrayList<>();
        List<double[]> values = new ArrayList<>();
        for (int figure = 0; figure < figures; figure++) {
            Optional<double[]> means = means(complete, figure, whole);
            if (means.isPresent() && varies(means.get())) {
                varying.add(figure);
                values.add(means.get());
            }
            terms.add(means.isEmpty() ? List.of() : named(i -> Interval.NOTHING));
        }
        if (!values.isEmpty()) {
            Interval[][] shares =
                    Bootstrap.intervals(estimator(values, whole), RandomStream.named(seed, "variance.bootstrap"));
            for (int i = 0; i < shares.length; i++) {
                Interval[] ofFigure = shares[i];
                terms.set(varying.get(i), named(term -> ofFigure[term]));
            }
        }
        return terms;
    }

    /** Means over the replications that have the figure everywhere, which have the same requests and chance at every place. */
    private Optional<double[]> means(List<Sums> complete, int figure, int[] whole) {
        double[] means = new double[whole.length];
        int count = 0;
        for (Sums sums : complete) {
            double[] ofPlaces = sums.figures()[figure];
            if (Arrays.stream(whole).noneMatch(place -> Double.isNaN(ofPlaces[place]))) {
                for (int i = 0; i < whole.length; i++) {
                    means[i] += ofPlaces[whole[i]] / combinations;
                }
                count++;
            }
        }
        for (int i = 0; i < means.length; i++) {
            means[i] /= count;
        }
        return count == 0 ? Optional.empty() : Optional.of(means);
    }

    private static boolean varies(double[] values) {
        double mean = Arrays.stream(values).sum() / values.length;
        double variance = Arrays.stream(values)
                        .map(value -> (value - mean) * (value - mean))
                        .sum()
                / values.length;
        return VarianceShares.varies(variance, mean);
    }

    private Bootstrap.Estimator estimator(List<double[]> values, int[] whole) {
        List<Integer> axes = sampled().axes();
        if (isSaltelli()) {
            return new SaltelliIndices(values, sampled().rows(), axes.size());
        }
        int[] levels = new int[axes.size()];
        int[][] ranks = new int[whole.length][axes.size()];
        for (int axis = 0; axis < levels.length; axis++) {
            // The values that a design has given an axis stand from the lowest to the highest.
            List<String> ascending = layout.axes().get(axes.get(axis)).texts();
            Map<String, Integer> rankOf = new HashMap<>();
            ascending.forEach(value -> rankOf.put(value, rankOf.size()));
            levels[axis] = ascending.size();
            for (int point = 0; point < whole.length; point++) {
                String value = sampled().places().get(whole[point]).get(axis);
                ranks[point][axis] = Objects.requireNonNull(rankOf.get(value));
            }
        }
        return new AdditiveModel(values, ranks, levels);
    }

    private List<Term> named(IntFunction<Interval> share) {
        List<Term> terms = new ArrayList<>();
        for (String kind : isSaltelli() ? List.of("first", "total") : List.of("first")) {
            for (int axis : sampled().axes()) {
                terms.add(new Term(layout.axes().get(axis).path(), kind, share.apply(terms.size())));
            }
        }
        return terms;
    }
}
