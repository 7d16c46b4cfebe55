package dev.capstan.capping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import org.junit.jupiter.api.Test;

class BudgetSharesTest {

    private static final double ROUNDING = 1e-6;

    /** What may be missing without a word. */
    private static final double UNTOLD = BudgetShares.ROUNDING_WATTS + ROUNDING;

    private static BudgetShares.Claim claim(double demandWatts, int priority, double reservedWatts) {
        return new BudgetShares.Claim(0, demandWatts, demandWatts, priority, 1, reservedWatts);
    }

    private static GroupCap cap(String name, double watts, int count, Integer... members) {
        boolean[] under = new boolean[count];
        for (int member : members) {
            under[member] = true;
        }
        return new GroupCap(name, watts, under);
    }

    private static double[] share(List<BudgetShares.Claim> claims, List<GroupCap> caps) {
        return BudgetShares.reserved(claims, caps).lent(caps);
    }

    /**
     * The three flows over two links of Bertsekas and Gallager: a uses both, of 10 and 20 W. All rise to 5 W, where the first
     * is full and holds a and b; c goes on to 15 W.
     */
    @Test
    void goesOnWhereOverlappingCapsLeaveRoom() {
        List<BudgetShares.Claim> claims = List.of(claim(100, 1, 0), claim(100, 1, 0), claim(100, 1, 0));
        double[] grants = share(claims, List.of(cap("x", 10, 3, 0, 1), cap("y", 20, 3, 0, 2)));
        assertThat(grants).containsExactly(new double[] {5, 5, 15}, within(1e-9));
    }

    /** 900 W at weights 1 and 2, of which the second wants only 400 W: 300 and 600 W, but 500 and 400 W. */
    @Test
    void sharesByWeightUpToWhatEachWants() {
        List<BudgetShares.Claim> claims =
                List.of(new BudgetShares.Claim(0, 700, 700, 1, 1, 0), new BudgetShares.Claim(0, 400, 400, 1, 2, 0));
        assertThat(share(claims, List.of(cap("x", 900, 2, 0, 1))))
                .containsExactly(new double[] {500, 400}, within(1e-9));
        assertThat(share(claims, List.of(cap("x", 300, 2, 0, 1))))
                .containsExactly(new double[] {100, 200}, within(1e-9));
    }

    /** Of 1000 W the low one holds its 400 W reserved against the high one that wants all. */
    @Test
    void keepsWhatIsReservedFromAHigherPriority() {
        List<BudgetShares.Claim> claims = List.of(claim(1000, 2, 0), claim(600, 1, 400));
        assertThat(share(claims, List.of(cap("x", 1000, 2, 0, 1))))
                .containsExactly(new double[] {600, 400}, within(1e-9));
    }

    /** The owner of 400 W wants 100 W: 900 W are lent. It wants 350 W again: 650 W are left at once. */
    @Test
    void lendsWhatIsReservedAndTakesItBackWithTheDemand() {
        List<GroupCap> caps = List.of(cap("x", 1000, 2, 0, 1));
        assertThat(share(List.of(claim(1000, 2, 0), claim(100, 1, 400)), caps))
                .containsExactly(new double[] {900, 100}, within(1e-9));
        assertThat(share(List.of(claim(1000, 2, 0), claim(350, 1, 400)), caps))
                .containsExactly(new double[] {650, 350}, within(1e-9));
    }

    /** 100 W each are given; of 200 and 600 W reserved beyond, 400 W fit: a half of each. 400 W are missing. */
    @Test
    void cutsReservationsInProportionAndSaysWhatIsMissing() {
        List<BudgetShares.Claim> claims = List.of(
                new BudgetShares.Claim(100, 1000, 1000, 1, 1, 300), new BudgetShares.Claim(100, 1000, 1000, 2, 1, 700));
        List<GroupCap> caps = List.of(cap("x", 600, 2, 0, 1), cap("wide", 1000, 2, 0, 1));
        assertThat(share(claims, caps)).containsExactly(new double[] {200, 400}, within(1e-9));
        assertThat(BudgetShares.shortfalls(claims, caps)).containsExactly(new BudgetShares.Shortfall("x", 400, false));
    }

