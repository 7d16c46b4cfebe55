package dev.capstan.sim.serving;

import dev.capstan.sim.serving.ServingOptions.Routing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Knows the replicas that accept requests, and which of them has the fewest; of equal ones that which was ready first. */
final class Router {

    private final Routing routing;
    private int maxSequences;
    private final List<Replica> replicas;
    private Replica[] accepting = {};
    /** Outstanding requests of those that accept more, by index. */
    private final Tournament outstanding = new Tournament();

    /** @param replicas all there are, by index; the service adds to it */
    Router(Routing routing, int maxSequences, List<Replica> replicas) {
        this.routing = routing;
        this.maxSequences = maxSequences;
        this.replicas = replicas;
    }

    void add(Replica replica) {
        accepting = Arrays.copyOf(accepting, accepting.length + 1);
        accepting[accepting.length - 1] = replica;
        count(replica);
    }

    void remove(Replica replica) {
        List<Replica> left = new ArrayList<>(List.of(accepting));
        left.remove(replica);
        accepting = left.toArray(Replica[]::new);
        outstanding.set(replica.index, Tournament.NONE);
    }

    /** The number of requests on a replica has changed. */
    void count(Replica replica) {
        if (replica.accepting) {
            outstanding.set(replica.index, replica.outstanding());
        }
    }

    /** A replica takes up no more requests than this from now on. */
    void limit(int sequences) {
        maxSequences = sequences;
    }

    /** Those that accept requests; not to be written to. */
    Replica[] accepting() {
        return accepting;
    }

    /** Whether some replica has a slot free. */
    boolean hasSlot() {
        return outstanding.firstKey() < maxSequences;
    }

    /** Where a request goes before which none waits at the gateway; null if it has to wait there. */
    @Nullable Replica route(int request, long nowNanos) {
        if (routing == Routing.LEAST_OUTSTANDING) {
            return outstanding.firstKey() == Tournament.NONE ? null : replicas.get(outstanding.first());
        }
        if (!hasSlot()) {
            return null;
        }
        Replica least = replicas.get(outstanding.first());
        return least.hasRoom(request, nowNanos) ? least : leastWithRoom(request, nowNanos);
    }

    private @Nullable Replica leastWithRoom(int request, long nowNanos) {
        Replica least = null;
        for (Replica replica : accepting) {
            if ((least == null || replica.outstanding() < least.outstanding()) && replica.hasRoom(request, nowNanos)) {
                least = replica;
            }
        }
        return least;
    }
}
