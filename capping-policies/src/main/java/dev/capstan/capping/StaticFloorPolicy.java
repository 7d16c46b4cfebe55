package dev.capstan.capping;

import java.util.List;
import java.util.Map;

/**
 * Gives each service the most replicas whose worst case together still fits the cap, whatever the load. Reads no
 * telemetry, so nothing it does not know can break it.
 *
 * <p>Covers every replica under its ceiling. Replicas that drain beyond the ceiling still draw power until they are
 * gone; {@code reserve_watts} is the place to allow for them.
 */
public final class StaticFloorPolicy implements StatelessPolicy {

    private final double reserveWatts;

    StaticFloorPolicy(double reserveWatts) {
        this.reserveWatts = reserveWatts;
    }

    @Override
    public Senses senses() {
        return Senses.NOTHING;
    }

    @Override
    public Decision decide(Observation seen) {
        return CeilingAllocation.hold(seen, Double.POSITIVE_INFINITY, reserveWatts, "");
    }

    /** Makes the policy {@code static-floor}. */
    public static final class Factory extends CataloguedPolicy {

        /** For the service loader. */
        public Factory() {
            super(
                    "static-floor",
                    "Lowers replica ceilings so that the worst case of all replicas fits the cap; needs no telemetry.",
                    "Capstan",
                    "certain, given true peak watts",
                    List.of("replica ceiling"),
                    true,
                    reserveWatts());
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new StaticFloorPolicy(value(parameters, "reserve_watts"));
        }
    }
}
