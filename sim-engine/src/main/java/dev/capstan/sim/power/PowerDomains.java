package dev.capstan.sim.power;

import dev.capstan.sim.kernel.InvariantViolation;
import java.util.List;

/**
 * The tree of power domains with the true power of each, piecewise constant, and its energy, integrated exactly.
 *
 * <p>Power is held in whole microwatts, so that the power of a parent is exactly the sum of its children whatever the
 * order and number of changes; doubles would drift. 292 years of nanoseconds and 9 TW fit.
 *
 * <p><b>Caveats.</b> A change touches the domains from the leaf up to the root, nothing else. Of breakers, only those that
 * are over their rating cost anything, and those once for each change of their power.
 */
public final class PowerDomains {

    /** A domain: its name, the index of its parent (-1 for the root, which comes first), its limit and breaker. */
    public record Domain(
            String name, int parent, double limitWatts, double breakerRatingWatts, double breakerCoolingSeconds) {}

    private final List<Domain> domains;
    private final int[] parents;
    private final long[] microwatts;
    private final long[] ownMicrowatts;
    private final DomainMeter[] meters;

    /** The domains over the rating of their breaker, and maybe some that were of late. */
    private final int[] overloaded;

    private final boolean[] listed;
    private int overloads;
    private boolean tripsChanged;
    private int nextTrip;
    private long nextTripNanos = Long.MAX_VALUE;

    /** @param expectedSeconds length of the run, to size the meters */
    public PowerDomains(List<Domain> domains, int expectedSeconds) {
        this.domains = List.copyOf(domains);
        int count = domains.size();
        parents = new int[count];
        microwatts = new long[count];
        ownMicrowatts = new long[count];
        meters = new DomainMeter[count];
        overloaded = new int[count];
        listed = new boolean[count];
        for (int i = 0; i < count; i++) {
            Domain domain = domains.get(i);
            if (i == 0 ? domain.parent() != -1 : domain.parent() < 0 || domain.parent() >= i) {
                throw new IllegalArgumentException("the root domain comes first and parents before their children: "
                        + domain.name() + " has parent " + domain.parent());
            }
            parents[i] = domain.parent();
            meters[i] = new DomainMeter(domain, expectedSeconds);
        }
    }

    /** Number of domains. */
    public int size() {
        return parents.length;
    }

    /** The domain of that index. */
    public Domain domain(int index) {
        return domains.get(index);
    }

    /** Index of the parent, -1 for the root. */
    public int parent(int index) {
        return parents[index];
    }

    /** The meter of a domain. */
    public DomainMeter meter(int index) {
        return meters[index];
    }

    /** True power now. */
    public double watts(int index) {
        return microwatts[index] * 1e-6;
    }

    /** Adds to the draw of a leaf, and so of all domains above it, from now on. */
    public void add(int leaf, long deltaMicrowatts, long nowNanos) {
        if (deltaMicrowatts == 0) {
            return;
        }
        ownMicrowatts[leaf] += deltaMicrowatts;
        for (int domain = leaf; domain >= 0; domain = parents[domain]) {
            meters[domain].settle(nowNanos);
            microwatts[domain] += deltaMicrowatts;
            if (meters[domain].power(microwatts[domain] * 1e-6)) {
                tripChanges(domain);
            }
        }
    }

    private void tripChanges(int domain) {
        tripsChanged = true;
        if (!listed[domain]) {
            listed[domain] = true;
            overloaded[overloads++] = domain;
        }
    }

    /**
     * When a breaker will trip if nothing changes; {@link Long#MAX_VALUE} for never. To be asked whenever a change is over,
     * at the instant of the change.
     */
    public long nextTripNanos() {
        if (tripsChanged) {
            findNextTrip();
        }
        return nextTripNanos;
    }

    /** Whose breaker that is; of those due at one instant the last of the list, which is no domain above another. */
    public int nextTrip() {
        return nextTrip;
    }

    private void findNextTrip() {
        tripsChanged = false;
        nextTripNanos = Long.MAX_VALUE;
        int kept = 0;
        for (int i = 0; i < overloads; i++) {
            int domain = overloaded[i];
            if (!meters[domain].isOverRating()) {
                listed[domain] = false;
                continue;
            }
            overloaded[kept++] = domain;
            long at = meters[domain].tripNanos();
            if (at < nextTripNanos || (at == nextTripNanos && domain > nextTrip)) {
                nextTripNanos = at;
                nextTrip = domain;
            }
        }
        overloads = kept;
    }

    /** Brings all meters up to now. */
    public void settle(long nowNanos) {
        for (DomainMeter meter : meters) {
            meter.settle(nowNanos);
        }
    }

    /** Invariant 5: no domain draws less than nothing, and each draws its own loads and its children. */
    public void check(long nowNanos) {
        long[] expected = ownMicrowatts.clone();
        for (int i = size() - 1; i > 0; i--) {
            expected[parents[i]] += expected[i];
        }
        for (int i = 0; i < size(); i++) {
            if (microwatts[i] != expected[i] || microwatts[i] < 0) {
                throw new InvariantViolation(
                        5,
                        nowNanos,
                        "domain " + domains.get(i).name() + " draws " + microwatts[i]
                                + " uW, its loads and children draw " + expected[i] + " uW");
            }
        }
    }

    static double joules(double watts, long nanos) {
        return watts * (nanos * 1e-9);
    }
}
