package dev.capstan.bridge.target;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.capstan.testcluster.ControlPlane;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Stands before an API server and answers writes itself where told to. Watches do not come through. */
final class Front implements AutoCloseable {

    /**
     * An answer of ours.
     *
     * @param code 0 for none at all
     */
    record Fault(int code, String message, Map<String, String> headers) {
        Fault(int code, String message) {
            this(code, message, Map.of());
        }
    }

    private final ControlPlane plane;
    private final HttpClient client;
    private final HttpServer server;
    private volatile @Nullable Fault fault;

    Front(ControlPlane plane, SSLContext context) throws IOException {
        this.plane = plane;
        client = HttpClient.newBuilder()
                .sslContext(context)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::pass);
        server.start();
    }

    /** How an administrator comes this way; with the patience and the retries that a client has by default. */
    Config config() {
        return new ConfigBuilder(Config.empty())
                .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .withOauthToken(ControlPlane.ADMIN)
                .build();
    }

    /** From now on answers each PATCH like this; null ends that. */
    void answer(@Nullable Fault fault) {
        this.fault = fault;
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            byte[] body = exchange.getRequestBody().readAllBytes();
            Fault now = fault;
            if (now != null && method.equals("PATCH")) {
                if (now.code() != 0) {
                    now.headers().forEach(exchange.getResponseHeaders()::set);
                    answer(exchange, now.code(), """
                            {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": %d, "message": "%s"}
                            """.formatted(now.code(), now.message())
                            .getBytes(StandardCharsets.UTF_8));
                }
                return;
            }
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(plane.address() + exchange.getRequestURI()))
                    .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
            for (String header : List.of("Authorization", "Content-Type", "Accept")) {
                String value = exchange.getRequestHeaders().getFirst(header);
                if (value != null) {
                    request.header(header, value);
                }
            }
            HttpResponse<byte[]> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            answer(exchange, answer.statusCode(), answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange, int code, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(code, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
