package dev.capstan.testcluster;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** A real Prometheus on a free port of the loopback. */
public final class PrometheusServer implements AutoCloseable {

    private final Process process;
    private final URI address;

    private PrometheusServer(Process process, URI address) {
        this.process = process;
        this.address = address;
        // For a virtual machine that is told to end before the test does.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    }

    /** Whether one is on the path. */
    public static boolean isInstalled() {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "prometheus")));
    }

    /**
     * Starts one, and returns when it is ready.
     *
     * @param folder for its files
     * @param config in YAML, as {@code prometheus.yml} has it
     */
    public static PrometheusServer start(Path folder, String config) throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Path file = Files.writeString(folder.resolve("prometheus.yml"), config);
        Process process = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + file,
                        "--storage.tsdb.path=" + folder.resolve("prometheus"),
                        "--web.listen-address=localhost:" + port,
                        "--log.level=error")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("prometheus.log").toFile())
                .start();
        PrometheusServer server = new PrometheusServer(process, URI.create("http://localhost:" + port));
        try {
            await().atMost(Duration.ofSeconds(60)).until(server::isReady);
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /**
     * Scrapes as often and as patiently as given.
     *
     * @param jobs items of {@code scrape_configs}
     */
    public static String config(Duration interval, String jobs) {
        return """
                global:
                  scrape_interval: %1$dms
                  scrape_timeout: %1$dms
                scrape_configs:
                %2$s""".formatted(interval.toMillis(), jobs.indent(2));
    }

    /**
     * A job {@code gpus} that scrapes one exporter. The labels of the target clash with those of its metrics, as in a
     * cluster: Prometheus renames the latter.
     */
    public static String gpus(URI exporter) {
        return """
                - job_name: gpus
                  static_configs:
                    - targets: ['%s']
                      labels: {namespace: monitoring, pod: exporter-1}
                """.formatted(exporter.getAuthority());
    }

    /** Where it listens. */
    public URI address() {
        return address;
    }

    private boolean isReady() throws InterruptedException {
        if (!process.isAlive()) {
            throw new IllegalStateException("prometheus ended with exit code " + process.exitValue());
        }
        try {
            return HttpClient.newHttpClient()
                            .send(
                                    HttpRequest.newBuilder(address.resolve("/-/ready"))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
