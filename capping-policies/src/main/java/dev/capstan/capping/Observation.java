package dev.capstan.capping;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one cycle of the control loop may know: only what a real cluster could deliver.
 *
 * @param nowNanos the instant, in nanoseconds since an epoch that stays the same for the life of a policy's state
 * @param capWatts the cap in force on the root domain
 * @param announcedCap the next change of that cap that is known; null where none is
 * @param overheadWatts draw of the root domain that belongs to no service: server base power and GPUs idling
 *     unallocated. Root power = overhead + sum of the services' power. 0 where the cap is meant on GPU power alone
 * @param domains the tree of power domains, parents before children; the first is the root
 * @param services the services under the cap
 * @param carbon grid carbon intensity; {@link CarbonReading#UNKNOWN} where no source is configured
 * @param carbonBudget what may be emitted; null where the owner has set nothing
 * @param budgets limits over groups of services, beside those of the domains; none in most cases
 */
public record Observation(
        long nowNanos,
        double capWatts,
        @Nullable AnnouncedCap announcedCap,
        double overheadWatts,
        List<DomainReading> domains,
        List<ServiceReading> services,
        CarbonReading carbon,
        @Nullable CarbonBudget carbonBudget,
        List<PowerBudget> budgets) {

    public Observation {
        if (!(capWatts > 0)) {
            throw new IllegalArgumentException("cap must be above 0 W, was " + capWatts);
        }
        if (!(overheadWatts >= 0) || Double.isInfinite(overheadWatts)) {
            throw new IllegalArgumentException(
                    "overhead must be a number of watts of at least 0, was " + overheadWatts);
        }
        domains = List.copyOf(domains);
        services = List.copyOf(services);
        budgets = List.copyOf(budgets);
        if (domains.isEmpty()) {
            throw new IllegalArgumentException("an observation needs at least its root domain");
        }
        Set<String> names = new HashSet<>();
        for (PowerBudget budget : budgets) {
            if (!names.add(budget.name())) {
                throw new IllegalArgumentException("power budget " + budget.name() + " is there twice");
            }
        }
    }

    /** The reading of the root domain. */
    public PowerReading rootPower() {
        return domains.get(0).power();
    }

    /** The lowest priority that a service has; 0 without services. */
    public int lowestPriority() {
        return services.stream().mapToInt(ServiceReading::priority).min().orElse(0);
    }

    /** The largest reservation that budgets hold for a service; 0 without any. */
    double reservedWatts(String service) {
        double watts = 0;
        for (PowerBudget budget : budgets) {
            watts = Math.max(watts, budget.reservedWatts().getOrDefault(service, 0.0));
        }
        return watts;
    }

    /** The same with this share of every budget over a group of services. */
    Observation withBudgetsScaled(double share) {
        return new Observation(
                nowNanos,
                capWatts,
                announcedCap,
                overheadWatts,
                domains,
                services,
                carbon,
                carbonBudget,
                budgets.stream().map(budget -> budget.scaled(share)).toList());
    }

    /** What the root domain may draw: the lower of the cap and the root's own limit. */
    public double allowedWatts() {
        return Math.min(capWatts, domains.get(0).limitWatts());
    }
}
