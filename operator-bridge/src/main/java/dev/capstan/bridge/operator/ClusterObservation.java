package dev.capstan.bridge.operator;

import dev.capstan.bridge.resource.Target;
import dev.capstan.bridge.target.TargetState;
import dev.capstan.bridge.telemetry.MeteredService;
import dev.capstan.capping.CarbonBudget;
import dev.capstan.capping.DomainReading;
import dev.capstan.capping.GatewayReading;
import dev.capstan.capping.LatencyReading;
import dev.capstan.capping.Observation;
import dev.capstan.capping.PowerReading;
import dev.capstan.capping.ReplicaCounts;
import dev.capstan.capping.ReplicaPower;
import dev.capstan.capping.ServiceReading;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a policy is shown of the services of a cap, and what telemetry is asked for. */
final class ClusterObservation {

    private ClusterObservation() {}

    /** Everything but power. */
    static Observation of(
            long nowNanos,
            CapPlan plan,
            CapInForce cap,
            @Nullable CarbonBudget budget,
            Collection<Service> services,
            HeldServices held) {
        return new Observation(
                nowNanos,
                cap.watts() == null ? Double.POSITIVE_INFINITY : cap.watts(),
                cap.next(),
                plan.spec().measurement().overheadWatts(),
                List.of(new DomainReading(CapLoop.DOMAIN, null, Double.POSITIVE_INFINITY, PowerReading.absent())),
                services.stream().map(service -> reading(service, held)).toList(),
                cap.grid(),
                budget,
                List.of());
    }

    private static ServiceReading reading(Service service, HeldServices held) {
        Target target = service.plan();
        TargetState state = service.state();
        int original = Math.max(1, held.originalCeiling(service));
        int floor = target.floor() == null ? held.originalFloor(service) : target.floor();
        return new ServiceReading(
                service.name(),
                CapLoop.DOMAIN,
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
                power(target.replica(), Math.max(1, service.gpus())),
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

    /** There is no lever on limits or clocks: the only limit that a board takes is the one it has. */
    private static ReplicaPower power(Target.Replica replica, int gpus) {
        double limitWatts = replica.peakWatts() / gpus;
        return new ReplicaPower(
                replica.peakWatts(),
                replica.idleWatts(),
                replica.startingWatts() == null ? replica.peakWatts() : replica.startingWatts(),
                gpus,
                limitWatts,
                limitWatts,
                limitWatts,
                Double.NaN,
                0,
                1);
    }

    /** Whose power is to be read. */
    static List<MeteredService> metered(Collection<Service> services) {
        return services.stream()
                .map(service -> {
                    TargetState state = service.state();
                    return new MeteredService(
                            service.name(),
                            service.lever().workload().namespace(),
                            state.podPattern(),
                            state.ready(),
                            state.ready() + state.starting() + state.terminating(),
                            service.gpus());
                })
                .toList();
    }
}
