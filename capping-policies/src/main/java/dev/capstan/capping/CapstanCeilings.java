package dev.capstan.capping;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToIntFunction;

/**
 * The slow lever of {@link CapstanPolicy}: replica ceilings, one priority after the other from the highest. Replicas are planned
 * at less the longer it takes to have them back: those that run at the share that a limit leaves them, those that come at all
 * that they can be expected to use. Whoever goes first counts with what its replicas used in all of a latency.
 */
final class CapstanCeilings {

    /**
     * What a replica is planned at in a pass over the services, in watts.
     *
     * @param higher of services of a higher priority
     * @param kept of those whose turn it is
     * @param added one more of those
     * @param lower of services of a lower priority
     */
    private record Plan(double[] higher, double[] kept, double[] added, double[] lower) {}

    private final Observation seen;
    private final List<ServiceReading> services;
    private final List<LearntRise> rises;
    private final double saturatedRatio;
    private final Plan running;
    private final Plan needed;
    private final Plan wanted;
    private final Plan room;
    private final Plan shared;

    /**
     * Plans the replicas of each service.
     *
     * @param rises what is known of each service
     * @param use share of its worst case that each can use within a latency
     * @param replicaRatio share of that which a limit leaves a replica before one has to go
     * @param saturatedRatio share of what their limit allows that replicas must draw for a latency to call for one more
     */
    CapstanCeilings(
            Observation seen, List<LearntRise> rises, double[] use, double replicaRatio, double saturatedRatio) {
        this.seen = seen;
        services = seen.services();
        this.rises = rises;
        this.saturatedRatio = saturatedRatio;
        double[] leastUse = each(i -> leastUse(services.get(i), rises.get(i)));
        double[] peak = each(i -> services.get(i).replicaPower().highestWorstCaseWatts());
        double[] expected = each(i -> use[i] * peak[i]);
        double[] share = each(i -> replicaRatio * expected[i]);
        double[] starting =
                each(i -> Math.max(expected[i], services.get(i).replicaPower().startingWatts()));
        // Without a reading those that run are kept at the lowest limit, and claim no more of the others.
        double[] least = each(i -> Math.max(lowestWatts(services.get(i)), replicaRatio * leastUse[i] * peak[i]));
        double[] sustained = each(i -> Math.max(least[i], leastUse[i] * peak[i]));
        running = new Plan(sustained, least, least, least);
        needed = new Plan(sustained, expected, starting, least);
        wanted = new Plan(expected, expected, starting, each(i -> Math.max(least[i], share[i])));
        room = new Plan(starting, starting, starting, starting);
        shared = new Plan(sustained, share, share, share);
    }

    /** The ceilings that fit a budget for the replicas of all services. */
    int[] within(double budgetWatts) {
        int[] ceilings = counts(service -> service.replicas().lowestCeiling());
        int[] ready = counts(service ->
                Math.min(service.replicas().desired(), service.replicas().ready()));
        int[] all = CeilingAllocation.originalCeilings(services);
        int[] runs = counts(CapstanCeilings::running);
        int[] saturated = new int[runs.length];
        Arrays.setAll(saturated, i -> isSaturated(i) ? Math.min(all[i], runs[i] + 1) : runs[i]);
        ceilings = reserved(ceilings, budgetWatts);
        for (int priority : BudgetTree.priorities(services)) {
            ceilings = raised(priority, ceilings, running, ready, budgetWatts);
            ceilings = raised(priority, ceilings, running, runs, budgetWatts);
            ceilings = raised(priority, ceilings, needed, saturated, budgetWatts);
        }
        ceilings = raised(ceilings, wanted, counts(CapstanCeilings::wanted), budgetWatts);
        ceilings = raised(ceilings, room, all, budgetWatts);
        int[] busy = new int[runs.length];
        Arrays.setAll(busy, i -> isAtCeiling(services.get(i)) ? saturated[i] : runs[i]);
        return raised(ceilings, shared, busy, budgetWatts);
    }

