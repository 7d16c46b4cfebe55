package dev.capstan.bridge.operator;

import dev.capstan.bridge.Actuator;
import dev.capstan.bridge.Applied;
import dev.capstan.bridge.ControlCycle;
import dev.capstan.bridge.CycleRecord;
import dev.capstan.bridge.Mode;
import dev.capstan.bridge.carbon.EmissionMeter;
import dev.capstan.bridge.certificate.Enforcement;
import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.Carbon;
import dev.capstan.bridge.resource.PowerCapStatus;
import dev.capstan.bridge.target.Hold;
import dev.capstan.bridge.target.Outcome;
import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.Decision;
import dev.capstan.capping.ServiceAction;
import dev.capstan.capping.Step;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The control loop of one cap, from one version of its spec on. One turn at a time.
 *
 * @param <S> state of the policy
 */
final class CapLoop<S extends Record> {

    /** Name of the one power domain of a cap. */
    static final String DOMAIN = "cap";

    private static final Duration HEARTBEAT = Duration.ofSeconds(60);
    private static final Leadership.Permit NEVER = () -> false;

    private final CapPlan plan;
    private final CappingPolicy<S> policy;
    private final String policyKey;
    private final Operating operating;
    private final Telemetry telemetry;
    private final CarbonFeed carbon;
    private final CapLimits limits;
    private final HeldServices held;
    private final Release release;
    private final EmissionMeter emissions;

    private CapResource resource;
    private S state;
    private long sequence;
    private long steps;
    private PowerCapStatus status;
    private PowerCapStatus stored;
    private Instant storedAt = Instant.MIN;
    /** Whether the server may have an older status than this loop: the last one could not be stored, or nobody knows. */
    private boolean unsure;

    private Leadership.Permit permit = NEVER;
    private List<Found> found = List.of();
    private final Map<String, Service> services = new LinkedHashMap<>();
    private final Map<String, String> failures = new LinkedHashMap<>();

    private CapLoop(
            CapResource resource,
            CapPlan plan,
            CappingPolicy<S> policy,
            Operating operating,
            Telemetry telemetry,
            CarbonFeed carbon) {
        this.resource = resource;
        this.plan = plan;
        this.policy = policy;
        this.operating = operating;
        this.telemetry = telemetry;
        this.carbon = carbon;
        policyKey = plan.policyKey(operating.version());
        status = resource.getStatus() == null ? PowerCapStatus.EMPTY : resource.getStatus();
        stored = status;
        held = operating.heldBy(resource);
        release = new Release(held, operating.clock());
        state = StateText.read(status.policyState(), policyKey, policy);
        sequence = sequence(status);
        steps = status.steps() == null ? 0 : status.steps();
        limits = new CapLimits(plan, telemetry, carbon, status.peakWatts());
        Carbon carbonPlan = plan.spec().limit().carbon();
        PowerCapStatus.Carbon emitted = status.carbon();
        emissions = new EmissionMeter(
                carbonPlan == null ? 1 : carbonPlan.pue(),
                emitted == null || emitted.emittedGrams() == null ? 0 : emitted.emittedGrams());
    }

    static CapLoop<?> of(
            CapResource resource, CapPlan plan, Operating operating, Telemetry telemetry, CarbonFeed carbon) {
        return new CapLoop<>(resource, plan, plan.build(), operating, telemetry, carbon);
    }

    /** Goes on from the loop of an earlier version of the spec, whose status it was made with. */
    void follow(CapLoop<?> earlier) {
        unsure = earlier.unsure;
    }

    Duration interval() {
        return plan.spec().timers().control();
    }

    /** As this loop knows it, which may be newer than what is stored. */
    PowerCapStatus status() {
        return status;
    }

    /**
     * One turn: looks what became of what is held, observes, decides, writes and tells.
     *
     * @throws IOException if the turn could not be made, and nothing was written, or if its outcome could not be stored
     */
    void turn(Leadership.Permit given) throws IOException {
        permit = given;
        long startNanos = operating.monotonicNanos().getAsLong();
        long startCpuNanos = operating.cpuNanos().getAsLong();
        Instant now = operating.clock().instant();
        find();
        failures.clear();
        Conditions conditions =
                new Conditions(status.conditions(), resource.getMetadata().getGeneration(), now);
        CapInForce cap = limits.at(now, ClusterObservation.metered(services.values()));
        Mode mode = mode(now, cap, conditions);
        // What is not stored is not written: whoever comes after would take it for an edit.
        List<HeldServices.Note> notes =
                mode == Mode.ENFORCE ? held.examine(services, unsure ? NEVER : permit) : List.of();
        letGo(mode, now);
        CycleRecord<S> record = cycle(mode, cap).run(state);
        state = record.step().state();
        steps++;
        emissions.add(
                record.seen().nowNanos(),
                record.seen().rootPower(),
                record.seen().carbon());
        status = status(turn(mode, cap, record), conditions);
        IOException unstored = null;
        try {
            store(now);
        } catch (IOException e) {
            unstored = e;
        }
        operating.announcements().tell(resource, notes, conditions.changed(), record);
        operating
                .listener()
                .stepped(new TakenStep(
                        resource,
                        plan,
                        steps,
                        operating.leadership().term(),
                        record,
                        status,
                        operating.monotonicNanos().getAsLong() - startNanos,
                        operating.cpuNanos().getAsLong() - startCpuNanos));
        if (unstored != null) {
            throw unstored;
        }
    }

