package dev.capstan.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.capstan.cli.Capstan;
import dev.capstan.testcluster.ControlPlane;
import dev.capstan.testcluster.LoopbackIdentity;
import dev.capstan.testcluster.PrometheusServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code capstan operator run} takes for many targets, as a process of its own on one core, on a real API server with a
 * real Prometheus: 20 Deployments with an HPA each in every namespace, under one PowerCap each, which lowers all of them. No
 * pods run. Prints times of steps, requests to the API server, and heap.
 *
 * <p>Arguments: namespaces (50), seconds of each part (60), the core of the operator (0).
 */
public final class OperatorScale {

    private static final int TARGETS = 20;
    private static final String OPERATOR = ControlPlane.OPERATOR;
    private static final String WHOLE = "capstan_step_seconds";
    private static final String OWN = "capstan_step_cpu_seconds";
    private static final Pattern PORT = Pattern.compile("health on port (\\d+)");
    private static final Pattern USED = Pattern.compile("total \\d+K, used (\\d+)K");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String AUDIT = """
            apiVersion: audit.k8s.io/v1
            kind: Policy
            omitStages: [RequestReceived]
            rules: [{level: Metadata, users: [%s]}, {level: None}]
            """.formatted(OPERATOR);

    /** A load that the policy sheds from the beginning, and no certificate without one. */
    private static final String EXPERIMENT = """
            name: scale
            mode: power
            duration: 20m
            replications: 8
            cluster: {servers: 25}
            cap: {power: 110 kW, contain_within: 10s}
            telemetry: {exporter: dcgm}
            control: {interval: 15s, api_latency: 1s, max_reading_age: 60s}
            policies: [none, static-floor]
            axes: {cap.power: [90 kW, 110 kW]}
            services:
            """;

    private static final String SERVICE = """
              - name: t%d
                model: llama-3.1-8b-h100
                replicas: {min: 1, initial: 10, max: 10}
                workload: {generate: {disturbance: {shape: square, base: 1 kW, peak: 20 kW, at: 1m, lasting: 30s}}}
            """;

    /** Nothing is measured; that nobody answers is a sample all the same. */
    private static final String NOBODY = "- {job_name: nobody, static_configs: [{targets: ['localhost:1']}]}\n";

    private static final String CAP = """
            {"apiVersion": "capstan.dev/v1alpha1", "kind": "PowerCap", "metadata": {"name": "row"},
             "spec": {"mode": "Enforce", "limit": {"watts": 110000},
              "certificate": {"configMapRef": {"name": "rehearsed", "key": "certificate.json"}},
              "measurement": {"source": "custom", "query": "sum(50000 + up)",
                              "countQuery": "count(up)", "ageQuery": "max(time() - timestamp(up))", "overheadWatts": 33750,
                              "prometheus": {"url": "%s", "timeout": "5s"}},
              "policy": {"name": "static-floor"},
              "targets": [%s]}}
            """;

    private static final String TARGET = """
            {"ref": {"kind": "Deployment", "name": "t%d"}, "replica": {"peakWatts": 847, "idleWatts": 145, "gpus": 1}}""";

    private final Path folder;
    private final int namespaces;
    private final int seconds;
    private final String core;
    private int port;

