package dev.capstan.bridge.operator;

import dev.capstan.bridge.resource.PowerCapStatus;
import dev.capstan.bridge.target.Hold;
import dev.capstan.bridge.target.Lever;
import dev.capstan.bridge.target.LeverFinder;
import dev.capstan.bridge.target.LeverWriter;
import dev.capstan.bridge.target.Outcome;
import dev.capstan.bridge.target.TargetState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The services that one cap holds down. Every change of a hold is stored before the write it is for ({@link #plan}, then
 * {@link #carryOut}), so that another process finds out what this one was about to do.
 */
final class HeldServices {

    private static final int REVERTS = 3;
    private static final Duration REVERT_WINDOW = Duration.ofMinutes(10);

    /** Something that happened to a held object and that people should know. */
    record Note(boolean warning, String reason, String message) {}

    private final String cap;
    private final Holds all;
    private final LeverFinder finder;
    private final LeverWriter writer;
    private final InstantSource clock;
    private final Map<String, Hold> holds = new TreeMap<>();
    private final Map<String, Deque<Instant>> reverts = new HashMap<>();
    private final Map<String, String> conflicts = new HashMap<>();

    HeldServices(String cap, Holds all, LeverFinder finder, LeverWriter writer, InstantSource clock) {
        this.cap = cap;
        this.all = all;
        this.finder = finder;
        this.writer = writer;
        this.clock = clock;
    }

    /** Takes up what an earlier turn, perhaps of another process, has stored. */
    void load(@Nullable List<PowerCapStatus.Target> targets) {
        for (PowerCapStatus.Target target : targets == null ? List.<PowerCapStatus.Target>of() : targets) {
            if (target.hold() != null) {
                holds.put(target.name(), target.hold());
                all.claim(cap, target.hold(), target.hold().wish());
            }
        }
    }

    /** By the name of the service. */
    Map<String, Hold> holds() {
        return Collections.unmodifiableMap(holds);
    }

    /** Who puts ceilings back, by the name of the service. */
    Map<String, String> conflicts() {
        return Collections.unmodifiableMap(conflicts);
    }

    /** How high a service may go by the will of its owner. */
    int originalCeiling(Service service, Lever lever, TargetState state) {
        Hold hold = held(service.name(), lever, state);
        return hold == null ? state.ceiling() : hold.originalCeiling(lever);
    }

    /** The owner's minimum. */
    int originalFloor(Service service, Lever lever, TargetState state) {
        Hold hold = held(service.name(), lever, state);
        return hold == null ? state.floor() : hold.originalFloor(lever);
    }

    /** The hold of this cap; else, for what the object was before, one as another cap would begin it. */
    private @Nullable Hold held(String service, Lever lever, TargetState state) {
        Hold hold = holds.get(service);
        return hold != null
                ? hold
                : all.originals(cap, lever.object())
                        .map(originals -> Hold.begin(lever, state, originals, ""))
                        .orElse(null);
    }

    /**
     * Looks what others did to the held objects. What its owner has edited becomes the new original; what a controller has
     * put back is written again, a few times; what is gone is forgotten; a write that a process did not get to is made up for.
     *
     * @return what happened; none for most turns
     */
    List<Note> examine(List<Service> services, Leadership.Permit permit) {
        List<Note> notes = new ArrayList<>();
        Map<String, Service> byName =
                services.stream().collect(Collectors.toMap(Service::name, service -> service, (one, two) -> one));
        for (Map.Entry<String, Hold> entry : List.copyOf(holds.entrySet())) {
            Service service = byName.get(entry.getKey());
            if (service != null && service.lever() != null && service.state() != null) {
                examine(service.name(), service.lever(), service.state(), entry.getValue(), permit, notes);
            }
        }
        return notes;
    }

    private void examine(
            String name, Lever lever, TargetState state, Hold hold, Leadership.Permit permit, List<Note> notes) {
        if (!hold.object().equals(lever.object())) {
            // Another object decides now, such as an autoscaler that was added; the one held before gets back its own.
            return;
        }
        switch (hold.judge(lever, state.values())) {
            case OURS -> {
                if (!hold.before().isEmpty()) {
                    holds.put(name, hold.landed(lever));
                }
                return;
            }
            case RECREATED -> {
                forget(name, hold);
                notes.add(new Note(false, "Recreated", lever.object() + " was made anew and is as its owner wants it"));
                return;
            }
            case PENDING -> {
                if (hold.raises(lever)) {
                    holds.put(name, hold.abandoned());
                    return;
                }
            }
            case EDITED -> {
                Hold adopted = hold.adopted(lever, state.values());
                holds.put(name, adopted);
                notes.add(new Note(
                        false,
                        "Edited",
                        "the owner of " + lever.object() + " set another maximum; it is the new original, "
                                + adopted.originalCeiling(lever)));
                if (adopted.originalCeiling(lever) <= adopted.wish()) {
                    forget(name, adopted);
                }
                // Written again in the next turn, once it is stored: a process that ends in between must not lose it.
                return;
            }
            case REVERTED -> {
                if (!mayRetry(name, lever, notes)) {
                    return;
                }
            }
        }
        Outcome outcome = writer.write(lever, hold, permit::mayWrite);
        if (outcome.isDone()) {
            holds.put(name, hold.landed(lever));
        }
    }

    /** Counts a revert; after some within the window the object is left to whoever fights for it, until the window is over. */
    private boolean mayRetry(String name, Lever lever, List<Note> notes) {
        Instant now = clock.instant();
        Deque<Instant> times = reverts.computeIfAbsent(name, key -> new ArrayDeque<>());
        while (!times.isEmpty() && times.peekFirst().isBefore(now.minus(REVERT_WINDOW))) {
            times.removeFirst();
        }
        if (times.size() >= REVERTS) {
            return false;
        }
        times.addLast(now);
        if (times.size() < REVERTS) {
            conflicts.remove(name);
            return true;
        }
        String manager = writer.lastWriter(lever).orElse("somebody");
        conflicts.put(name, manager);
        notes.add(new Note(
                true,
                "Conflict",
                manager + " has put " + lever.object() + " back " + REVERTS + " times within "
                        + REVERT_WINDOW.toMinutes()
                        + " min. It is left alone until that ends. Have it ignore the field "
                        + lever.ceilingPath() + ", or cap its manifest."));
        return false;
    }

    private void forget(String name, Hold hold) {
        holds.remove(name);
        reverts.remove(name);
        conflicts.remove(name);
        all.release(cap, hold.object());
    }

    /**
     * Notes what is about to be written for a ceiling; nothing where nothing needs to be.
     *
     * @param wish the ceiling that the policy wants
     */
    void plan(String name, Lever lever, TargetState state, int wish) {
        Hold hold = holds.get(name);
        int original = hold == null ? originalWithout(lever, state) : hold.originalCeiling(lever);
        if (wish >= original && hold == null) {
            return;
        }
        Hold begun = hold != null
                ? hold
                : Hold.begin(
                        lever,
                        state,
                        all.originals(cap, lever.object()).orElse(state.values()),
                        clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
        int ceiling = Math.min(Math.min(wish, original), all.lowestOfOthers(cap, lever.object()));
        Hold planned = begun.writing(lever, state, wish, ceiling);
        holds.put(name, planned);
        all.claim(cap, planned, wish);
    }

    private int originalWithout(Lever lever, TargetState state) {
        return all.originals(cap, lever.object())
                .map(originals -> Hold.begin(lever, state, originals, "").originalCeiling(lever))
                .orElse(state.ceiling());
    }

    /** Writes what {@link #plan} has noted. */
    Outcome carryOut(String name, Lever lever, Leadership.Permit permit) {
        Hold hold = holds.get(name);
        if (hold == null) {
            return new Outcome(Outcome.Kind.UNCHANGED, "");
        }
        if (conflicts.containsKey(name)) {
            return new Outcome(
                    Outcome.Kind.CONFLICT, conflicts.get(name) + " puts " + lever.object() + " back each time");
        }
        boolean last = hold.wish() >= hold.originalCeiling(lever)
                && all.lowestOfOthers(cap, hold.object()) >= hold.originalCeiling(lever);
        Outcome outcome =
                last ? writer.restore(lever, hold, permit::mayWrite) : writer.write(lever, hold, permit::mayWrite);
        if (outcome.isDone()) {
            if (hold.wish() >= hold.originalCeiling(lever)) {
                forget(name, hold);
            } else {
                holds.put(name, hold.landed(lever));
            }
        } else if (outcome.kind() == Outcome.Kind.GONE) {
            forget(name, hold);
        }
        return outcome;
    }

    /**
     * Lets go of services: puts back what was there, or what another cap wants where one holds the same object.
     *
     * @param names of the services
     * @param levers by name, of those that are still found; one that is not has nothing to be put back
     * @return what could not be put back, by name
     */
    Map<String, Outcome> release(List<String> names, Map<String, Service> levers, Leadership.Permit permit) {
        Map<String, Outcome> failed = new TreeMap<>();
        for (String name : names) {
            Hold hold = holds.get(name);
            Service service = levers.get(name);
            if (hold == null) {
                continue;
            }
            Lever lever = service == null ? null : service.lever();
            if (lever == null || !lever.object().equals(hold.object())) {
                lever = finder.of(hold).orElse(null);
            }
            Outcome outcome = lever == null
                    ? new Outcome(Outcome.Kind.GONE, hold.object() + " is gone")
                    : release(lever, hold, permit);
            if (outcome.isDone() || outcome.kind() == Outcome.Kind.GONE) {
                forget(name, hold);
            } else {
                failed.put(name, outcome);
            }
        }
        return failed;
    }

    private Outcome release(Lever lever, Hold hold, Leadership.Permit permit) {
        int others = all.lowestOfOthers(cap, hold.object());
        if (others >= hold.originalCeiling(lever)) {
            return writer.restore(lever, hold, permit::mayWrite);
        }
        return writer.raise(lever, hold, others, permit::mayWrite);
    }
}
