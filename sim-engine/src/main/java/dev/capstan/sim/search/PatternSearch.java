package dev.capstan.sim.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.commons.math3.random.SobolSequenceGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A search without derivatives that knows only the scores of points (a pattern search: R. Hooke and T. A. Jeeves, Journal of the ACM 8,
 * 1961; T. G. Kolda, R. M. Lewis and V. Torczon, SIAM Review 45, 2003). It goes in rounds, each of points that do not depend on each
 * other:
 *
 * <ol>
 *   <li>Every point, where there are no more than may be tried; the search ends there. Otherwise a Sobol sequence over the whole space.
 *   <li>Around each of the three best points one step to both sides in each dimension, every value of one whose values have no order,
 *       a step on in the direction that has just led there, and as many points as there are dimensions spread within the steps, since
 *       the edge of what keeps to the constraints need not run along a dimension. A better point takes the place of the centre.
 *   <li>Where there is none, the best centre halves its step, from a quarter of each dimension to a 64th, or to single values of
 *       longer lists; others give up.
 * </ol>
 *
 * <p>Deterministic: what it asks for depends on the scores alone. No point is tried twice.
 *
 * <p><b>Caveats.</b> It ends at a point that none of its neighbours beats, which need not be the best of all.
 *
 * @param <P> a point
 */
public final class PatternSearch<P> {

    private static final double FIRST_STEP = 1 / 4.0;
    private static final double LAST_STEP = 1 / 64.0;
    private static final int CENTRES = 3;
    private static final int MOST_FIRST_POINTS_PER_DIMENSION = 32;

    /** A point around which others are tried. */
    private static final class Centre {

        private int point;
        private double step = FIRST_STEP;

        /** The position from which the last move came; null before one. */
        private double @Nullable [] before;

        /** What was asked for around it in this round, or was known already. */
        private List<Integer> around = List.of();

        private boolean isDone;

        Centre(int point) {
            this.point = point;
        }
    }

    private final SearchSpace<P> space;
    private final List<SearchSpace.Dimension> dimensions;
    private final int budget;
    private final double lastStep;
    private final SobolSequenceGenerator spread;

    private final List<P> points = new ArrayList<>();
    private final List<double[]> positions = new ArrayList<>();
    private final Map<P, Integer> indices = new HashMap<>();
    private List<Centre> centres = List.of();
    private boolean isWhole;

    /** @param budget how many points may be tried, at least 1 */
    public PatternSearch(SearchSpace<P> space, int budget) {
        this.space = space;
        this.budget = budget;
        dimensions = space.dimensions();
        lastStep = dimensions.stream()
                .filter(SearchSpace.Dimension::isOrdered)
                .mapToDouble(dimension -> dimension.isRange() ? LAST_STEP : 1.0 / Math.max(1, dimension.levels() - 1))
                .min()
                .orElse(1);
        spread = new SobolSequenceGenerator(dimensions.size());
        spread.nextVector();
    }

    /**
     * The points of the next round; none where the search is at its end.
     *
     * @param scores of all points so far, in the order in which they were asked for
     */
    public List<P> next(List<Score> scores) {
        if (scores.size() != points.size()) {
            throw new IllegalArgumentException("expected " + points.size() + " scores, found " + scores.size());
        }
        if (points.isEmpty()) {
            begin();
        } else if (!isWhole) {
            if (centres.isEmpty()) {
                centres = IntStream.range(0, scores.size())
                        .boxed()
                        .sorted(Comparator.comparing(scores::get))
                        .limit(CENTRES)
                        .map(Centre::new)
                        .toList();
                centres.forEach(this::lookAround);
            }
            while (points.size() == scores.size() && !isAtItsEnd()) {
                move(scores);
                centres.stream().filter(centre -> !centre.isDone).forEach(this::lookAround);
            }
        }
        return List.copyOf(points.subList(scores.size(), points.size()));
    }

    /** The first of the best points by their scores, by its index. */
    public static int best(List<Score> scores) {
        return IntStream.range(0, scores.size())
                .boxed()
                .min(Comparator.comparing(scores::get))
                .orElseThrow();
    }

