package dev.capstan.bridge.operator;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.capstan.bridge.Applied;
import dev.capstan.bridge.CycleRecord;
import dev.capstan.bridge.Mode;
import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.ClusterPowerCap;
import dev.capstan.bridge.resource.PowerCap;
import dev.capstan.bridge.resource.PowerCapStatus;
import dev.capstan.bridge.target.Hold;
import dev.capstan.bridge.target.ObjectId;
import dev.capstan.capping.CarbonReading;
import dev.capstan.capping.Decision;
import dev.capstan.capping.DomainReading;
import dev.capstan.capping.Observation;
import dev.capstan.capping.PowerReading;
import dev.capstan.capping.ServiceAction;
import dev.capstan.capping.Step;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Steps of a cap as a listener hears of them, without a loop that makes them. */
final class PlayedSteps {

    private static final String SPEC = """
            {"kind": "%s", "metadata": {"name": "%s"},
             "spec": {"mode": "Enforce", "limit": {"watts": 4000}, "timers": {"controlInterval": "2s"},
              "measurement": {"source": "dcgm", "prometheus": {"url": "http://prometheus:9090"}},
              "targets": [{"ref": {"kind": "Deployment", "name": "chat"},
                           "replica": {"peakWatts": 1000, "idleWatts": 100}}]}}
            """;

    private final StepListener listener;

    PlayedSteps(StepListener listener) {
        this.listener = listener;
    }

    private record Nothing() {}

    static CapResource powerCap(String namespace, String name) throws IOException {
        CapResource resource = read(PowerCap.class, name);
        resource.getMetadata().setNamespace(namespace);
        return resource;
    }

    static CapResource clusterPowerCap(String name) throws IOException {
        return read(ClusterPowerCap.class, name);
    }

    private static CapResource read(Class<? extends CapResource> kind, String name) throws IOException {
        return JsonMapper.builder()
                .addModule(new JavaTimeModule())
                .build()
                .readValue(SPEC.formatted(kind.getSimpleName(), name), kind);
    }

    /** A target that nothing holds. */
    static PowerCapStatus.Target free(String name, int ceiling, int ready) {
        return new PowerCapStatus.Target(name, null, ceiling, ready, null);
    }

    /** A target whose HPA is held down from the original to the ceiling. */
    static PowerCapStatus.Target held(String name, int original, int ceiling, int ready) {
        Hold hold = new Hold(
                new ObjectId("autoscaling/v1", "HorizontalPodAutoscaler", "default", name),
                "uid",
                "/spec/maxReplicas",
                false,
                Map.of("/spec/maxReplicas", original),
                Map.of("/spec/maxReplicas", ceiling),
                List.of(),
                ceiling,
                ceiling,
                "2026-01-01T00:00:00Z");
        return new PowerCapStatus.Target(name, null, ceiling, ready, hold);
    }

    static Applied asAsked(String service, int replicas) {
        ServiceAction action = ServiceAction.ceiling(service, replicas);
        return new Applied(action, action, null);
    }

    static Applied otherwise(String service, int asked, int inForce) {
        return new Applied(ServiceAction.ceiling(service, asked), ServiceAction.ceiling(service, inForce), null);
    }

    static Applied failed(String service, int asked) {
        return new Applied(ServiceAction.ceiling(service, asked), null, "refused");
    }

    /** One step, which asks for {@link Mode#ENFORCE} and runs in the mode given; a tenth of its time is its thread's. */
    void step(
            CapResource resource,
            Mode mode,
            double capWatts,
            PowerReading power,
            String code,
            List<Applied> applied,
            List<PowerCapStatus.Target> targets,
            PowerCapStatus.@Nullable Carbon carbon,
            Map<String, Boolean> conditions,
            long wallNanos) {
        Observation seen = new Observation(
                0,
                capWatts,
                null,
                0,
                List.of(new DomainReading(CapLoop.DOMAIN, null, Double.POSITIVE_INFINITY, power)),
                List.of(),
                CarbonReading.UNKNOWN,
                null,
                List.of());
        Conditions set = new Conditions(List.of(), 1, Instant.EPOCH);
        conditions.forEach((type, status) -> set.set(type, status, "Played", "played"));
        listener.stepped(new TakenStep(
                resource,
                CapPlan.of(resource),
                1,
                new Leadership.Term("one", 1),
                new CycleRecord<>(
                        mode,
                        seen,
                        new Nothing(),
                        new Step<>(new Nothing(), Decision.hold(code, "played")),
                        applied,
                        null),
                new PowerCapStatus(
                        1L, set.list(), null, null, null, null, null, carbon, null, null, null, targets, null),
                wallNanos,
                wallNanos / 10));
    }
}
