package dev.capstan.bridge.operator;

import dev.capstan.bridge.Mode;
import dev.capstan.bridge.certificate.Certificate;
import dev.capstan.bridge.certificate.Enforcement;
import dev.capstan.bridge.resource.PowerCapSpec;
import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.CarbonBudget;
import dev.capstan.capping.GuardRails;
import dev.capstan.capping.PolicyFactory;
import dev.capstan.capping.PolicyRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A spec that was read and found sound, with every default filled in.
 *
 * @param namespace of the resource; null for a cluster-wide one
 * @param limit the cap; its base in watts is known only once the peak is, where it is a share of that
 * @param parameters of the policy that differ from their defaults
 * @param expiresAt after it nothing is held any more
 * @param overheadWatts that no service draws and nobody measures
 */
record CapPlan(
        @Nullable String namespace,
        Mode mode,
        Limit limit,
        @Nullable Carbon carbon,
        PowerCapSpec.Measurement measurement,
        Duration maximumAge,
        double overheadWatts,
        List<Target> targets,
        PolicyFactory policy,
        Map<String, Double> parameters,
        long seed,
        GuardRails rails,
        Timers timers,
        PowerCapSpec.@Nullable CertificateSource certificate,
        @Nullable Instant expiresAt) {

    CapPlan {
        targets = List.copyOf(targets);
        parameters = Map.copyOf(parameters);
    }

    /**
     * The limit.
     *
     * @param watts null where it is a share of a peak that must be measured
     * @param share of the peak, 0 to 1; 1 where {@code watts} is the limit itself
     * @param peakOver time over which the peak is asked for; null where it is not
     */
    record Limit(
            @Nullable Double watts,
            double share,
            @Nullable Duration peakOver,
            List<ShareWindow> windows,
            List<CapSchedule.Event> events) {

        /** The schedule, with the base that a peak gives. */
        CapSchedule schedule(double baseWatts) {
            return new CapSchedule(
                    baseWatts,
                    windows.stream().map(window -> window.of(baseWatts)).toList(),
                    events);
        }
    }

    /** A window whose watts may be a share of the base. */
    record ShareWindow(CapSchedule.Window window, @Nullable Double share) {
        private CapSchedule.Window of(double baseWatts) {
            return share == null
                    ? window
                    : new CapSchedule.Window(
                            window.days(), window.from(), window.to(), window.zone(), share * baseWatts);
        }
    }

    /** A budget of emissions. */
    record Carbon(
            CarbonBudget budget,
            PowerCapSpec.CarbonSource source,
            double minimumWatts,
            PowerCapSpec.OnMissing onMissing,
            Duration maximumAge) {}

    /**
     * A service or several that are alike.
     *
     * @param name null where objects give theirs
     * @param floor null where the owner's minimum is it
     */
    record Target(
            @Nullable String name,
            PowerCapSpec.@Nullable ObjectRef ref,
            PowerCapSpec.@Nullable ObjectSelector selector,
            int priority,
            double weight,
            @Nullable Integer floor,
            double peakWatts,
            double idleWatts,
            double startingWatts,
            @Nullable Integer gpus) {}

    /** Timers that are no guard rail. */
    record Timers(
            Duration controlInterval,
            Duration exporterInterval,
            Duration scrapeInterval,
            Duration hpaSync,
            Duration apiLatency) {}

    /** The policy inside its guard rails. */
    CappingPolicy<?> build() {
        return PolicyRegistry.build(policy, parameters, seed, rails);
    }

    /** Names policy, parameters, rails and version: states of another one count for nothing. */
    String policyKey(String version) {
        return policy.name() + " " + new java.util.TreeMap<>(PolicyRegistry.resolve(policy, parameters)) + " " + seed
                + " " + rails + " " + version;
    }

    /**
     * What is to be enforced, to be held against a certificate.
     *
     * @param lowestCapWatts the lowest cap that can come into force
     * @param highestCapWatts the highest one
     */
    Enforcement enforcement(List<Enforcement.Service> services, double lowestCapWatts, double highestCapWatts) {
        boolean energy = measurement.signal() == PowerCapSpec.Signal.energy;
        return new Enforcement(
                policy.name(),
                parameters,
                new Certificate.Rails(
                        seconds(rails.maxAgeNanos()),
                        seconds(rails.holdNanos()),
                        rails.plausibleFactor(),
                        rails.maxRaisePerStep(),
                        seconds(rails.raiseIntervalNanos()),
                        seconds(rails.leadNanos()),
                        Double.isInfinite(rails.rampWattsPerSecond()) ? null : rails.rampWattsPerSecond(),
                        seconds(rails.staggerNanos())),
                new Certificate.Timers(
                        energy ? "energy-counter" : "power-gauge",
                        seconds(timers.controlInterval()),
                        seconds(timers.exporterInterval()),
                        seconds(timers.scrapeInterval()),
                        energy && measurement.window() != null
                                ? seconds(PlanReader.duration(measurement.window()))
                                : null,
                        seconds(timers.apiLatency()),
                        0,
                        0,
                        0,
                        0,
                        0,
                        0),
                services,
                lowestCapWatts,
                highestCapWatts);
    }

    private static double seconds(long nanos) {
        return nanos / (double) TimeUnit.SECONDS.toNanos(1);
    }

    private static double seconds(Duration duration) {
        return seconds(duration.toNanos());
    }
}