    /** What lets go of the services of this cap. */
    Release release() {
        return release;
    }

    private void find() {
        found = operating.services().find(plan);
        services.clear();
        for (Found one : found) {
            if (one instanceof Service service) {
                services.putIfAbsent(service.name(), service);
            }
        }
    }

    private boolean isExpired(Instant now) {
        Instant end = plan.spec().expiresAt();
        return end != null && !now.isBefore(end);
    }

    /** The mode in effect: what was asked for, or less. */
    private Mode mode(Instant now, CapInForce cap, Conditions conditions) {
        if (isExpired(now)) {
            conditions.set(
                    Conditions.CERTIFIED,
                    false,
                    "Expired",
                    "this cap ended at " + plan.spec().expiresAt());
            return Mode.OBSERVE;
        }
        if (cap.watts() == null) {
            return Mode.OBSERVE;
        }
        List<Enforcement.Service> planned = services.values().stream()
                .map(service -> new Enforcement.Service(
                        service.name(),
                        held.originalCeiling(service),
                        CapPlan.seconds(plan.spec().timers().hpaSync()),
                        service.state().graceSeconds()))
                .toList();
        List<String> refusals = operating
                .certificates()
                .refusals(resource, plan, plan.enforcement(planned, cap.lowestWatts(), cap.highestWatts()), now);
        boolean certified = refusals.isEmpty();
        conditions.set(
                Conditions.CERTIFIED,
                certified,
                certified ? "Covered" : plan.spec().certificate() == null ? "NoCertificate" : "NotCovered",
                certified ? "the certificate covers policy, timers, services and caps" : String.join("; ", refusals));
        return plan.spec().mode() == Mode.ENFORCE && !certified
                ? Mode.RECOMMEND
                : plan.spec().mode();
    }

    /**
     * Lets go of what is not to be held: all of it in other modes and after the end of the cap, else services that are not
     * selected any more. What a certificate that ceased to count has left is kept: to lift it is no less a change than to
     * lower it.
     *
     * @throws IOException if what was about to be written could not be stored
     */
    private void letGo(Mode mode, Instant now) throws IOException {
        if (isExpired(now) || plan.spec().mode() != Mode.ENFORCE) {
            letGo(held.holds().keySet());
        } else if (mode == Mode.ENFORCE) {
            // Of the same service, another object decides now. That one is to be held, at once.
            List<String> passedOver = held.holds().entrySet().stream()
                    .filter(one -> isPassedOver(one.getKey(), one.getValue()))
                    .map(Map.Entry::getKey)
                    .toList();
            for (String name : passedOver) {
                Outcome outcome = held.release(name, permit);
                if (!outcome.isDone() && outcome.kind() != Outcome.Kind.GONE) {
                    notRestored(Map.of(name, outcome.message()));
                }
            }
            Set<String> selected = found.stream().map(Found::name).collect(Collectors.toSet());
            letGo(held.holds().keySet().stream()
                    .filter(name -> !selected.contains(name))
                    .toList());
        }
    }

    private boolean isPassedOver(String name, Hold hold) {
        Service service = services.get(name);
        return service != null && !service.lever().object().equals(hold.object());
    }

    private void letGo(Collection<String> names) throws IOException {
        notRestored(release.step(
                List.copyOf(names),
                ReleasePace.of(plan),
                holds -> {
                    status = status.withHolds(holds);
                    keep(operating.clock().instant());
                },
                permit));
    }

    private void notRestored(Map<String, String> why) {
        if (!why.isEmpty()) {
            failures.putAll(why);
            operating.listener().notRestored(resource);
        }
    }

    private ControlCycle<S> cycle(Mode mode, CapInForce cap) {
        return new ControlCycle<>(
                policy,
                mode,
                nowNanos -> ClusterObservation.of(nowNanos, plan, cap, limits.budget(), services.values(), held),
                nowNanos -> telemetry.read(ClusterObservation.metered(services.values()), nowNanos),
                new Writes(),
                operating.clock());
    }

