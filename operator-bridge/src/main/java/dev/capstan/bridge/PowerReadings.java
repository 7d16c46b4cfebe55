package dev.capstan.bridge;

import dev.capstan.capping.PowerReading;
import java.util.Map;

/**
 * What a {@link PowerSource} delivered in one cycle.
 *
 * @param overheadWatts draw of the root domain that belongs to no service, at least 0
 * @param domains by name of the power domain
 * @param services by name of the service
 */
public record PowerReadings(
        double overheadWatts, Map<String, PowerReading> domains, Map<String, PowerReading> services) {

    public PowerReadings {
        if (!(overheadWatts >= 0) || Double.isInfinite(overheadWatts)) {
            throw new IllegalArgumentException(
                    "overhead must be a number of watts of at least 0, was " + overheadWatts);
        }
        domains = Map.copyOf(domains);
        services = Map.copyOf(services);
    }

    /** Nothing answered. */
    public static PowerReadings none() {
        return new PowerReadings(0, Map.of(), Map.of());
    }

    PowerReading domain(String name) {
        return domains.getOrDefault(name, PowerReading.absent());
    }

    PowerReading service(String name) {
        return services.getOrDefault(name, PowerReading.absent());
    }
}
