package dev.capstan.bridge.certificate;

import java.nio.file.Path;

/** A file that gives no certificate; says the file, what is wrong with it and what to try. */
public final class CertificateException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Refusal.Reason reason;

    CertificateException(Path file, Refusal.Reason reason, String problem) {
        super(file + ": " + problem);
        this.reason = reason;
    }

    /** Why there is none: {@code UNREADABLE}, {@code ALTERED} or {@code FOREIGN}. */
    public Refusal refusal() {
        return new Refusal(reason, String.valueOf(getMessage()));
    }
}
