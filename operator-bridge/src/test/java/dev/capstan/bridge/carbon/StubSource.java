package dev.capstan.bridge.carbon;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server on loopback that answers as a test tells it, and keeps what it was asked. */
public final class StubSource implements AutoCloseable {

    /** What it answers. */
    public interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    /** Path and query, and what the client showed for itself. */
    public final List<String> asked = new CopyOnWriteArrayList<>();

    private final HttpServer server;

    public StubSource(Answer answer) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String token = exchange.getRequestHeaders().getFirst("auth-token");
            String login = exchange.getRequestHeaders().getFirst("Authorization");
            asked.add(
                    exchange.getRequestURI() + (token == null ? "" : " " + token) + (login == null ? "" : " " + login));
            try {
                answer.to(exchange);
            } finally {
                exchange.close();
            }
        });
        server.start();
    }

    public URI address() {
        return URI.create("http://localhost:" + server.getAddress().getPort() + "/");
    }

    public static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
