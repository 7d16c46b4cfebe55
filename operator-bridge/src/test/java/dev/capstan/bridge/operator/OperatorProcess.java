package dev.capstan.bridge.operator;

import dev.capstan.bridge.PowerReadings;
import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.telemetry.MeteredService;
import dev.capstan.capping.PowerReading;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

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
                        new Steady(),
                        step -> {},
                        InstantSource.system(),
                        System::nanoTime,
                        () -> Runtime.getRuntime().halt(1))
                .start();
    }

    /** Every service draws the same all the time. */
    static final class Steady implements Sources, Telemetry {

        @Override
        public Telemetry telemetry(CapResource resource, CapPlan plan) {
            return this;
        }

        @Override
        public CarbonFeed carbon(CapResource resource, CapPlan plan) {
            return CarbonFeed.NONE;
        }

        @Override
        public PowerReadings read(List<MeteredService> services, long nowNanos) {
            Map<String, PowerReading> readings = services.stream()
                    .collect(Collectors.toMap(MeteredService::name, service -> PowerReading.fresh(0, 0)));
            return new PowerReadings(0, Map.of(CapLoop.DOMAIN, PowerReading.fresh(0, 0)), readings);
        }

        @Override
        public List<String> remarks() {
            return List.of();
        }

        @Override
        public double peakWatts(List<MeteredService> services, Duration over, long nowNanos) {
            return 10_000;
        }
    }
}
