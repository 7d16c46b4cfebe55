package dev.capstan.sim.autoscaling;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.capstan.testcluster.ControlPlane;
import dev.capstan.testcluster.LoopbackIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The metrics APIs of a cluster, answered by the test and registered with its API server as aggregated APIs. */
final class MetricsServer implements AutoCloseable {

    static final String EXTERNAL = "external.metrics.k8s.io";
    static final String CUSTOM = "custom.metrics.k8s.io";
    static final String RESOURCE = "metrics.k8s.io";

    private final HttpsServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** @param answers the body for a path with its query, which is an error 500 when it is empty */
    MetricsServer(LoopbackIdentity identity, Function<String, Optional<String>> answers)
            throws IOException, GeneralSecurityException {
        // Otherwise head and body of an answer go out 40 ms apart; read when the first server of the process is made.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(identity.sslContext()));
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().toString();
            String[] parts = exchange.getRequestURI().getPath().split("/", -1);
            if (!path.startsWith("/apis/")) {
                send(exchange, 404, "");
            } else if (parts.length <= 4) {
                send(exchange, 200, """
                        {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "%s/v1beta1", "resources": [
                         {"name": "any", "singularName": "", "namespaced": true, "kind": "Any", "verbs": ["list"]}]}
                        """.formatted(parts[2]));
            } else {
                Optional<String> body = answers.apply(path);
                send(exchange, body.isPresent() ? 200 : 500, body.orElse(""));
            }
        });
        server.start();
    }

    /** Registers the three groups with the API server and waits until it passes them on. */
    void register(ControlPlane plane) {
        plane.post("/api/v1/namespaces/default/services", """
                {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "metrics"},
                 "spec": {"type": "ExternalName", "externalName": "localhost",
                          "ports": [{"port": %d}]}}
                """.formatted(
                        server.getAddress().getPort()));
        for (String group : new String[] {EXTERNAL, CUSTOM, RESOURCE}) {
            plane.post("/apis/apiregistration.k8s.io/v1/apiservices", """
                    {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
                     "metadata": {"name": "v1beta1.%1$s"},
                     "spec": {"group": "%1$s", "version": "v1beta1", "insecureSkipTLSVerify": true,
                              "groupPriorityMinimum": 100, "versionPriority": 100,
                              "service": {"namespace": "default", "name": "metrics", "port": %2$d}}}
                    """.formatted(
                            group, server.getAddress().getPort()));
        }
        for (String group : new String[] {EXTERNAL, CUSTOM, RESOURCE}) {
            plane.awaitAnswer("/apis/" + group + "/v1beta1");
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        try {
            threads.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        try (exchange) {
            byte[] bytes = body.getBytes(UTF_8);
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            if (bytes.length > 0) {
                exchange.getResponseBody().write(bytes);
            }
        }
    }
}
