package dev.capstan.sim.serving;

import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.kernel.Priority;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;

/**
 * Ends requests that are still open a fixed time after their arrival. Deadlines come in the order of arrivals, so one
 * event is pending at most.
 */
final class Deadlines {

    private final Kernel kernel;
    private final long[] arrivals;
    private final long afterNanos;
    private final IntPredicate open;
    private final IntConsumer end;
    private final int due;
    private int next;
    private int arrived;
    private boolean awaiting;

    /**
     * @param open whether a request that has arrived can still miss its deadline
     * @param end told of those that do
     */
    Deadlines(Kernel kernel, long[] arrivals, long afterNanos, IntPredicate open, IntConsumer end) {
        this.kernel = kernel;
        this.arrivals = arrivals;
        this.afterNanos = afterNanos;
        this.open = open;
        this.end = end;
        due = kernel.register(ignored -> due());
    }

    /** The next request has arrived. */
    void arrived(int request) {
        arrived = request + 1;
        if (!awaiting) {
            next = request;
            await();
        }
    }

    private void due() {
        awaiting = false;
        while (next < arrived && (!open.test(next) || arrivals[next] + afterNanos <= kernel.nowNanos())) {
            if (open.test(next)) {
                end.accept(next);
            }
            next++;
        }
        if (next < arrived) {
            await();
        }
    }

    private void await() {
        awaiting = true;
        kernel.schedule(arrivals[next] + afterNanos, Priority.ARRIVAL, due, 0);
    }
}
