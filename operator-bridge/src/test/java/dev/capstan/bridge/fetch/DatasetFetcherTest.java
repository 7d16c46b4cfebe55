package dev.capstan.bridge.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server on loopback that does what servers do on bad days. */
class DatasetFetcherTest {

    private static final byte[] CONTENT =
            "TIMESTAMP,ContextTokens\n".repeat(500).getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path cache;

    private HttpServer server;
    private final List<String> ranges = new CopyOnWriteArrayList<>();
    private final List<String> shown = new ArrayList<>();

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
    }

    @AfterEach
    void stopServer() {
        server.stop(0);
    }

    @Test
    void downloadsVerifiesAndThenAnswersFromTheCache() throws IOException {
        serve(exchange -> answer(exchange, 200, CONTENT));
        Path file = fetcher().fetch(dataset());
        assertThat(file).hasBinaryContent(CONTENT).hasFileName("trace.csv");
        assertThat(fetcher().fetch(dataset())).isEqualTo(file);
        assertThat(ranges).hasSize(1);
        assertThat(shown).containsExactly("CC-BY-4.0");
        assertThat(names()).containsExactly("trace.csv");
    }

    @Test
    void takesNothingWithoutConsentToTheLicence() {
        serve(exchange -> answer(exchange, 200, CONTENT));
        DatasetFetcher fetcher =
                new DatasetFetcher(cache, dataset -> false, Duration.ofMillis(1), Duration.ofSeconds(5));
        assertThatThrownBy(() -> fetcher.fetch(dataset()))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("declined: CC-BY-4.0");
        assertThat(ranges).isEmpty();
    }

    @Test
    void resumesWhereTheConnectionBroke() throws IOException {
        serve(exchange -> {
            String range = exchange.getRequestHeaders().getFirst("Range");
            int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
            if (range != null) {
                exchange.getResponseHeaders()
                        .set("Content-Range", "bytes " + from + "-" + (CONTENT.length - 1) + "/" + CONTENT.length);
            }
            // Each answer breaks off after 5,000 bytes; three of them hold the 12,000.
            byte[] rest = Arrays.copyOfRange(CONTENT, from, CONTENT.length);
            exchange.sendResponseHeaders(range == null ? 200 : 206, rest.length);
            exchange.getResponseBody().write(rest, 0, Math.min(5_000, rest.length));
            exchange.getResponseBody().flush();
        });
        assertThat(fetcher().fetch(dataset())).hasBinaryContent(CONTENT);
        assertThat(ranges).containsExactly("none", "bytes=5000-", "bytes=10000-");
    }

    @Test
    void aServerWithoutRangesIsAskedFromTheStart() throws IOException {
        serve(exchange -> {
            exchange.sendResponseHeaders(200, CONTENT.length);
            exchange.getResponseBody().write(CONTENT, 0, ranges.size() == 1 ? 5_000 : CONTENT.length);
            exchange.getResponseBody().flush();
        });
        assertThat(fetcher().fetch(dataset())).hasBinaryContent(CONTENT);
        assertThat(ranges).containsExactly("none", "bytes=5000-");
    }

    @Test
    void givesUpAfterFourBreaksAndLeavesNothingUnderTheFinalName() throws IOException {
        serve(exchange -> {
            exchange.sendResponseHeaders(200, CONTENT.length);
            exchange.getResponseBody().write(CONTENT, 0, 10);
            exchange.getResponseBody().flush();
        });
        assertThatThrownBy(() -> fetcher().fetch(dataset())).hasMessageContaining("broke off 4 times");
        assertThat(names()).containsExactly("trace.csv.part");
    }

    @Test
    void aPartOfAnotherVersionIsTakenAnewFromTheStart() throws IOException {
        Path part = cache.resolve("made-trace").resolve("trace.csv.part");
        Files.createDirectories(part.getParent());
        Files.write(part, new byte[7_000]);
        serve(exchange -> {
            String range = exchange.getRequestHeaders().getFirst("Range");
            if (range == null) {
                answer(exchange, 200, CONTENT);
            } else {
                exchange.getResponseHeaders().set("Content-Range", "bytes 7000-11999/12000");
                answer(exchange, 206, Arrays.copyOfRange(CONTENT, 7_000, CONTENT.length));
            }
        });
        assertThat(fetcher().fetch(dataset())).hasBinaryContent(CONTENT);
        assertThat(ranges).containsExactly("bytes=7000-", "none");
    }

    @Test
    void aLengthThatIsALieIsABreak() throws IOException {
        serve(exchange -> {
            exchange.sendResponseHeaders(200, CONTENT.length + 50L);
            exchange.getResponseBody().write(CONTENT);
            exchange.getResponseBody().flush();
        });
        Dataset unknown = dataset(Optional.empty(), OptionalLong.empty());
        assertThatThrownBy(() -> fetcher().fetch(unknown)).hasMessageContaining("broke off 4 times");
        assertThat(names()).doesNotContain("trace.csv");
    }

    @Test
    void aWrongHashLeavesNothingAtAll() throws IOException {
        byte[] other = CONTENT.clone();
        other[100] ^= 1;
        serve(exchange -> answer(exchange, 200, other));
        assertThatThrownBy(() -> fetcher().fetch(dataset()))
                .hasMessageContaining("the catalogue says 12000 bytes with " + sha256())
                .hasMessageContaining("Nothing was kept");
        assertThat(names()).isEmpty();
    }

    @Test
    void moreBytesThanTheCatalogueSaysAreNotReadToTheirEnd() throws IOException {
        serve(exchange -> answer(exchange, 200, new byte[1_000_000]));
        assertThatThrownBy(() -> fetcher().fetch(dataset())).hasMessageContaining("sends more than the 12000 bytes");
        assertThat(names()).isEmpty();
    }

    @Test
    void aMissingFileIsToldAtOnceAndATiredServerIsAskedAgain() throws IOException {
        serve(exchange -> answer(exchange, ranges.size() < 3 ? 503 : 200, CONTENT));
        assertThat(fetcher().fetch(dataset())).hasBinaryContent(CONTENT);
        assertThat(ranges).hasSize(3);

        Dataset gone = new Dataset("gone", "", "MIT", "", address("/gone.csv"), Optional.empty(), OptionalLong.empty());
        assertThatThrownBy(() -> fetcher().fetch(gone)).hasMessageContaining("HTTP 404");
    }

    @Test
    void aServerThatAlwaysFailsIsNamed() {
        serve(exchange -> answer(exchange, 500, new byte[0]));
        assertThatThrownBy(() -> fetcher().fetch(dataset())).hasMessageContaining("broke off 4 times, last: HTTP 500");
    }

    @Test
    void followsRedirects() throws IOException {
        serve(exchange -> {
            exchange.getResponseHeaders().set("Location", "/elsewhere");
            answer(exchange, 302, new byte[0]);
        });
        server.createContext("/elsewhere", exchange -> {
            answer(exchange, 200, CONTENT);
            exchange.close();
        });
        assertThat(fetcher().fetch(dataset())).hasBinaryContent(CONTENT);
    }

    @Test
    void aDamagedFileInTheCacheIsFetchedAgain() throws IOException {
        serve(exchange -> answer(exchange, 200, CONTENT));
        Path file = fetcher().fetch(dataset());
        Files.writeString(file, "damaged");
        assertThat(fetcher().fetch(dataset())).hasBinaryContent(CONTENT);
        assertThat(shown).hasSize(2);
    }

    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    private void serve(Answer answer) {
        server.createContext("/trace.csv", exchange -> {
            String range = exchange.getRequestHeaders().getFirst("Range");
            ranges.add(range == null ? "none" : range);
            try {
                answer.to(exchange);
            } finally {
                exchange.close();
            }
        });
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    private DatasetFetcher fetcher() {
        return new DatasetFetcher(
                cache, dataset -> shown.add(dataset.licence()), Duration.ofMillis(1), Duration.ofSeconds(5));
    }

    private Dataset dataset() {
        return dataset(Optional.of(sha256()), OptionalLong.of(CONTENT.length));
    }

    private Dataset dataset(Optional<String> sha256, OptionalLong size) {
        return new Dataset("made-trace", "made", "CC-BY-4.0", "nobody", address("/trace.csv"), sha256, size);
    }

    private URI address(String path) {
        return URI.create("http://localhost:" + server.getAddress().getPort() + path);
    }

    private List<String> names() throws IOException {
        Path folder = cache.resolve("made-trace");
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static String sha256() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(CONTENT));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
