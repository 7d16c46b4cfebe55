package dev.capstan.bridge.prometheus;

import org.jspecify.annotations.Nullable;

/** A query that Prometheus did not answer: says the address, what came back and what to try. */
public final class PrometheusException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean mayPass;

    /**
     * @param problem a sentence for people
     * @param mayPass whether the same query may work later
     */
    public PrometheusException(String problem, boolean mayPass, @Nullable Throwable cause) {
        super(problem, cause);
        this.mayPass = mayPass;
    }

    /** Whether the same query may work later: a broken connection, an overloaded server. */
    public boolean mayPass() {
        return mayPass;
    }
}
