package dev.capstan.capping;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Shares a budget of watts down a tree of power domains, strictly by priority inside each level. Up the tree every domain
 * sums, for each priority, what its services need beyond their lowest, as far as its own limit carries it; down the tree
 * every domain grants the lowest to all, then one priority after the other from the highest: all that it needs or, where it
 * does not fit, a share in proportion; then whatever is left in proportion to what each can still take. Source: CapMaestro
 * (Li et al., HPCA 2019), recalled.
 */
final class BudgetTree {

    /**
     * A service at a leaf.
     *
     * @param domain place of the domain that feeds it
     * @param level its priority, 0 the highest
     * @param lowestWatts granted in any case
     * @param demandWatts what it wants, at least the lowest
     * @param highestWatts what it can take, at least the demand
     */
    record Leaf(int domain, int level, double lowestWatts, double demandWatts, double highestWatts) {}

    private final int[] parents;
    private final double[] limitsWatts;
    private final Leaf[] leaves;
    private final int levels;
    private final double[] lowest;
    private final double[] highest;
    private final double[][] needs;
    private final double[] granted;
    private boolean feasible = true;

    /**
     * A tree whose budgets are given to {@link #share}.
     *
     * @param parents place of the domain above each, which comes before it; -1 for the root, which is first
     * @param limitsWatts what each domain may draw for services
     * @param levels number of priorities
     */
    BudgetTree(int[] parents, double[] limitsWatts, Leaf[] leaves, int levels) {
        this.parents = parents;
        this.limitsWatts = limitsWatts;
        this.leaves = leaves;
        this.levels = levels;
        lowest = new double[parents.length];
        highest = new double[parents.length];
        needs = new double[parents.length][levels];
        granted = new double[parents.length];
        sumUp();
    }

    /**
     * The tree of an observation.
     *
     * @param leaves with the place of a domain among those observed
     */
    static BudgetTree of(Observation seen, Leaf[] leaves, int levels) {
        int[] parents = parents(seen);
        return new BudgetTree(parents, limitsForServices(seen, parents), leaves, levels);
    }

    private static int[] parents(Observation seen) {
        List<DomainReading> domains = seen.domains();
        int[] parents = new int[domains.size()];
        for (int i = 0; i < parents.length; i++) {
            String parent = domains.get(i).parent();
            parents[i] = i == 0 ? -1 : parent == null ? 0 : place(seen, parent);
        }
        return parents;
    }

    /**
     * The domains of an observation as caps over those of its services that they feed.
     *
     * @param rootWatts what the root may draw for services
     */
    static List<GroupCap> caps(Observation seen, List<ServiceReading> services, double rootWatts) {
        int[] parents = parents(seen);
        double[] limits = limitsForServices(seen, parents);
        limits[0] = Math.min(limits[0], rootWatts);
        boolean[][] members = new boolean[parents.length][services.size()];
        for (int i = 0; i < services.size(); i++) {
            for (int domain = place(seen, services.get(i).domain()); domain >= 0; domain = parents[domain]) {
                members[domain][i] = true;
            }
        }
        List<GroupCap> caps = new ArrayList<>();
        for (int domain = 0; domain < parents.length; domain++) {
            // A rounding error shall not make the tree infeasible.
            caps.add(new GroupCap(seen.domains().get(domain).name(), limits[domain] - 1e-6, members[domain]));
        }
        return caps;
    }

    /** The priorities that services have, the highest first: their places are the levels of leaves. */
    static List<Integer> priorities(List<ServiceReading> services) {
        return services.stream()
                .map(ServiceReading::priority)
                .distinct()
                .sorted(Comparator.reverseOrder())
                .toList();
    }

    /** Place of a domain; that of the root where there is none of this name. */
    static int place(Observation seen, String domain) {
        for (int i = 0; i < seen.domains().size(); i++) {
            if (seen.domains().get(i).name().equals(domain)) {
                return i;
            }
        }
        return 0;
    }

