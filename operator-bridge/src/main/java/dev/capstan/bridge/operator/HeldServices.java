package dev.capstan.bridge.operator;

import dev.capstan.bridge.resource.PowerCapStatus;
import dev.capstan.bridge.target.Hold;
import dev.capstan.bridge.target.Lever;
import dev.capstan.bridge.target.LeverFinder;
import dev.capstan.bridge.target.LeverWriter;
import dev.capstan.bridge.target.Outcome;
import dev.capstan.bridge.target.TargetState;
import io.fabric8.kubernetes.client.KubernetesClientException;
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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
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
                keep(target.name(), target.hold());
            }
        }
    }

    private void keep(String name, Hold hold) {
        holds.put(name, hold);
        all.claim(cap, hold);
    }

    /** By the name of the service. */
    Map<String, Hold> holds() {
        return Collections.unmodifiableMap(holds);
    }

    /** Who puts ceilings back, by the name of the service. */
    Map<String, String> conflicts() {
        return Collections.unmodifiableMap(conflicts);
    }

    /** The other caps that hold the object of a service, in order. */
    Set<String> others(Service service) {
        return all.others(cap, service.lever().object());
    }

    /** How high a service may go by the will of its owner. */
    int originalCeiling(Service service) {
        Hold hold = held(service);
        return hold == null ? service.state().ceiling() : hold.originalCeiling(service.lever());
    }

    /** The owner's minimum. */
    int originalFloor(Service service) {
        Hold hold = held(service);
        return hold == null ? service.state().floor() : hold.originalFloor(service.lever());
    }

    /** The hold of this cap, else that of another one: both know how the object was before. */
    private @Nullable Hold held(Service service) {
        Hold hold = holds.get(service.name());
        return hold != null && isOf(service, hold)
                ? hold
                : all.ofOthers(cap, service.lever().object()).findFirst().orElse(null);
    }

    /** Another object may decide over a service than the one that is held, such as an autoscaler that was added. */
    private static boolean isOf(Service service, Hold hold) {
        return hold.object().equals(service.lever().object());
    }

    /**
     * Looks what others did to the held objects. What its owner has edited becomes the new original; what a controller has
     * put back is written again, a few times; what is gone is forgotten; a write that a process did not get to is made up for.
     *
     * @param services by their names; those of which the server told more than was seen are replaced
     * @return what happened; none for most turns
     */
    List<Note> examine(Map<String, Service> services, Leadership.Permit permit) {
        List<Note> notes = new ArrayList<>();
        for (Map.Entry<String, Service> entry : services.entrySet()) {
            Service service = entry.getValue();
            Hold hold = holds.get(service.name());
            if (hold == null || !isOf(service, hold)) {
                continue;
            }
            Hold.Verdict verdict = verdict(service.lever(), service.state(), hold);
            if (!hold.before().isEmpty() || verdict == Hold.Verdict.EDITED || verdict == Hold.Verdict.RECREATED) {
                // An old view shows what was there before our own writes. To take that for the owner's would lose his;
                // to take it for the last of ours would forget those in between.
                Service asked = asked(service);
                if (asked == null) {
                    continue;
                }
                entry.setValue(asked);
                service = asked;
                verdict = verdict(service.lever(), service.state(), hold);
            }
            examine(service, hold, verdict, permit, notes);
        }
        return notes;
    }

    /** The same by the word of the server; null where it has none. */
    private @Nullable Service asked(Service service) {
        try {
            return finder.asked(service.lever())
                    .map(state -> new Service(service.name(), service.plan(), service.lever(), state))
                    .orElse(null);
        } catch (KubernetesClientException e) {
            return null;
        }
    }

    private void examine(Service service, Hold hold, Hold.Verdict verdict, Leadership.Permit permit, List<Note> notes) {
        String name = service.name();
        Lever lever = service.lever();
        switch (verdict) {
            case OURS -> {
                if (!hold.before().isEmpty()) {
                    keep(name, hold.landed(lever));
                }
                return;
            }
            case RECREATED -> {
                forget(name, hold);
                notes.add(new Note(false, "Recreated", lever.object() + " was made anew and is as its owner wants it"));
                return;
            }
            case PENDING -> {
                Hold found = hold.found(lever, service.state().values());
                keep(name, found);
                // What was to rise is decided anew; that write may still arrive, and is remembered as ours.
                if (found.raises(lever)) {
                    return;
                }
            }
            case EDITED -> {
                Hold adopted = hold.adopted(lever, service.state().values());
                keep(name, adopted);
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
        if (writer.write(lever, hold, service.state().values(), permit::mayWrite)
                .isDone()) {
            keep(name, hold.landed(lever));
        }
    }

    /** What another cap has written is no edit of the owner. */
    private Hold.Verdict verdict(Lever lever, TargetState there, Hold hold) {
        Hold.Verdict verdict = hold.judge(lever, there.values());
        boolean changed = verdict == Hold.Verdict.EDITED || verdict == Hold.Verdict.REVERTED;
        return changed
                        && all.ofOthers(cap, hold.object())
                                .map(other -> other.judge(lever, there.values()))
                                .anyMatch(its -> its == Hold.Verdict.OURS || its == Hold.Verdict.PENDING)
                ? Hold.Verdict.OURS
                : verdict;
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
    void plan(Service service, int wish) {
        Lever lever = service.lever();
        TargetState state = service.state();
        Hold hold = holds.get(service.name());
        int original = originalCeiling(service);
        // What is held of another object is put back first.
        if (hold == null ? wish >= original : !isOf(service, hold)) {
            return;
        }
        Hold begun = hold != null
                ? hold
                : Hold.begin(
                        lever,
                        state,
                        all.ofOthers(cap, lever.object())
                                .findFirst()
                                .map(Hold::originals)
                                .orElse(state.values()),
                        clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
        int ceiling = Math.min(Math.min(wish, original), all.lowestOfOthers(cap, lever.object()));
        keep(service.name(), begun.writing(lever, state, wish, ceiling));
    }

    /** Writes what {@link #plan} has noted. */
    Outcome carryOut(Service service, Leadership.Permit permit) {
        String name = service.name();
        Lever lever = service.lever();
        Hold hold = holds.get(name);
        if (hold == null) {
            return new Outcome(Outcome.Kind.UNCHANGED, "");
        }
        if (!isOf(service, hold)) {
            return new Outcome(
                    Outcome.Kind.CONFLICT, hold.object() + " is still held, and " + lever.object() + " is not yet");
        }
        if (conflicts.containsKey(name)) {
            return new Outcome(
                    Outcome.Kind.CONFLICT, conflicts.get(name) + " puts " + lever.object() + " back each time");
        }
        return hold.wish() >= hold.originalCeiling(lever)
                ? release(name, permit)
                : write(name, lever, service.state(), permit);
    }

    private Outcome write(String name, Lever lever, TargetState seen, Leadership.Permit permit) {
        Hold hold = Objects.requireNonNull(holds.get(name));
        Outcome outcome = writer.write(lever, hold, seen.values(), permit::mayWrite);
        if (outcome.isDone()) {
            keep(name, hold.landed(lever));
        } else if (outcome.kind() == Outcome.Kind.GONE) {
            forget(name, hold);
        }
        return outcome;
    }

    /**
     * A service that is let go of, and about to rise.
     *
     * @param there what the server has of it
     */
    record Rise(Lever lever, TargetState there) {}

    /**
     * Notes that a held service is about to rise by some replicas.
     *
     * @return how; empty where it need not rise by steps and can be put back as it was
     * @throws KubernetesClientException if the server does not tell what is there
     */
    Optional<Rise> planRise(String name, int replicas) {
        Hold hold = Objects.requireNonNull(holds.get(name));
        Lever lever = finder.of(hold).orElse(null);
        if (lever == null) {
            return Optional.empty();
        }
        int goal = Math.min(hold.originalCeiling(lever), all.lowestWrittenByOthers(cap, hold.object()));
        if (hold.before().isEmpty() && isWithin(replicas, hold.writtenCeiling(lever), goal)) {
            return Optional.empty();
        }
        TargetState there = finder.asked(lever).orElse(null);
        if (there == null || isWithin(replicas, there.ceiling(), goal)) {
            return Optional.empty();
        }
        Hold.Verdict verdict = verdict(lever, there, hold);
        if (verdict != Hold.Verdict.OURS && verdict != Hold.Verdict.PENDING) {
            return Optional.empty();
        }
        int next = there.ceiling() + replicas;
        keep(name, hold.writing(lever, there, next, next));
        return Optional.of(new Rise(lever, there));
    }

    private static boolean isWithin(int replicas, int ceiling, int goal) {
        return goal - ceiling <= replicas;
    }

    /** Writes what {@link #planRise} has noted. */
    Outcome rise(String name, Rise rise, Leadership.Permit permit) {
        return write(name, rise.lever(), rise.there(), permit);
    }

    /** Lets go of a service: puts back what was there, or what another cap wants where one holds the same object. */
    Outcome release(String name, Leadership.Permit permit) {
        Hold hold = Objects.requireNonNull(holds.get(name));
        Lever lever = finder.of(hold).orElse(null);
        Outcome outcome = lever == null
                ? new Outcome(Outcome.Kind.GONE, hold.object() + " is gone")
                : release(lever, hold, permit);
        if (outcome.isDone() || outcome.kind() == Outcome.Kind.GONE) {
            forget(name, hold);
        }
        return outcome;
    }

    /** What another cap has written stays, so that it finds it as it left it; how far that may rise is its business. */
    private Outcome release(Lever lever, Hold hold, Leadership.Permit permit) {
        int others = all.lowestWrittenByOthers(cap, hold.object());
        return others >= hold.originalCeiling(lever)
                ? writer.restore(lever, hold, permit::mayWrite)
                : writer.raise(lever, hold, others, permit::mayWrite);
    }
}