    /** 200 W at least do not fit 150 W; who is not under that cap has all. */
    @Test
    void keepsTheLowestWhereItDoesNotFit() {
        BudgetShares.Claim claim = new BudgetShares.Claim(100, 500, 700, 1, 1, 300);
        List<GroupCap> caps = List.of(cap("x", 150, 3, 0, 1));
        assertThat(share(List.of(claim, claim, claim), caps)).containsExactly(100, 100, 700);
        assertThat(BudgetShares.shortfalls(List.of(claim, claim, claim), caps))
                .containsExactly(new BudgetShares.Shortfall("x", 50, true));
    }

    /** A problem with up to six services and four caps in random overlaps. */
    record Problem(List<BudgetShares.Claim> claims, List<GroupCap> caps) {

        double room(GroupCap cap, double[] grants) {
            return cap.watts() - cap.sum(grants);
        }
    }

    private static Arbitrary<Double> uniform(double from, double to) {
        return Arbitraries.doubles().between(from, to).withDistribution(RandomDistribution.uniform());
    }

    /** Caps from somewhat under what is lowest in them to somewhat over what is wanted, so that most of them bind. */
    @Provide
    Arbitrary<Problem> problems() {
        Arbitrary<BudgetShares.Claim> claims = Combinators.combine(
                        uniform(0, 300),
                        uniform(0, 300),
                        uniform(0, 300),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.of(0.5, 1.0, 2.0),
                        Arbitraries.of(0.0, 150.0, 400.0))
                .as((low, more, most, priority, weight, reserved) ->
                        new BudgetShares.Claim(low, low + more, low + more + most, priority, weight, reserved));
        return Combinators.combine(
                        claims.list().ofMinSize(1).ofMaxSize(6),
                        Arbitraries.integers()
                                .between(1, 63)
                                .withDistribution(RandomDistribution.uniform())
                                .list()
                                .ofMaxSize(4),
                        uniform(-0.1, 1.2).list().ofSize(4))
                .as((list, masks, shares) -> {
                    double[] lowest = list.stream()
                            .mapToDouble(BudgetShares.Claim::lowestWatts)
                            .toArray();
                    double[] demand = list.stream()
                            .mapToDouble(BudgetShares.Claim::demandWatts)
                            .toArray();
                    List<GroupCap> caps = new ArrayList<>();
                    for (int cap = 0; cap < masks.size(); cap++) {
                        GroupCap open = new GroupCap("cap-" + cap, 0, members(masks.get(cap), list.size()));
                        double low = open.sum(lowest);
                        double watts = Math.max(0, low + shares.get(cap) * (open.sum(demand) - low));
                        caps.add(new GroupCap(open.name(), watts, open.members()));
                    }
                    return new Problem(list, caps);
                });
    }

    private static boolean[] members(int mask, int count) {
        boolean[] members = new boolean[count];
        for (int i = 0; i < count; i++) {
            members[i] = (mask >> i & 1) == 1;
        }
        return members;
    }

    @Property
    void keepsEveryCapThatHoldsTheLowestAndEveryBound(@ForAll("problems") Problem problem) {
        double[] grants = share(problem.claims, problem.caps);
        double[] lowest = problem.claims.stream()
                .mapToDouble(BudgetShares.Claim::lowestWatts)
                .toArray();
        for (int i = 0; i < grants.length; i++) {
            BudgetShares.Claim claim = problem.claims.get(i);
            assertThat(grants[i]).isBetween(claim.lowestWatts(), claim.highestWatts() + ROUNDING);
        }
        for (GroupCap cap : problem.caps) {
            assertThat(cap.sum(grants)).isLessThanOrEqualTo(Math.max(cap.watts(), cap.sum(lowest)) + ROUNDING);
        }
    }

    /** What is reserved and wanted is granted in full unless a cap over it cannot carry what is promised under it. */
    @Property
    void grantsWhatIsReservedBeforeAnybodyBorrows(@ForAll("problems") Problem problem) {
        double[] grants = share(problem.claims, problem.caps);
        List<String> lacking = BudgetShares.shortfalls(problem.claims, problem.caps).stream()
                .map(BudgetShares.Shortfall::cap)
                .toList();
        for (int i = 0; i < grants.length; i++) {
            int at = i;
            boolean cut = problem.caps.stream().anyMatch(cap -> cap.members()[at] && lacking.contains(cap.name()));
            if (!cut) {
                BudgetShares.Claim claim = problem.claims.get(i);
                double promised = Math.min(claim.demandWatts(), claim.reservedWatts());
                assertThat(grants[i]).isGreaterThanOrEqualTo(promised - UNTOLD);
            }
        }
    }

