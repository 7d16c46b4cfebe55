package dev.capstan.capping;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Between what and what a policy shares watts out to services, in the order of a list of them. A policy that keeps to
 * {@link #within} holds every budget over a group of services, whatever its own rule for the site is.
 *
 * @param lowest granted in any case
 * @param demand what each wants, at least the lowest
 * @param highest what each can take, at least the demand
 * @param feasible false where a budget cannot carry the lowest of its services
 * @param complaint what to add to a reason: the caps that cannot carry what was promised; empty where there is none
 */
record ServiceBounds(double[] lowest, double[] demand, double[] highest, boolean feasible, String complaint) {

    ServiceBounds(double[] lowest, double[] demand, double[] highest) {
        this(lowest, demand, highest, true, "");
    }

    /**
     * What the budgets of an observation leave of these bounds: up from what is reserved, where the budgets and the site can
     * carry it, to what the budgets lend. The same bounds where there is no budget.
     *
     * @param siteWatts what the root domain may draw for services
     */
    ServiceBounds within(Observation seen, List<ServiceReading> services, double siteWatts) {
        if (seen.budgets().isEmpty()) {
            return this;
        }
        List<BudgetShares.Claim> claims = new ArrayList<>();
        for (int i = 0; i < lowest.length; i++) {
            ServiceReading service = services.get(i);
            claims.add(new BudgetShares.Claim(
                    lowest[i],
                    demand[i],
                    highest[i],
                    service.priority(),
                    service.weight(),
                    seen.reservedWatts(service.name())));
        }
        List<GroupCap> budgets = GroupCap.of(seen.budgets(), services);
        List<GroupCap> all = new ArrayList<>(budgets);
        all.addAll(BudgetTree.caps(seen, services, siteWatts));
        BudgetShares shares = BudgetShares.reserved(claims, all);
        double[] most = shares.lent(budgets);
        double[] wanted = new double[most.length];
        double[] least = shares.reserved();
        Arrays.setAll(wanted, i -> Math.max(least[i], Math.min(demand[i], most[i])));
        boolean fits = BudgetShares.shortfalls(claims, budgets).stream().noneMatch(BudgetShares.Shortfall::ofLowest);
        StringBuilder missing = new StringBuilder();
        for (BudgetShares.Shortfall one : BudgetShares.shortfalls(claims, all)) {
            missing.append(String.format(
                    Locale.ROOT,
                    "; %s lacks %.0f W for %s",
                    one.cap(),
                    one.missingWatts(),
                    one.ofLowest() ? "the lowest limits" : "reservations"));
        }
        return new ServiceBounds(least, wanted, most, fits, missing.toString());
    }
}
