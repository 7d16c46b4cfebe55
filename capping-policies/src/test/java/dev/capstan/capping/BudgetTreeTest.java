package dev.capstan.capping;

import static dev.capstan.capping.SimulatedService.observe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BudgetTreeTest {

    private static final double NO_LIMIT = Double.POSITIVE_INFINITY;

    /** A row with two racks under it, and a third under the first of these. */
    private static final int[] PARENTS = {-1, 0, 0, 1};

    private static BudgetTree.Leaf leaf(int domain, int level, double demandWatts) {
        return new BudgetTree.Leaf(domain, level, 100, demandWatts, 500);
    }

    /** 1000 W: 100 W each, then level 0 its 300 W more; 400 W in proportion to the 200 and 300 W of level 1. */
    @Test
    void grantsOnePriorityAfterTheOther() {
        BudgetTree.Leaf[] leaves = {leaf(0, 1, 300), leaf(0, 0, 400), leaf(0, 1, 400)};
        double[] grants = new BudgetTree(new int[] {-1}, new double[] {NO_LIMIT}, leaves, 2).share(1000);
        assertThat(grants[0]).isCloseTo(100 + 160, within(1e-9));
        assertThat(grants[1]).isCloseTo(400, within(1e-9));
        assertThat(grants[2]).isCloseTo(100 + 240, within(1e-9));
    }

    /** 1400 W hold all demands of 1100 W; 300 W go out by the 200, 100 and 100 W that are missing to 500 W. */
    @Test
    void givesWhatIsLeftInProportionToWhatEachCanTake() {
        BudgetTree.Leaf[] leaves = {leaf(0, 1, 300), leaf(0, 0, 400), leaf(0, 1, 400)};
        double[] grants = new BudgetTree(new int[] {-1}, new double[] {NO_LIMIT}, leaves, 2).share(1400);
        assertThat(grants).containsExactly(new double[] {450, 475, 475}, within(1e-9));
    }

    /** Rack 1 carries 250 W, so its important service gets 150 W, and the other rack what that cannot take. */
    @Test
    void passesByWhatALimitBelowCannotCarry() {
        BudgetTree.Leaf[] leaves = {leaf(1, 0, 400), leaf(1, 1, 400), leaf(2, 1, 400)};
        double[] grants =
                new BudgetTree(new int[] {-1, 0, 0}, new double[] {NO_LIMIT, 250, NO_LIMIT}, leaves, 2).share(600);
        assertThat(grants).containsExactly(new double[] {150, 100, 350}, within(1e-9));
    }

    @Test
    void keepsTheLowestOfAllWhereEvenThatDoesNotFit() {
        BudgetTree.Leaf[] leaves = {leaf(1, 0, 400), leaf(1, 1, 400)};
        BudgetTree tree = new BudgetTree(new int[] {-1, 0}, new double[] {NO_LIMIT, 150}, leaves, 2);
        assertThat(tree.share(1000)).containsExactly(100, 100);
        assertThat(tree.feasible()).isFalse();
        BudgetTree root = new BudgetTree(new int[] {-1, 0}, new double[] {NO_LIMIT, NO_LIMIT}, leaves, 2);
        assertThat(root.share(199)).containsExactly(100, 100);
        assertThat(root.feasible()).isFalse();
    }

    @Provide
    Arbitrary<List<BudgetTree.Leaf>> leaves() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.doubles().between(0, 300),
                        Arbitraries.doubles().between(0, 300),
                        Arbitraries.doubles().between(0, 300))
                .as((domain, level, low, more, most) ->
                        new BudgetTree.Leaf(domain, level, low, low + more, low + more + most))
                .list()
                .ofMinSize(1)
                .ofMaxSize(8);
    }

    @Property(tries = 1000)
    void neverExceedsAParentNorInvertsPriorities(
            @ForAll("leaves") List<BudgetTree.Leaf> leaves,
            @ForAll @Size(4) List<@DoubleRange(min = 1, max = 2500) Double> limits) {
        BudgetTree.Leaf[] all = leaves.toArray(new BudgetTree.Leaf[0]);
        double[] limitsWatts = limits.stream().mapToDouble(Double::doubleValue).toArray();
        BudgetTree tree = new BudgetTree(PARENTS, limitsWatts, all, 3);
        double[] grants = tree.share(limitsWatts[0]);
        double[] sums = new double[PARENTS.length];
        for (int i = 0; i < all.length; i++) {
            assertThat(grants[i]).isBetween(all[i].lowestWatts() - 1e-9, all[i].highestWatts() + 1e-9);
            for (int domain = all[i].domain(); domain >= 0; domain = PARENTS[domain]) {
                sums[domain] += grants[i];
            }
        }
        if (!tree.feasible()) {
            return;
        }
        for (int domain = 0; domain < sums.length; domain++) {
            assertThat(sums[domain]).isLessThanOrEqualTo(limitsWatts[domain] + 1e-6);
        }
        for (int high = 0; high < all.length; high++) {
            for (int low = 0; low < all.length; low++) {
                if (all[high].level() < all[low].level()
                        && grants[high] < all[high].demandWatts() - 1e-6
                        && grants[low] > all[low].lowestWatts() + 1e-6) {
                    // Only a full domain that feeds the first and not the second excuses that.
                    assertThat(fullOnTheWay(all[high], all[low], sums, limitsWatts))
                            .isTrue();
                }
            }
        }
    }

    private static boolean fullOnTheWay(BudgetTree.Leaf to, BudgetTree.Leaf from, double[] sums, double[] limitsWatts) {
        for (int domain = to.domain(); domain >= 0; domain = PARENTS[domain]) {
            if (!feeds(domain, from) && sums[domain] >= limitsWatts[domain] - 1e-6) {
                return true;
            }
        }
        return false;
    }

    private static boolean feeds(int domain, BudgetTree.Leaf leaf) {
        for (int above = leaf.domain(); above >= 0; above = PARENTS[above]) {
            if (above == domain) {
                return true;
            }
        }
        return false;
    }

    private static SimulatedService busy(String name, String domain, int priority) {
        SimulatedService service = SimulatedService.of(name, 2, 1400);
        service.domain = domain;
        service.priority = priority;
        return service;
    }

    /**
     * Two replicas each on boards of 200 to 700 W; a and b in a rack of 2200 W that draws 200 W besides, c beside it. The row's
     * 3500 W less 400 W are 3100 W, of which 1200 W are the lowest and 1000 W the need of a. The rack carries 2000 W, so that
     * beside a it has 200 W for b; those and the 1000 W of c share the 900 W that are left as 150 and 750 W.
     */
    @Test
    void budgetsTheDomainsOfAnObservation() {
        SimulatedService a = busy("a", "rack", 2);
        SimulatedService b = busy("b", "rack", 1);
        SimulatedService c = busy("c", "row", 1);
        List<DomainReading> domains = List.of(
                new DomainReading("row", null, NO_LIMIT, PowerReading.fresh(4600, 0)),
                new DomainReading("rack", "row", 2200, PowerReading.fresh(3000, 0)));
        CapMaestroPolicy policy = new CapMaestroPolicy(0, new PowerDemand(0.1, 0.9, 0.3, 2_000_000_000L));
        Decision decision = SimulatedService.firstDecision(policy, observe(0, 3500, 400, domains, a, b, c));
        // Needs of level 1 in the rack are clipped to 2000 - 1400 - 400 = 200 W, those of c are 1000 W; 900 W in
        // proportion.
        assertThat(decision.code()).isEqualTo("shared");
        assertThat(decision.actions())
                .containsExactly(ServiceAction.gpuLimit("b", 275), ServiceAction.gpuLimit("c", 575));
    }
}
