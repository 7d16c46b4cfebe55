package dev.capstan.capping;

/**
 * The outcome of one step of a policy.
 *
 * @param state what the next step starts from
 * @param decision what shall be done now
 */
public record Step<S>(S state, Decision decision) {}
