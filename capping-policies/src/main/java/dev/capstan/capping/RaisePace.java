package dev.capstan.capping;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Paces the raises of one step across services: by the ramp of the worst case, and by starts that are staggered.
 *
 * <p>The ramp is a token bucket, kept as the instant since which it has filled: at {@code r} W/s a raise that adds {@code w}
 * W takes {@code w / r} seconds of it. It holds one raise interval, or as much as the raise at hand needs, so that the worst
 * case never rises by more than {@code r t + max(r x raise interval, largest raise)} within any {@code t}. A raise that does not
 * fit is waited for, and no other passes it by: many small ones cannot keep a large one waiting for ever.
 *
 * <p>Caveats: watts are counted when they are allowed. Pods come with the next sync of their autoscaler, so that what was
 * allowed between two syncs starts together. What is lowered is not paid back.
 */
final class RaisePace {

    private final GuardRails rails;
    private final long nowNanos;
    private long rampSinceNanos;
    private @Nullable String waiting;
    private @Nullable String started;
    private long startedAtNanos;

    RaisePace(GuardRails rails, long nowNanos, CapController.Pace pace) {
        this.rails = rails;
        this.nowNanos = nowNanos;
        rampSinceNanos = pace.rampSinceNanos();
        waiting = pace.waiting();
        started = pace.started();
        startedAtNanos = pace.startedAtNanos();
    }

    /** The service whose turn it is; null when one may be drawn. */
    @Nullable String waiting() {
        return waiting;
    }

    /** Nobody waits any more. */
    void drawAnew() {
        waiting = null;
    }

    /**
     * Whether the ceiling of a service may rise. The one that rose last may go on as long as no other waits for it, or it
     * would never be another's turn.
     *
     * @param starting services whose ceilings shall rise, this one included
     */
    boolean mayStart(String service, Set<String> starting) {
        boolean held = started != null && nowNanos - startedAtNanos < rails.staggerNanos();
        return !held || (service.equals(started) && starting.size() == 1);
    }

    /**
     * Lets a raise through if the ramp has room for it; the service is waited for otherwise.
     *
     * @param watts what it adds to the worst case at most
     * @param starts whether it raises the ceiling
     */
    boolean passes(String service, double watts, boolean starts) {
        long neededNanos = (long) Math.ceil(watts / rails.rampWattsPerSecond() * 1e9);
        long fullSinceNanos = nowNanos - Math.max(rails.raiseIntervalNanos(), neededNanos);
        rampSinceNanos = Math.min(nowNanos, Math.max(rampSinceNanos, fullSinceNanos));
        if (nowNanos - rampSinceNanos < neededNanos) {
            waiting = service;
            return false;
        }
        rampSinceNanos += neededNanos;
        waiting = null;
        if (starts) {
            started = service;
            startedAtNanos = nowNanos;
        }
        return true;
    }

    CapController.Pace pace() {
        return new CapController.Pace(rampSinceNanos, waiting, started, startedAtNanos);
    }
}
