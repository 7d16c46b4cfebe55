package dev.capstan.bridge.operator;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/** An operator in a process of its own, so that it can be killed. Its telemetry is always fresh. */
final class OperatorProcess {

    private OperatorProcess() {}

    static Process start(Path kubeconfig, String identity, Path log) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xshare:auto",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OperatorProcess.class.getName(),
                        kubeconfig.toString(),
                        identity)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    /**
     * Runs until it is killed.
     *
     * @param arguments kubeconfig and identity
     */
    public static void main(String[] arguments) throws IOException {
        Config config = Config.fromKubeconfig(Files.readString(new File(arguments[0]).toPath()));
        config.setRequestRetryBackoffLimit(0);
        config.setRequestTimeout(2_000);
        OperatorSettings settings = new OperatorSettings(
                Rehearsed.VERSION,
                arguments[1],
                "default",
                "capstan",
                Duration.ofMillis(1500),
                Duration.ofMillis(1000),
                Duration.ofMillis(200),
                2);
        new CapstanOperator(
                        new KubernetesClientBuilder().withConfig(config).build(),
                        settings,
                        new Scripted(),
                        step -> {},
                        InstantSource.system(),
                        System::nanoTime,
                        () -> Runtime.getRuntime().halt(1))
                .start();
    }
}
