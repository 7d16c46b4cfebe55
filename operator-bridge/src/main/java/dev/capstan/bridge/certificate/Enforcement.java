package dev.capstan.bridge.certificate;

import java.util.List;
import java.util.Map;

/**
 * What is about to be enforced.
 *
 * @param policy name in the registry
 * @param parameters those that differ from their defaults
 * @param guardRails as they would be
 * @param timers as they are: settings as set, latencies as measured or known
 * @param services the policy would act on
 * @param lowestCapWatts the lowest cap that can come into force; the cap itself where nothing moves it
 * @param highestCapWatts the highest one
 */
public record Enforcement(
        String policy,
        Map<String, Double> parameters,
        Certificate.Rails guardRails,
        Certificate.Timers timers,
        List<Service> services,
        double lowestCapWatts,
        double highestCapWatts) {

    public Enforcement {
        parameters = Map.copyOf(parameters);
        services = List.copyOf(services);
    }

    /** A service; see {@link Certificate.Service}. */
    public record Service(String name, int maxReplicas, double hpaSyncSeconds, double graceSeconds) {}
}