    /**
     * The certificate of weighted max-min fairness under strict priorities: whoever has less than it wants is under a full cap
     * of which nobody borrows at a lower priority, and nobody of its own borrows more for its weight.
     */
    @Property
    void leavesNobodyAnyEnvy(@ForAll("problems") Problem problem) {
        double[] reserved = BudgetShares.reserved(problem.claims, problem.caps).reserved();
        double[] grants = share(problem.claims, problem.caps);
        for (int i = 0; i < grants.length; i++) {
            BudgetShares.Claim mine = problem.claims.get(i);
            if (grants[i] >= mine.demandWatts() - ROUNDING) {
                continue;
            }
            int at = i;
            assertThat(problem.caps).anySatisfy(cap -> {
                assertThat(cap.members()[at]).isTrue();
                assertThat(problem.room(cap, grants)).isLessThan(ROUNDING);
                for (int j = 0; j < grants.length; j++) {
                    BudgetShares.Claim other = problem.claims.get(j);
                    double borrowed = grants[j] - reserved[j];
                    if (cap.members()[j] && other.priority() <= mine.priority() && borrowed > ROUNDING) {
                        assertThat(other.priority()).isEqualTo(mine.priority());
                        assertThat(borrowed / other.weight())
                                .isLessThanOrEqualTo((grants[at] - reserved[at]) / mine.weight() + ROUNDING);
                    }
                }
            });
        }
    }

    /** No feasible point of a grid of whole watts, up to three services, has a larger smallest, then second smallest ... share. */
    @Property(tries = 200)
    void noPointOfAGridIsFairer(@ForAll("smallProblems") Problem problem) {
        double[] ours = sorted(share(problem.claims, problem.caps));
        int count = ours.length;
        int[] grid = new int[count];
        while (true) {
            double[] point = new double[count];
            boolean feasible = true;
            for (int i = 0; i < count; i++) {
                point[i] = grid[i];
                feasible &= point[i] <= problem.claims.get(i).demandWatts();
            }
            for (GroupCap cap : problem.caps) {
                feasible &= cap.sum(point) <= cap.watts();
            }
            if (feasible) {
                assertThat(isFairer(sorted(point), ours)).as("%s", point).isFalse();
            }
            int digit = 0;
            while (digit < count && ++grid[digit] > 12) {
                grid[digit++] = 0;
            }
            if (digit == count) {
                return;
            }
        }
    }

    @Provide
    Arbitrary<Problem> smallProblems() {
        return Combinators.combine(
                        Arbitraries.integers()
                                .between(0, 12)
                                .list()
                                .ofMinSize(1)
                                .ofMaxSize(3),
                        Arbitraries.integers().between(1, 7).list().ofMinSize(1).ofMaxSize(3),
                        Arbitraries.integers().between(0, 20).list().ofSize(3))
                .as((demands, masks, limits) -> {
                    List<GroupCap> caps = new ArrayList<>();
                    for (int cap = 0; cap < masks.size(); cap++) {
                        boolean[] members = members(masks.get(cap), demands.size());
                        caps.add(new GroupCap("cap-" + cap, limits.get(cap), members));
                    }
                    return new Problem(
                            demands.stream().map(watts -> claim(watts, 1, 0)).toList(), caps);
                });
    }

    private static double[] sorted(double[] values) {
        return Arrays.stream(values).sorted().toArray();
    }

    private static boolean isFairer(double[] one, double[] other) {
        for (int i = 0; i < one.length; i++) {
            if (Math.abs(one[i] - other[i]) > ROUNDING) {
                return one[i] > other[i];
            }
        }
        return false;
    }

