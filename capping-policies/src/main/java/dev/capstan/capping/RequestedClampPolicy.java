package dev.capstan.capping;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Clamps what autoscalers propose to a budget of the power caps that replicas requested, after the planner of NVIDIA Dynamo
 * ({@link RequestedClamp}). It measures nothing, never asks for a replica, and takes none away from a service that proposes
 * nothing, however much it is over budget, unless told to shrink.
 *
 * <p>A proposal is what the autoscaler wants now. It is written as a replica ceiling, and whatever the budget has left is
 * shared out as room above it: an autoscaler behind a ceiling cannot propose more than the ceiling.
 *
 * <p>Requested watts of a replica are its worst case at the GPU limit in force, the watts that the cap is counted in.
 */
public final class RequestedClampPolicy implements StatelessPolicy {

    private final double reserveWatts;
    private final boolean shrinks;

    RequestedClampPolicy(double reserveWatts, boolean shrinks) {
        this.reserveWatts = reserveWatts;
        this.shrinks = shrinks;
    }

    @Override
    public Senses senses() {
        return Senses.NOTHING;
    }

    @Override
    public Decision decide(Observation seen) {
        List<ServiceReading> services = seen.services();
        int count = services.size();
        int[] current = new int[count];
        int[] proposed = new int[count];
        int[] least = new int[count];
        double[] watts = new double[count];
        double budgetWatts = seen.allowedWatts() - seen.overheadWatts() - reserveWatts;
        double leastWatts = 0;
        for (int i = 0; i < count; i++) {
            ReplicaCounts replicas = services.get(i).replicas();
            current[i] = replicas.ready() + replicas.starting();
            proposed[i] = replicas.desired();
            least[i] = replicas.lowestCeiling();
            watts[i] = services.get(i).replicaPower().worstCaseWatts();
            leastWatts += least[i] * watts[i];
        }
        if (leastWatts > budgetWatts) {
            String reason = String.format(Locale.ROOT, "floors request %.0f W of %.0f W", leastWatts, budgetWatts);
            return Decision.hold("infeasible", reason);
        }
        RequestedClamp clamp = new RequestedClamp(current, proposed, least, watts, budgetWatts, shrinks);
        int[] accepted = clamp.clamped();
        int[] ceilings = withRoom(seen, accepted, watts, budgetWatts, clamp.staged());
        List<ServiceAction> actions = new ArrayList<>();
        boolean clamped = false;
        double acceptedWatts = 0;
        for (int i = 0; i < count; i++) {
            if (ceilings[i] != services.get(i).replicas().ceiling()) {
                actions.add(ServiceAction.ceiling(services.get(i).name(), ceilings[i]));
            }
            clamped |= accepted[i] < proposed[i];
            acceptedWatts += accepted[i] * watts[i];
        }
        String code =
                clamp.staged() ? "staged" : clamped ? "clamped" : acceptedWatts > budgetWatts ? "over-budget" : "fits";
        String reason = String.format(Locale.ROOT, "replicas request %.0f W of %.0f W", acceptedWatts, budgetWatts);
        return new Decision(actions, code, reason);
    }

    /** Ceilings: what is accepted and, unless services wait for others, the rest of the budget above it. */
    private static int[] withRoom(
            Observation seen, int[] accepted, double[] watts, double budgetWatts, boolean staged) {
        List<ServiceReading> services = seen.services();
        int[] lowest = new int[accepted.length];
        double drainingWatts = 0;
        for (int i = 0; i < lowest.length; i++) {
            ReplicaCounts replicas = services.get(i).replicas();
            lowest[i] = Math.max(replicas.lowestCeiling(), accepted[i]);
            // Replicas beyond a ceiling draw until they have drained.
            drainingWatts += Math.max(0, replicas.present() - lowest[i]) * watts[i];
        }
        if (staged) {
            return lowest;
        }
        CeilingAllocation shared = CeilingAllocation.share(
                seen,
                lowest,
                watts,
                watts,
                CeilingAllocation.weights(services),
                CeilingAllocation.originalCeilings(services),
                budgetWatts - drainingWatts);
        int[] ceilings = new int[lowest.length];
        for (int i = 0; i < ceilings.length; i++) {
            ceilings[i] = shared.ceiling(i);
        }
        return ceilings;
    }

    /** Makes the policy {@code requested-clamp}. */
    public static final class Factory extends CataloguedPolicy {

        /** For the service loader. */
        public Factory() {
            super(
                    "requested-clamp",
                    "Clamps what autoscalers propose to a budget of requested power caps; measures nothing.",
                    "ai-dynamo/dynamo, planner core/budget.py (read in wxsms/dynamo 2a6da14)",
                    "structure and rules certain for two services; more of them and room above proposals Capstan's",
                    List.of("replica ceiling"),
                    true,
                    reserveWatts(),
                    new PolicyParameter(
                            "shrink",
                            "switch",
                            0,
                            0,
                            1,
                            "1 also takes replicas from services that propose nothing; the planner never does.",
                            "0 as in the source"));
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new RequestedClampPolicy(value(parameters, "reserve_watts"), value(parameters, "shrink") == 1);
        }
    }
}
