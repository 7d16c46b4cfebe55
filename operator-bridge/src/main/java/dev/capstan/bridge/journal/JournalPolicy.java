package dev.capstan.bridge.journal;

import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.GuardRails;
import dev.capstan.capping.PolicyRegistry;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What decided the steps that follow.
 *
 * @param cap whose they are, such as {@code PowerCap default/row}
 * @param capstanVersion of the code
 * @param policy name in the registry
 * @param parameters those that differ from their defaults
 * @param seed of its random decisions
 * @param rails around it
 */
public record JournalPolicy(
        String cap, String capstanVersion, String policy, Map<String, Double> parameters, long seed, GuardRails rails) {

    /** Copies the parameters in the order of their names, so that equal policies are written as equal lines. */
    public JournalPolicy {
        parameters = Collections.unmodifiableMap(new TreeMap<>(parameters));
    }

    /**
     * The policy as this build has it.
     *
     * @throws IllegalArgumentException if it has no such policy, or not with these parameters
     */
    CappingPolicy<?> build() {
        return PolicyRegistry.build(PolicyRegistry.find(policy), parameters, seed, rails);
    }
}
