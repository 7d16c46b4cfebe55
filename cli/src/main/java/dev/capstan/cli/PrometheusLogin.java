package dev.capstan.cli;

import dev.capstan.bridge.prometheus.Credentials;
import dev.capstan.bridge.prometheus.PrometheusClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command logs in to a Prometheus. */
final class PrometheusLogin {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Option(names = "--token-file", paramLabel = "FILE", description = "File with a bearer token for Prometheus.")
    private @Nullable Path tokenFile;

    /** @throws InvalidArgument if the address or the token is none */
    PrometheusClient client(URI address) {
        try {
            return new PrometheusClient(
                    address, tokenFile == null ? Credentials.none() : Credentials.bearer(text(tokenFile)), TIMEOUT);
        } catch (IllegalArgumentException e) {
            throw new InvalidArgument(String.valueOf(e.getMessage()));
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new InvalidArgument(
                    "--token-file: " + file + " cannot be read: it must be a file with a bearer token.");
        }
    }
}
