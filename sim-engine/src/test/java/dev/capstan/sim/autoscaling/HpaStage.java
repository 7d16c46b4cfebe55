package dev.capstan.sim.autoscaling;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.capstan.testcluster.ControlPlane;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Answers the metric queries of the controller and plays the controllers of the workloads between them.
 *
 * <p>The controller has a single worker, and while a query waits for its answer it does nothing else. So a sync of one
 * scenario is over when another scenario asks; then, and only then, is the workload of the first touched. A write during
 * its sync would make the write of its autoscaler fail.
 */
final class HpaStage {

    /** A query of the metrics of one scenario carries its name. */
    static final Pattern NAME = Pattern.compile("case-\\d{3}");

    private static final String FLEETS = "/apis/capstan.test/v1/namespaces/default/fleets/";
    private static final String AUTOSCALERS = "/apis/autoscaling/v2beta2/namespaces/default/horizontalpodautoscalers/";

    /** New bounds must reach the cache of the controller before the next sync, 1 s after this one. */
    private static final long QUIET_NANOS = 300_000_000L;

    private static final long SLEEP_NANOS = 2_200_000_000L;

    /** From when on the autoscaler had these bounds, in nanoseconds since 1970. */
    record Bounds(long fromNanos, int min, int max) {}

    private static final class Actor {
        private final HpaScenario scenario;
        private int status;
        private long lastQueryNanos;
        private long wakesNanos = Long.MAX_VALUE;
        private boolean eventOver;
        private boolean done;
        private final List<Bounds> bounds = new ArrayList<>();

        Actor(HpaScenario scenario) {
            this.scenario = scenario;
            status = scenario.initialReplicas();
            bounds.add(new Bounds(0, scenario.initialMin(), scenario.initialMax()));
        }
    }

    private final ControlPlane plane;
    private final Clock clock;
    private final int queries;
    private final Map<String, Actor> actors = new HashMap<>();
    private final Set<Actor> unsettled = new LinkedHashSet<>();
    private final List<Actor> sleeping = new ArrayList<>();
    private final BlockingQueue<HpaScenario> finished = new LinkedBlockingQueue<>();
    private Optional<Throwable> failure = Optional.empty();

    /** @param queries after how many a scenario is finished */
    HpaStage(ControlPlane plane, Clock clock, int queries, List<HpaScenario> scenarios) {
        this.plane = plane;
        this.clock = clock;
        this.queries = queries;
        for (HpaScenario scenario : scenarios) {
            actors.put(scenario.name(), new Actor(scenario));
        }
    }

    BlockingQueue<HpaScenario> finished() {
        return finished;
    }

    List<Bounds> bounds(HpaScenario scenario) {
        return requireNonNull(actors.get(scenario.name())).bounds;
    }

    synchronized Optional<Throwable> failure() {
        return failure;
    }

    /** What the server of the metrics answers; empty for an error. */
    synchronized Optional<String> answer(String path) {
        try {
            Matcher matcher = NAME.matcher(path);
            Actor asked = matcher.find() ? actors.get(matcher.group()) : null;
            if (asked == null) {
                throw new IllegalArgumentException("nobody answers to " + path);
            }
            settleAllBut(asked);
            asked.lastQueryNanos = nowNanos();
            Optional<String> body = asked.scenario.answer(asked.scenario.metricIndex(path), asked.status);
            unsettled.add(asked);
            if (asked.scenario.queries() == queries && !asked.done) {
                asked.done = true;
                finished.add(asked.scenario);
            }
            return body;
        } catch (RuntimeException e) {
            failure = Optional.of(e);
            return Optional.empty();
        }
    }

    /** Wakes workloads that have been at zero for long enough; nobody queries metrics for those. */
    synchronized void wake() {
        sleeping.removeIf(actor -> {
            boolean due = nowNanos() >= actor.wakesNanos;
            if (due) {
                plane.patch(
                        FLEETS + actor.scenario.name(),
                        spec(actor.scenario.event().max()));
            }
            return due;
        });
    }

    private void settleAllBut(Actor asked) {
        wake();
        unsettled.removeIf(actor -> {
            if (actor != asked) {
                settle(actor);
            }
            return actor != asked;
        });
    }

    private void settle(Actor actor) {
        String name = actor.scenario.name();
        JsonNode fleet = plane.get(FLEETS + name);
        int next = actor.scenario.nextStatus(
                actor.status, fleet.path("spec").path("replicas").asInt());
        if (next != actor.status) {
            plane.patch(FLEETS + name + "/status", "{\"status\": {\"replicas\": " + next + "}}");
            actor.status = next;
        }
        HpaScenario.Event event = actor.scenario.event();
        boolean quiet = nowNanos() - actor.lastQueryNanos < QUIET_NANOS;
        if (actor.eventOver || !quiet || actor.scenario.queries() < event.afterQueries()) {
            return;
        }
        actor.eventOver = true;
        switch (event.type()) {
            case NEW_BOUNDS -> {
                plane.patch(
                        AUTOSCALERS + name,
                        "{\"spec\": {\"minReplicas\": " + event.min() + ", \"maxReplicas\": " + event.max() + "}}");
                actor.bounds.add(new Bounds(nowNanos(), event.min(), event.max()));
            }
            case USER_SCALES -> plane.patch(FLEETS + name, spec(event.max()));
            case SLEEPS -> {
                plane.patch(FLEETS + name, spec(0));
                actor.wakesNanos = nowNanos() + SLEEP_NANOS;
                sleeping.add(actor);
            }
        }
    }

    private long nowNanos() {
        return HpaAudit.nanos(clock.instant());
    }

    private static String spec(int replicas) {
        return "{\"spec\": {\"replicas\": " + replicas + "}}";
    }
}
