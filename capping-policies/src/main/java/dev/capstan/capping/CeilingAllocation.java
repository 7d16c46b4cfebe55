package dev.capstan.capping;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Shares a budget of watts out as replica ceilings: every service keeps its floor, then one replica at a time goes to
 * the highest priority and, within it, to the largest gain divided by (replicas + 1), as long as it fits. Replicas that fit
 * what a budget reserves for their service come before all others.
 */
final class CeilingAllocation {

    private final int[] ceilings;
    private final double plannedWatts;
    private final boolean feasible;
    private final String complaint;

    private CeilingAllocation(int[] ceilings, double plannedWatts, boolean feasible, String complaint) {
        this.ceilings = ceilings;
        this.plannedWatts = plannedWatts;
        this.feasible = feasible;
        this.complaint = complaint;
    }

    /** The ceiling of the service at this place. */
    int ceiling(int service) {
        return ceilings[service];
    }

    /** Sum of ceilings times planned watts. */
    double plannedWatts() {
        return plannedWatts;
    }

    /**
     * False when the floors alone exceed the budget, and the ceilings are the floors, or one over a group of services, and the
     * ceilings of the group are.
     */
    boolean feasible() {
        return feasible;
    }

    /** What to add to a reason: the budgets over groups that the floors exceed; empty where there is none. */
    String complaint() {
        return complaint;
    }

    /**
     * Shares the budget out, inside the budgets over groups of services.
     *
     * @param planWatts what one replica of each service is planned at; above 0
     * @param gains worth of a first replica of each service
     * @param highest ceilings not to exceed; a floor above it wins
     * @param budgetWatts for all replicas together
     */
    static CeilingAllocation share(
            Observation seen, double[] planWatts, double[] gains, int[] highest, double budgetWatts) {
        int[] lowest = seen.services().stream()
                .mapToInt(service -> service.replicas().lowestCeiling())
                .toArray();
        return share(seen, lowest, planWatts, planWatts, gains, highest, budgetWatts);
    }

    /**
     * The same from other ceilings than the floors up.
     *
     * @param lowest kept in any case
     * @param keptWatts what one replica of those is planned at
     * @param addedWatts what one more is planned at; above 0
     */
    static CeilingAllocation share(
            Observation seen,
            int[] lowest,
            double[] keptWatts,
            double[] addedWatts,
            double[] gains,
            int[] highest,
            double budgetWatts) {
        List<ServiceReading> services = seen.services();
        int count = services.size();
        int[] ceilings = lowest.clone();
        double[] planned = new double[count];
        double watts = 0;
        for (int i = 0; i < count; i++) {
            planned[i] = ceilings[i] * keptWatts[i];
            watts += planned[i];
        }
        if (watts > budgetWatts) {
            return new CeilingAllocation(ceilings, watts, false, "");
        }
        List<GroupCap> groups = GroupCap.of(seen.budgets(), services);
        StringBuilder complaint = new StringBuilder();
        for (GroupCap group : groups) {
            if (group.sum(planned) > group.watts()) {
                complaint.append(String.format(
                        Locale.ROOT,
                        "; %s lacks %.0f W for the floors",
                        group.name(),
                        group.sum(planned) - group.watts()));
            }
        }
        double[] reserved = services.stream()
                .mapToDouble(service -> seen.reservedWatts(service.name()))
                .toArray();
        while (true) {
            int best = -1;
            for (int i = 0; i < count; i++) {
                if (ceilings[i] < highest[i]
                        && watts + addedWatts[i] <= budgetWatts
                        && fits(groups, planned, addedWatts, i)
                        && (best < 0 || precedes(services, gains, ceilings, planned, addedWatts, reserved, i, best))) {
                    best = i;
                }
            }
            if (best < 0) {
                return new CeilingAllocation(ceilings, watts, complaint.isEmpty(), complaint.toString());
            }
            ceilings[best]++;
            watts += addedWatts[best];
            planned[best] += addedWatts[best];
        }
    }

    /** The largest ceilings whose worst case at the GPU limits in force fits the budget, no higher than given. */
    static CeilingAllocation worstCase(Observation seen, int[] highest, double budgetWatts) {
        List<ServiceReading> services = seen.services();
        double[] planWatts = services.stream()
                .mapToDouble(service -> service.replicaPower().worstCaseWatts())
                .toArray();
        return share(seen, planWatts, weights(services), highest, budgetWatts);
    }

    /**
     * Holds the root domain to a power by the worst case of all replicas under their ceilings.
     *
     * @param rootWatts what the root domain may draw; counts where it is lower than the cap
     * @param reserveWatts watts of it that are never planned with
     * @param why what the reason begins with
     */
    static Decision hold(Observation seen, double rootWatts, double reserveWatts, String why) {
        List<ServiceReading> services = seen.services();
        double budgetWatts = Math.min(rootWatts, seen.allowedWatts()) - seen.overheadWatts() - reserveWatts;
        CeilingAllocation allocation = worstCase(seen, originalCeilings(services), budgetWatts);
        List<ServiceAction> actions = new ArrayList<>();
        for (int i = 0; i < services.size(); i++) {
            int ceiling = allocation.ceiling(i);
            if (ceiling != services.get(i).replicas().ceiling()) {
                actions.add(ServiceAction.ceiling(services.get(i).name(), ceiling));
            }
        }
        String code = !allocation.feasible() ? "infeasible" : actions.isEmpty() ? "steady" : "allocated";
        String reason = String.format(
                Locale.ROOT,
                "%sworst case of the ceilings %.0f W of %.0f W for services%s",
                why,
                allocation.plannedWatts(),
                budgetWatts,
                allocation.complaint());
        return new Decision(actions, code, reason);
    }

    /** Worst case of the root domain with every service at its lowest ceiling: no cap under it can be held. */
    static double floorWatts(Observation seen) {
        double watts = seen.overheadWatts();
        for (ServiceReading service : seen.services()) {
            watts += service.replicas().lowestCeiling() * service.replicaPower().worstCaseWatts();
        }
        return watts;
    }

    static double[] weights(List<ServiceReading> services) {
        return services.stream().mapToDouble(ServiceReading::weight).toArray();
    }

    static int[] originalCeilings(List<ServiceReading> services) {
        return services.stream()
                .mapToInt(service -> service.replicas().originalCeiling())
                .toArray();
    }

    private static boolean fits(List<GroupCap> groups, double[] planned, double[] addedWatts, int candidate) {
        for (GroupCap group : groups) {
            if (group.members()[candidate] && group.sum(planned) + addedWatts[candidate] > group.watts()) {
                return false;
            }
        }
        return true;
    }

    private static boolean precedes(
            List<ServiceReading> services,
            double[] gains,
            int[] ceilings,
            double[] planned,
            double[] addedWatts,
            double[] reserved,
            int candidate,
            int best) {
        boolean isReserved = planned[candidate] + addedWatts[candidate] <= reserved[candidate];
        if (isReserved != planned[best] + addedWatts[best] <= reserved[best]) {
            return isReserved;
        }
        int byPriority = Integer.compare(
                services.get(candidate).priority(), services.get(best).priority());
        return byPriority != 0
                ? byPriority > 0
                : gains[candidate] / (ceilings[candidate] + 1) > gains[best] / (ceilings[best] + 1);
    }
}
