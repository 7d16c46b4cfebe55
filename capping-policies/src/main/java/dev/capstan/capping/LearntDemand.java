package dev.capstan.capping;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What {@link PowerDemand} has learnt: the state of policies that share watts out.
 *
 * @param services by name; those with replicas
 */
public record LearntDemand(Map<String, Estimate> services) {

    static final LearntDemand NOTHING = new LearntDemand(Map.of());

    /** Copies the map in the order of its keys, so that equal states are written as equal JSON. */
    public LearntDemand {
        services = Collections.unmodifiableMap(new TreeMap<>(services));
    }

    /**
     * What is known of a service, in shares of its worst case without a limit.
     *
     * @param wanted what it would draw if nothing limited it
     * @param excess what it draws beyond the worst case at its limit
     * @param limitWatts limit for each GPU in force when it was seen last
     * @param limitSinceNanos since when
     */
    public record Estimate(double wanted, double excess, double limitWatts, long limitSinceNanos) {}

    /** What a service wants, between the lowest and the highest of its range; the highest where nothing was learnt. */
    double wantedWatts(ServiceReading service, GpuLimitRange range) {
        Estimate estimate = services.get(service.name());
        double wanted = estimate == null ? 1 : estimate.wanted();
        return Math.max(range.lowestWatts(), Math.min(range.highestWatts(), wanted * range.highestWatts()));
    }

    /** The limit under which a service draws what it is granted. */
    double limitFor(ServiceReading service, GpuLimitRange range, double grantedWatts) {
        Estimate estimate = services.get(service.name());
        double excess = estimate == null ? 0 : estimate.excess();
        return range.limitFor(grantedWatts - excess * range.highestWatts());
    }
}
