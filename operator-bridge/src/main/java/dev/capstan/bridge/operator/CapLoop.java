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
import dev.capstan.bridge.resource.DurationText;
import dev.capstan.bridge.resource.PowerCapStatus;
import dev.capstan.bridge.resource.Target;
import dev.capstan.bridge.target.Hold;
import dev.capstan.bridge.target.Lever;
import dev.capstan.bridge.target.Outcome;
import dev.capstan.bridge.target.TargetState;
import dev.capstan.bridge.telemetry.MeteredService;
import dev.capstan.capping.AnnouncedCap;
import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.CarbonBudget;
import dev.capstan.capping.CarbonReading;
import dev.capstan.capping.DomainReading;
import dev.capstan.capping.GatewayReading;
import dev.capstan.capping.LatencyReading;
import dev.capstan.capping.Observation;
import dev.capstan.capping.PowerReading;
import dev.capstan.capping.ReplicaCounts;
import dev.capstan.capping.ReplicaPower;
import dev.capstan.capping.ServiceAction;
import dev.capstan.capping.ServiceReading;
import dev.capstan.capping.Step;
import io.fabric8.kubernetes.api.model.Condition;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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
    private final HeldServices held;

    private CapResource resource;
    private S state;
    private long sequence;
    private long steps;
    private PowerCapStatus status;
    private PowerCapStatus stored;
    private Instant storedAt = Instant.MIN;
    private @Nullable Double peakWatts;
    private double carbonWatts = Double.POSITIVE_INFINITY;
    private final EmissionMeter emissions;
    private Leadership.Permit permit = NEVER;
    private Map<String, Service> services = Map.of();
    private Map<String, String> failures = Map.of();

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
        held = new HeldServices(
                Operating.key(resource), operating.holds(), operating.finder(), operating.writer(), operating.clock());
        held.load(status.targets());
        state = StateText.read(status.policyState(), policyKey, policy);
        sequence = status.lastDecision() == null ? 0 : status.lastDecision().sequence();
        steps = status.steps() == null ? 0 : status.steps();
        peakWatts = status.peakWatts();
        PowerCapStatus.Carbon emitted = status.carbon();
        Carbon carbonPlan = plan.spec().limit().carbon();
        emissions = new EmissionMeter(
                carbonPlan == null ? 1 : carbonPlan.pue(),
                emitted == null || emitted.emittedGrams() == null ? 0 : emitted.emittedGrams());
    }

    static CapLoop<?> of(
            CapResource resource, CapPlan plan, Operating operating, Telemetry telemetry, CarbonFeed carbon) {
        return new CapLoop<>(resource, plan, plan.build(), operating, telemetry, carbon);
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
        Instant now = operating.clock().instant();
        long startNanos = operating.monotonicNanos().getAsLong();
        List<Service> found = operating.services().find(plan);
        services = new LinkedHashMap<>();
        found.forEach(service -> services.putIfAbsent(service.name(), service));
        failures = new LinkedHashMap<>();
        Conditions conditions =
                new Conditions(status.conditions(), resource.getMetadata().getGeneration(), now);
        CapNow cap = capNow(now);
        Mode mode = mode(now, cap, conditions);

        List<HeldServices.Note> notes = new ArrayList<>();
        if (mode == Mode.ENFORCE) {
            notes.addAll(held.examine(found, permit));
        }
        release(mode, now);
        CycleRecord<S> record = cycle(mode, cap).run(state);
        state = record.step().state();
        steps++;
        emissions.add(
                record.seen().nowNanos(),
                record.seen().rootPower(),
                record.seen().carbon());
        status = status(record, mode, cap, conditions);
        IOException unstored = null;
        try {
            store(now);
        } catch (IOException e) {
            unstored = e;
        }
        tell(conditions, notes, record);
        operating
                .listener()
                .stepped(
                        resource,
                        plan,
                        steps,
                        operating.leadership().term(),
                        record,
                        status,
                        operating.monotonicNanos().getAsLong() - startNanos);
        if (unstored != null) {
            throw unstored;
        }
    }

    /**
     * Puts everything back, for good.
     *
     * @return what could not be put back, by the name of the service; empty when the resource may go
     */
    Map<String, String> finish(Leadership.Permit given) {
        services = new LinkedHashMap<>();
        operating.services().find(plan).forEach(service -> services.putIfAbsent(service.name(), service));
        return messages(held.release(List.copyOf(held.holds().keySet()), services, given));
    }

    private static Map<String, String> messages(Map<String, Outcome> outcomes) {
        return outcomes.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, one -> one.getValue().message(), (one, two) -> one, LinkedHashMap::new));
    }

    /**
     * The cap at an instant.
     *
     * @param watts null where it is a share of a peak that is not known
     */
    private record CapNow(
            @Nullable Double watts,
            @Nullable AnnouncedCap next,
            double lowestWatts,
            double highestWatts,
            CarbonReading grid,
            @Nullable String problem) {}

    private CapNow capNow(Instant now) {
        long nanos = nanos(now);
        CarbonReading grid = carbon.reading(nanos);
        Double base = plan.limit().watts();
        String problem = null;
        if (base == null) {
            Duration over = plan.limit().peakOver();
            if (peakWatts == null && over != null) {
                try {
                    peakWatts = telemetry.peakWatts(metered(), over, nanos);
                } catch (IOException e) {
                    problem = "the peak is not known: " + e.getMessage();
                }
            }
            base = peakWatts;
        }
        if (base == null) {
            return new CapNow(null, null, 0, 0, grid, problem);
        }
        CapSchedule schedule = plan.limit().schedule(base * plan.limit().share());
        double watts = schedule.watts(now);
        double lowest = schedule.lowestWatts();
        Carbon carbonPlan = plan.spec().limit().carbon();
        if (carbonPlan != null && carbonPlan.gramsPerHour() != null) {
            watts = Math.min(watts, byCarbon(carbonPlan, grid, watts));
            // Without a minimum the grid decides how low it may get, and no range of caps covers that.
            lowest = carbonPlan.minimumWatts() == null ? 0 : Math.min(lowest, carbonPlan.minimumWatts());
        }
        return new CapNow(watts, schedule.next(now), lowest, schedule.baseWatts(), grid, null);
    }

    /** What the budget of emissions leaves. */
    private double byCarbon(Carbon carbonPlan, CarbonReading grid, double otherwise) {
        boolean known = !Double.isNaN(grid.gramsPerKilowattHour())
                && grid.ageNanos()
                        <= DurationText.parse(carbonPlan.maximumAge()).toNanos();
        CarbonBudget budget = budget(carbonPlan);
        double least = carbonPlan.minimumWatts() == null ? 1 : carbonPlan.minimumWatts();
        if (known && budget != null) {
            carbonWatts = Math.max(least, budget.watts(grid.gramsPerKilowattHour()));
            return carbonWatts;
        }
        return switch (carbonPlan.onMissing()) {
            case BASE -> otherwise;
            case HOLD -> Math.min(otherwise, carbonWatts);
            case MINIMUM -> least;
        };
    }

    private static @Nullable CarbonBudget budget(@Nullable Carbon carbonPlan) {
        return carbonPlan == null || carbonPlan.gramsPerHour() == null
                ? null
                : new CarbonBudget(carbonPlan.gramsPerHour(), carbonPlan.pue());
    }

    /** The mode in effect: what was asked for, or less. */
    private Mode mode(Instant now, CapNow cap, Conditions conditions) {
        if (plan.spec().expiresAt() != null && !now.isBefore(plan.spec().expiresAt())) {
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
        List<Enforcement.Service> planned = new ArrayList<>();
        for (Service service : services.values()) {
            if (service.lever() != null && service.state() != null) {
                planned.add(new Enforcement.Service(
                        service.name(),
                        held.originalCeiling(service, service.lever(), service.state()),
                        CapPlan.seconds(plan.spec().timers().hpaSync()),
                        service.state().graceSeconds()));
            }
        }
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
     */
    private void release(Mode mode, Instant now) {
        boolean expired =
                plan.spec().expiresAt() != null && !now.isBefore(plan.spec().expiresAt());
        boolean all = expired || plan.spec().mode() != Mode.ENFORCE;
        List<String> names = new ArrayList<>();
        for (Map.Entry<String, Hold> entry : held.holds().entrySet()) {
            Service service = services.get(entry.getKey());
            boolean moved = service != null
                    && service.lever() != null
                    && !service.lever().object().equals(entry.getValue().object());
            if (all || (mode == Mode.ENFORCE && (service == null || moved))) {
                names.add(entry.getKey());
            }
        }
        if (!names.isEmpty()) {
            failures.putAll(messages(held.release(names, services, permit)));
        }
    }

    private ControlCycle<S> cycle(Mode mode, CapNow cap) {
        return new ControlCycle<>(
                policy,
                mode,
                nowNanos -> observation(nowNanos, cap),
                nowNanos -> telemetry.read(metered(), nowNanos),
                new Writes(),
                operating.clock());
    }

    private List<MeteredService> metered() {
        List<MeteredService> metered = new ArrayList<>();
        for (Service service : services.values()) {
            TargetState there = service.state();
            if (service.lever() != null && there != null) {
                metered.add(new MeteredService(
                        service.name(),
                        service.lever().workload().namespace(),
                        there.podPattern(),
                        there.ready(),
                        there.ready() + there.starting() + there.terminating(),
                        gpus(service.plan(), there)));
            }
        }
        return metered;
    }

    private static int gpus(Target target, TargetState state) {
        Integer given = target.replica().gpus();
        return given == null ? state.gpus() : given;
    }

    private Observation observation(long nowNanos, CapNow cap) {
        List<ServiceReading> readings = new ArrayList<>();
        for (Service service : services.values()) {
            if (service.lever() != null && service.state() != null) {
                readings.add(reading(service, service.lever(), service.state()));
            }
        }
        return new Observation(
                nowNanos,
                cap.watts() == null ? Double.POSITIVE_INFINITY : cap.watts(),
                cap.next(),
                plan.spec().measurement().overheadWatts(),
                List.of(new DomainReading(DOMAIN, null, Double.POSITIVE_INFINITY, PowerReading.absent())),
                readings,
                cap.grid(),
                budget(plan.spec().limit().carbon()),
                List.of());
    }

    private ServiceReading reading(Service service, Lever lever, TargetState state) {
        Target target = service.plan();
        Target.Replica replica = target.replica();
        int original = Math.max(1, held.originalCeiling(service, lever, state));
        int floor = target.floor() == null ? held.originalFloor(service, lever, state) : target.floor();
        int gpus = Math.max(1, gpus(target, state));
        double limit = replica.peakWatts() / gpus;
        return new ServiceReading(
                service.name(),
                DOMAIN,
                PowerReading.absent(),
                new ReplicaCounts(
                        state.ready(),
                        state.starting(),
                        state.terminating(),
                        state.desired(),
                        Math.max(state.ceiling(), state.landed()),
                        Math.min(floor, original),
                        original,
                        state.growthFrozen()),
                // No lever on limits or clocks here: the only limit that a board takes is the one it has.
                new ReplicaPower(
                        replica.peakWatts(),
                        replica.idleWatts(),
                        replica.startingWatts() == null ? replica.peakWatts() : replica.startingWatts(),
                        gpus,
                        limit,
                        limit,
                        limit,
                        Double.NaN,
                        0,
                        1),
                null,
                null,
                GatewayReading.NONE,
                LatencyReading.NONE,
                target.priority(),
                target.weight(),
                Double.NaN,
                Double.NaN,
                Double.NaN,
                Double.NaN);
    }

    /** Writes ceilings, each step stored before its first write. */
    private final class Writes implements Actuator {

        @Override
        public void begin(Step<?> step) throws IOException {
            sequence++;
            for (ServiceAction action : step.decision().actions()) {
                Service service = services.get(action.service());
                if (action.replicaCeiling() != null
                        && service != null
                        && service.lever() != null
                        && service.state() != null) {
                    held.plan(service.name(), service.lever(), service.state(), action.replicaCeiling());
                }
            }
            status = with(status, StateText.write(policyKey, step.state()), decision(step), targets());
            resource = operating.store().store(resource, status);
            stored = status;
            storedAt = operating.clock().instant();
        }

        @Override
        public ServiceAction apply(ServiceAction action) throws IOException {
            Service service = services.get(action.service());
            Integer wish = action.replicaCeiling();
            if (wish == null || service == null || service.lever() == null || service.state() == null) {
                throw new IOException("there is no such lever on service " + action.service());
            }
            Outcome outcome = held.carryOut(service.name(), service.lever(), permit);
            if (!outcome.isDone()) {
                throw new IOException(outcome.kind() + ": " + outcome.message());
            }
            Hold hold = held.holds().get(service.name());
            int inForce =
                    hold == null ? held.originalCeiling(service, service.lever(), service.state()) : hold.safeCeiling();
            return ServiceAction.ceiling(service.name(), inForce);
        }
    }

    private PowerCapStatus.LastDecision decision(Step<?> step) {
        return new PowerCapStatus.LastDecision(
                sequence,
                operating.clock().instant().truncatedTo(ChronoUnit.SECONDS).toString(),
                step.decision().code(),
                step.decision().reason());
    }

    private List<PowerCapStatus.Target> targets() {
        List<PowerCapStatus.Target> targets = new ArrayList<>();
        for (Service service : services.values()) {
            targets.add(target(service));
        }
        held.holds().forEach((name, hold) -> {
            if (!services.containsKey(name)) {
                targets.add(new PowerCapStatus.Target(name, "is selected no more", null, null, hold));
            }
        });
        return targets;
    }

    private PowerCapStatus.Target target(Service service) {
        TargetState there = service.state();
        Lever lever = service.lever();
        if (there == null || lever == null) {
            return new PowerCapStatus.Target(
                    service.name(),
                    service.refusal() == null ? null : service.refusal().message(),
                    null,
                    null,
                    held.holds().get(service.name()));
        }
        List<String> messages = new ArrayList<>();
        if (!there.hasLanded()) {
            messages.add("the ceiling of " + there.ceiling() + " has not arrived in " + lever.landing()
                    + ", which still has " + there.landed());
        }
        if (there.paused()) {
            messages.add("the autoscaler is paused: its replicas follow no ceiling");
        }
        if (!lever.foreign().isEmpty()) {
            messages.add("also managed by " + String.join(", ", lever.foreign()) + ", which should ignore the field "
                    + lever.ceilingPath());
        }
        if (failures.containsKey(service.name())) {
            messages.add(failures.get(service.name()));
        }
        var others = operating.holds().others(Operating.key(resource), lever.object());
        if (!others.isEmpty()) {
            messages.add("also held by " + String.join(", ", others));
        }
        return new PowerCapStatus.Target(
                service.name(),
                messages.isEmpty() ? null : String.join("; ", messages),
                there.ceiling(),
                there.ready(),
                held.holds().get(service.name()));
    }

    private PowerCapStatus status(CycleRecord<S> record, Mode mode, CapNow cap, Conditions conditions) {
        record.applied().stream()
                .filter(applied -> applied.failure() != null)
                .forEach(applied -> failures.put(applied.asked().service(), String.valueOf(applied.failure())));
        PowerReading power = record.seen().rootPower();
        List<String> remarks = new ArrayList<>(telemetry.remarks());
        if (record.telemetryFailure() != null) {
            remarks.add(record.telemetryFailure());
        }
        conditions.set(
                Conditions.TELEMETRY_FRESH,
                power.isFresh(),
                camel(power.quality().name()),
                remarks.isEmpty() ? "power is " + Math.round(power.watts()) + " W" : String.join("; ", remarks));
        boolean capping = !held.holds().isEmpty();
        conditions.set(
                Conditions.CAPPING,
                capping,
                capping ? "CeilingsLowered" : "NothingHeld",
                capping
                        ? "held: " + String.join(", ", held.holds().keySet())
                        : "every service has its owner's maximum");
        Map<String, String> conflicts = held.conflicts();
        conditions.set(
                Conditions.CONFLICT,
                !conflicts.isEmpty(),
                conflicts.isEmpty() ? "None" : "PutBack",
                conflicts.isEmpty()
                        ? "nobody puts ceilings back"
                        : conflicts.entrySet().stream()
                                .map(one -> one.getKey() + " by " + one.getValue())
                                .collect(Collectors.joining("; ", "ceilings are put back: ", "")));
        List<String> refused = services.values().stream()
                .filter(service -> service.refusal() != null)
                .map(service -> service.name() + ": " + service.refusal().message())
                .toList();
        List<String> degraded = new ArrayList<>(refused);
        failures.forEach((service, message) -> degraded.add(service + ": " + message));
        if (cap.problem() != null) {
            degraded.add(cap.problem());
        }
        if (carbon.problem() != null) {
            degraded.add(carbon.problem());
        }
        if (record.step().decision().code().equals("infeasible")) {
            degraded.add(record.step().decision().reason());
        }
        conditions.set(
                Conditions.DEGRADED,
                !degraded.isEmpty(),
                degraded.isEmpty() ? "None" : refused.isEmpty() ? "NotAsDecided" : "TargetRefused",
                degraded.isEmpty() ? "all levers work" : String.join("; ", degraded));
        boolean ready = refused.size() < services.size() && cap.watts() != null;
        conditions.set(
                Conditions.READY,
                ready,
                ready ? "Running" : cap.watts() == null ? "NoLimit" : "NoTargets",
                ready
                        ? "in mode " + camel(mode.name())
                        : cap.problem() != null
                                ? cap.problem()
                                : "no target can be capped: " + String.join("; ", refused));
        Double watts = power.isFresh() ? (Double) (double) Math.round(power.watts()) : null;
        // What was written stands there already; other modes show what they would do.
        boolean shown = status.lastDecision() == null
                || (mode != Mode.ENFORCE && !record.step().decision().actions().isEmpty());
        return new PowerCapStatus(
                resource.getMetadata().getGeneration(),
                conditions.list(),
                camel(mode.name()),
                cap.watts() == null ? null : (Double) (double) Math.round(cap.watts()),
                watts,
                watts == null || cap.watts() == null ? null : (Double) (double) Math.round(cap.watts() - watts),
                peakWatts,
                carbonStatus(cap),
                shown ? decision(record.step()) : status.lastDecision(),
                steps,
                leader(),
                targets(),
                StateText.write(policyKey, state));
    }

    private PowerCapStatus.@Nullable Carbon carbonStatus(CapNow cap) {
        if (plan.spec().limit().carbon() == null) {
            return null;
        }
        double grams = cap.grid().gramsPerKilowattHour();
        boolean known = !Double.isNaN(grams);
        return new PowerCapStatus.Carbon(
                known ? (Double) grams : null,
                known ? (Long) (cap.grid().ageNanos() / 1_000_000_000L) : null,
                carbon.source(),
                Math.rint(emissions.grams() * 1000) / 1000);
    }

    private PowerCapStatus.Leader leader() {
        Leadership.Term term = operating.leadership().term();
        return new PowerCapStatus.Leader(term.identity(), term.epoch());
    }

    private PowerCapStatus with(
            PowerCapStatus before,
            String policyState,
            PowerCapStatus.LastDecision decision,
            List<PowerCapStatus.Target> targets) {
        return new PowerCapStatus(
                before.observedGeneration(),
                before.conditions(),
                before.mode(),
                before.capWatts(),
                before.powerWatts(),
                before.headroomWatts(),
                before.peakWatts(),
                before.carbon(),
                decision,
                steps,
                leader(),
                targets,
                policyState);
    }

    /** Figures change in every turn; they alone are stored once a minute. */
    private void store(Instant now) throws IOException {
        if (withoutFigures(status).equals(withoutFigures(stored)) && now.isBefore(storedAt.plus(HEARTBEAT))) {
            return;
        }
        resource = operating.store().store(resource, status);
        stored = status;
        storedAt = now;
    }

    private static PowerCapStatus withoutFigures(PowerCapStatus status) {
        List<PowerCapStatus.Target> targets = status.targets() == null ? List.of() : status.targets();
        List<Condition> conditions = status.conditions() == null ? List.of() : status.conditions();
        return new PowerCapStatus(
                status.observedGeneration(),
                conditions.stream().map(CapLoop::withoutMessage).toList(),
                status.mode(),
                status.capWatts(),
                null,
                null,
                status.peakWatts(),
                null,
                status.lastDecision(),
                null,
                status.leader(),
                targets,
                null);
    }

    private static Condition withoutMessage(Condition condition) {
        return new io.fabric8.kubernetes.api.model.ConditionBuilder(condition)
                .withMessage("")
                .build();
    }

    private void tell(Conditions conditions, List<HeldServices.Note> notes, CycleRecord<S> record) {
        Events events = operating.events();
        for (HeldServices.Note note : notes) {
            if (note.warning()) {
                events.warning(resource, note.reason(), note.message());
            } else {
                events.normal(resource, note.reason(), note.message());
            }
        }
        for (Condition condition : conditions.changed()) {
            boolean good = condition.getStatus().equals("True")
                    == List.of(Conditions.READY, Conditions.TELEMETRY_FRESH, Conditions.CERTIFIED, Conditions.CAPPING)
                            .contains(condition.getType());
            String message = condition.getType() + " is " + condition.getStatus() + ": " + condition.getMessage();
            if (good) {
                events.normal(resource, condition.getReason(), message);
            } else {
                events.warning(resource, condition.getReason(), message);
            }
        }
        List<Applied> applied = record.applied();
        if (!applied.isEmpty()) {
            String what = applied.stream()
                    .map(one -> one.asked().service() + " to at most "
                            + (one.effective() == null
                                    ? one.asked().replicaCeiling() + " (failed)"
                                    : one.effective().replicaCeiling()))
                    .collect(Collectors.joining(", "));
            events.normal(
                    resource,
                    "Decided",
                    what + " (" + record.step().decision().code() + "): "
                            + record.step().decision().reason());
        }
    }

    private static String camel(String name) {
        return name.charAt(0) + name.substring(1).toLowerCase(java.util.Locale.ROOT);
    }

    private static long nanos(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
    }
}