    /** Writes ceilings, each step stored before its first write. */
    private final class Writes implements Actuator {

        @Override
        public void begin(Step<?> step) throws IOException {
            if (unsure) {
                // A decision that was not stored was none, but it may have been stored all the same.
                sequence = sequence(operating.store().newest(resource).getStatus());
            }
            sequence++;
            for (ServiceAction action : step.decision().actions()) {
                Service service = services.get(action.service());
                if (action.replicaCeiling() != null && service != null) {
                    held.plan(service, action.replicaCeiling());
                }
            }
            status = status.withDecision(
                    decision(step.decision()),
                    leader(),
                    TurnReport.targets(found, held, failures),
                    StateText.write(policyKey, step.state()));
            keep(operating.clock().instant());
        }

        @Override
        public ServiceAction apply(ServiceAction action) throws IOException {
            Service service = services.get(action.service());
            if (action.replicaCeiling() == null || service == null) {
                throw new IOException("there is no such lever on service " + action.service());
            }
            Outcome outcome = held.carryOut(service, permit);
            if (!outcome.isDone()) {
                throw new IOException(outcome.kind() + ": " + outcome.message());
            }
            Hold hold = held.holds().get(service.name());
            return ServiceAction.ceiling(
                    service.name(), hold == null ? held.originalCeiling(service) : hold.safeCeiling());
        }
    }

    private static long sequence(@Nullable PowerCapStatus status) {
        return status == null || status.lastDecision() == null
                ? 0
                : status.lastDecision().sequence();
    }

    private PowerCapStatus.LastDecision decision(Decision decision) {
        return new PowerCapStatus.LastDecision(
                sequence,
                operating.clock().instant().truncatedTo(ChronoUnit.SECONDS).toString(),
                decision.code(),
                decision.reason());
    }

    private PowerCapStatus.Leader leader() {
        Leadership.Term term = operating.leadership().term();
        return new PowerCapStatus.Leader(term.identity(), term.epoch());
    }

    private Turn turn(Mode mode, CapInForce cap, CycleRecord<S> record) {
        for (Applied applied : record.applied()) {
            if (applied.failure() != null) {
                failures.put(applied.asked().service(), applied.failure());
            }
        }
        List<String> remarks = new ArrayList<>(telemetry.remarks());
        if (record.telemetryFailure() != null) {
            remarks.add(record.telemetryFailure());
        }
        List<String> problems = Stream.of(cap.problem(), carbon.problem())
                .filter(Objects::nonNull)
                .toList();
        return new Turn(mode, cap, found, failures, record, remarks, problems);
    }

    private PowerCapStatus status(Turn turn, Conditions conditions) {
        TurnReport.conditions(conditions, turn, held);
        Decision decided = turn.record().step().decision();
        // What was written stands there already; other modes show what they would do.
        boolean shown = status.lastDecision() == null
                || (turn.mode() != Mode.ENFORCE && !decided.actions().isEmpty());
        Double cap = turn.cap().watts();
        boolean known = turn.record().seen().rootPower().isFresh();
        double watts = turn.record().seen().rootPower().watts();
        return new PowerCapStatus(
                resource.getMetadata().getGeneration(),
                conditions.list(),
                Words.camel(turn.mode()),
                cap == null ? null : whole(cap),
                known ? whole(watts) : null,
                known && cap != null ? whole(cap - Math.round(watts)) : null,
                limits.peakWatts(),
                carbonStatus(turn.cap()),
                shown ? decision(decided) : status.lastDecision(),
                steps,
                leader(),
                TurnReport.targets(found, held, failures),
                StateText.write(policyKey, state));
    }

    private static Double whole(double watts) {
        return (double) Math.round(watts);
    }

    private PowerCapStatus.@Nullable Carbon carbonStatus(CapInForce cap) {
        if (plan.spec().limit().carbon() == null) {
            return null;
        }
        double grams = cap.grid().gramsPerKilowattHour();
        boolean known = !Double.isNaN(grams);
        return new PowerCapStatus.Carbon(
                known ? (Double) grams : null,
                known ? (Long) Duration.ofNanos(cap.grid().ageNanos()).toSeconds() : null,
                carbon.source(),
                Math.rint(emissions.grams() * 1000) / 1000);
    }

    /** Figures change in every turn; they alone are stored once a minute. */
    private void store(Instant now) throws IOException {
        if (!status.withoutFigures().equals(stored.withoutFigures()) || !now.isBefore(storedAt.plus(HEARTBEAT))) {
            keep(now);
        }
    }

    private void keep(Instant now) throws IOException {
        unsure = true;
        resource = operating.store().store(resource, status);
        unsure = false;
        stored = status;
        storedAt = now;
    }
}
