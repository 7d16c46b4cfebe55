package dev.capstan.capping;

/**
 * State of a policy that keeps none. It has one field because JSON libraries refuse a record without any.
 *
 * @param version of the policy's state, always 1
 */
public record Stateless(int version) {
    static final Stateless STATE = new Stateless(1);
}
