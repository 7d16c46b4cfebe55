package dev.capstan.capping;

import java.util.List;
import java.util.Map;

/**
 * Keeps to the carbon budget at every instant: the site may draw what emits no more than the budget at the intensity of
 * the moment, budget / (intensity x PUE), and never more than the cap. Held by the worst case of the replicas, as {@link
 * StaticFloorPolicy} holds the cap. Floors that emit more are kept and reported as infeasible.
 */
public final class CarbonCapPolicy implements StatelessPolicy {

    private final CarbonSettings settings;

    CarbonCapPolicy(CarbonSettings settings) {
        this.settings = settings;
    }

    @Override
    public Senses senses() {
        return Senses.NOTHING;
    }

    @Override
    public Decision decide(Observation seen) {
        CarbonBudget budget = seen.carbonBudget();
        return budget == null
                ? settings.withoutBudget(seen)
                : settings.hold(seen, budget.watts(settings.gramsPerKilowattHour(seen)), "");
    }

    /** Makes the policy {@code carbon-cap}. */
    public static final class Factory extends CataloguedPolicy {

        /** For the service loader. */
        public Factory() {
            super(
                    "carbon-cap",
                    "Lowers replica ceilings so that their worst case emits no more than the carbon budget at any time.",
                    "Capstan",
                    "certain, given true peak watts and intensity",
                    List.of("replica ceiling"),
                    true,
                    reserveWatts(),
                    CarbonSettings.stale(),
                    CarbonSettings.defaultIntensity());
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new CarbonCapPolicy(CarbonSettings.of(parameters));
        }
    }
}
