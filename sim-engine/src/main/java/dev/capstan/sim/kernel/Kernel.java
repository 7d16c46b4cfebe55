package dev.capstan.sim.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Advances simulated time from event to event. Single-threaded and repeatable: the same schedule gives the same
 * sequence of calls.
 *
 * <p><b>Caveats.</b> The clock is set before a handler is called, so a handler due at t sees {@code nowNanos() == t}.
 * Events of several sources at one instant are taken by priority, then in the order in which the sources were added.
 */
public final class Kernel {

    private final EventQueue queue = new EventQueue();
    private final List<EventHandler> registered = new ArrayList<>();
    private EventHandler[] handlers = {};
    private EventSource[] sources = {};
    private @Nullable Runnable afterEvent;
    private long nowNanos;
    private long handled;

    /** The simulated instant. */
    public long nowNanos() {
        return nowNanos;
    }

    /** Events handled so far. */
    public long handled() {
        return handled;
    }

    /** Makes a handler known; returns the number under which events are scheduled for it. */
    public int register(EventHandler handler) {
        registered.add(handler);
        handlers = registered.toArray(EventHandler[]::new);
        return registered.size() - 1;
    }

    /** Adds a stream of events. */
    public void addSource(EventSource source) {
        EventSource[] more = Arrays.copyOf(sources, sources.length + 1);
        more[sources.length] = source;
        sources = more;
    }

    /** Has the given check run after every event. */
    public void checkAfterEvents(Runnable check) {
        afterEvent = check;
    }

    /**
     * Schedules an event.
     *
     * @param atNanos not before now
     * @param priority of {@link Priority}
     * @param handler number from {@link #register}
     */
    public void schedule(long atNanos, int priority, int handler, long payload) {
        if (atNanos < nowNanos) {
            throw new InvariantViolation(1, nowNanos, "an event was scheduled for " + atNanos + " ns, in the past");
        }
        queue.push(atNanos, priority, handler, payload);
    }

    /** Handles everything up to and including the given instant, and leaves the clock there. */
    public void runUntil(long endNanos) {
        while (true) {
            EventSource source = null;
            long next = Long.MAX_VALUE;
            int priority = Integer.MAX_VALUE;
            for (EventSource candidate : sources) {
                long at = candidate.nextNanos();
                if (at < next || (at == next && candidate.priority() < priority)) {
                    source = candidate;
                    next = at;
                    priority = candidate.priority();
                }
            }
            long event = queue.topNanos();
            if (event < next || (event == next && queue.topPriority() < priority)) {
                source = null;
                next = event;
            }
            if (next > endNanos || next == Long.MAX_VALUE) {
                break;
            }
            nowNanos = next;
            if (source != null) {
                source.handleNext();
            } else {
                int handler = queue.topHandler();
                long payload = queue.topPayload();
                queue.pop();
                handlers[handler].handle(payload);
            }
            handled++;
            if (afterEvent != null) {
                afterEvent.run();
            }
        }
        nowNanos = Math.max(nowNanos, endNanos);
    }
}
