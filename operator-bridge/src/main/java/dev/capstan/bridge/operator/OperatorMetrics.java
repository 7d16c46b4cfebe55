package dev.capstan.bridge.operator;

import dev.capstan.bridge.Applied;
import dev.capstan.bridge.CycleRecord;
import dev.capstan.bridge.Mode;
import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.PowerCapStatus;
import dev.capstan.bridge.target.Hold;
import dev.capstan.capping.PowerReading;
import dev.capstan.capping.Quality;
import io.fabric8.kubernetes.api.model.Condition;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Figures of every cap for Prometheus, as of its last step. What is not known has no series: 0 would be a lie, and NaN
 * makes sums NaN. Series of a cap or a target that is gone go with it.
 */
final class OperatorMetrics implements StepListener {

    private static final Duration[] STEP_BUCKETS = {
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30)
    };

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<Identity, Cap> caps = new ConcurrentHashMap<>();

    /** @param leads whether this process leads */
    OperatorMetrics(BooleanSupplier leads) {
        Gauge.builder("capstan_leader", leads, one -> one.getAsBoolean() ? 1 : 0)
                .description("Whether this process leads")
                .strongReference(true)
                .register(registry);
    }

    /** All series in the text format of Prometheus, version 0.0.4. */
    String scrape() {
        return registry.scrape();
    }

    @Override
    public void stepped(TakenStep step) {
        caps.computeIfAbsent(Identity.of(step.resource()), Cap::new).stepped(step);
    }

    /** Without steps, figures grow old and alerts would ask where they are. */
    @Override
    public void going(CapResource resource) {
        gone(resource);
    }

    @Override
    public void notRestored(CapResource resource) {
        caps.computeIfAbsent(Identity.of(resource), Cap::new).notRestored();
    }

    @Override
    public void gone(CapResource resource) {
        Cap cap = caps.remove(Identity.of(resource));
        if (cap != null) {
            cap.remove();
        }
    }

    /** @param namespace empty for a cluster-wide cap */
    private record Identity(String namespace, String name) {
        private static Identity of(CapResource resource) {
            String namespace = resource.getMetadata().getNamespace();
            return new Identity(
                    namespace == null ? "" : namespace, resource.getMetadata().getName());
        }
    }

    private record Series(Figure figure, Tags tags) {}

    /** What a gauge shows. */
    private static final class Value {
        private volatile double now;
    }

    private record Registered(Value value, Gauge gauge) {}

    /** The series of one cap. */
    private final class Cap {
        private final Tags identity;
        private final Map<Series, Registered> gauges = new HashMap<>();
        private final Set<Meter> counts = new HashSet<>();

        private Cap(Identity identity) {
            this.identity = Tags.of("namespace", identity.namespace(), "name", identity.name());
        }

        private synchronized void stepped(TakenStep step) {
            CapPlan plan = step.plan();
            CycleRecord<?> record = step.record();
            PowerCapStatus status = step.status();
            Map<Series, Double> values = new HashMap<>();
            power(values, record);
            modes(values, plan, record.mode());
            put(
                    values,
                    Figure.CONTROL_INTERVAL,
                    CapPlan.seconds(plan.spec().timers().controlInterval()));
            PowerCapStatus.Carbon carbon = status.carbon();
            if (carbon != null) {
                put(values, Figure.CARBON_INTENSITY, carbon.gramsPerKilowattHour());
                put(values, Figure.EMITTED, carbon.emittedGrams());
            }
            for (Condition condition : nonNull(status.conditions())) {
                put(
                        values,
                        Figure.CONDITION,
                        condition.getStatus().equals("True") ? 1 : 0,
                        "type",
                        condition.getType());
            }
            for (PowerCapStatus.Target target : nonNull(status.targets())) {
                Hold hold = target.hold();
                put(values, Figure.CEILING, target.ceiling(), "target", target.name());
                put(
                        values,
                        Figure.ORIGINAL,
                        hold == null ? target.ceiling() : hold.originals().get(hold.path()),
                        "target",
                        target.name());
                put(values, Figure.READY, target.ready(), "target", target.name());
            }
            show(values);
            count(record);
            timer("capstan_step_seconds", "Time that a step took, from reading to the last write", step.wallNanos());
            timer("capstan_step_cpu_seconds", "Time of the processor that a step took", step.cpuNanos());
        }

        private void power(Map<Series, Double> values, CycleRecord<?> record) {
            PowerReading power = record.seen().rootPower();
            double capWatts = record.seen().capWatts();
            boolean capped = Double.isFinite(capWatts);
            put(values, Figure.FRESH, power.isFresh() ? 1 : 0);
            if (power.quality() != Quality.ABSENT) {
                put(values, Figure.AGE, power.ageNanos() / (double) TimeUnit.SECONDS.toNanos(1));
            }
            if (capped) {
                put(values, Figure.CAP, capWatts);
            }
            if (power.isFresh()) {
                put(values, Figure.POWER, power.watts());
            }
            if (capped && power.isFresh()) {
                put(values, Figure.HEADROOM, capWatts - power.watts());
            }
        }

        private void modes(Map<Series, Double> values, CapPlan plan, Mode inEffect) {
            for (Mode mode : Mode.values()) {
                String name = Words.camel(mode);
                put(values, Figure.MODE, mode == inEffect ? 1 : 0, "mode", name);
                put(values, Figure.MODE_ASKED, mode == plan.spec().mode() ? 1 : 0, "mode", name);
            }
        }

        private void put(Map<Series, Double> values, Figure figure, @Nullable Number value, String... tags) {
            if (value != null) {
                values.put(new Series(figure, identity.and(tags)), value.doubleValue());
            }
        }

        private void show(Map<Series, Double> values) {
            gauges.entrySet().removeIf(entry -> {
                boolean over = !values.containsKey(entry.getKey());
                if (over) {
                    registry.remove(entry.getValue().gauge());
                }
                return over;
            });
            values.forEach((series, value) ->
                    gauges.computeIfAbsent(series, this::register).value().now = value);
        }

        private Registered register(Series series) {
            Value value = new Value();
            return new Registered(
                    value,
                    Gauge.builder(series.figure().text, value, one -> one.now)
                            .description(series.figure().description)
                            .tags(series.tags())
                            .strongReference(true)
                            .register(registry));
        }

        private void count(CycleRecord<?> record) {
            counter("capstan_steps", "Steps of the control loop").increment();
            restoreFailures();
            counter(
                            "capstan_decisions",
                            "Decisions by their reason",
                            "code",
                            record.step().decision().code())
                    .increment();
            for (WriteResult result : WriteResult.values()) {
                long count = record.applied().stream()
                        .filter(one -> WriteResult.of(one) == result)
                        .count();
                // Also where there was none: a series that begins at 1 shows no increase.
                counter("capstan_writes", "Writes of levers by what came of them", "result", result.text)
                        .increment((double) count);
            }
        }

        private synchronized void notRestored() {
            restoreFailures().increment();
        }

        private Counter restoreFailures() {
            return counter("capstan_restore_failures", "Tries to let go of services that failed");
        }

        private void timer(String name, String description, long nanos) {
            Timer timer = Timer.builder(name)
                    .description(description)
                    .tags(identity)
                    .serviceLevelObjectives(STEP_BUCKETS)
                    .register(registry);
            counts.add(timer);
            timer.record(nanos, TimeUnit.NANOSECONDS);
        }

        private Counter counter(String name, String description, String... tags) {
            Counter counter = Counter.builder(name)
                    .description(description)
                    .tags(identity.and(tags))
                    .register(registry);
            counts.add(counter);
            return counter;
        }

        private synchronized void remove() {
            show(Map.of());
            counts.forEach(registry::remove);
        }
    }

    private static <T> List<T> nonNull(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    /** What came of a write. */
    private enum WriteResult {
        AS_ASKED("as-asked"),
        OTHERWISE("otherwise"),
        FAILED("failed");

        private final String text;

        WriteResult(String text) {
            this.text = text;
        }

        private static WriteResult of(Applied applied) {
            return applied.failure() != null ? FAILED : applied.asAsked() ? AS_ASKED : OTHERWISE;
        }
    }

    private enum Figure {
        POWER("capstan_power_watts", "Power of the targets and the overhead, where telemetry is fresh"),
        CAP("capstan_cap_watts", "The cap in force"),
        HEADROOM("capstan_headroom_watts", "The cap less the power"),
        AGE("capstan_telemetry_age_seconds", "Age of the newest sample behind the power"),
        FRESH("capstan_telemetry_fresh", "Whether power is complete, plausible and young enough"),
        CEILING("capstan_target_ceiling_replicas", "Ceiling of replicas in force"),
        ORIGINAL("capstan_target_original_replicas", "Ceiling of replicas that the owner had set"),
        READY("capstan_target_ready_replicas", "Ready replicas"),
        CARBON_INTENSITY("capstan_carbon_intensity_grams_per_kilowatt_hour", "Carbon intensity of the grid"),
        EMITTED("capstan_emitted_grams", "Emitted since the resource is watched"),
        CONDITION("capstan_condition", "Whether a condition of the status is True"),
        MODE("capstan_mode", "1 for the mode in effect"),
        MODE_ASKED("capstan_mode_asked", "1 for the mode that the spec asks for"),
        CONTROL_INTERVAL("capstan_control_interval_seconds", "Time from one step to the next");

        private final String text;
        private final String description;

        Figure(String text, String description) {
            this.text = text;
            this.description = description;
        }
    }
}
