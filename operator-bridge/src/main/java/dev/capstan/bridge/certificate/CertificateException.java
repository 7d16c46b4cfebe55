package dev.capstan.bridge.certificate;

/** Something that gives no certificate; says where it came from, what is wrong with it and what to try. */
public final class CertificateException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Refusal.Reason reason;

    CertificateException(String source, Refusal.Reason reason, String problem) {
        super(source + ": " + problem);
        this.reason = reason;
    }

    /** Why there is none: {@code UNREADABLE}, {@code ALTERED} or {@code FOREIGN}. */
    public Refusal refusal() {
        return new Refusal(reason, String.valueOf(getMessage()));
    }
}
