package dev.capstan.sim.serving;

import dev.capstan.sim.kernel.EventSource;
import dev.capstan.sim.kernel.InvariantViolation;
import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.kernel.Priority;
import dev.capstan.sim.serving.RequestLog.Outcome;
import java.util.List;

/**
 * One stream of requests before several services, its pools: gives each request to one of them when it arrives, by their
 * routing weights. Every pool's log holds the whole stream; what another pool got is {@link Outcome#ELSEWHERE} in it.
 *
 * <p>Caveats: a request stays with its pool, which may be without a ready replica, and where a pool admits a share only,
 * those that it refuses are not offered to another. Weights that are all 0 count as equal.
 */
public final class RequestRoute {

    /** How a pool is chosen. */
    public enum Choice {
        /**
         * In proportion to the weights, by error diffusion: of n requests under constant weights a pool of share s gets
         * {@code s n}, off by less than the number of pools. With equal weights it is round robin.
         */
        WEIGHTED,
        /**
         * The fewest outstanding requests, the new one included, for each ready replica and its weight; the first of equals.
         * Pools without a ready replica only where none has any.
         */
        LEAST_OUTSTANDING
    }

    private final Kernel kernel;
    private final RequestService[] pools;
    private final Choice choice;
    private final long[] arrivals;
    private int next;
    /** How many requests, and which part of one, each pool has had too few of. */
    private final double[] owed;

    /** @param pools at least one, all made for the same trace; their own arrivals cease */
    public RequestRoute(Kernel kernel, List<RequestService> pools, Choice choice) {
        this.kernel = kernel;
        this.pools = pools.toArray(RequestService[]::new);
        this.choice = choice;
        arrivals = pools.get(0).log().trace().arrivalNanos();
        owed = new double[this.pools.length];
        for (RequestService pool : this.pools) {
            pool.joinRoute();
        }
        kernel.addSource(new Arrivals());
    }

    private final class Arrivals implements EventSource {

        @Override
        public long nextNanos() {
            return next == arrivals.length ? Long.MAX_VALUE : arrivals[next];
        }

        @Override
        public int priority() {
            return Priority.ARRIVAL;
        }

        @Override
        public void handleNext() {
            int request = next++;
            int chosen = choice == Choice.WEIGHTED ? mostOwed() : leastOutstanding();
            for (int pool = 0; pool < pools.length; pool++) {
                if (pool != chosen) {
                    pools[pool].leaveToOthers(request);
                }
            }
            pools[chosen].take(request);
        }
    }

    private int mostOwed() {
        double all = 0;
        for (RequestService pool : pools) {
            all += pool.routingWeight();
        }
        int most = -1;
        for (int pool = 0; pool < pools.length; pool++) {
            double share = all == 0 ? 1.0 / pools.length : pools[pool].routingWeight() / all;
            owed[pool] += share;
            if (share > 0 && (most < 0 || owed[pool] > owed[most])) {
                most = pool;
            }
        }
        owed[most]--;
        return most;
    }

    private int leastOutstanding() {
        boolean weighted = false;
        boolean ready = false;
        for (RequestService pool : pools) {
            weighted |= pool.routingWeight() > 0;
            ready |= pool.routingWeight() > 0 && pool.acceptingReplicas() > 0;
        }
        int least = 0;
        double fewest = Double.POSITIVE_INFINITY;
        for (int pool = 0; pool < pools.length; pool++) {
            double weight = weighted ? pools[pool].routingWeight() : 1;
            double capacity = weight * (ready ? pools[pool].acceptingReplicas() : 1);
            double load = (pools[pool].outstanding() + 1) / capacity;
            if (load < fewest) {
                least = pool;
                fewest = load;
            }
        }
        return least;
    }

    /** Invariant 2 over the pools: each request that has arrived is at exactly one of them. */
    public void check() {
        long taken = 0;
        for (RequestService pool : pools) {
            RequestLog log = pool.log();
            taken += arrivals.length - log.count(Outcome.AHEAD) - log.count(Outcome.ELSEWHERE);
        }
        if (taken != next) {
            throw new InvariantViolation(
                    2, kernel.nowNanos(), "the pools of a route took " + taken + " requests of " + next);
        }
    }
}
