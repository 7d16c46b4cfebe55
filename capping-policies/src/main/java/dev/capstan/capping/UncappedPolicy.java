package dev.capstan.capping;

import java.util.List;
import java.util.Map;

/** Takes no action at all: the row that every comparison needs. */
public final class UncappedPolicy implements StatelessPolicy {

    UncappedPolicy() {}

    @Override
    public Senses senses() {
        return Senses.NOTHING;
    }

    @Override
    public Decision decide(Observation seen) {
        return Decision.hold("none", "this policy takes no action");
    }

    /** Makes the policy {@code none}. */
    public static final class Factory extends CataloguedPolicy {

        /** For the service loader. */
        public Factory() {
            super("none", "Takes no action: the baseline without capping.", "Capstan", "certain", List.of(), true);
        }

        @Override
        public boolean holdsCap() {
            return false;
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new UncappedPolicy();
        }
    }
}
