package dev.capstan.capping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class CheapestSheddingTest {

    /** 100 W: 60 + 40 W for 3 + 2 are cheaper than 100 W for 6, and than 120 W for 7. */
    @Test
    void findsWhatGreedyByCostForEachWattMisses() {
        double[][] shed = {{0, 60, 100}, {0, 40, 120}};
        double[][] costs = {{0, 3, 6}, {0, 2, 7}};
        assertThat(CheapestShedding.choose(shed, costs, 100)).containsExactly(1, 1);
        assertThat(CheapestShedding.choose(shed, costs, 101)).containsExactly(0, 2);
        assertThat(CheapestShedding.choose(shed, costs, 0)).containsExactly(0, 0);
    }

    @Test
    void takesTheDeepestOptionsWhereNothingIsEnough() {
        double[][] shed = {{0, 60, 60}, {0, 40, 120}};
        double[][] costs = {{0, 3, 6}, {0, 2, 7}};
        assertThat(CheapestShedding.choose(shed, costs, 181)).containsExactly(1, 2);
    }

    /** Of a need of 1000 W, whole watts are whole steps, so that the choice is as cheap as the best of all. */
    @Property(tries = 500)
    void isAsCheapAsTheBestOfAllChoices(
            @ForAll @Size(10) List<@IntRange(max = 600) Integer> watts,
            @ForAll @Size(10) List<@IntRange(max = 50) Integer> prices) {
        double[][] shed = new double[5][3];
        double[][] costs = new double[5][3];
        for (int i = 0; i < 5; i++) {
            shed[i][1] = watts.get(2 * i);
            shed[i][2] = shed[i][1] + watts.get(2 * i + 1);
            costs[i][1] = prices.get(2 * i);
            costs[i][2] = costs[i][1] + prices.get(2 * i + 1);
        }
        double best = Double.POSITIVE_INFINITY;
        for (int choice = 0; choice < 243; choice++) {
            double sheds = 0;
            double price = 0;
            for (int i = 0, rest = choice; i < 5; i++, rest /= 3) {
                sheds += shed[i][rest % 3];
                price += costs[i][rest % 3];
            }
            if (sheds >= 1000) {
                best = Math.min(best, price);
            }
        }
        int[] chosen = CheapestShedding.choose(shed, costs, 1000);
        double sheds = 0;
        double price = 0;
        for (int i = 0; i < 5; i++) {
            sheds += shed[i][chosen[i]];
            price += costs[i][chosen[i]];
        }
        if (Double.isInfinite(best)) {
            assertThat(sheds).isLessThan(1000);
        } else {
            assertThat(sheds).isGreaterThanOrEqualTo(1000);
            assertThat(price).isCloseTo(best, within(1e-9));
        }
    }
}
