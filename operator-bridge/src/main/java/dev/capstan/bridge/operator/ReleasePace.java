package dev.capstan.bridge.operator;

import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.PowerCapSpec;
import dev.capstan.bridge.resource.PowerCapValidator;
import dev.capstan.bridge.resource.Target;
import dev.capstan.capping.GuardRails;
import java.time.Duration;
import java.util.List;

/**
 * How fast ceilings rise when a cap lets go: no faster than its timers let its policy raise them, as pods that start together
 * draw power and serve nothing yet.
 *
 * @param replicas by which a ceiling rises at once
 * @param each least time between two raises of the same service
 * @param between least time between raises of any two
 */
record ReleasePace(int replicas, Duration each, Duration between) {

    /** That of a resource; that of the default timers where its own are wrong. */
    static ReleasePace of(CapResource resource) {
        PowerCapSpec spec = resource.getSpec();
        boolean sound = PowerCapValidator.check(resource).stream()
                .noneMatch(issue ->
                        issue.path().startsWith("spec.timers") || issue.path().startsWith("spec.measurement"));
        return of(
                sound ? spec.timers().guardRails(spec.measurement().maximumAge()) : GuardRails.DEFAULTS,
                spec.targets());
    }

    static ReleasePace of(CapPlan plan) {
        return of(plan.rails(), plan.spec().targets());
    }

    /** Where there is a ramp, each raise counts with what the largest replica can draw. */
    private static ReleasePace of(GuardRails rails, List<Target> targets) {
        double watts = targets.stream()
                .map(Target::replica)
                .mapToDouble(one ->
                        one.startingWatts() == null ? one.peakWatts() : Math.max(one.peakWatts(), one.startingWatts()))
                .max()
                .orElse(0);
        double rampNanos = Math.ceil(rails.maxRaisePerStep() * watts / rails.rampWattsPerSecond() * 1e9);
        return new ReleasePace(
                rails.maxRaisePerStep(),
                Duration.ofNanos(rails.raiseIntervalNanos()),
                Duration.ofNanos(Math.max(rails.staggerNanos(), (long) rampNanos)));
    }

    /** Time between two raises of a service, of so many that take turns. */
    Duration period(int services) {
        Duration turns = between.multipliedBy(services);
        return turns.compareTo(each) > 0 ? turns : each;
    }
}
