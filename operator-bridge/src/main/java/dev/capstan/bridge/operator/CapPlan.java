package dev.capstan.bridge.operator;

import dev.capstan.bridge.certificate.Certificate;
import dev.capstan.bridge.certificate.Enforcement;
import dev.capstan.bridge.resource.DurationText;
import dev.capstan.bridge.resource.Measurement;
import dev.capstan.bridge.resource.PowerCapSpec;
import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.GuardRails;
import dev.capstan.capping.PolicyFactory;
import dev.capstan.capping.PolicyRegistry;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A spec that was read and found sound, with what follows from it.
 *
 * @param namespace of the resource; null for a cluster-wide one
 * @param limit the cap; its base in watts is known only once the peak is, where it is a share of that
 */
record CapPlan(@Nullable String namespace, PowerCapSpec spec, Limit limit, PolicyFactory policy, GuardRails rails) {

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

        Limit {
            windows = List.copyOf(windows);
            events = List.copyOf(events);
        }

        /** The schedule over a base. */
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

    /** The policy inside its guard rails. */
    CappingPolicy<?> build() {
        return PolicyRegistry.build(
                policy, spec.policy().parameters(), spec.policy().seed(), rails);
    }

    /** Names policy, parameters, rails and version: states of another one count for nothing. */
    String policyKey(String version) {
        return policy.name() + " "
                + new TreeMap<>(PolicyRegistry.resolve(policy, spec.policy().parameters())) + " "
                + spec.policy().seed() + " " + rails + " " + version;
    }

    /**
     * What is to be enforced, to be held against a certificate.
     *
     * @param lowestCapWatts the lowest cap that can come into force
     * @param highestCapWatts the highest one
     */
    Enforcement enforcement(List<Enforcement.Service> services, double lowestCapWatts, double highestCapWatts) {
        boolean energy = spec.measurement().signal() == Measurement.Signal.ENERGY;
        return new Enforcement(
                policy.name(),
                spec.policy().parameters(),
                new Certificate.Rails(
                        seconds(rails.maxAgeNanos()),
                        seconds(rails.holdNanos()),
                        rails.plausibleFactor(),
                        rails.maxRaisePerStep(),
                        seconds(rails.raiseIntervalNanos()),
                        seconds(rails.leadNanos()),
                        Double.isInfinite(rails.rampWattsPerSecond()) ? null : rails.rampWattsPerSecond(),
                        seconds(rails.staggerNanos())),
                // The latencies of levers that are not pulled here cannot be too slow.
                new Certificate.Timers(
                        energy ? "energy-counter" : "power-gauge",
                        seconds(spec.timers().controlInterval()),
                        seconds(spec.timers().exporterInterval()),
                        seconds(spec.timers().scrapeInterval()),
                        energy ? (Double) seconds(spec.measurement().window()) : null,
                        seconds(spec.timers().apiLatency()),
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

    static double seconds(String text) {
        return seconds(DurationText.parse(text).toNanos());
    }

    private static double seconds(long nanos) {
        return nanos / (double) TimeUnit.SECONDS.toNanos(1);
    }
}
