package dev.capstan.bridge.target;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.capstan.testcluster.ControlPlane;
import dev.capstan.testcluster.LoopbackIdentity;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Stands before an API server, notes what is asked, and answers writes itself where told to. */
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
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile @Nullable Fault fault;

    Front(ControlPlane plane, LoopbackIdentity identity) throws Exception {
        this.plane = plane;
        client = HttpClient.newBuilder()
                .sslContext(identity.sslContext())
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::pass);
        server.start();
    }

    /** A client of a user that comes this way. */
    Config config(String user) {
        return new ConfigBuilder(Config.empty())
                .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .withOauthToken(user)
                .withRequestTimeout(2_000)
                .build();
    }

    /** Requests since the last call, each as its method and path. */
    List<String> requests() {
        List<String> all = List.copyOf(requests);
        requests.clear();
        return all;
    }

    /** From now on answers each PATCH itself; null ends that. */
    void fail(@Nullable Fault fault) {
        this.fault = fault;
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            requests.add(method + " " + exchange.getRequestURI().getPath());
            byte[] body = exchange.getRequestBody().readAllBytes();
            Fault now = fault;
            if (now != null && method.equals("PATCH")) {
                answer(exchange, now);
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
            HttpResponse<InputStream> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            exchange.getResponseHeaders()
                    .set(
                            "Content-Type",
                            answer.headers().firstValue("Content-Type").orElse("application/json"));
            exchange.sendResponseHeaders(answer.statusCode(), 0);
            try (InputStream in = answer.body();
                    OutputStream out = exchange.getResponseBody()) {
                byte[] some = new byte[8192];
                for (int count = in.read(some); count >= 0; count = in.read(some)) {
                    out.write(some, 0, count);
                    out.flush();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange, Fault fault) throws IOException {
        if (fault.code() == 0) {
            return;
        }
        byte[] body = """
                {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": %d, "message": "%s"}
                """.formatted(fault.code(), fault.message()).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        fault.headers().forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(fault.code(), body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