    private OperatorScale(Path folder, int namespaces, int seconds, String core) {
        this.folder = folder;
        this.namespaces = namespaces;
        this.seconds = seconds;
        this.core = core;
    }

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("operator-scale");
        new OperatorScale(
                        folder,
                        args.length > 0 ? Integer.parseInt(args[0]) : 50,
                        args.length > 1 ? Integer.parseInt(args[1]) : 60,
                        args.length > 2 ? args[2] : "0")
                .measure();
        System.out.println("files are in " + folder);
    }

    private void measure() throws Exception {
        String certificate = rehearse();
        Path audit = folder.resolve("audit.log");
        Path policy = Files.writeString(folder.resolve("audit.yaml"), AUDIT);
        try (ControlPlane plane = ControlPlane.start(
                        ControlPlane.binaries(),
                        folder,
                        LoopbackIdentity.make(folder),
                        "--audit-policy-file=" + policy,
                        "--audit-log-path=" + audit);
                PrometheusServer prometheus =
                        PrometheusServer.start(folder, PrometheusServer.config(Duration.ofSeconds(15), NOBODY))) {
            install(plane, certificate, prometheus.address());
            Process operator = operator(plane.kubeconfig(OPERATOR));
            try {
                report("the first " + seconds + " s, all ceilings lowered", operator, audit, () -> {});
                report("nothing changes", operator, audit, () -> {});
                report("5 caps change", operator, audit, () -> {
                    for (int i = 0; i < 5; i++) {
                        plane.patch(caps(i) + "/row", "{\"spec\": {\"limit\": {\"watts\": 90000}}}");
                    }
                });
                check(plane);
            } finally {
                operator.destroy();
                operator.waitFor();
            }
        }
    }

    /** The policy's certificate for a row of all targets of a namespace. */
    private String rehearse() throws IOException, InterruptedException {
        StringBuilder experiment = new StringBuilder(EXPERIMENT);
        for (int i = 0; i < TARGETS; i++) {
            experiment.append(SERVICE.formatted(i));
        }
        Path file = Files.writeString(folder.resolve("scale.yaml"), experiment);
        Path results = folder.resolve("results");
        Path certificate = folder.resolve("certificate.json");
        run("sweep", file.toString(), "--out", results.toString(), "--no-report");
        run(
                "certify",
                results.toString(),
                "--run",
                "best",
                "--where",
                "cap.power=110 kW",
                "--out",
                certificate.toString());
        return Files.readString(certificate);
    }

    private void install(ControlPlane plane, String certificate, URI prometheus) throws Exception {
        Path definitions = folder.resolve("definitions.yaml");
        run("operator", "crds", "--out", definitions.toString());
        plane.kubectl("apply", "--validate=false", "-f", definitions.toString());
        plane.awaitAnswer("/apis/capstan.dev/v1alpha1/powercaps");
        plane.awaitAnswer("/apis/capstan.dev/v1alpha1/clusterpowercaps");
        List<String> targets = new ArrayList<>();
        for (int i = 0; i < TARGETS; i++) {
            targets.add(TARGET.formatted(i));
        }
        for (int i = 0; i < namespaces; i++) {
            plane.post("/api/v1/namespaces", """
                    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n%d"}}""".formatted(i));
            plane.post("/api/v1/namespaces/n" + i + "/configmaps", """
                    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "rehearsed"},
                     "data": {"certificate.json": %s}}""".formatted(JSON.writeValueAsString(certificate)));
            for (int j = 0; j < TARGETS; j++) {
                plane.post("/apis/apps/v1/namespaces/n" + i + "/deployments", """
                        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "t%1$d"},
                         "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "t%1$d"}},
                          "template": {"metadata": {"labels": {"app": "t%1$d"}},
                                       "spec": {"containers": [{"name": "model", "image": "none"}]}}}}""".formatted(j));
                plane.post("/apis/autoscaling/v1/namespaces/n" + i + "/horizontalpodautoscalers", """
                        {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler",
                         "metadata": {"name": "t%1$d"},
                         "spec": {"minReplicas": 1, "maxReplicas": 10,
                          "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "t%1$d"}}}""".formatted(j));
            }
            plane.post(caps(i), CAP.formatted(prometheus, String.join(",", targets)));
        }
    }

    private static String caps(int namespace) {
        return "/apis/capstan.dev/v1alpha1/namespaces/n" + namespace + "/powercaps";
    }

    private Process operator(Path kubeconfig) throws IOException, InterruptedException {
        Path log = folder.resolve("operator.log");
        Process process = new ProcessBuilder(capstan(
                        List.of("taskset", "-c", core),
                        "operator",
                        "run",
                        "--kubeconfig",
                        kubeconfig.toString(),
                        "--namespace",
                        "default",
                        "--listen",
                        "0"))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Matcher told = PORT.matcher("");
        while (!told.find()) {
            if (!process.isAlive()) {
                throw new IllegalStateException("the operator ended: see " + log);
            }
            TimeUnit.MILLISECONDS.sleep(100);
            told = PORT.matcher(Files.readString(log));
        }
        port = Integer.parseInt(told.group(1));
        return process;
    }

    private interface Change {
        void make();
    }

    /** What happens in the seconds after a change. */
    private void report(String part, Process operator, Path audit, Change change)
            throws IOException, InterruptedException {
        Map<Double, Long> before = steps(WHOLE);
        Map<Double, Long> ownBefore = steps(OWN);
        long requestsBefore = requests(audit);
        Duration cpuBefore = cpu(operator);
        change.make();
        TimeUnit.SECONDS.sleep(seconds);
        Map<Double, Long> after = steps(WHOLE);
        Map<Double, Long> ownAfter = steps(OWN);
        System.out.printf(
                Locale.ROOT,
                "%s: %d steps, half within %s s, 99 %% within %s s; of their own time half within %s s, 99 %% within %s s;"
                        + " %.1f s of the core; %d requests; %d KB of heap after a collection%n",
                part,
                count(before, after, Double.POSITIVE_INFINITY),
                quantile(before, after, 0.5),
                quantile(before, after, 0.99),
                quantile(ownBefore, ownAfter, 0.5),
                quantile(ownBefore, ownAfter, 0.99),
                cpu(operator).minus(cpuBefore).toMillis() / 1e3,
                requests(audit) - requestsBefore,
                heapKilobytes(operator.pid()));
    }

    private static Duration cpu(Process operator) {
        return operator.info().totalCpuDuration().orElseThrow();
    }

    /** The bound of the bucket that holds a quantile of what came in between. */
    private static double quantile(Map<Double, Long> before, Map<Double, Long> after, double share) {
        long rank = (long) Math.ceil(share * count(before, after, Double.POSITIVE_INFINITY));
        return after.keySet().stream()
                .filter(bound -> count(before, after, bound) >= rank)
                .findFirst()
                .orElse(Double.NaN);
    }

    private static long count(Map<Double, Long> before, Map<Double, Long> after, double bound) {
        return after.getOrDefault(bound, 0L) - before.getOrDefault(bound, 0L);
    }

    /** Steps of all caps that took no longer than a bound in seconds, by the bounds in order. */
    private Map<Double, Long> steps(String histogram) throws IOException, InterruptedException {
        String metrics = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/metrics"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
        Map<Double, Long> steps = new TreeMap<>();
        metrics.lines().filter(line -> line.startsWith(histogram + "_bucket")).forEach(line -> {
            String bound = line.substring(line.indexOf("le=\"") + 4, line.indexOf("\"}"));
            steps.merge(
                    bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound),
                    Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)),
                    Long::sum);
        });
        return steps;
    }

    /** Requests of the operator that the API server has answered, watches once. */
    private static long requests(Path audit) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(audit)) {
            return lines.lines()
                    .filter(line -> line.contains("\"stage\":\"ResponseComplete\""))
                    .count();
        }
    }

    private static long heapKilobytes(long pid) throws IOException, InterruptedException {
        jcmd(pid, "GC.run");
        Matcher used = USED.matcher(jcmd(pid, "GC.heap_info").split("Metaspace", 2)[0]);
        long sum = 0;
        while (used.find()) {
            sum += Long.parseLong(used.group(1));
        }
        return sum;
    }

    private static String jcmd(long pid, String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(pid), command)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    /** What was measured counts for nothing unless the operator did its work. */
    private void check(ControlPlane plane) {
        for (int i = 0; i < namespaces; i++) {
            JsonNode status = plane.get(caps(i) + "/row").path("status");
            int ceiling = plane.get("/apis/autoscaling/v1/namespaces/n" + i + "/horizontalpodautoscalers/t0")
                    .at("/spec/maxReplicas")
                    .asInt();
            if (!status.path("mode").asText().equals("Enforce") || ceiling >= 10) {
                throw new IllegalStateException("nothing was held in n" + i + ": " + status);
            }
        }
    }

    private void run(String... arguments) throws IOException, InterruptedException {
        List<String> command = capstan(List.of(), arguments);
        Path log = folder.resolve(arguments[0] + ".log");
        int code = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
        if (code != 0) {
            throw new IllegalStateException("capstan " + arguments[0] + " ended with " + code + ": see " + log);
        }
    }

    private static List<String> capstan(List<String> prefix, String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Capstan.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }
}
