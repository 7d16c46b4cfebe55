package dev.capstan.capping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PowerPlacementTest {

    private static final double[] DAY = {10, 2};
    private static final double[] NIGHT = {2, 10};

    @Test
    void asynchronyIsOneForOneCurveAndGrowsWithTheSpreadOfPeaks() {
        assertThat(PowerPlacement.asynchrony(List.of(DAY, DAY, DAY))).isEqualTo(1);
        // (10 + 10) / 12
        assertThat(PowerPlacement.asynchrony(List.of(DAY, NIGHT))).isCloseTo(20.0 / 12, within(1e-12));
        assertThat(PowerPlacement.asynchrony(
                        List.of(new double[] {5, 0, 0}, new double[] {0, 5, 0}, new double[] {0, 0, 5})))
                .isCloseTo(3, within(1e-12));
    }

    @Test
    void putsThoseThatPeakAtDifferentTimesTogether() {
        List<double[]> watts = List.of(DAY, DAY, NIGHT, NIGHT);

        int[] domainOf = PowerPlacement.place(watts, 2);

        // Together: 12 + 12; each kind by itself: 20 + 20.
        assertThat(PowerPlacement.sumOfPeaksWatts(watts, domainOf)).isEqualTo(24);
        assertThat(PowerPlacement.sumOfPeaksWatts(watts, new int[] {0, 0, 1, 1}))
                .isEqualTo(40);
    }

    @Test
    void domainsAreOfEqualSizeToOne() {
        List<double[]> watts = IntStream.range(0, 11)
                .mapToObj(i -> new double[] {1 + i % 3, 3 - i % 2})
                .toList();

        int[] domainOf = PowerPlacement.place(watts, 4);

        for (int domain = 0; domain < 4; domain++) {
            int its = domain;
            assertThat(IntStream.of(domainOf).filter(one -> one == its).count()).isBetween(2L, 3L);
        }
    }

    @Test
    void theBestSwapUndoesAPlacementByKind() {
        List<double[]> watts = List.of(DAY, DAY, NIGHT, NIGHT);

        Optional<PowerPlacement.Swap> swap = PowerPlacement.bestSwap(watts, new int[] {0, 0, 1, 1});

        // From 1 + 1 to 20/12 + 20/12; all four swaps of unlike instances are as good, the first is taken.
        assertThat(swap).hasValueSatisfying(best -> {
            assertThat(best.first()).isEqualTo(0);
            assertThat(best.second()).isEqualTo(2);
            assertThat(best.scoreGain()).isCloseTo(4.0 / 3, within(1e-12));
        });
        assertThat(PowerPlacement.bestSwap(watts, new int[] {0, 1, 0, 1})).isEmpty();
    }

    /** Against the gain of every swap, worked out from the scores of whole domains. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void noOtherSwapGainsMore(long seed) {
        Random random = new Random(seed);
        List<double[]> watts = IntStream.range(0, 9)
                .mapToObj(i -> random.doubles(6, 1, 10).toArray())
                .toList();
        int[] domainOf = {0, 0, 0, 1, 1, 1, 2, 2, 2};
        double before = sumOfScores(watts, domainOf);
        double most = 0;
        for (int i = 0; i < 9; i++) {
            for (int j = i + 1; j < 9; j++) {
                int[] swapped = domainOf.clone();
                swapped[i] = domainOf[j];
                swapped[j] = domainOf[i];
                most = Math.max(most, sumOfScores(watts, swapped) - before);
            }
        }

        assertThat(PowerPlacement.bestSwap(watts, domainOf).map(PowerPlacement.Swap::scoreGain))
                .hasValueSatisfying(gain -> assertThat(gain).isPositive());
        assertThat(PowerPlacement.bestSwap(watts, domainOf).orElseThrow().scoreGain())
                .isCloseTo(most, within(1e-9));
    }

    /** The best of all 280 ways to deal nine instances to three domains of three is hardly better. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void dealsNearlyAsWellAsTheBestOfAllPlacements(long seed) {
        Random random = new Random(seed);
        List<double[]> watts = IntStream.range(0, 9)
                .mapToObj(i -> random.doubles(6, 1, 10).toArray())
                .toList();
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        for (int code = 0; code < 19683; code++) {
            int[] domainOf = new int[9];
            int[] sizes = new int[3];
            for (int i = 0, rest = code; i < 9; i++, rest /= 3) {
                domainOf[i] = rest % 3;
                sizes[domainOf[i]]++;
            }
            if (sizes[0] == 3 && sizes[1] == 3) {
                double watt = PowerPlacement.sumOfPeaksWatts(watts, domainOf);
                least = Math.min(least, watt);
                most = Math.max(most, watt);
            }
        }

        double placed = PowerPlacement.sumOfPeaksWatts(watts, PowerPlacement.place(watts, 3));

        assertThat(placed).isBetween(least - 1e-9, least + 0.25 * (most - least));
    }

    @Test
    void refusesWhatIsNoPlacement() {
        assertThatThrownBy(() -> PowerPlacement.place(List.of(DAY), 0))
                .hasMessageContaining("at least 1 domain, was 0");
        assertThatThrownBy(() -> PowerPlacement.asynchrony(List.of())).hasMessageContaining("at least one instance");
        assertThatThrownBy(() -> PowerPlacement.asynchrony(List.of(DAY, new double[3])))
                .hasMessageContaining("one length, were 2 and 3");
        assertThatThrownBy(() -> PowerPlacement.sumOfPeaksWatts(List.of(DAY), new int[2]))
                .hasMessageContaining("each instance needs a domain, were 1 and 2");
    }

    private static double sumOfScores(List<double[]> watts, int[] domainOf) {
        double sum = 0;
        for (int domain = 0; domain < 3; domain++) {
            int its = domain;
            sum += PowerPlacement.asynchrony(IntStream.range(0, domainOf.length)
                    .filter(i -> domainOf[i] == its)
                    .mapToObj(watts::get)
                    .toList());
        }
        return sum;
    }
}
