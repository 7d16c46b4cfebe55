package dev.capstan.bridge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import dev.capstan.bridge.Mode;
import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.PowerCapStatus;
import dev.capstan.capping.PowerReading;
import dev.capstan.testcluster.PrometheusServer;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The rules of alerts by promtool, and every query of the dashboard by a Prometheus that scrapes what the operator shows. */
class MonitoringTest {

    private static final Path RULES = Path.of("../deploy/monitoring/alerts.yaml");
    private static final Path DASHBOARD = Path.of("../deploy/monitoring/grafana-dashboard.json");
    /** The label of the target would take the place of ours, were labels not honored. */
    private static final String CONFIG = """
            global: {scrape_interval: 500ms, scrape_timeout: 500ms}
            scrape_configs:
              - job_name: capstan
                honor_labels: true
                static_configs:
                  - targets: ['localhost:%d']
                    labels: {namespace: monitoring}
            """;

    private final OperatorMetrics metrics = new OperatorMetrics(() -> true);
    private final PlayedSteps played = new PlayedSteps(metrics);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @Test
    void alertsFireAndStaySilent() throws Exception {
        assumeTrue(
                Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                        .anyMatch(bin -> Files.isExecutable(Path.of(bin, "promtool"))),
                "skipped: no promtool");
        Files.copy(RULES, folder.resolve("alerts.yaml"));
        Files.copy(Path.of("src/test/resources/monitoring/alerts-test.yaml"), folder.resolve("alerts-test.yaml"));

        promtool("check", "rules", "alerts.yaml");
        promtool("test", "rules", "alerts-test.yaml");
    }

    private void promtool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    @Test
    void alertsAreAboutMetricsThatThereAre() throws IOException {
        step(PlayedSteps.powerCap("shop", "row"), 0);
        Set<String> samples = new TreeSet<>();
        metrics.scrape().lines().forEach(line -> samples.add(line.replaceAll("[{ ].*", "")));
        Matcher named = Pattern.compile("capstan_[a-z_]+").matcher(Files.readString(RULES));

        assertThat(named.results().map(result -> result.group()).toList())
                .isNotEmpty()
                .isSubsetOf(samples);
    }

    @Test
    void everyQueryOfTheDashboardHasDataAndTheLabelsOfItsLegend() throws Exception {
        assumeTrue(PrometheusServer.isInstalled(), "skipped: no prometheus");
        JsonNode dashboard = JsonMapper.builder().build().readTree(DASHBOARD.toFile());
        List<JsonNode> targets = new ArrayList<>();
        dashboard.path("panels").forEach(panel -> panel.path("targets").forEach(targets::add));
        assertThat(targets).hasSizeGreaterThan(20);

        CapResource row = PlayedSteps.powerCap("shop", "row");
        CapResource site = PlayedSteps.clusterPowerCap("site");
        AtomicInteger scrapes = new AtomicInteger();
        HttpServer operator = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        operator.createContext("/metrics", exchange -> {
            int scrape = scrapes.incrementAndGet();
            step(row, scrape);
            step(site, scrape);
            String vllm = "vllm:generation_tokens_total{namespace=\"shop\"} " + 1000 * scrape + "\n";
            byte[] bytes = (metrics.scrape() + vllm).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        operator.start();
        try (PrometheusServer prometheus = PrometheusServer.start(
                folder, CONFIG.formatted(operator.getAddress().getPort()))) {
            for (JsonNode target : targets) {
                String query = target.path("expr").asText();
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> assertHasData(
                                answer(prometheus, query),
                                query,
                                target.path("legendFormat").asText()));
            }
            for (JsonNode variable : dashboard.path("templating").path("list")) {
                Matcher values = Pattern.compile("label_values\\((.+), (\\w+)\\)")
                        .matcher(variable.path("query").asText());
                if (values.matches()) {
                    String query = values.group(1);
                    assertHasData(answer(prometheus, query), query, "{{" + values.group(2) + "}}");
                }
            }
            // By hand: 4200 W for 8 ready replicas; 200 W over a cap of 4000 W, all the time.
            assertThat(value(answer(prometheus, query(dashboard, "Power per ready replica"))))
                    .isEqualTo(525);
            assertThat(value(answer(prometheus, query(dashboard, "Use of the cap"))))
                    .isEqualTo(1.05);
            assertThat(value(answer(prometheus, query(dashboard, "Time over the cap"))))
                    .isEqualTo(1);
            assertThat(value(answer(prometheus, "capstan_power_watts{namespace=\"\"}")))
                    .isEqualTo(4200);
        } finally {
            operator.stop(0);
        }
    }

    private void step(CapResource cap, int scrape) {
        played.step(
                cap,
                Mode.ENFORCE,
                4000,
                PowerReading.fresh(4200, 2_000_000_000L),
                "over-band",
                List.of(PlayedSteps.asAsked("chat", 6)),
                List.of(PlayedSteps.held("chat", 10, 6, 8)),
                new PowerCapStatus.Carbon(123.5, 60L, "played", 10.0 * scrape),
                Map.of("TelemetryFresh", true),
                300_000_000);
    }

    private static String query(JsonNode dashboard, String title) {
        for (JsonNode panel : dashboard.path("panels")) {
            if (panel.path("title").asText().equals(title)) {
                return panel.at("/targets/0/expr").asText();
            }
        }
        throw new AssertionError("there is no panel " + title);
    }

    private static double value(JsonNode series) {
        return series.path(0).path("value").path(1).asDouble();
    }

    private static void assertHasData(JsonNode series, String query, String legend) {
        assertThat(series)
                .as(query)
                .isNotEmpty()
                .allSatisfy(
                        one -> assertThat(one.path("value").path(1).asText()).isNotEqualTo("NaN"));
        Matcher label = Pattern.compile("\\{\\{(\\w+)}}").matcher(legend);
        while (label.find()) {
            assertThat(series)
                    .as(query + " has label " + label.group(1))
                    .anyMatch(one -> one.path("metric").has(label.group(1)));
        }
    }

    /** The series of a query, with the variables of the dashboard filled in as Grafana does. */
    private static JsonNode answer(PrometheusServer prometheus, String query) throws IOException, InterruptedException {
        String filled = query.replace("$namespace", ".*")
                .replace("$name", ".*")
                .replace("$__rate_interval", "10s")
                .replace("$__interval", "1s")
                .replace("$__range", "10s");
        assertThat(filled).doesNotContain("$");
        URI address = prometheus
                .address()
                .resolve("/api/v1/query?query=" + URLEncoder.encode(filled, StandardCharsets.UTF_8));
        String body = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
                .body();
        JsonNode answer = JsonMapper.builder().build().readTree(body);
        assertThat(answer.path("status").asText()).as(query + ": " + body).isEqualTo("success");
        return answer.path("data").path("result");
    }
}