    /** What each domain may draw for its services. */
    private static double[] limitsForServices(Observation seen, int[] parents) {
        double[] serviceWatts = new double[parents.length];
        for (ServiceReading service : seen.services()) {
            for (int i = place(seen, service.domain()); i >= 0; i = parents[i]) {
                serviceWatts[i] += service.power().isFresh() ? service.power().watts() : Double.NaN;
            }
        }
        double[] limits = new double[parents.length];
        for (int i = 0; i < limits.length; i++) {
            PowerReading meter = seen.domains().get(i).power();
            double besides = meter.isFresh() ? meter.watts() - serviceWatts[i] : Double.NaN;
            double overhead = i == 0 || Double.isNaN(besides) ? seen.overheadWatts() : Math.max(0, besides);
            limits[i] = seen.domains().get(i).limitWatts() - overhead;
        }
        return limits;
    }

    /** False when some domain cannot carry even the lowest of its services. */
    boolean feasible() {
        return feasible;
    }

    private void sumUp() {
        for (Leaf leaf : leaves) {
            lowest[leaf.domain] += leaf.lowestWatts;
            highest[leaf.domain] += leaf.highestWatts;
            needs[leaf.domain][leaf.level] += leaf.demandWatts - leaf.lowestWatts;
        }
        for (int domain = parents.length - 1; domain >= 0; domain--) {
            double room = limitsWatts[domain] - lowest[domain];
            feasible &= room >= 0;
            highest[domain] = Math.max(lowest[domain], Math.min(limitsWatts[domain], highest[domain]));
            for (int level = 0; level < levels; level++) {
                needs[domain][level] = Math.max(0, Math.min(room, needs[domain][level]));
                room -= needs[domain][level];
            }
            int parent = parents[domain];
            if (parent >= 0) {
                lowest[parent] += lowest[domain];
                highest[parent] += highest[domain];
                for (int level = 0; level < levels; level++) {
                    needs[parent][level] += needs[domain][level];
                }
            }
        }
    }

    /** The watts of each leaf. */
    double[] share(double budgetWatts) {
        double[] grants = new double[leaves.length];
        granted[0] = Math.min(budgetWatts, limitsWatts[0]);
        feasible &= granted[0] >= lowest[0];
        for (int domain = 0; domain < parents.length; domain++) {
            shareDomain(domain, grants);
        }
        return grants;
    }

    /** Grants to the domains below one domain and to the leaves in it. */
    private void shareDomain(int domain, double[] grants) {
        int[] below = places(parents, domain);
        int[] fed = places(Arrays.stream(leaves).mapToInt(Leaf::domain).toArray(), domain);
        double[] watts = new double[below.length + fed.length];
        double[] most = new double[watts.length];
        for (int i = 0; i < watts.length; i++) {
            boolean isDomain = i < below.length;
            watts[i] = isDomain ? lowest[below[i]] : leaves[fed[i - below.length]].lowestWatts;
            most[i] = isDomain ? highest[below[i]] : leaves[fed[i - below.length]].highestWatts;
        }
        double leftWatts = granted[domain] - WaterFilling.sum(watts);
        for (int level = 0; level < levels && leftWatts > 0; level++) {
            double[] wanted = watts.clone();
            for (int i = 0; i < watts.length; i++) {
                if (i < below.length) {
                    wanted[i] += needs[below[i]][level];
                } else if (leaves[fed[i - below.length]].level == level) {
                    wanted[i] = leaves[fed[i - below.length]].demandWatts;
                }
            }
            leftWatts = WaterFilling.proRata(watts, wanted, leftWatts);
        }
        WaterFilling.proRata(watts, most, leftWatts);
        for (int i = 0; i < watts.length; i++) {
            if (i < below.length) {
                granted[below[i]] = watts[i];
            } else {
                grants[fed[i - below.length]] = watts[i];
            }
        }
    }

    private static int[] places(int[] values, int value) {
        int[] places = new int[values.length];
        int count = 0;
        for (int i = 0; i < values.length; i++) {
            if (values[i] == value) {
                places[count++] = i;
            }
        }
        return Arrays.copyOf(places, count);
    }
}
