package dev.capstan.bridge.operator;

import dev.capstan.bridge.certificate.Certificate;
import dev.capstan.bridge.certificate.Enforcement;
import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.DurationText;
import dev.capstan.bridge.resource.Measurement;
import dev.capstan.bridge.resource.PowerCapSpec;
import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.GuardRails;
import dev.capstan.capping.PolicyFactory;
import dev.capstan.capping.PolicyRegistry;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
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

    /** Of a resource in which {@link dev.capstan.bridge.resource.PowerCapValidator} finds nothing wrong. */
    static CapPlan of(CapResource resource) {
        PowerCapSpec spec = resource.getSpec();
        return new CapPlan(
                resource.getMetadata().getNamespace(),
                spec,
                limit(spec.limit()),
                PolicyRegistry.find(spec.policy().name()),
                spec.timers().guardRails(spec.measurement().maximumAge()));
    }

    private static Limit limit(dev.capstan.bridge.resource.Limit limit) {
        dev.capstan.bridge.resource.Limit.PercentOfPeak peak = limit.percentOfPeak();
        List<ShareWindow> windows = new ArrayList<>();
        for (dev.capstan.bridge.resource.Limit.ScheduleEntry entry : limit.schedule()) {
            Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
            entry.days().forEach(day -> days.add(DayOfWeek.valueOf(day.name())));
            CapSchedule.Window window = new CapSchedule.Window(
                    days,
                    LocalTime.parse(entry.from()),
                    LocalTime.parse(entry.to()),
                    ZoneId.of(entry.timeZone()),
                    entry.watts() == null ? 0 : entry.watts());
            windows.add(new ShareWindow(window, entry.percent() == null ? null : (Double) (entry.percent() / 100)));
        }
        return new Limit(
                peak == null ? limit.watts() : peak.peakWatts(),
                peak == null ? 1 : peak.percent() / 100,
                peak == null || peak.peakOver() == null ? null : DurationText.parse(peak.peakOver()),
                windows,
                limit.events().stream()
                        .map(event -> new CapSchedule.Event(event.from(), event.to(), event.watts()))
                        .toList());
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
