package dev.capstan.bridge.operator;

import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.Issue;
import dev.capstan.bridge.resource.PowerCapStatus;
import dev.capstan.bridge.resource.PowerCapValidator;
import io.fabric8.kubernetes.api.model.Condition;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The loops of all caps, by the uid of their resource. */
final class CapLoops {

    private static final Logger LOG = LoggerFactory.getLogger(CapLoops.class);
    private static final Duration INVALID_AGAIN = Duration.ofSeconds(60);
    private static final Duration FAILED_AGAIN = Duration.ofSeconds(5);
    private static final Duration LEAST_WAIT = Duration.ofSeconds(1);

    /** A loop and the spec it was made for. */
    private record Running(CapLoop<?> loop, long generation, Instant nextTurn) {}

    private final Operating operating;
    private final Sources sources;
    private final Map<String, Running> running = new ConcurrentHashMap<>();
    private final Map<String, Release> going = new ConcurrentHashMap<>();

    CapLoops(Operating operating, Sources sources) {
        this.operating = operating;
        this.sources = sources;
    }

    /**
     * Takes a turn where one is due.
     *
     * @return time until the next
     */
    Duration turn(CapResource resource) {
        if (!operating.leadership().leads()) {
            return FAILED_AGAIN;
        }
        String uid = resource.getMetadata().getUid();
        Instant now = operating.clock().instant();
        Running present = running.get(uid);
        if (present == null || present.generation() < resource.getMetadata().getGeneration()) {
            CapResource newest;
            try {
                newest = present == null ? operating.store().newest(resource) : newer(resource, present.loop());
            } catch (IOException e) {
                LOG.warn("{}: {}", Operating.key(resource), e.getMessage());
                return FAILED_AGAIN;
            }
            List<Issue> issues = PowerCapValidator.check(newest);
            if (!issues.isEmpty()) {
                reject(newest, issues, now);
                return INVALID_AGAIN;
            }
            CapLoop<?> loop = loop(newest, now);
            if (loop == null) {
                return FAILED_AGAIN;
            }
            if (present != null) {
                loop.follow(present.loop());
            }
            present = new Running(loop, newest.getMetadata().getGeneration(), now);
        } else if (now.isBefore(present.nextTurn())) {
            return Duration.between(now, present.nextTurn());
        }
        CapLoop<?> loop = present.loop();
        // Counted from when it was due, so that turns keep their pace.
        Instant next = present.nextTurn().plus(loop.interval());
        running.put(uid, new Running(loop, present.generation(), next.isAfter(now) ? next : now.plus(loop.interval())));
        try {
            loop.turn(operating.leadership().permit());
        } catch (StatusStore.Gone e) {
            forget(resource);
        } catch (IOException e) {
            LOG.warn("{}: {}", Operating.key(resource), e.getMessage());
        }
        Duration left = Duration.between(
                operating.clock().instant(),
                running.get(uid) == null ? now : running.get(uid).nextTurn());
        return left.isNegative() || left.isZero() ? Duration.ofMillis(1) : left;
    }

    /** A loop with its sources; null where what they need is not there, which the resource is told. */
    private @Nullable CapLoop<?> loop(CapResource resource, Instant now) {
        CapPlan plan = CapPlan.of(resource);
        String part = "spec.measurement.prometheus";
        try {
            Telemetry telemetry = sources.telemetry(resource, plan);
            part = "spec.limit.carbon.source";
            return CapLoop.of(resource, plan, operating, telemetry, sources.carbon(resource, plan));
        } catch (IOException e) {
            reject(resource, List.of(new Issue(part, String.valueOf(e.getMessage()))), now);
            return null;
        }
    }

    /** The status of this process is newer than what its cache shows. */
    private static CapResource newer(CapResource seen, CapLoop<?> loop) {
        seen.setStatus(loop.status());
        return seen;
    }

    /**
     * Puts back what a resource holds that is about to go, a step at a time.
     *
     * @return time until the next step; zero when the resource may go
     */
    Duration finish(CapResource resource) {
        if (!operating.leadership().leads()) {
            return FAILED_AGAIN;
        }
        try {
            CapResource newest = operating.store().newest(resource);
            ReleasePace pace = ReleasePace.of(newest);
            boolean begins = !going.containsKey(newest.getMetadata().getUid());
            if (begins) {
                operating.listener().going(resource);
            }
            Release release = going.computeIfAbsent(newest.getMetadata().getUid(), uid -> release(uid, newest));
            Map<String, String> failed = release.step(
                    pace,
                    holds -> operating.store().store(newest, newest.getStatus().withHolds(holds)),
                    operating.leadership().permit());
            if (!failed.isEmpty()) {
                notRestored(
                        resource,
                        failed.entrySet().stream()
                                .map(one -> one.getKey() + ": " + one.getValue())
                                .collect(Collectors.joining("; ")));
                return FAILED_AGAIN;
            }
            if (!release.isOver()) {
                if (begins) {
                    operating.events().normal(resource, "Restoring", release.outlook(pace));
                }
                Duration next = release.untilNext(pace);
                return next.compareTo(LEAST_WAIT) > 0 ? next : LEAST_WAIT;
            }
        } catch (StatusStore.Gone e) {
            LOG.debug("{}: {}", Operating.key(resource), e.getMessage());
        } catch (IOException e) {
            notRestored(resource, String.valueOf(e.getMessage()));
            return FAILED_AGAIN;
        }
        forget(resource);
        return Duration.ZERO;
    }

    private Release release(String uid, CapResource newest) {
        Running present = running.get(uid);
        return present == null
                ? new Release(operating.heldBy(newest), operating.clock())
                : present.loop().release();
    }

    private void notRestored(CapResource resource, String why) {
        operating.listener().notRestored(resource);
        operating.events().warning(resource, "NotRestored", "not put back yet, tried again: " + why);
    }

    private void forget(CapResource resource) {
        running.remove(resource.getMetadata().getUid());
        going.remove(resource.getMetadata().getUid());
        operating.listener().gone(resource);
    }

    /** Says what is wrong with a spec. What is held stays held: a slip of the pen shall not lift a cap. */
    private void reject(CapResource resource, List<Issue> issues, Instant now) {
        PowerCapStatus before = resource.getStatus() == null ? PowerCapStatus.EMPTY : resource.getStatus();
        Conditions conditions =
                new Conditions(before.conditions(), resource.getMetadata().getGeneration(), now);
        String message = issues.stream().map(Issue::toString).collect(Collectors.joining(" "));
        conditions.set(Conditions.READY, false, "InvalidSpec", message);
        List<Condition> list = new ArrayList<>(conditions.list());
        for (Condition old : before.conditions() == null ? List.<Condition>of() : before.conditions()) {
            if (list.stream().noneMatch(one -> one.getType().equals(old.getType()))) {
                list.add(old);
            }
        }
        @Nullable Long generation = resource.getMetadata().getGeneration();
        if (list.equals(before.conditions()) && Objects.equals(generation, before.observedGeneration())) {
            return;
        }
        try {
            operating.store().store(resource, before.withConditions(generation, list));
            operating.events().warning(resource, "InvalidSpec", message);
        } catch (IOException e) {
            LOG.warn("{}: {}", Operating.key(resource), e.getMessage());
        }
    }
}
