package dev.capstan.capping;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A limit over a group of services that need not share a power domain: a team, a contract, one of several {@code PowerCap}s.
 * Counted is what the services draw ({@link ServiceReading#power()}), not the overhead of the site. Groups may overlap: a
 * service is under every budget that names it, and has the largest of its reservations.
 *
 * @param name unique among the budgets of an observation
 * @param limitWatts what the services may draw together now
 * @param services names, at least one; those that are not observed draw nothing
 * @param reservedWatts by service, where it has one: what it gets before anybody borrows, as far as it wants it
 */
public record PowerBudget(String name, double limitWatts, List<String> services, Map<String, Double> reservedWatts) {

    public PowerBudget {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a power budget needs a name");
        }
        if (!(limitWatts >= 0)) {
            throw new IllegalArgumentException(
                    "limit of power budget " + name + " must be at least 0 W, was " + limitWatts);
        }
        services = List.copyOf(services);
        if (services.isEmpty() || new HashSet<>(services).size() < services.size()) {
            throw new IllegalArgumentException(
                    "power budget " + name + " must name at least one service, each once, was " + services);
        }
        // In the order of the keys, so that equal budgets are written as equal JSON.
        reservedWatts = Collections.unmodifiableMap(new TreeMap<>(reservedWatts));
        for (Map.Entry<String, Double> reserved : reservedWatts.entrySet()) {
            double watts = reserved.getValue();
            if (!services.contains(reserved.getKey()) || !(watts >= 0) || Double.isInfinite(watts)) {
                throw new IllegalArgumentException("power budget " + name
                        + " may reserve a number of watts of at least 0 for its services " + services + ", was " + watts
                        + " W for " + reserved.getKey());
            }
        }
    }

    /** The same with this share of the limit and of each reservation. */
    PowerBudget scaled(double share) {
        Map<String, Double> reserved = new TreeMap<>();
        reservedWatts.forEach((service, watts) -> reserved.put(service, share * watts));
        return new PowerBudget(name, share * limitWatts, services, reserved);
    }
}
