package dev.capstan.bridge;

import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.Decision;
import dev.capstan.capping.DomainReading;
import dev.capstan.capping.Observation;
import dev.capstan.capping.ServiceAction;
import dev.capstan.capping.ServiceReading;
import dev.capstan.capping.Step;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One turn of the control loop on a live cluster: observe, decide, apply. When to run the next turn is the caller's
 * business, and so is keeping the state between turns.
 *
 * <p><b>Caveats.</b> One turn at a time: not safe for use by several threads. A failed write does not hold back the
 * writes after it, since a service whose object is gone would otherwise keep all others from being lowered; the next
 * turn sees what is in force and decides on that.
 *
 * @param <S> state of the policy
 */
public final class ControlCycle<S extends Record> {

    private final CappingPolicy<S> policy;
    private final Mode mode;
    private final ClusterSource cluster;
    private final PowerSource power;
    private final Actuator actuator;
    private final InstantSource clock;
    private long lastNanos = Long.MIN_VALUE;

    /** A cycle over the given ports. */
    public ControlCycle(
            CappingPolicy<S> policy,
            Mode mode,
            ClusterSource cluster,
            PowerSource power,
            Actuator actuator,
            InstantSource clock) {
        this.policy = policy;
        this.mode = mode;
        this.cluster = cluster;
        this.power = power;
        this.actuator = actuator;
        this.clock = clock;
    }

    /**
     * Runs one turn.
     *
     * @param before the state left by the turn before, or {@link CappingPolicy#initialState()}
     * @throws IOException if the cluster did not answer; nothing was decided or written
     */
    public CycleRecord<S> run(S before) throws IOException {
        long nowNanos = nextInstant();
        Observation unmetered = cluster.read(nowNanos);
        PowerReadings readings = PowerReadings.none();
        @Nullable String telemetryFailure = null;
        try {
            readings = power.read(nowNanos);
        } catch (IOException e) {
            telemetryFailure = messageOf(e);
        }
        Observation seen = metered(unmetered, readings, nowNanos);
        Step<S> step = mode == Mode.OBSERVE
                ? new Step<>(before, Decision.hold("observe", "mode is observe: the policy is not asked"))
                : policy.step(before, seen);
        List<Applied> applied = mode == Mode.ENFORCE ? applied(step) : List.of();
        return new CycleRecord<>(mode, seen, before, step, applied, telemetryFailure);
    }

    private List<Applied> applied(Step<S> step) {
        List<ServiceAction> actions = step.decision().actions();
        List<Applied> applied = new ArrayList<>();
        if (!actions.isEmpty()) {
            try {
                actuator.begin(step);
                actions.forEach(action -> applied.add(apply(action)));
            } catch (IOException e) {
                actions.forEach(action -> applied.add(new Applied(action, null, messageOf(e))));
            }
        }
        return applied;
    }

    private Applied apply(ServiceAction action) {
        try {
            return new Applied(action, actuator.apply(action), null);
        } catch (IOException e) {
            return new Applied(action, null, messageOf(e));
        }
    }

    /** Wall clocks are set back now and then; the time of a policy never is. */
    private long nextInstant() {
        Instant now = clock.instant();
        long nanos = Math.addExact(TimeUnit.SECONDS.toNanos(now.getEpochSecond()), now.getNano());
        lastNanos = Math.max(lastNanos, nanos);
        return lastNanos;
    }

    private static Observation metered(Observation unmetered, PowerReadings readings, long nowNanos) {
        List<DomainReading> domains = new ArrayList<>();
        for (DomainReading domain : unmetered.domains()) {
            domains.add(new DomainReading(
                    domain.name(), domain.parent(), domain.limitWatts(), readings.domain(domain.name())));
        }
        List<ServiceReading> services = new ArrayList<>();
        for (ServiceReading service : unmetered.services()) {
            services.add(service.withPower(readings.service(service.name())));
        }
        return new Observation(
                nowNanos,
                unmetered.capWatts(),
                unmetered.announcedCap(),
                readings.overheadWatts(),
                domains,
                services,
                unmetered.carbon(),
                unmetered.carbonBudget(),
                unmetered.budgets());
    }

    private static String messageOf(IOException e) {
        return e.getMessage() == null ? e.getClass().getName() : e.getMessage();
    }
}
