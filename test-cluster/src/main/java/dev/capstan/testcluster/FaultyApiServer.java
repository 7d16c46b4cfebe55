package dev.capstan.testcluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Stands before an API server, and fails as it is told to; everything else it passes on, both ways. */
public final class FaultyApiServer implements AutoCloseable {

    /**
     * An answer of its own.
     *
     * @param code 0 for none at all
     */
    public record Fault(int code, String message, Map<String, String> headers) {
        public Fault(int code, String message) {
            this(code, message, Map.of());
        }
    }

    private final String plane;
    private final HttpClient client;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<InputStream> watches = ConcurrentHashMap.newKeySet();
    private final Object gate = new Object();
    private volatile @Nullable Fault fault;
    private volatile @Nullable Fault statusFault;
    private volatile Duration delay = Duration.ZERO;
    private volatile boolean refusesWatches;
    private volatile String frozen = "";

    public FaultyApiServer(ControlPlane plane, LoopbackIdentity identity) throws IOException, GeneralSecurityException {
        this.plane = plane.address();
        client = HttpClient.newBuilder()
                .sslContext(identity.sslContext())
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::pass);
        server.start();
    }

    /** Where it listens, without TLS. */
    public String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** From now on answers each PATCH like this; null ends that. */
    public void answer(@Nullable Fault fault) {
        this.fault = fault;
    }

    /** From now on answers each PUT of a status like this; null ends that. */
    public void answerStatus(@Nullable Fault fault) {
        statusFault = fault;
    }

    /** From now on takes its time before it passes on a request that is no watch. */
    public void delay(Duration delay) {
        this.delay = delay;
    }

    /**
     * From now on keeps back the events of watches whose path contains this, as a connection does whose other end has gone
     * without a word; empty lets all of them come.
     */
    public void freezeWatches(String pathPart) {
        synchronized (gate) {
            frozen = pathPart;
            gate.notifyAll();
        }
    }

    /** Ends all watches, and refuses new ones until it is told not to. */
    public void refuseWatches(boolean refuse) throws IOException {
        refusesWatches = refuse;
        if (refuse) {
            for (InputStream watch : watches) {
                watch.close();
            }
        }
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String query = exchange.getRequestURI().getQuery();
            if (query != null && query.contains("watch=true")) {
                watch(exchange);
                return;
            }
            CompletableFuture.runAsync(
                            () -> {}, CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS))
                    .join();
            Fault now = switch (exchange.getRequestMethod()) {
                case "PATCH" -> fault;
                case "PUT" -> exchange.getRequestURI().getPath().endsWith("/status") ? statusFault : null;
                default -> null;
            };
            if (now != null) {
                fail(exchange, now);
                return;
            }
            HttpResponse<byte[]> answer = client.send(request(exchange, body), HttpResponse.BodyHandlers.ofByteArray());
            answer(exchange, answer.statusCode(), answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch(HttpExchange exchange) throws IOException, InterruptedException {
        if ("websocket".equals(exchange.getRequestHeaders().getFirst("Upgrade"))) {
            // A client of Kubernetes then asks again, without a web socket.
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        if (refusesWatches) {
            fail(exchange, new Fault(503, "no watches at the moment"));
            return;
        }
        HttpResponse<InputStream> answer =
                client.send(request(exchange, new byte[0]), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream events = answer.body();
                OutputStream out = exchange.getResponseBody()) {
            watches.add(events);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.statusCode(), 0);
            byte[] buffer = new byte[1 << 16];
            for (int count = events.read(buffer); count >= 0; count = events.read(buffer)) {
                awaitThaw(exchange.getRequestURI().getPath());
                out.write(buffer, 0, count);
                out.flush();
            }
        } finally {
            watches.remove(answer.body());
        }
    }

    private void awaitThaw(String path) throws InterruptedException {
        synchronized (gate) {
            while (!frozen.isEmpty() && path.contains(frozen)) {
                gate.wait();
            }
        }
    }

    private HttpRequest request(HttpExchange exchange, byte[] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(plane + exchange.getRequestURI()))
                .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
        for (String header : List.of("Authorization", "Content-Type", "Accept")) {
            String value = exchange.getRequestHeaders().getFirst(header);
            if (value != null) {
                request.header(header, value);
            }
        }
        return request.build();
    }

    private static void fail(HttpExchange exchange, Fault fault) throws IOException {
        if (fault.code() != 0) {
            fault.headers().forEach(exchange.getResponseHeaders()::set);
            answer(exchange, fault.code(), """
                    {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": %d, "message": "%s"}
                    """.formatted(fault.code(), fault.message())
                    .getBytes(UTF_8));
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
        threads.shutdownNow();
    }
}
