package dev.capstan.bridge.target;

/**
 * What came of a write.
 *
 * @param message for people; empty where it went as asked
 */
public record Outcome(Kind kind, String message) {

    /** How it ended. */
    public enum Kind {
        /** Written and read back. */
        WRITTEN,
        /** It was so already. */
        UNCHANGED,
        /** The object is gone, or another one under the same name. */
        GONE,
        /** Somebody changed the object at the same time, again and again. */
        CONFLICT,
        /** The API server does not let us. */
        FORBIDDEN,
        /** The API server, or a webhook, does not take it. */
        REJECTED,
        /** The API server asks to come later. */
        THROTTLED,
        /** The API server does not answer, or has trouble of its own. */
        UNAVAILABLE,
        /** This process leads no more. */
        NOT_LEADING
    }

    static Outcome of(Kind kind) {
        return new Outcome(kind, "");
    }

    /** Whether the object is as asked. */
    public boolean isDone() {
        return kind == Kind.WRITTEN || kind == Kind.UNCHANGED;
    }
}
