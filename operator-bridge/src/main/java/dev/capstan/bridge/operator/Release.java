package dev.capstan.bridge.operator;

import dev.capstan.bridge.target.Hold;
import dev.capstan.bridge.target.Outcome;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Lets go of what a cap holds, at a pace. Services take turns, so that not all of them rise together. */
final class Release {

    /** Stores what is about to be written. */
    interface Storing {
        /**
         * Stores them.
         *
         * @param holds by the name of the service
         * @throws IOException if they could not be stored
         */
        void store(Map<String, Hold> holds) throws IOException;
    }

    /** Whoever comes at intervals comes some milliseconds early now and then, and would miss a turn. */
    private static final Duration SLACK = Duration.ofMillis(100);

    private final HeldServices held;
    private final InstantSource clock;
    private final Map<String, Instant> raisedAt = new HashMap<>();
    private final Set<String> failing = new HashSet<>();
    private Instant lastTurn = Instant.EPOCH;

    Release(HeldServices held, InstantSource clock) {
        this.held = held;
        this.clock = clock;
    }

    /**
     * Raises the services whose turn it is, and puts those back that have not far to go. To be called until none of them is
     * held any more.
     *
     * @param names of all held services that are let go of; who is not among them has no turn any more
     * @return why some could not be raised or put back, by name
     * @throws IOException if what was about to be written could not be stored; nothing was written then
     */
    Map<String, String> step(Collection<String> names, ReleasePace pace, Storing storing, Leadership.Permit permit)
            throws IOException {
        raisedAt.keySet().retainAll(names);
        failing.retainAll(names);
        Instant now = clock.instant();
        Map<String, String> failed = new TreeMap<>();
        Map<String, HeldServices.Rise> rises = new TreeMap<>();
        List<String> due = new ArrayList<>();
        for (String name : due(names, pace, now)) {
            try {
                held.planRise(name, pace.replicas()).ifPresent(rise -> rises.put(name, rise));
                due.add(name);
            } catch (KubernetesClientException e) {
                failed.put(name, String.valueOf(e.getMessage()));
            }
        }
        if (!rises.isEmpty()) {
            storing.store(held.holds());
        }
        for (String name : due) {
            HeldServices.Rise rise = rises.get(name);
            Outcome outcome = rise == null ? held.release(name, permit) : held.rise(name, rise, permit);
            if (outcome.isDone()) {
                raisedAt.put(name, now);
            } else if (outcome.kind() != Outcome.Kind.GONE) {
                failed.put(name, outcome.message());
            }
        }
        failing.removeAll(due);
        failing.addAll(failed.keySet());
        return failed;
    }

    /** The same for all that is held. */
    Map<String, String> step(ReleasePace pace, Storing storing, Leadership.Permit permit) throws IOException {
        return step(List.copyOf(held.holds().keySet()), pace, storing, permit);
    }

    /** Whether nothing is held any more. */
    boolean isOver() {
        return held.holds().isEmpty();
    }

    /** Tells the owner what he waits for. */
    String outlook(ReleasePace pace) {
        return "ceilings rise by " + pace.replicas() + " every "
                + pace.period(held.holds().size()).toSeconds() + " s until they are as before, those of "
                + String.join(", ", held.holds().keySet())
                + ". With a larger spec.timers.maxRaisePerStep they do so sooner.";
    }

    /** Time until it is somebody's turn; negative where it was already. */
    Duration untilNext(ReleasePace pace) {
        Duration period = pace.period(held.holds().size());
        Instant next = held.holds().keySet().stream()
                .map(name -> raisedAt.getOrDefault(name, Instant.EPOCH).plus(period))
                .min(Instant::compareTo)
                .orElse(Instant.EPOCH);
        Instant allowed = lastTurn.plus(pace.between());
        return Duration.between(clock.instant(), next.isBefore(allowed) ? allowed : next);
    }

    /**
     * Those whose turn it is; the first turns are spread over one period. Who failed before comes last, or no other would ever
     * have a turn where only one may rise.
     */
    private List<String> due(Collection<String> names, ReleasePace pace, Instant now) {
        Duration period = pace.period(names.size());
        List<String> due = new ArrayList<>();
        int place = 0;
        List<String> queue = new ArrayList<>(names);
        queue.sort(Comparator.comparing((String name) -> failing.contains(name)).thenComparing(name -> name));
        for (String name : queue) {
            Duration wait = period.multipliedBy(place++).dividedBy(names.size());
            Instant before =
                    raisedAt.computeIfAbsent(name, key -> now.minus(period).plus(wait));
            if (hasCome(before.plus(period), now) && hasCome(lastTurn.plus(pace.between()), now)) {
                due.add(name);
                lastTurn = now;
            }
        }
        return due;
    }

    private static boolean hasCome(Instant time, Instant now) {
        return !now.plus(SLACK).isBefore(time);
    }
}
