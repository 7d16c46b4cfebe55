package dev.capstan.capping;

import java.util.List;
import java.util.Map;

/**
 * Describes a policy and makes it. Found through {@link java.util.ServiceLoader}, so that a jar on the class path can
 * add one. Command help, documentation and the validation of experiments are generated from it.
 */
public interface PolicyFactory {

    /** The name in experiments and resources, in kebab-case. */
    String name();

    /** One line: what it does. */
    String summary();

    /** Where it comes from: paper, repository and commit, or "Capstan". */
    String source();

    /** How sure structure and constants are, in words. */
    String confidence();

    /**
     * The levers it pulls; empty for none: {@code replica ceiling}, {@code growth freeze}, {@code GPU power limit}, {@code GPU
     * clock}, {@code concurrency limit}, {@code routing weight}, {@code admission share}.
     */
    List<String> levers();

    /** Its parameters, in the order of the documentation. */
    List<PolicyParameter> parameters();

    /**
     * Whether {@link CapController} wraps it with the guard rails. False only for baselines that reproduce a shipped
     * tool bit by bit, failures included.
     */
    boolean guarded();

    /**
     * Whether it acts through what only requests have, a concurrency limit, an admission share or a routing weight, and so
     * can do nothing where demand is known in watts alone.
     */
    default boolean needsRequests() {
        return false;
    }

    /** Whether it is made to hold the cap. False for those that save energy or carbon, place load, or do nothing. */
    default boolean holdsCap() {
        return true;
    }

    /**
     * Makes the policy.
     *
     * @param parameters a value for every parameter, already in range
     * @param seed of its random decisions, kept in its state
     */
    CappingPolicy<?> create(Map<String, Double> parameters, long seed);
}
