package dev.capstan.testcluster;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** An exporter in the manner of dcgm-exporter: the power of each GPU, and the pod that has it. */
public final class GpuExporter implements AutoCloseable {

    /**
     * What one GPU draws.
     *
     * @param id unlike those of all others
     * @param watts as the board says it, as text, so that a test can send what no number is
     */
    public record Gpu(String id, String namespace, String pod, String watts) {

        /** A GPU that answers with a number. */
        public static Gpu of(String id, String namespace, String pod, double watts) {
            return new Gpu(id, namespace, pod, String.format(Locale.ROOT, "%.3f", watts));
        }
    }

    private final HttpServer server;

    /** @param gpus those there are at the time of a scrape */
    public GpuExporter(Supplier<List<Gpu>> gpus) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/metrics", exchange -> {
            StringBuilder text = new StringBuilder("# TYPE DCGM_FI_DEV_POWER_USAGE gauge\n");
            for (Gpu gpu : gpus.get()) {
                text.append("DCGM_FI_DEV_POWER_USAGE{UUID=\"")
                        .append(gpu.id())
                        .append("\",Hostname=\"node-1\",namespace=\"")
                        .append(gpu.namespace())
                        .append("\",pod=\"")
                        .append(gpu.pod())
                        .append("\"} ")
                        .append(gpu.watts())
                        .append('\n');
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    /** Where it listens. */
    public URI address() {
        return URI.create("http://localhost:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
