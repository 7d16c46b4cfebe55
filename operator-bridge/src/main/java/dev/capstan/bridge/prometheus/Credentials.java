package dev.capstan.bridge.prometheus;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** How to log in to a Prometheus. Never shows its secret as text. */
public final class Credentials {

    private final Optional<String> header;

    private Credentials(Optional<String> header) {
        this.header = header;
    }

    /** No login. */
    public static Credentials none() {
        return new Credentials(Optional.empty());
    }

    /** A bearer token. */
    public static Credentials bearer(String token) {
        return new Credentials(Optional.of("Bearer " + token));
    }

    /** A user and a password, by basic authentication. */
    public static Credentials basic(String user, String password) {
        String both = user + ":" + password;
        return new Credentials(
                Optional.of("Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8))));
    }

    Optional<String> authorization() {
        return header;
    }

    @Override
    public String toString() {
        return header.isEmpty() ? "no credentials" : "credentials";
    }
}
