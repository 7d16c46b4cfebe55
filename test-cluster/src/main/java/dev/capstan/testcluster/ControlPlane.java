package dev.capstan.testcluster;

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
import org.jspecify.annotations.Nullable;

/**
 * A real etcd, kube-apiserver and, where asked for, kube-controller-manager on free ports of the loopback, with their files
 * and logs in one folder. Tokens are the names of their users; {@link #ADMIN} and {@link #CONTROLLER} may do everything.
 */
public final class ControlPlane implements AutoCloseable {

    /** Who a test is. */
    public static final String ADMIN = "test";

    /** Who the controller manager is, as audit logs name it. */
    public static final String CONTROLLER = "controller";

    /** A user in no group, who may do what RBAC grants him. */
    public static final String OPERATOR = "operator";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String VERSION_FOLDER = "k8s/1.20.2-linux-amd64";
    private static final List<String> PROGRAMS =
            List.of("etcd", "kube-apiserver", "kube-controller-manager", "kubectl");

    private final Path binaries;
    private final Path folder;
    private final List<String> apiServer;
    private final Deque<Process> processes = new ArrayDeque<>();
    private final HttpClient client;
    private final int[] ports = freePorts(3);
    private @Nullable Process api;

    private ControlPlane(Path binaries, Path folder, LoopbackIdentity identity, List<String> flags)
            throws IOException, GeneralSecurityException {
        this.binaries = binaries;
        this.folder = folder;
        client = HttpClient.newBuilder()
                .sslContext(identity.sslContext())
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        apiServer = new ArrayList<>(List.of(
                "--etcd-servers=" + etcd(),
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
                "--service-cluster-ip-range=10.0.0.0/24"));
        // Flags that take lists would add to what is there: RBAC beside AlwaysAllow allows all.
        apiServer.removeIf(set ->
                flags.stream().anyMatch(flag -> flag.startsWith(set.substring(0, set.indexOf('=') + 1))));
        apiServer.addAll(flags);
        // For a virtual machine that is told to end before the test does.
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    /** The folder of the programs below {@code CAPSTAN_KUBE_DIR}, whether or not they are there. */
    public static Path binaries() {
        String set = System.getenv("CAPSTAN_KUBE_DIR");
        Path root = set == null || set.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache", "capstan-kube")
                : Path.of(set);
        return root.resolve(VERSION_FOLDER);
    }

    /** Whether all programs are in a folder. */
    public static boolean isInstalled(Path binaries) {
        return PROGRAMS.stream().map(binaries::resolve).allMatch(Files::isExecutable);
    }

    /**
     * Starts etcd and the API server, and returns when they answer.
     *
     * @param folder empty, for files and logs
     * @param flags more of them for the API server; one that is set already is replaced
     */
    public static ControlPlane start(Path binaries, Path folder, LoopbackIdentity identity, String... flags)
            throws IOException, GeneralSecurityException {
        ControlPlane plane = new ControlPlane(binaries, folder, identity, List.of(flags));
        try {
            String peers = "http://127.0.0.1:" + plane.ports[1];
            plane.run(
                    "etcd",
                    "--data-dir=" + folder.resolve("etcd"),
                    "--listen-client-urls=" + plane.etcd(),
                    "--advertise-client-urls=" + plane.etcd(),
                    "--listen-peer-urls=" + peers,
                    "--initial-advertise-peer-urls=" + peers,
                    "--initial-cluster=default=" + peers,
                    "--log-level=warn");
            Files.writeString(folder.resolve("tokens.csv"), """
                    test,test,test,system:masters
                    controller,controller,controller,system:masters
                    operator,operator,operator
                    """);
            plane.startApiServer();
            return plane;
        } catch (IOException | RuntimeException e) {
            plane.close();
            throw e;
        }
    }

    /** Address of the API server, its certificate that of the identity. */
    public String address() {
        return "https://127.0.0.1:" + ports[2];
    }

    /** Starts the API server again after {@link #stopApiServer}, at the same address, and returns when it answers. */
    public synchronized void startApiServer() throws IOException {
        api = run("kube-apiserver", apiServer.toArray(String[]::new));
        awaitAnswer("/readyz");
    }

    /** Ends the API server at once, as a crash does; what is stored stays. */
    public synchronized void stopApiServer() {
        if (api != null) {
            processes.remove(api);
            api.destroyForcibly().onExit().join();
            api = null;
        }
    }

    /** Starts the controller manager with the autoscaler as its only controller. */
    public void startController(String... flags) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "--kubeconfig=" + kubeconfig(CONTROLLER),
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
    public synchronized void stopController() {
        end(processes.pop());
    }

    /** A file with which programs log in as a user. */
    public Path kubeconfig(String user) throws IOException {
        return Files.writeString(folder.resolve("kubeconfig-" + user), """
                apiVersion: v1
                kind: Config
                current-context: test
                clusters: [{name: test, cluster: {server: "%s", insecure-skip-tls-verify: true}}]
                users: [{name: test, user: {token: %s}}]
                contexts: [{name: test, context: {cluster: test, user: test}}]
                """.formatted(address(), user));
    }

    /**
     * What a program printed.
     *
     * @param output both streams together
     */
    public record Answer(int exitCode, String output) {}

    /** Runs kubectl as {@link #ADMIN}. */
    public Answer kubectl(String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(binaries.resolve("kubectl").toString(), "--kubeconfig=" + kubeconfig(ADMIN)));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(folder, "kubectl", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("HOME", folder.toString());
        int exitCode = builder.start().waitFor();
        return new Answer(exitCode, Files.readString(output));
    }

    /** Waits until the path answers with 200. */
    public void awaitAnswer(String path) {
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

    /** What a path answers. */
    public JsonNode get(String path) {
        return answer("GET", path, "", "");
    }

    /** Creates an object from JSON. */
    public void post(String path, String body) {
        answer("POST", path, "application/json", body);
    }

    /** A JSON merge patch. */
    public void patch(String path, String body) {
        answer("PATCH", path, "application/merge-patch+json", body);
    }

    /** Deletes an object. */
    public void delete(String path) {
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
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address() + path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + ADMIN)
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

    private String etcd() {
        return "http://127.0.0.1:" + ports[0];
    }

    private synchronized Process run(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(binaries.resolve(program).toString());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve(program + ".log").toFile()))
                .start();
        processes.push(process);
        return process;
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