    /** Replicas that the autoscaler wants and that serve or start. */
    static int running(ServiceReading service) {
        ReplicaCounts replicas = service.replicas();
        return Math.min(replicas.desired(), replicas.ready() + replicas.starting());
    }

    /** What a budget over a group reserves is there for those who run or are wanted, whatever their priority is. */
    private int[] reserved(int[] ceilings, double budgetWatts) {
        int[] most = new int[ceilings.length];
        Arrays.setAll(most, i -> {
            ServiceReading service = services.get(i);
            int fits = (int) (seen.reservedWatts(service.name()) / needed.kept[i]);
            return Math.min(fits, wanted(service));
        });
        return raised(ceilings, needed.kept, needed.kept, most, budgetWatts);
    }

    private int[] raised(int[] lowest, Plan plan, int[] highest, double budgetWatts) {
        int[] ceilings = lowest;
        for (int priority : BudgetTree.priorities(services)) {
            ceilings = raised(priority, ceilings, plan, highest, budgetWatts);
        }
        return ceilings;
    }

    private int[] raised(int priority, int[] lowest, Plan plan, int[] highest, double budgetWatts) {
        double[] keptWatts = new double[lowest.length];
        int[] most = lowest.clone();
        for (int i = 0; i < most.length; i++) {
            int compared = Integer.compare(services.get(i).priority(), priority);
            keptWatts[i] = (compared > 0 ? plan.higher : compared < 0 ? plan.lower : plan.kept)[i];
            most[i] = compared == 0 ? highest[i] : lowest[i];
        }
        return raised(lowest, keptWatts, plan.added, most, budgetWatts);
    }

    private int[] raised(int[] lowest, double[] keptWatts, double[] addedWatts, int[] highest, double budgetWatts) {
        double[] gains = CeilingAllocation.weights(services);
        CeilingAllocation allocation =
                CeilingAllocation.share(seen, lowest, keptWatts, addedWatts, gains, highest, budgetWatts);
        int[] ceilings = new int[lowest.length];
        Arrays.setAll(ceilings, allocation::ceiling);
        return ceilings;
    }

    /** The least that was used in the last latency of what the limit allows; 0 where that is not known. */
    private static double leastUse(ServiceReading service, LearntRise known) {
        boolean read = service.power().isFresh() && known.recent().size() > 1;
        double allowed = GpuLimitRange.untilReady(service).enforcedWatts();
        return read && allowed > 0 ? known.lowestWatts() / allowed : 0;
    }

    /** Whether all that serve drew, for a latency, what their limit allows. */
    private boolean isSaturated(int i) {
        ServiceReading service = services.get(i);
        double allowed = service.replicas().ready() * service.replicaPower().worstCaseWatts();
        return service.power().isFresh() && allowed > 0 && rises.get(i).lowestWatts() >= saturatedRatio * allowed;
    }

    /** A replica at the lowest limit, with what those that start take. */
    private static double lowestWatts(ServiceReading service) {
        int present = Math.max(1, service.replicas().present());
        return Math.max(1, GpuLimitRange.untilReady(service).lowestWatts() / present);
    }

    /** What the autoscaler wants, and one more, which at its ceiling it cannot say; what was offered stays offered. */
    private static int wanted(ServiceReading service) {
        ReplicaCounts replicas = service.replicas();
        int wanted =
                isAtCeiling(service) ? replicas.ceiling() + 1 : Math.min(replicas.ceiling(), replicas.desired() + 1);
        return Math.min(replicas.originalCeiling(), wanted);
    }

    private static boolean isAtCeiling(ServiceReading service) {
        return service.replicas().desired() >= service.replicas().ceiling();
    }

    private double[] each(IntToDoubleFunction watts) {
        double[] all = new double[services.size()];
        Arrays.setAll(all, watts);
        return all;
    }

    private int[] counts(ToIntFunction<ServiceReading> count) {
        return services.stream().mapToInt(count).toArray();
    }
}
