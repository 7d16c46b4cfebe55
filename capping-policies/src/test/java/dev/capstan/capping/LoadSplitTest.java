package dev.capstan.capping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.capping.LoadSplit.Pool;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadSplitTest {

    /** Full: 400/1000 + 0.1 = 0.5 J a token, 100/100 + 0.05 = 1.05 J, 900/1500 + 0 = 0.6 J. */
    private static final List<Pool> POOLS =
            List.of(new Pool(100, 0.05, 100), new Pool(400, 0.1, 1000), new Pool(900, 0, 1500));

    @Test
    void fillsTheCheapestWhenFullFirst() {
        assertThat(LoadSplit.byMarginalEnergy(POOLS, 600)).containsExactly(0, 600, 0);
        assertThat(LoadSplit.byMarginalEnergy(POOLS, 1200)).containsExactly(0, 1000, 200);
        assertThat(LoadSplit.byMarginalEnergy(POOLS, 2550)).containsExactly(50, 1000, 1500);
        assertThat(LoadSplit.byMarginalEnergy(POOLS, 0)).containsExactly(0, 0, 0);
    }

    @Test
    void leavesOverWhatAllTogetherCannotTake() {
        assertThat(LoadSplit.byMarginalEnergy(POOLS, 5000)).containsExactly(100, 1000, 1500);
    }

    @Test
    void addsUpFixedAndMarginalWatts() {
        // 400 + 0.1 * 1000 + 900 + 0 * 200; a pool without load is off.
        assertThat(LoadSplit.watts(POOLS, new double[] {0, 1000, 200})).isCloseTo(1400, within(1e-9));
        // 0.5 * 1000 + 0.6 * 200
        assertThat(LoadSplit.leastWatts(POOLS, 1200)).isCloseTo(620, within(1e-9));
    }

    @Test
    void ordersPoolsThatStayOnByJoulesPerTokenAlone() {
        List<Pool> on = List.of(new Pool(0, 0.3, 100), new Pool(0, 0.1, 50), new Pool(0, 0.2, 100));

        assertThat(LoadSplit.byMarginalEnergy(on, 120)).containsExactly(0, 50, 70);
    }

    /** The optimum of a concave cost has at most one pool partly filled: enumerate which are full and which one is not. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void isWithinTheLargestFixedWattsOfTheOptimum(long seed) {
        Random random = new Random(seed);
        List<Pool> pools = IntStream.range(0, 6)
                .mapToObj(i ->
                        new Pool(random.nextDouble(0, 900), random.nextDouble(0, 0.5), random.nextDouble(100, 2000)))
                .toList();
        double capacity = pools.stream().mapToDouble(Pool::mostTokensPerSecond).sum();
        double largestFixed = pools.stream().mapToDouble(Pool::fixedWatts).max().orElseThrow();
        for (double share = 0.05; share < 1; share += 0.05) {
            double load = share * capacity;
            double best = optimum(pools, load);
            double watts = LoadSplit.watts(pools, LoadSplit.byMarginalEnergy(pools, load));

            assertThat(LoadSplit.leastWatts(pools, load)).isLessThanOrEqualTo(best + 1e-9);
            assertThat(watts).isBetween(best - 1e-9, best + largestFixed);
        }
    }

    @Test
    void theBusiestLooksMostEfficient() {
        // 500/500 against 900/1000 and 0 of an idle one.
        assertThat(LoadSplit.byAverageTokensPerWatt(new double[] {900, 500, 0}, new double[] {1000, 500, 100}))
                .isEqualTo(1);
        assertThat(LoadSplit.byAverageTokensPerWatt(new double[] {0, 0}, new double[] {0, 0}))
                .isEqualTo(0);
    }

    @Test
    void refusesAPoolThatServesNothing() {
        assertThatThrownBy(() -> new Pool(100, 0.1, 0)).hasMessageContaining("a load above 0; was 100.0 W");
        assertThatThrownBy(() -> new Pool(-1, 0.1, 10)).hasMessageContaining("at least 0");
    }

    private static double optimum(List<Pool> pools, double load) {
        double best = Double.POSITIVE_INFINITY;
        for (int full = 0; full < 1 << pools.size(); full++) {
            double left = load;
            double watts = 0;
            for (int i = 0; i < pools.size(); i++) {
                if ((full >> i & 1) == 1) {
                    left -= pools.get(i).mostTokensPerSecond();
                    watts += pools.get(i).watts(pools.get(i).mostTokensPerSecond());
                }
            }
            if (left <= 0) {
                continue;
            }
            for (int i = 0; i < pools.size(); i++) {
                if ((full >> i & 1) == 0 && left <= pools.get(i).mostTokensPerSecond()) {
                    best = Math.min(best, watts + pools.get(i).watts(left));
                }
            }
        }
        return best;
    }
}
