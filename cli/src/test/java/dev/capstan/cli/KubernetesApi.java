package dev.capstan.cli;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real etcd and kube-apiserver on free ports of the loopback, and kubectl to speak with it. */
final class KubernetesApi implements AutoCloseable {

    private final Path binaries;
    private final Path folder;
    private final Deque<Process> processes = new ArrayDeque<>();

    private KubernetesApi(Path binaries, Path folder) {
        this.binaries = binaries;
        this.folder = folder;
        // For a virtual machine that is told to end before the test does.
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    /** The folder of the programs below {@code CAPSTAN_KUBE_DIR}, whether or not they are there. */
    static Path binaries() {
        String set = System.getenv("CAPSTAN_KUBE_DIR");
        Path root = set == null || set.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache", "capstan-kube")
                : Path.of(set);
        return root.resolve("k8s/1.20.2-linux-amd64");
    }

    static boolean isInstalled(Path binaries) {
        return Stream.of("etcd", "kube-apiserver", "kubectl")
                .map(binaries::resolve)
                .allMatch(Files::isExecutable);
    }

    static KubernetesApi start(Path binaries, Path folder) throws IOException, GeneralSecurityException {
        KubernetesApi api = new KubernetesApi(binaries, folder);
        try {
            api.start();
            return api;
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            api.close();
            throw e;
        }
    }

    private void start() throws IOException, GeneralSecurityException {
        List<Integer> ports = freePorts(3);
        String etcd = "http://127.0.0.1:" + ports.get(0);
        String peers = "http://127.0.0.1:" + ports.get(1);
        run(
                "etcd",
                "--data-dir=" + folder.resolve("etcd"),
                "--listen-client-urls=" + etcd,
                "--advertise-client-urls=" + etcd,
                "--listen-peer-urls=" + peers,
                "--initial-advertise-peer-urls=" + peers,
                "--initial-cluster=default=" + peers,
                "--log-level=warn");
        KeyPairGenerator keys = KeyPairGenerator.getInstance("RSA");
        keys.initialize(2048);
        Path key = Files.writeString(
                folder.resolve("accounts.key"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                .encodeToString(
                                        keys.generateKeyPair().getPrivate().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        Files.writeString(folder.resolve("tokens.csv"), "test,test,test,system:masters\n");
        run(
                "kube-apiserver",
                "--etcd-servers=" + etcd,
                "--bind-address=127.0.0.1",
                "--secure-port=" + ports.get(2),
                "--cert-dir=" + folder.resolve("certificates"),
                "--service-account-issuer=https://127.0.0.1",
                "--service-account-key-file=" + key,
                "--service-account-signing-key-file=" + key,
                "--api-audiences=api",
                "--token-auth-file=" + folder.resolve("tokens.csv"),
                "--authorization-mode=AlwaysAllow",
                "--disable-admission-plugins=ServiceAccount",
                "--service-cluster-ip-range=10.0.0.0/24");
        Files.writeString(folder.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                current-context: test
                clusters: [{name: test, cluster: {server: "https://127.0.0.1:%d", insecure-skip-tls-verify: true}}]
                users: [{name: test, user: {token: test}}]
                contexts: [{name: test, context: {cluster: test, user: test}}]
                """.formatted(ports.get(2)));
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> kubectl("get", "namespace", "default").exitCode() == 0);
    }

    /** @param output both streams together */
    record Answer(int exitCode, String output) {}

    Answer kubectl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(binaries.resolve("kubectl").toString(), "--kubeconfig=" + folder.resolve("kubeconfig")));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(folder, "kubectl", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("HOME", folder.toString());
        int exitCode = builder.start().waitFor();
        return new Answer(exitCode, Files.readString(output));
    }

    @Override
    public synchronized void close() {
        while (!processes.isEmpty()) {
            Process process = processes.pop();
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

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            List<Integer> ports = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                held.add(socket);
                ports.add(socket.getLocalPort());
            }
            return ports;
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }
}
