package dev.capstan.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Says over HTTP that the operator is there, and whether it leads, and its metrics. */
final class OperatorHealth implements AutoCloseable {

    private final HttpServer server;

    private OperatorHealth(HttpServer server) {
        this.server = server;
    }

    /**
     * Listens on all addresses.
     *
     * @param port 0 for any that is free
     * @param leads whether this process leads
     * @param metrics in the text format of Prometheus, version 0.0.4
     */
    static OperatorHealth listen(int port, BooleanSupplier leads, Supplier<String> metrics) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
        server.createContext("/healthz", exchange -> answer(exchange, "ok\n"));
        // One that does not lead is ready as well: to take over.
        server.createContext("/readyz", exchange -> answer(exchange, leads.getAsBoolean() ? "leads\n" : "stands by\n"));
        server.createContext("/metrics", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
            answer(exchange, metrics.get());
        });
        server.start();
        return new OperatorHealth(server);
    }

    int port() {
        return server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
