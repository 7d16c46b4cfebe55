package dev.capstan.capping;

import dev.capstan.capping.LoadSplit.Pool;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Weights of a route's pools by what one more token costs, behind a filter for the SLO: fills the pools one after the other, the
 * one with the fewest joules per token when full first, each up to the load at which it still meets the time per output token
 * ({@link LoadSplit#byMarginalEnergy}). Source: the fixed-charge problem, whose best split leaves at most one pool partly
 * filled; the filter, the stretching of the law and the band are Capstan's.
 *
 * <p>A pool's joules are those of its owner's {@link ReplicaLaw}, for its ready replicas, which all stay on: of the law's fixed
 * watts only those count that an idle replica does not draw. The load of a route is what its pools generate, and in
 * proportion what waits. Where a pool takes more time per token than its law says, by Little's law running requests over
 * tokens a second, the law's steps are stretched by the ratio: prompts, limits and clocks take time that it knows nothing of,
 * and the fixed watts of that time are theirs. Where the load is more than all can take, it is split in proportion to what each can.
 *
 * <p>A route is left alone while a reading or a law of one of its pools is missing, while it has no load, and while no weight
 * would change by more than the band.
 */
final class MarginalRouting {

    /**
     * What is written to the routes.
     *
     * @param actions one for each pool of the routes whose weights change
     * @param loads of the routes whose load and pools are known, in words
     */
    record Weights(List<ServiceAction> actions, List<String> loads) {}

    /** Share of the time per token that is kept, unless somebody says otherwise: an assumption. */
    static final double HEADROOM = 0.2;

    /** Changes that are not written, unless somebody says otherwise: an assumption. */
    static final double BAND = 0.02;

    private final double headroom;
    private final double band;

    /**
     * @param headroom share of the time per token that is kept for load that rises before it is read
     * @param band changes of all weights up to this are not written
     */
    MarginalRouting(double headroom, double band) {
        this.headroom = headroom;
        this.band = band;
    }

    /** @param tpotSeconds the time per output token that a service must meet; infinite for none */
    Weights weights(Observation seen, ToDoubleFunction<ServiceReading> tpotSeconds) {
        Weights weights = new Weights(new ArrayList<>(), new ArrayList<>());
        Routes.of(seen).forEach((route, members) -> weigh(route, members, tpotSeconds, weights));
        return weights;
    }

    private void weigh(
            String route, List<ServiceReading> members, ToDoubleFunction<ServiceReading> tpotSeconds, Weights written) {
        double load = members.stream().mapToDouble(MarginalRouting::load).sum();
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
                    law.sequencesWithin(tpotSeconds.applyAsDouble(member) * (1 - headroom) / stretch));
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
        Routes.write(members, weights, band, written.actions());
        written.loads()
                .add(String.format(
                        Locale.ROOT, "%s: %.0f tokens/s, %.0f within the SLO of its pools", route, load, most(pools)));
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
}