    private void begin() {
        long whole = 1;
        for (SearchSpace.Dimension dimension : dimensions) {
            whole = Math.min(budget + 1L, whole * dimension.levels());
        }
        isWhole = whole <= budget && dimensions.stream().noneMatch(SearchSpace.Dimension::isRange);
        if (isWhole) {
            everywhere(new double[dimensions.size()], 0);
            return;
        }
        int first = Math.min(
                budget,
                Math.max(
                        2 * dimensions.size() + 1,
                        Math.min(budget / 4, MOST_FIRST_POINTS_PER_DIMENSION * dimensions.size())));
        // Conditions and values that are the same after rounding may leave few of the sequence.
        for (int i = 0; i < 100 * first && points.size() < first; i++) {
            double[] position = spread.nextVector();
            for (int at = 0; at < position.length; at++) {
                SearchSpace.Dimension dimension = dimensions.get(at);
                position[at] = dimension.isRange() ? position[at] : Math.floor(position[at] * dimension.levels());
            }
            ask(position);
        }
    }

    private void everywhere(double[] position, int dimension) {
        if (dimension == position.length) {
            ask(position.clone());
            return;
        }
        for (int level = 0; level < dimensions.get(dimension).levels(); level++) {
            position[dimension] = level;
            everywhere(position, dimension + 1);
        }
    }

    /** The index of the point at a position, which is asked for where it is new; empty where there is none or the budget is used. */
    private Optional<Integer> ask(double[] position) {
        return space.at(position).flatMap(point -> {
            Integer known = indices.get(point);
            if (known != null || points.size() == budget) {
                return Optional.ofNullable(known);
            }
            indices.put(point, points.size());
            points.add(point);
            positions.add(position);
            return Optional.of(points.size() - 1);
        });
    }

    private boolean isAtItsEnd() {
        return centres.stream().allMatch(centre -> centre.isDone);
    }

    /** Moves each centre to the best point around it, or makes its steps shorter. */
    private void move(List<Score> scores) {
        List<Centre> stuck = new ArrayList<>();
        for (Centre centre : centres) {
            int best = centre.around.stream()
                    .min(Comparator.comparing(scores::get))
                    .filter(around -> scores.get(around).compareTo(scores.get(centre.point)) < 0)
                    .orElse(centre.point);
            if (best == centre.point) {
                stuck.add(centre);
            } else {
                centre.before = positions.get(centre.point);
                centre.point = best;
            }
        }
        Centre leader = centres.stream()
                .min(Comparator.comparing(centre -> scores.get(centre.point)))
                .orElseThrow();
        for (Centre centre : centres) {
            boolean isBeside = centre != leader
                    && (stuck.contains(centre)
                            || centres.stream().anyMatch(other -> other != centre && other.point == centre.point));
            if (isBeside || (stuck.contains(centre) && centre.step <= lastStep)) {
                centre.isDone = true;
            } else if (stuck.contains(centre)) {
                centre.step /= 2;
                centre.before = null;
            }
        }
    }

    private void lookAround(Centre centre) {
        double[] from = positions.get(centre.point);
        List<Integer> around = new ArrayList<>();
        for (int i = 0; i < from.length; i++) {
            SearchSpace.Dimension dimension = dimensions.get(i);
            if (dimension.isOrdered()) {
                double step = step(centre, dimension);
                ask(with(from, i, from[i] - step)).ifPresent(around::add);
                ask(with(from, i, from[i] + step)).ifPresent(around::add);
            } else {
                for (int level = 0; level < dimension.levels(); level++) {
                    ask(with(from, i, level)).ifPresent(around::add);
                }
            }
        }
        double[] before = centre.before;
        if (before != null) {
            double[] on = from.clone();
            for (int i = 0; i < on.length; i++) {
                on[i] = within(i, dimensions.get(i).isOrdered() ? 2 * from[i] - before[i] : from[i]);
            }
            ask(on).ifPresent(around::add);
        }
        for (int count = 0; from.length > 1 && count < from.length; count++) {
            double[] share = spread.nextVector();
            double[] aside = from.clone();
            for (int i = 0; i < aside.length; i++) {
                SearchSpace.Dimension dimension = dimensions.get(i);
                if (dimension.isOrdered()) {
                    double off = (2 * share[i] - 1) * step(centre, dimension);
                    aside[i] = within(i, from[i] + (dimension.isRange() ? off : Math.rint(off)));
                }
            }
            ask(aside).ifPresent(around::add);
        }
        centre.around = around;
    }

    private static double step(Centre centre, SearchSpace.Dimension dimension) {
        return dimension.isRange() ? centre.step : Math.max(1, Math.rint(centre.step * (dimension.levels() - 1)));
    }

    private double[] with(double[] position, int dimension, double value) {
        double[] other = position.clone();
        other[dimension] = within(dimension, value);
        return other;
    }

    private double within(int dimension, double value) {
        SearchSpace.Dimension of = dimensions.get(dimension);
        return Math.max(0, Math.min(of.isRange() ? 1 : of.levels() - 1.0, value));
    }
}
