package dev.capstan.sim.autoscaling;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real etcd, kube-apiserver and kube-controller-manager on free ports of the loopback, with their files and logs in
 * one folder. The API server writes an audit log of what the controller asks and gets.
 */
final class ControlPlane implements AutoCloseable {

    static final ObjectMapper JSON = new ObjectMapper();

    /** Who asks, as the audit log names it. */
    static final String CONTROLLER = "controller";

    private static final String VERSION_FOLDER = "k8s/1.20.2-linux-amd64";
    private static final List<String> PROGRAMS = List.of("etcd", "kube-apiserver", "kube-controller-manager");
    private static final String AUDIT_POLICY = """
            apiVersion: audit.k8s.io/v1
            kind: Policy
            omitStages: [RequestReceived, ResponseStarted]
            rules:
            - level: RequestResponse
              users: [controller]
              resources:
              - {group: capstan.test, resources: [fleets/scale]}
            - level: Metadata
              users: [controller]
              verbs: [get, list]
              resources:
              - {group: external.metrics.k8s.io}
              - {group: custom.metrics.k8s.io}
              - {group: metrics.k8s.io}
            - level: None
            """;

    private final Path binaries;
    private final Path folder;
    private final Deque<Process> processes = new ArrayDeque<>();
    private final HttpClient client;
    private final String server;

    private ControlPlane(Path binaries, Path folder, LoopbackIdentity identity, int port)
            throws GeneralSecurityException {
        this.binaries = binaries;
        this.folder = folder;
        client = HttpClient.newBuilder()
                .sslContext(identity.sslContext())
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        server = "https://127.0.0.1:" + port;
        // For a virtual machine that is told to end before the test does.
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    /** The folder of the programs below {@code CAPSTAN_KUBE_DIR}, whether or not they are there. */
    static Path binaries() {
        String set = System.getenv("CAPSTAN_KUBE_DIR");
        Path root = set == null || set.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache", "capstan-kube")
                : Path.of(set);
        return root.resolve(VERSION_FOLDER);
    }

    static boolean isInstalled(Path binaries) {
        return PROGRAMS.stream().map(binaries::resolve).allMatch(Files::isExecutable);
    }

    static ControlPlane start(Path binaries, Path folder, LoopbackIdentity identity)
            throws IOException, GeneralSecurityException {
        int[] ports = freePorts(3);
        ControlPlane plane = new ControlPlane(binaries, folder, identity, ports[2]);
        try {
            String etcd = "http://127.0.0.1:" + ports[0];
            String peers = "http://127.0.0.1:" + ports[1];
            plane.run(
                    "etcd",
                    "--data-dir=" + folder.resolve("etcd"),
                    "--listen-client-urls=" + etcd,
                    "--advertise-client-urls=" + etcd,
                    "--listen-peer-urls=" + peers,
                    "--initial-advertise-peer-urls=" + peers,
                    "--initial-cluster=default=" + peers,
                    "--log-level=warn");
            Files.writeString(folder.resolve("audit.yaml"), AUDIT_POLICY);
            Files.writeString(
                    folder.resolve("tokens.csv"),
                    "test,test,test,system:masters\n" + CONTROLLER + "," + CONTROLLER + "," + CONTROLLER
                            + ",system:masters\n");
            plane.run(
                    "kube-apiserver",
                    "--etcd-servers=" + etcd,
                    "--bind-address=127.0.0.1",
                    "--secure-port=" + ports[2],
                    "--tls-cert-file=" + identity.certificate(),
                    "--tls-private-key-file=" + identity.key(),
                    "--service-account-issuer=https://127.0.0.1",
                    "--service-account-key-file=" + identity.key(),
                    "--service-account-signing-key-file=" + identity.key(),
                    "--api-audiences=api",
                    "--token-auth-file=" + folder.resolve("tokens.csv"),
                    "--authorization-mode=AlwaysAllow",
                    "--disable-admission-plugins=ServiceAccount",
                    "--service-cluster-ip-range=10.0.0.0/24",
                    "--feature-gates=HPAScaleToZero=true",
                    "--audit-policy-file=" + folder.resolve("audit.yaml"),
                    "--audit-log-path=" + plane.auditLog());
            plane.awaitAnswer("/readyz");
            return plane;
        } catch (IOException | RuntimeException e) {
            plane.close();
            throw e;
        }
    }

    /** Starts the controller manager with the autoscaler as its only controller. */
    void startController(String... flags) throws IOException {
        Path config = Files.writeString(folder.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                current-context: test
                clusters: [{name: test, cluster: {server: "%s", insecure-skip-tls-verify: true}}]
                users: [{name: test, user: {token: %s}}]
                contexts: [{name: test, context: {cluster: test, user: test}}]
                """.formatted(server, CONTROLLER));
        List<String> all = new ArrayList<>(List.of(
                "--kubeconfig=" + config,
                "--controllers=horizontalpodautoscaling",
                "--leader-elect=false",
                "--port=0",
                "--secure-port=0",
                "--kube-api-qps=5000",
                "--kube-api-burst=5000",
                "--kube-api-content-type=application/json"));
        all.addAll(List.of(flags));
        run("kube-controller-manager", all.toArray(String[]::new));
    }

    /** Ends the process that was started last. */
    synchronized void stopController() {
        end(processes.pop());
    }

    Path auditLog() {
        return folder.resolve("audit.log");
    }

    /** Waits until the path answers with 200. */
    void awaitAnswer(String path) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    for (Process process : processes) {
                        if (!process.isAlive()) {
                            throw new IllegalStateException("the control plane ended: see " + folder);
                        }
                    }
                    try {
                        return send("GET", path, "", "").statusCode() == 200;
                    } catch (UncheckedIOException e) {
                        return false;
                    }
                });
    }

    JsonNode get(String path) {
        return answer("GET", path, "", "");
    }

    void post(String path, String body) {
        answer("POST", path, "application/json", body);
    }

    /** A JSON merge patch. */
    void patch(String path, String body) {
        answer("PATCH", path, "application/merge-patch+json", body);
    }

    void delete(String path) {
        answer("DELETE", path, "", "");
    }

    @Override
    public synchronized void close() {
        while (!processes.isEmpty()) {
            end(processes.pop());
        }
    }

    private JsonNode answer(String method, String path, String contentType, String body) {
        HttpResponse<String> response = send(method, path, contentType, body);
        if (response.statusCode() >= 300) {
            throw new IllegalStateException(
                    method + " " + path + " answered " + response.statusCode() + ": " + response.body());
        }
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpResponse<String> send(String method, String path, String contentType, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server + path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer test")
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!contentType.isEmpty()) {
            request.header("Content-Type", contentType);
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(method + " " + path + " was interrupted", e);
        }
    }

    private synchronized void run(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(binaries.resolve(program).toString());
        command.addAll(List.of(arguments));
        processes.push(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(program + ".log").toFile())
                .start());
    }

    private static void end(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static int[] freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            int[] ports = new int[count];
            for (int i = 0; i < count; i++) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                held.add(socket);
                ports[i] = socket.getLocalPort();
            }
            return ports;
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }
}
