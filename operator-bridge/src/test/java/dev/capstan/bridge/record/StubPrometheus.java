package dev.capstan.bridge.record;

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

/** A server on loopback that answers range queries as a test tells it. */
final class StubPrometheus implements AutoCloseable {

    /** What it answers to the form of a request. */
    interface Answer {
        void to(Map<String, String> form, HttpExchange exchange) throws IOException;
    }

    final List<Map<String, String>> forms = new CopyOnWriteArrayList<>();
    final List<String> logins = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    StubPrometheus(Answer answer) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/v1/query_range", exchange -> {
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

    PrometheusClient client() {
        return client(Credentials.none());
    }

    PrometheusClient client(Credentials credentials) {
        return new PrometheusClient(
                URI.create("http://localhost:" + server.getAddress().getPort() + "/"),
                credentials,
                Duration.ofSeconds(5));
    }

    static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    static String matrix(String... series) {
        return "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[" + String.join(",", series)
                + "]}}";
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
