package dev.capstan.bridge.operator;

import dev.capstan.bridge.PowerReadings;
import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.telemetry.MeteredService;
import dev.capstan.capping.PowerReading;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/** Telemetry that a test sets, and a record of all steps. */
final class Scripted implements Sources, Telemetry, StepListener {

    /** What the next readings are. */
    volatile PowerReading reading = PowerReading.fresh(0, 0);

    /** Why there are none; empty where there are. */
    volatile String failure = "";

    /** Why telemetry cannot be set up; empty where it can. */
    volatile String missing = "";

    private final ConcurrentHashMap<String, Long> steps = new ConcurrentHashMap<>();
    final ConcurrentLinkedQueue<String> gone = new ConcurrentLinkedQueue<>();

    /** Steps that a cap has made. */
    long steps(String cap) {
        return steps.getOrDefault(cap, 0L);
    }

    @Override
    public Telemetry telemetry(CapResource resource, CapPlan plan) throws IOException {
        if (!missing.isEmpty()) {
            throw new IOException(missing);
        }
        return this;
    }

    @Override
    public CarbonFeed carbon(CapResource resource, CapPlan plan) {
        return CarbonFeed.NONE;
    }

    @Override
    public PowerReadings read(List<MeteredService> services, long nowNanos) throws IOException {
        if (!failure.isEmpty()) {
            throw new IOException(failure);
        }
        PowerReading now = reading;
        return new PowerReadings(
                0,
                Map.of(CapLoop.DOMAIN, now),
                services.stream().collect(Collectors.toMap(MeteredService::name, service -> now)));
    }

    @Override
    public List<String> remarks() {
        return List.of();
    }

    @Override
    public double peakWatts(List<MeteredService> services, Duration over, long nowNanos) {
        return 10_000;
    }

    @Override
    public void stepped(TakenStep step) {
        steps.merge(step.resource().getMetadata().getName(), 1L, Long::sum);
    }

    @Override
    public void gone(CapResource resource) {
        gone.add(resource.getMetadata().getName());
    }
}
