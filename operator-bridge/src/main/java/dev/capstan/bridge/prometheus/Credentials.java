package dev.capstan.bridge.prometheus;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/** How to log in to a Prometheus. Never shows its secret as text. */
public final class Credentials {

    private static final Pattern TOKEN = Pattern.compile("[!-~]+");

    private final Optional<String> header;

    private Credentials(Optional<String> header) {
        this.header = header;
    }

    /** No login. */
    public static Credentials none() {
        return new Credentials(Optional.empty());
    }

    /**
     * A bearer token.
     *
     * @throws IllegalArgumentException if it cannot be one; does not hold it
     */
    public static Credentials bearer(String token) {
        if (!TOKEN.matcher(token).matches()) {
            throw new IllegalArgumentException("the bearer token must be one line of visible ASCII characters, is "
                    + (token.isEmpty() ? "empty" : "something else") + ". Maybe more than the token was stored.");
        }
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