    @Property
    void doesNotDependOnTheOrderOfCapsAndServices(@ForAll("problems") Problem problem, @ForAll long seed) {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < problem.claims.size(); i++) {
            places.add(i);
        }
        Collections.shuffle(places, new Random(seed));
        List<GroupCap> caps = new ArrayList<>();
        for (GroupCap cap : problem.caps) {
            boolean[] members = new boolean[places.size()];
            for (int i = 0; i < members.length; i++) {
                members[i] = cap.members()[places.get(i)];
            }
            caps.add(new GroupCap(cap.name(), cap.watts(), members));
        }
        Collections.shuffle(caps, new Random(~seed));
        List<BudgetShares.Claim> claims =
                places.stream().map(place -> problem.claims.get(place)).toList();
        double[] straight = share(problem.claims, problem.caps);
        double[] shuffled = share(claims, caps);
        for (int i = 0; i < shuffled.length; i++) {
            assertThat(shuffled[i]).isCloseTo(straight[places.get(i)], within(ROUNDING));
        }
    }

    /** A tree: the second cap over some of those of the first. Children together never have more than their parent. */
    @Property
    void neverGivesChildrenMoreThanTheirParent(@ForAll("problems") Problem problem) {
        int count = problem.claims.size();
        boolean[] all = new boolean[count];
        boolean[] left = new boolean[count];
        boolean[] right = new boolean[count];
        double lowest = 0;
        for (int i = 0; i < count; i++) {
            all[i] = true;
            left[i] = i % 2 == 0;
            right[i] = i % 2 == 1;
            lowest += problem.claims.get(i).lowestWatts();
        }
        // Each child alone may have as much as the parent.
        double parent = lowest + 200;
        double[] grants = share(
                problem.claims,
                List.of(
                        new GroupCap("left", parent, left),
                        new GroupCap("parent", parent, all),
                        new GroupCap("right", parent, right)));
        double sum = new GroupCap("left", parent, left).sum(grants) + new GroupCap("right", parent, right).sum(grants);
        assertThat(sum).isLessThanOrEqualTo(parent + ROUNDING);
    }

    /** An owner of which nothing was wanted comes back: it has what is reserved in that very step, whatever was lent. */
    @Property
    void takesBackWhatWasLentInOneStep(@ForAll("problems") Problem problem) {
        List<BudgetShares.Claim> idle = new ArrayList<>(problem.claims);
        BudgetShares.Claim owner = idle.get(0);
        idle.set(
                0,
                new BudgetShares.Claim(
                        owner.lowestWatts(),
                        owner.lowestWatts(),
                        owner.highestWatts(),
                        owner.priority(),
                        owner.weight(),
                        owner.reservedWatts()));
        double[] back = BudgetShares.reserved(problem.claims, problem.caps).reserved();
        double[] lent = share(idle, problem.caps);
        double[] after = share(problem.claims, problem.caps);
        assertThat(after[0]).isGreaterThanOrEqualTo(back[0] - ROUNDING);
        boolean carried = BudgetShares.shortfalls(problem.claims, problem.caps).isEmpty();
        if (carried) {
            assertThat(after[0]).isGreaterThanOrEqualTo(Math.min(owner.demandWatts(), owner.reservedWatts()) - UNTOLD);
            // Nobody else loses what is reserved for it.
            for (int i = 1; i < after.length; i++) {
                double kept = problem.claims.get(i).promisedWatts();
                assertThat(Math.min(after[i], lent[i])).isGreaterThanOrEqualTo(kept - UNTOLD);
            }
        }
    }

    @Test
    void refusesBudgetsThatMakeNoSense() {
        assertThatThrownBy(() -> new PowerBudget("a", -1, List.of("s"), Map.of()))
                .hasMessageContaining("at least 0 W, was -1.0");
        assertThatThrownBy(() -> new PowerBudget("a", 1, List.of(), Map.of())).hasMessageContaining("at least one");
        assertThatThrownBy(() -> new PowerBudget("a", 1, List.of("s", "s"), Map.of()))
                .hasMessageContaining("each once");
        assertThatThrownBy(() -> new PowerBudget("a", 1, List.of("s"), Map.of("t", 1.0)))
                .hasMessageContaining("1.0 W for t");
        assertThatThrownBy(() -> new PowerBudget("a", 1, List.of("s"), Map.of("s", Double.NaN)))
                .hasMessageContaining("NaN W for s");
    }
}
