package dev.capstan.bridge.prometheus;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server on loopback that answers queries as a test tells it. */
public final class StubPrometheus implements AutoCloseable {

    /** What it answers to the form of a request. */
    public interface Answer {
        void to(Map<String, String> form, HttpExchange exchange) throws IOException;
    }

    public final List<Map<String, String>> forms = new CopyOnWriteArrayList<>();
    public final List<String> logins = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    public StubPrometheus(Answer answer) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/v1/", exchange -> {
            Map<String, String> form = new TreeMap<>();
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            for (String pair : body.split("&", -1)) {
                form.put(
                        pair.substring(0, pair.indexOf('=')),
                        URLDecoder.decode(pair.substring(pair.indexOf('=') + 1), StandardCharsets.UTF_8));
            }
            forms.add(form);
            String login = exchange.getRequestHeaders().getFirst("Authorization");
            logins.add(exchange.getRequestMethod() + " " + login);
            try {
                answer.to(form, exchange);
            } finally {
                exchange.close();
            }
        });
        server.start();
    }

    public PrometheusClient client() {
        return client(Credentials.none());
    }

    public PrometheusClient client(Credentials credentials) {
        return new PrometheusClient(
                URI.create("http://localhost:" + server.getAddress().getPort() + "/"),
                credentials,
                Duration.ofSeconds(5));
    }

    public static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    public static String matrix(String... series) {
        return "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[" + String.join(",", series)
                + "]}}";
    }

    /** Samples such as {@code {"metric":{"UUID":"a"},"value":[1,"350.5"]}}. */
    public static String vector(String... samples) {
        return "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[" + String.join(",", samples)
                + "]}}";
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
