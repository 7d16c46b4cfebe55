package dev.capstan.bridge.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.bridge.PowerReadings;
import dev.capstan.bridge.prometheus.Credentials;
import dev.capstan.bridge.prometheus.PrometheusClient;
import dev.capstan.bridge.prometheus.StubPrometheus;
import dev.capstan.bridge.prometheus.Tls;
import dev.capstan.capping.PowerReading;
import dev.capstan.capping.Quality;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrometheusPowerSourceTest {

    private static final long NOW = TimeUnit.SECONDS.toNanos(1_800_000_000L);
    private static final TelemetrySettings SETTINGS =
            new TelemetrySettings("row", Duration.ofSeconds(60), Duration.ofSeconds(30), 150, 1_000);
    private static final PowerMetrics GAUGE = new PowerMetrics.Dcgm(null, null);
    private static final MeteredService CHAT = new MeteredService("chat", "shop", "chat-[a-z0-9]+", 2, 2, 1);
    private static final MeteredService CODE = new MeteredService("code", "shop", "code-[a-z0-9]+", 1, 1, 2);

    private final List<String> watts = new ArrayList<>();
    private final List<String> ages = new ArrayList<>();
    private UnaryOperator<String> answers =
            query -> StubPrometheus.vector((query.contains("timestamp(") ? ages : watts).toArray(String[]::new));
    private int status = 200;
    private StubPrometheus stub;

    @BeforeEach
    void serve() throws IOException {
        stub = new StubPrometheus((form, exchange) ->
                StubPrometheus.send(exchange, status, answers.apply(form.getOrDefault("query", ""))));
    }

    @AfterEach
    void stop() {
        stub.close();
    }

    @Test
    void addsTheBoardsOfEachServiceAndTheOverheadToTheRoot() throws IOException {
        board("chat-a", "GPU-1", 300, 4);
        board("chat-b", "GPU-2", 410.5, 10);
        board("code-a", "GPU-3", 100.25, 2);
        board("code-a", "GPU-4", 99.75, 2);

        PrometheusPowerSource source = source(GAUGE);
        PowerReadings readings = source.read(List.of(CHAT, CODE), NOW);

        // The oldest board of chat was scraped 10 s ago, and had a value up to 30 s older.
        assertThat(readings.services())
                .containsEntry("chat", PowerReading.fresh(710.5, seconds(40)))
                .containsEntry("code", PowerReading.fresh(200, seconds(32)));
        assertThat(readings.domains()).containsEntry("row", PowerReading.fresh(1_060.5, seconds(40)));
        assertThat(readings.overheadWatts()).isEqualTo(150);
        assertThat(source.remarks()).isEmpty();
        assertThat(source.matched()).isEqualTo("DCGM_FI_DEV_POWER_USAGE by exported_namespace/exported_pod, UUID");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 200})
    void asksTwoQueriesForOneInstantHoweverManyServicesThereAre(int count) throws IOException {
        List<MeteredService> services = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            services.add(new MeteredService("s" + i, "shop", "s" + i + "-[a-z0-9]+", 1, 1, 1));
            board("s" + i + "-a", "GPU-" + i, i + 1, 1);
        }

        PowerReadings readings = source(GAUGE).read(services, NOW);

        assertThat(stub.forms).hasSize(2);
        assertThat(stub.forms).extracting(form -> form.get("time")).containsOnly("1800000000.000");
        // Few pods are asked for by name; of many, Prometheus would spend longer on the expression than on the rows.
        assertThat(stub.forms)
                .allMatch(form -> form.getOrDefault("query", "").contains("exported_pod=~") == (count < 50));
        // 1 + 2 + ... + n, and the overhead.
        assertThat(root(readings).watts()).isEqualTo(count * (count + 1) / 2.0 + 150);
    }

    @Test
    void readsTheLabelsOfAnExporterWhoseLabelsAreHonouredAndTheNewSpellings() throws IOException {
        String labels = "{\"metric\":{\"namespace\":\"shop\",\"pod\":\"%s\",\"uuid\":\"%s\",\"hostname\":\"n1\"},";
        for (String pod : List.of("chat-a", "chat-b")) {
            watts.add(labels.formatted(pod, pod) + "\"value\":[1,\"250\"]}");
            ages.add(labels.formatted(pod, pod) + "\"value\":[1,\"5\"]}");
        }

        PrometheusPowerSource source = source(GAUGE);

        assertThat(source.read(List.of(CHAT), NOW).services())
                .containsEntry("chat", PowerReading.fresh(500, seconds(35)));
        assertThat(source.matched()).isEqualTo("DCGM_FI_DEV_POWER_USAGE by namespace/pod, uuid, hostname");
    }

    @Test
    void aVanishedBoardMakesTheServiceAndTheRootPartial() throws IOException {
        board("chat-a", "GPU-1", 300, 4);

        PrometheusPowerSource source = source(GAUGE);
        PowerReadings readings = source.read(List.of(CHAT), NOW);

        assertThat(chat(readings)).isEqualTo(new PowerReading(300, seconds(34), Quality.PARTIAL));
        assertThat(root(readings).quality()).isEqualTo(Quality.PARTIAL);
        assertThat(source.remarks()).containsExactly("chat: 1 of 2 GPUs answer, so that the sum is too low");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "9223372036854775794", "2147483632", "140737488355329"})
    void aBoardWithoutAValueIsMissingAndNotCounted(String blank) throws IOException {
        board("chat-a", "GPU-1", "300", 4);
        board("chat-b", "GPU-2", blank, 4);

        PrometheusPowerSource source = source(GAUGE);

        assertThat(chat(source.read(List.of(CHAT), NOW)))
                .isEqualTo(new PowerReading(300, seconds(34), Quality.PARTIAL));
        assertThat(source.remarks())
                .containsExactly("chat: 1 of 2 GPUs answer, 1 without a value, so that the sum is too low");
    }

    @ParameterizedTest
    @CsvSource({"808334905, 8.083e+08", "-1, -1.000", "1101, 1101", "+Inf, Infinity"})
    void whatNoBoardCanDrawIsImplausible(String value, String told) throws IOException {
        board("chat-a", "GPU-1", "300", 4);
        board("chat-b", "GPU-2", value, 4);

        PrometheusPowerSource source = source(GAUGE);
        PowerReadings readings = source.read(List.of(CHAT), NOW);

        assertThat(chat(readings).quality()).isEqualTo(Quality.IMPLAUSIBLE);
        assertThat(root(readings).quality()).isEqualTo(Quality.IMPLAUSIBLE);
        assertThat(source.remarks()).containsExactly("chat: GPU-2 says " + told + " W, which no board can draw");
    }

    @Test
    void aTenthAboveTheHighestBoardIsStillPlausible() throws IOException {
        board("chat-a", "GPU-1", 1_100, 4);
        board("chat-b", "GPU-2", 0, 4);

        assertThat(chat(source(GAUGE).read(List.of(CHAT), NOW)).isFresh()).isTrue();
    }

    @Test
    void oneOldBoardMakesTheSumStale() throws IOException {
        board("chat-a", "GPU-1", 300, 4);
        board("chat-b", "GPU-2", 400, 31);

        PrometheusPowerSource source = source(GAUGE);

        assertThat(chat(source.read(List.of(CHAT), NOW))).isEqualTo(new PowerReading(700, seconds(61), Quality.STALE));
        assertThat(source.remarks())
                .containsExactly("chat: the oldest sample was scraped 31 s ago and may be 30 s older; 60 s are allowed"
                        + " together");
    }

    @Test
    void emptyIsAbsentWithAnAgeThatGrowsAndNeverZero() throws IOException {
        board("chat-a", "GPU-1", 300, 4);
        board("chat-b", "GPU-2", 400, 4);
        PrometheusPowerSource source = source(GAUGE);
        source.read(List.of(CHAT), NOW);
        watts.clear();
        ages.clear();

        PowerReading reading = chat(source.read(List.of(CHAT), NOW + seconds(15)));

        assertThat(reading).isEqualTo(new PowerReading(Double.NaN, seconds(49), Quality.ABSENT));
        assertThat(root(source.read(List.of(CHAT), NOW + seconds(30))))
                .isEqualTo(new PowerReading(Double.NaN, seconds(64), Quality.ABSENT));
        assertThat(source.remarks())
                .singleElement()
                .asString()
                .startsWith("chat: there is no series of the pods chat-[a-z0-9]+ in shop; what answered so far is")
                .endsWith("the last value is 64 s old");
    }

    @Test
    void aServiceWithoutPodsIsKnownToDrawNothing() throws IOException {
        MeteredService none = new MeteredService("chat", "shop", "chat-.*", 0, 0, 1);

        PowerReadings readings = source(GAUGE).read(List.of(none), NOW);

        assertThat(chat(readings)).isEqualTo(PowerReading.fresh(0, 0));
        assertThat(root(readings)).isEqualTo(PowerReading.fresh(150, 0));
    }

    @Test
    void aServiceWhosePodsOnlyStartIsAbsentAndTheDomainIsNot() throws IOException {
        board("chat-a", "GPU-1", 300, 4);
        board("chat-b", "GPU-2", 400, 4);
        MeteredService starting = new MeteredService("code", "shop", "code-.*", 0, 2, 1);

        PrometheusPowerSource source = source(GAUGE);
        PowerReadings readings = source.read(List.of(CHAT, starting), NOW);

        assertThat(readings.services()).containsEntry("code", PowerReading.absent());
        assertThat(root(readings)).isEqualTo(PowerReading.fresh(850, seconds(34)));
        assertThat(source.remarks()).isEmpty();
    }

    @Test
    void warningsOfTheServerLowerTheQuality() throws IOException {
        board("chat-a", "GPU-1", 300, 4);
        board("chat-b", "GPU-2", 400, 4);
        UnaryOperator<String> plain = answers;
        answers = query -> plain.apply(query).replace("\"data\"", "\"warnings\":[\"cut short\"],\"data\"");

        PrometheusPowerSource source = source(GAUGE);

        assertThat(chat(source.read(List.of(CHAT), NOW)).quality()).isEqualTo(Quality.PARTIAL);
        assertThat(source.remarks()).anyMatch(remark -> remark.endsWith("cut short"));
    }

    @Test
    void aBoardThatTwoServicesShareIsChargedToBothAndOnceToTheRoot() throws IOException {
        board("chat-a", "GPU-1", 300, 4);
        board("code-a", "GPU-1", 300, 4);
        MeteredService chat = new MeteredService("chat", "shop", "chat-.*", 1, 1, 1);
        MeteredService code = new MeteredService("code", "shop", "code-.*", 1, 1, 1);

        PrometheusPowerSource source = source(GAUGE);
        PowerReadings readings = source.read(List.of(chat, code), NOW);

        assertThat(readings.services().values()).extracting(PowerReading::watts).containsExactly(300.0, 300.0);
        assertThat(root(readings).watts()).isEqualTo(450);
        assertThat(source.remarks())
                .singleElement()
                .asString()
                .startsWith("GPU-1 is charged in full to chat and to code");
    }

    @Test
    void tellsOfAPatternThatMatchesMoreThanTheService() throws IOException {
        board("chat-a", "GPU-1", 300, 4);
        board("chat-b", "GPU-2", 300, 4);
        board("chat-large", "GPU-3", 300, 4);

        PrometheusPowerSource source = source(GAUGE);
        source.read(List.of(CHAT), NOW);

        assertThat(source.remarks())
                .containsExactly("chat: 3 GPUs answer, but its 2 pods can have no more than 2. Maybe chat-[a-z0-9]+"
                        + " matches the pods of another service.");
    }

    @Test
    void aDomainOfNodesGivesTheRootAndWhatBelongsToNoService() throws IOException {
        board("chat-a", "GPU-1", 300, 4);
        board("chat-b", "GPU-2", 400, 4);
        PrometheusPowerSource source = source(new PowerMetrics.Dcgm(null, "gpu-.*"));
        UnaryOperator<String> pods = answers;
        // Beside the two there is an idle board of 70 W, which no pod has.
        String node = "{\"metric\":{\"Hostname\":\"gpu-1\",\"UUID\":\"%s\"},\"value\":[1,\"%s\"]}";
        answers = query -> !query.contains("gpu-.*")
                ? pods.apply(query)
                : query.contains("timestamp(")
                        ? StubPrometheus.vector(
                                node.formatted("GPU-1", 6), node.formatted("GPU-2", 6), node.formatted("GPU-9", 6))
                        : StubPrometheus.vector(
                                node.formatted("GPU-1", 301),
                                node.formatted("GPU-2", 400),
                                node.formatted("GPU-9", 70));

        PowerReadings readings = source.read(List.of(CHAT), NOW);

        assertThat(root(readings)).isEqualTo(PowerReading.fresh(921, seconds(36))); // 301 + 400 + 70 + 150
        assertThat(readings.overheadWatts()).isEqualTo(221); // 921 - 700
        assertThat(stub.forms).hasSize(4);

        // With a service that is not fresh, what belongs to nobody cannot be told: the last figure stays.
        watts.remove(1);
        ages.remove(1);
        assertThat(source.read(List.of(CHAT), NOW).overheadWatts()).isEqualTo(221);
    }

    @Test
    void energyCountersAreRatesOfMillijoulesAndEndedSeriesDoNotCount() throws IOException {
        board("chat-a", "GPU-1", 300, 4);
        board("chat-b", "GPU-2", 400, 4);
        ages.remove(1);

        PrometheusPowerSource source = source(new PowerMetrics.Dcgm(Duration.ofSeconds(30), null));
        PowerReading reading = chat(source.read(List.of(CHAT), NOW));

        assertThat(reading).isEqualTo(new PowerReading(300, seconds(34), Quality.PARTIAL));
        assertThat(stub.forms.get(0).get("query"))
                .contains(
                        "rate(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{exported_namespace=~\"shop\",exported_pod=~\"(?:chat-[a-z0-9]+)\"}[30s])")
                .endsWith("/ 1000");
        assertThat(stub.forms.get(1).get("query"))
                .contains("timestamp(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{exported_namespace=~\"shop\",");
    }

    @Test
    void keplerAddsProcessorsToGpusPodByPod() throws IOException {
        kepler("kepler_pod_gpu_watts", "chat-a", 300, "chat-b", 200);
        PrometheusPowerSource source = source(new PowerMetrics.Kepler(false, Duration.ofMinutes(1), true, null));

        PowerReading reading = chat(source.read(List.of(CHAT), NOW));

        assertThat(reading.watts()).isEqualTo(300 + 40 + 200 + 60.5);
        assertThat(stub.forms).hasSize(4);
        assertThat(reading.isFresh()).isTrue();
        assertThat(source.matched())
                .isEqualTo("kepler_pod_gpu_watts of Kepler from 0.10 on: active power, without what" + " idles");
    }

    @Test
    void keplerWithoutTheProcessorsThatWereAskedForHasNoValue() throws IOException {
        kepler("kepler_pod_gpu_watts", "chat-a", 300, "chat-c", 200);
        PrometheusPowerSource source = source(new PowerMetrics.Kepler(false, Duration.ofMinutes(1), true, null));

        // chat-c has no processor.
        assertThat(chat(source.read(List.of(CHAT), NOW)).quality()).isEqualTo(Quality.PARTIAL);
    }

    @Test
    void anOlderKeplerIsFoundAndAskedFirstFromThenOn() throws IOException {
        kepler("kepler_container_joules_total", "chat-a", 310, "chat-b", 205);
        PrometheusPowerSource source = source(new PowerMetrics.Kepler(false, Duration.ofMinutes(1), true, null));

        assertThat(chat(source.read(List.of(CHAT), NOW)).watts()).isEqualTo(515);
        stub.forms.clear();
        source.read(List.of(CHAT), NOW);
        assertThat(stub.forms)
                .hasSize(2)
                .allMatch(form -> form.getOrDefault("query", "").contains("kepler_container_joules_total"));
    }

    @Test
    void ownQueriesTellEachServiceByItsLabelAndTheRestAsOverhead() throws IOException {
        answers = query -> switch (query) {
            case "site_watts" ->
                StubPrometheus.vector(
                        "{\"metric\":{\"svc\":\"chat\"},\"value\":[1,\"700\"]}",
                        "{\"metric\":{\"svc\":\"fans\"},\"value\":[1,\"80\"]}");
            case "site_count" -> StubPrometheus.vector("{\"metric\":{},\"value\":[1,\"3\"]}");
            default -> StubPrometheus.vector("{\"metric\":{},\"value\":[1,\"12\"]}");
        };
        PrometheusPowerSource source =
                source(new PowerMetrics.Custom("site_watts", "svc", "site_count", "site_age", 4));

        PowerReadings readings = source.read(List.of(CHAT), NOW);

        assertThat(chat(readings)).isEqualTo(PowerReading.fresh(700, seconds(42)));
        assertThat(root(readings)).isEqualTo(new PowerReading(930, seconds(42), Quality.PARTIAL));
        assertThat(source.remarks()).containsExactly("row: 3 of 4 series answer, so that the sum is too low");
    }

    @Test
    void ownQueriesWithoutACountAreHeldAgainstTheMostThatEverAnswered() throws IOException {
        PrometheusPowerSource source = source(new PowerMetrics.Custom("site_watts", "svc", null, null, null));
        watts.add("{\"metric\":{\"svc\":\"chat\"},\"value\":[1,\"700\"]}");
        watts.add("{\"metric\":{\"svc\":\"fans\"},\"value\":[1,\"80\"]}");

        assertThat(root(source.read(List.of(CHAT), NOW))).isEqualTo(PowerReading.fresh(930, seconds(30)));
        watts.remove(1);
        assertThat(root(source.read(List.of(CHAT), NOW)).quality()).isEqualTo(Quality.PARTIAL);
    }

    @Test
    void anAgeThatIsAskedForAndMissingIsOlderThanAny() throws IOException {
        answers = query -> query.equals("site_watts")
                ? StubPrometheus.vector("{\"metric\":{},\"value\":[1,\"700\"]}")
                : StubPrometheus.vector();

        assertThat(root(source(new PowerMetrics.Custom("site_watts", null, null, "site_age", null))
                                .read(List.of(CHAT), NOW))
                        .quality())
                .isEqualTo(Quality.STALE);
    }

    @Test
    void ownQueriesOfSeveralSeriesWithoutALabelAreRefused() {
        watts.add("{\"metric\":{\"a\":\"1\"},\"value\":[1,\"700\"]}");
        watts.add("{\"metric\":{\"a\":\"2\"},\"value\":[1,\"80\"]}");

        assertThatThrownBy(() -> source(new PowerMetrics.Custom("site_watts", null, null, null, null))
                        .read(List.of(CHAT), NOW))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("the query site_watts answers with 2 series");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sum(x) or vector(0)", "sum(x) OR\n vector (0)", "sum(x) or on() vector(0)"})
    void ownQueriesThatAnswerANumberWhereThereIsNothingAreRefused(String query) {
        assertThatThrownBy(() -> new PowerMetrics.Custom(query, null, null, null, null))
                .hasMessageContaining("must not hold 'or vector('");
    }

    @Test
    void noAnswerNamesTheQuery() {
        answers = query -> "<html>Sign in</html>";

        assertThatThrownBy(() -> source(GAUGE).read(List.of(CHAT), NOW))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("the query max by (")
                .hasMessageContaining("Maybe a proxy answers in its place");
    }

    @ParameterizedTest
    @CsvSource({
        "422, '{\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"too many\"}', 'HTTP 422, execution: too many'",
        "503, '{\"status\":\"error\",\"errorType\":\"timeout\",\"error\":\"timed out\"}', 'HTTP 503, timeout: timed out'",
        "502, '<html>Bad Gateway</html>', 'Bad Gateway'"
    })
    void anErrorOfTheServerFailsTheReadingAndLeavesNoRemarksOfTheOneBefore(int status, String body, String told)
            throws IOException {
        board("chat-a", "GPU-1", 300, 4);
        PrometheusPowerSource source = source(GAUGE);
        source.read(List.of(CHAT), NOW);
        assertThat(source.remarks()).isNotEmpty();
        this.status = status;
        answers = query -> body;

        assertThatThrownBy(() -> source.read(List.of(CHAT), NOW))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(told);
        assertThat(source.remarks()).isEmpty();
    }

    @Test
    void whatIsSaidOfALongQueryFitsACondition() {
        List<MeteredService> services = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            services.add(new MeteredService("s" + i, "shop", "s" + i + "-[a-z0-9]+", 1, 1, 1));
        }
        stub.close();

        assertThatThrownBy(() -> source(GAUGE).read(services, NOW))
                .hasMessageContaining("... has no answer: http://localhost")
                .satisfies(e -> assertThat(String.valueOf(e.getMessage())).hasSizeLessThan(500));
    }

    @Test
    void aServerThatIsDownFailsTheReading() {
        PrometheusPowerSource source = source(GAUGE);
        stub.close();

        assertThatThrownBy(() -> source.read(List.of(CHAT), NOW))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not answer");
    }

    @Test
    void aValueThatNeverMovesIsRemarkedOnAndStaysFresh() throws IOException {
        board("chat-a", "GPU-1", 300.125, 4);
        board("chat-b", "GPU-2", 400, 4);
        PrometheusPowerSource source = source(GAUGE);
        source.read(List.of(CHAT), NOW);

        PowerReadings later = source.read(List.of(CHAT), NOW + TimeUnit.MINUTES.toNanos(11));

        assertThat(chat(later).isFresh()).isTrue();
        assertThat(source.remarks())
                .containsExactly("chat: 700.125 W to the last digit for 660 s. Maybe its exporter hangs.");
    }

    @Test
    void aServerWhoseClockIsFarFromOursIsRemarkedOn() throws IOException {
        board("chat-a", "GPU-1", 300, 4);
        board("chat-b", "GPU-2", 400, 4);
        PrometheusClient client = new PrometheusClient(
                stub.client().address(),
                Credentials.none(),
                Duration.ofSeconds(5),
                Map.of(),
                Tls.ofSystem(),
                () -> Instant.EPOCH);
        PrometheusPowerSource source = new PrometheusPowerSource(client, GAUGE, SETTINGS);

        source.read(List.of(CHAT), NOW);

        assertThat(source.remarks())
                .singleElement()
                .asString()
                .contains("the clock of the Prometheus is at least")
                .contains("s ahead of ours");
    }

    @Test
    void thePeakIsAskedForOverTimeWithWhatIsNotMeasured() throws IOException {
        answers = query -> StubPrometheus.vector("{\"metric\":{},\"value\":[1,\"5000\"]}");

        assertThat(source(GAUGE).peakWatts(List.of(CHAT), Duration.ofDays(14), NOW))
                .isCloseTo(5_150, within(1e-9));
        assertThat(stub.forms.get(0).get("query"))
                .startsWith("max_over_time((sum(max by (UUID, uuid) (")
                .contains("exported_pod=~\"(?:chat-[a-z0-9]+)\"")
                .endsWith("[1209600s:60s])");
        answers = query -> StubPrometheus.vector();
        assertThatThrownBy(() -> source(GAUGE).peakWatts(List.of(CHAT), Duration.ofDays(14), NOW))
                .hasMessageContaining("has no power: it answers with 0 series");
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> new TelemetrySettings("row", Duration.ofSeconds(30), Duration.ofSeconds(30), 0, 1_000))
                .hasMessageContaining("maximum age must be above the exporter's interval of 30s, was 30s");
        assertThatThrownBy(() -> new MeteredService("chat", "Shop", ".*", 1, 1, 1))
                .hasMessageContaining("must be a DNS label");
        assertThatThrownBy(() -> new MeteredService("chat", "shop", "(", 1, 1, 1))
                .hasMessageContaining("must be given as a regular expression");
        assertThatThrownBy(() -> new MeteredService("chat", "shop", ".*", 2, 1, 1))
                .hasMessageContaining("ready <= present");
        assertThatThrownBy(() -> new PowerMetrics.Dcgm(Duration.ofMillis(10), null))
                .hasMessageContaining("at least 1s");
        assertThatThrownBy(() -> new PowerMetrics.Dcgm(null, "*")).hasMessageContaining("nodes must be");
    }

    /** GPU watts of two pods, or their joules; processors of chat-a and chat-b beside them. */
    private void kepler(String metric, String pod, double podWatts, String other, double otherWatts) {
        boolean old = metric.endsWith("total");
        String row = "{\"metric\":{\"" + (old ? "container" : "pod") + "_namespace\":\"shop\",\"pod_name\":\"%s\"},"
                + "\"value\":[1,\"%s\"]}";
        answers = query -> {
            boolean age = query.contains("timestamp(");
            if (query.contains("kepler_pod_cpu_watts")) {
                return StubPrometheus.vector(
                        row.formatted("chat-a", age ? 3 : 40), row.formatted("chat-b", age ? 3 : 60.5));
            }
            return query.contains(metric)
                    ? StubPrometheus.vector(
                            row.formatted(pod, age ? 3 : podWatts), row.formatted(other, age ? 3 : otherWatts))
                    : StubPrometheus.vector();
        };
    }

    private void board(String pod, String uuid, double boardWatts, double ageSeconds) {
        board(pod, uuid, Double.toString(boardWatts), ageSeconds);
    }

    private void board(String pod, String uuid, String boardWatts, double ageSeconds) {
        String row = "{\"metric\":{\"exported_namespace\":\"shop\",\"exported_pod\":\"" + pod
                + "\",\"namespace\":\"gpu-operator\",\"pod\":\"dcgm-x\",\"UUID\":\"" + uuid
                + "\"},\"value\":[1,\"%s\"]}";
        watts.add(row.formatted(boardWatts));
        ages.add(row.formatted(ageSeconds));
    }

    private PrometheusPowerSource source(PowerMetrics metrics) {
        return new PrometheusPowerSource(stub.client(), metrics, SETTINGS);
    }

    private static PowerReading chat(PowerReadings readings) {
        return readings.services().getOrDefault("chat", PowerReading.absent());
    }

    private static PowerReading root(PowerReadings readings) {
        return readings.domains().getOrDefault("row", PowerReading.absent());
    }

    private static long seconds(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }
}
