package dev.capstan.capping;

import dev.capstan.capping.LoadSplit.Pool;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Routes by what one more token costs, behind a filter for the SLO: fills the pools of a route one after the other, the one
 * with the fewest joules per token when full first, each up to the load at which it still meets the time per output token
 * ({@link LoadSplit#byMarginalEnergy}). Source: the fixed-charge problem, whose best split leaves at most one pool partly
 * filled; the filter, the stretching of the law and the band are Capstan's. Holds no cap.
 *
 * <p>A pool's joules are those of its owner's {@link ReplicaLaw}, for its ready replicas, which all stay on: of the law's fixed
 * watts only those count that an idle replica does not draw. The load of a route is what its pools generate, and in
 * proportion what waits. Where a pool takes more time per token than its law says, by Little's law running requests over
 * tokens a second, the law's steps are stretched by the ratio: prompts take time that it knows nothing of, and the fixed
 * watts of that time are theirs. Where the load is more than all can take, it is split in proportion to what each can.
 *
 * <p>A route is left alone while a reading or a law of one of its pools is missing, while it has no load, and while no weight
 * would change by more than the band.
 */
public final class MarginalEnergyPolicy implements StatelessPolicy {

    private final double tpotSeconds;
    private final double headroom;
    private final double band;

    MarginalEnergyPolicy(double tpotSeconds, double headroom, double band) {
        this.tpotSeconds = tpotSeconds;
        this.headroom = headroom;
        this.band = band;
    }

    @Override
    public Senses senses() {
        return Senses.SERVICES;
    }

    @Override
    public boolean setsCeilings() {
        return false;
    }

    @Override
    public Decision decide(Observation seen) {
        List<ServiceAction> actions = new ArrayList<>();
        List<String> loads = new ArrayList<>();
        Routes.of(seen).forEach((route, members) -> {
            double load =
                    members.stream().mapToDouble(MarginalEnergyPolicy::load).sum();
            // NaN where something was not read.
            if (!(load > 0)) {
                return;
            }
            List<ServiceReading> able = new ArrayList<>();
            List<Pool> pools = new ArrayList<>();
            for (ServiceReading member : members) {
                ReplicaLaw law = member.law();
                if (law == null) {
                    return;
                }
                double stretch = stretch(member, law);
                double sequences = Math.min(
                        member.gateway().enforcedConcurrency(),
                        law.sequencesWithin(tpotSeconds * (1 - headroom) / stretch));
                if (sequences > 0 && member.replicas().ready() > 0) {
                    able.add(member);
                    pools.add(pool(member, law, sequences, stretch));
                }
            }
            double[] split = LoadSplit.byMarginalEnergy(pools, load);
            double served = 0;
            for (double part : split) {
                served += part;
            }
            if (served == 0) {
                return;
            }
            double[] weights = new double[members.size()];
            for (int i = 0; i < split.length; i++) {
                weights[members.indexOf(able.get(i))] = split[i] / served;
            }
            Routes.write(members, weights, band, actions);
            loads.add(String.format(
                    Locale.ROOT, "%s: %.0f tokens/s, %.0f within the SLO of its pools", route, load, most(pools)));
        });
        String code = actions.isEmpty() ? "steady" : "routed";
        String reason = loads.isEmpty() ? "no route with a load whose pools are all known" : String.join(", ", loads);
        return new Decision(actions, code, reason);
    }

    /** Tokens a second that it generates, and would if what waits ran as well; NaN where something was not read. */
    private static double load(ServiceReading pool) {
        double running = pool.runningRequests();
        double waiting = pool.waitingRequests();
        return running == 0 && waiting == 0
                ? pool.outputTokensPerSecond()
                : pool.outputTokensPerSecond() * (running + waiting) / Math.max(1, running);
    }

    /** How much longer its steps take than the law says, at least 1. */
    private static double stretch(ServiceReading pool, ReplicaLaw law) {
        int ready = pool.replicas().ready();
        double running = pool.runningRequests();
        double tokensPerSecond = pool.outputTokensPerSecond();
        return ready > 0 && running > 0 && tokensPerSecond > 0
                ? Math.max(1, ready * law.tokensPerSecond(running / ready) / tokensPerSecond)
                : 1;
    }

    private static Pool pool(ServiceReading service, ReplicaLaw law, double sequences, double stretch) {
        int ready = service.replicas().ready();
        double overIdle = Math.max(0, law.fixedWatts() - service.replicaPower().idleWatts());
        return new Pool(
                ready * overIdle / stretch, law.joulesPerToken(), ready * law.tokensPerSecond(sequences) / stretch);
    }

    private static double most(List<Pool> pools) {
        return pools.stream().mapToDouble(Pool::mostTokensPerSecond).sum();
    }

    /** Makes the policy {@code marginal-energy}. */
    public static final class Factory extends CataloguedPolicy {

        /** For the service loader. */
        public Factory() {
            super(
                    "marginal-energy",
                    "Fills a route's pools in the order of joules per token, each as far as its SLO; holds no cap.",
                    "linear relaxation of the fixed-charge problem; formula of Capstan's own fits of batch and power",
                    "split within one pool's fixed watts of the least, given the laws; filter Capstan's own",
                    List.of("routing weight"),
                    true,
                    new PolicyParameter(
                            "tpot_seconds",
                            "seconds",
                            0.2,
                            0.001,
                            60,
                            "Time per output token up to which a pool is filled.",
                            "MLPerf Inference, Llama-2-70B server: 200 ms"),
                    new PolicyParameter(
                            "headroom",
                            "ratio",
                            0.2,
                            0,
                            0.99,
                            "Share of that time kept for load that rises before it is read.",
                            "assumption"),
                    new PolicyParameter(
                            "band",
                            "ratio",
                            0.02,
                            0,
                            1,
                            "Changes of all weights up to this are not written.",
                            "assumption"));
        }

        @Override
        public boolean needsRequests() {
            return true;
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new MarginalEnergyPolicy(
                    value(parameters, "tpot_seconds"), value(parameters, "headroom"), value(parameters, "band"));
        }
    }
}
