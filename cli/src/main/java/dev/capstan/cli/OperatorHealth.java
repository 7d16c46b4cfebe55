package dev.capstan.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.capstan.bridge.operator.CapstanOperator;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Says over HTTP that the operator is there, and whether it leads. */
final class OperatorHealth implements AutoCloseable {

    private final HttpServer server;

    private OperatorHealth(HttpServer server) {
        this.server = server;
    }

    /** @param port 0 for any that is free */
    static OperatorHealth listen(int port, CapstanOperator operator) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
        server.createContext("/healthz", exchange -> answer(exchange, "ok"));
        // One that does not lead is ready as well: to take over.
        server.createContext("/readyz", exchange -> answer(exchange, operator.leads() ? "leads" : "stands by"));
        server.start();
        return new OperatorHealth(server);
    }

    int port() {
        return server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
