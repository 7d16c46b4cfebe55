package dev.capstan.bridge.target;

/**
 * Why there is no lever on an object.
 *
 * @param message what was found and what to do
 */
public record Refusal(Reason reason, String message) {

    /** What kind of reason. */
    public enum Reason {
        /** The kind is not installed, or may not be read. */
        NOT_SERVED,
        /** There is no such object. */
        NOT_FOUND,
        /** Something we do not know decides over it. */
        UNSUPPORTED_OWNER,
        /** It is known, and cannot be capped this way. */
        UNSUPPORTED
    }
}
