package dev.capstan.bridge.certificate;

/**
 * One reason why a policy must not be enforced by a certificate.
 *
 * @param message for the person who must act: what was found, and what was certified
 */
public record Refusal(Reason reason, String message) {

    /** What kind of reason. */
    public enum Reason {
        /** The file is no certificate. */
        UNREADABLE,
        /** The file is not what was written: its hash or its form is another. */
        ALTERED,
        /** It is of another format, or of another version of the policy's code. */
        FOREIGN,
        /** It does not carry the signature that was asked for. */
        UNSIGNED,
        /** It was issued in the future. */
        NOT_YET_VALID,
        /** Its time is over. */
        EXPIRED,
        /** What is to be enforced was not rehearsed so. */
        NOT_COVERED
    }
}
