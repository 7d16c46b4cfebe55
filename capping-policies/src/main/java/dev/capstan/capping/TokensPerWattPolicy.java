package dev.capstan.capping;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Sends all requests of a route to the pool that gives most generated tokens for each watt now: the obvious rule, and a
 * negative control. A busy pool looks efficient, so that whichever is ahead gets all load and stays ahead, full or not.
 * Source: Climatik's README, section 10.1. Holds no cap.
 *
 * <p>A route is left alone while a reading of one of its pools is missing, or while none of them generates tokens.
 */
public final class TokensPerWattPolicy implements StatelessPolicy {

    @Override
    public Senses senses() {
        return Senses.SERVICES;
    }

    @Override
    public boolean setsCeilings() {
        return false;
    }

    @Override
    public Decision decide(Observation seen) {
        List<ServiceAction> actions = new ArrayList<>();
        List<String> chosen = new ArrayList<>();
        for (List<ServiceReading> pools : Routes.of(seen).values()) {
            double[] tokensPerSecond = pools.stream()
                    .mapToDouble(ServiceReading::outputTokensPerSecond)
                    .toArray();
            double[] watts =
                    pools.stream().mapToDouble(pool -> pool.power().watts()).toArray();
            int best = LoadSplit.byAverageTokensPerWatt(tokensPerSecond, watts);
            if (!Routes.allRead(tokensPerSecond) || !Routes.allRead(watts) || tokensPerSecond[best] == 0) {
                continue;
            }
            double[] weights = new double[pools.size()];
            weights[best] = 1;
            Routes.write(pools, weights, 0, actions);
            chosen.add(String.format(
                    Locale.ROOT,
                    "%s gives %.3f tokens/J",
                    pools.get(best).name(),
                    tokensPerSecond[best] / watts[best]));
        }
        String code = actions.isEmpty() ? "steady" : "routed";
        String reason = chosen.isEmpty() ? "no route whose pools are all read" : String.join(", ", chosen);
        return new Decision(actions, code, reason);
    }

    /** Makes the policy {@code tokens-per-watt}. */
    public static final class Factory extends CataloguedPolicy {

        /** For the service loader. */
        public Factory() {
            super(
                    "tokens-per-watt",
                    "Sends a route's requests to the pool with the most tokens per watt; a negative control, holds no cap.",
                    "Climatik README, section 10.1",
                    "the rule certain, that it is meant to be used so not",
                    List.of("routing weight"),
                    true);
        }

        @Override
        public boolean needsRequests() {
            return true;
        }

        @Override
        public boolean holdsCap() {
            return false;
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new TokensPerWattPolicy();
        }
    }
}
