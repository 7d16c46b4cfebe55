package dev.capstan.capping;

import java.util.Locale;
import java.util.Map;

/**
 * What the policies that keep a carbon budget have in common: how they take the intensity, what they charge, and that
 * they hold the watts they arrive at by the worst case of the replicas.
 *
 * @param reserveWatts watts of the cap that are never planned with
 * @param staleNanos age from which an intensity counts no more
 * @param defaultGramsPerKilowattHour intensity to reckon with then
 */
record CarbonSettings(double reserveWatts, long staleNanos, double defaultGramsPerKilowattHour) {

    /**
     * What a policy keeps of its last step, to charge what has been emitted since.
     *
     * @param atNanos when it was
     * @param gramsPerKilowattHour the intensity reckoned with
     */
    record LastStep(long atNanos, double gramsPerKilowattHour) {}

    static PolicyParameter stale() {
        return new PolicyParameter(
                "stale_seconds",
                "seconds",
                7200,
                1,
                1e9,
                "Age from which an intensity counts no more.",
                "assumption: one hourly value missed");
    }

    static PolicyParameter defaultIntensity() {
        return new PolicyParameter(
                "default_intensity",
                "g/kWh",
                800,
                0,
                5000,
                "Intensity to reckon with where none is known.",
                "assumption: a grid of coal");
    }

    static CarbonSettings of(Map<String, Double> parameters) {
        return new CarbonSettings(
                CataloguedPolicy.value(parameters, "reserve_watts"),
                (long) (CataloguedPolicy.value(parameters, "stale_seconds") * 1e9),
                CataloguedPolicy.value(parameters, "default_intensity"));
    }

    /** The intensity to reckon with: the last one known until it is stale, then the default. */
    double gramsPerKilowattHour(Observation seen) {
        CarbonReading carbon = seen.carbon();
        boolean known = !Double.isNaN(carbon.gramsPerKilowattHour()) && carbon.ageNanos() <= staleNanos;
        return known ? carbon.gramsPerKilowattHour() : defaultGramsPerKilowattHour;
    }

    LastStep lastStep(Observation seen) {
        return new LastStep(seen.nowNanos(), gramsPerKilowattHour(seen));
    }

    /** Emission since the last step: of the root's reading, or where that is not fresh of all that may have drawn. */
    double emittedGrams(CarbonBudget budget, LastStep last, Observation seen) {
        double watts = seen.overheadWatts();
        for (ServiceReading service : seen.services()) {
            ReplicaCounts replicas = service.replicas();
            watts += Math.max(replicas.ceiling(), replicas.present())
                    * service.replicaPower().worstCaseWatts();
        }
        PowerReading root = seen.rootPower();
        return budget.grams(
                root.isFresh() ? root.watts() : watts, last.gramsPerKilowattHour(), seen.nowNanos() - last.atNanos());
    }

    /** Holds the watts that a budget leaves; says {@code infeasible} where they are under what the floors may draw. */
    Decision hold(Observation seen, double carbonWatts, String balance) {
        CarbonReading carbon = seen.carbon();
        String why = String.format(
                Locale.ROOT,
                "%s%.0f g/kWh (%s) allow %.0f W; ",
                balance,
                gramsPerKilowattHour(seen),
                Double.isNaN(carbon.gramsPerKilowattHour())
                        ? "default, none known"
                        : carbon.ageNanos() > staleNanos
                                ? String.format(Locale.ROOT, "default, stale for %.0f s", carbon.ageNanos() / 1e9)
                                : String.format(Locale.ROOT, "%.0f s old", carbon.ageNanos() / 1e9),
                Math.min(carbonWatts, seen.allowedWatts()));
        return CeilingAllocation.hold(seen, carbonWatts, reserveWatts, why);
    }

    /** What is left to do where the owner has set no budget: hold the cap. */
    Decision withoutBudget(Observation seen) {
        Decision held =
                CeilingAllocation.hold(seen, Double.POSITIVE_INFINITY, reserveWatts, "no carbon budget is set; ");
        return held.code().equals("infeasible") ? held : new Decision(held.actions(), "no-budget", held.reason());
    }
}
