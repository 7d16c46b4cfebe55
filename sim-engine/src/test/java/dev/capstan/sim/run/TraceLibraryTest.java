package dev.capstan.sim.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.trace.PowerRecording;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.TraceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceLibraryTest {

    private static final long SECOND = 1_000_000_000L;

    /** Two services, on a grid of 3 s. */
    private static final String LABELLED = """
            arrival_seconds,input_tokens,output_tokens,service
            0,1,10,chat
            0,2,10,code
            3,3,10,chat
            3,4,10,chat
            7.5,5,10,code
            9,6,10,chat
            """;

    /** Two meters of 1 s, the second of which says nothing at 2 s and 3 s. */
    private static final String GAPS = """
            time_seconds,a_watts,b_watts
            0,100,10
            1,200,20
            2,300,N/A
            3,400,
            4,500,50
            5,600,60
            """;

    @TempDir
    Path folder;

    private final TraceLibrary library = new TraceLibrary();

    @Test
    void feedsEachServiceWithTheRequestsThatAreItsOwnAtTheirTimes() throws IOException {
        write("requests.csv", LABELLED);

        RequestTrace chat = requests("workload: {trace: requests.csv, select: {service: chat}}", 1);
        RequestTrace code = requests("workload: {trace: requests.csv, select: {service: code}}", 1);

        assertThat(chat.inputTokens()).containsExactly(1, 3, 4, 6);
        assertThat(chat.arrivalNanos()).containsExactly(0, 3 * SECOND, 3 * SECOND, 9 * SECOND);
        assertThat(code.inputTokens()).containsExactly(2, 5);
        assertThat(code.arrivalNanos()).containsExactly(0, 7_500_000_000L);
        assertThat(chat.origin().path()).startsWith("selected: service=chat, of requests.csv (sha256 ");
    }

    @Test
    void saysWhichLabelsThereAre() throws IOException {
        write("requests.csv", LABELLED);

        assertThatThrownBy(() -> requests("workload: {trace: requests.csv, select: {service: [chat, cod]}}", 1))
                .hasMessage("no request is of service 'cod'. Maybe chat, code.");
        assertThatThrownBy(() -> requests("workload: {trace: requests.csv, select: {model: chat}}", 1))
                .hasMessage("the requests have no label model. Labels here: service. Maybe select by one of them.");
    }

    @Test
    void spreadsRequestsOffTheirGridDifferentlyInEachReplication() throws IOException {
        write("requests.csv", LABELLED);
        String yaml = "workload: {trace: requests.csv, spread: 3s, from: 3s}";

        RequestTrace one = requests(yaml, 1);

        // From 3 s on: two of 3 s and the one of 7.5 s, which stands on no multiple, and that of 9 s.
        assertThat(one.size()).isEqualTo(4);
        assertThat(one.arrivalNanos()[0]).isBetween(1L, 3 * SECOND - 1);
        assertThat(one.arrivalNanos()[1]).isBetween(1L, 3 * SECOND - 1);
        assertThat(one.arrivalNanos()[2]).isEqualTo(4_500_000_000L);
        assertThat(one.arrivalNanos()[3]).isBetween(6 * SECOND + 1, 9 * SECOND - 1);
        assertThat(one.arrivalNanos()).isEqualTo(requests(yaml, 1).arrivalNanos());
        assertThat(one.arrivalNanos()).isNotEqualTo(requests(yaml, 2).arrivalNanos());
        assertThat(one.origin().path()).contains("spread: grid=3s, seed=");
    }

    @Test
    void sortsAndLeavesOutFailuresOfAFileOfStatedColumnsWhenAsked() throws IOException {
        write("log.csv", "done,at,in,out\nx,2000,7,3\nx,1000,5,0\nx,500,6,2\n");
        String yaml = "workload: {trace: log.csv, format: generic-csv,"
                + " columns: {arrival: at, time_unit: ms, input: in, output: out}%s}";

        assertThatThrownBy(() -> requests(String.format(yaml, ""), 1)).isInstanceOf(TraceException.class);
        RequestTrace trace = requests(String.format(yaml, ", sort: true, skip_failed: true"), 1);

        assertThat(trace.inputTokens()).containsExactly(6, 7);
        assertThat(trace.origin().path()).startsWith("sorted by arrival, of without 1 failed requests, of log.csv");
    }

    @Test
    void refusesAFormatThatTheFileDoesNotHave() throws IOException {
        write("requests.csv", LABELLED);

        assertThatThrownBy(() -> requests("workload: {trace: requests.csv, format: burstgpt-csv}", 1))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("requests.csv");
    }

    /** A rate of 0 but for 20 requests/s from 60 s to 90 s: 600 arrivals are expected, five deviations are 122. */
    @Test
    void generatesATestSignal() throws IOException {
        write("lengths.csv", "quantile,input_tokens,output_tokens\n0,10,10\n1,10,10\n");

        RequestTrace trace = requests("""
                duration: 10m
                workload:
                  generate:
                    disturbance: {shape: burst, base: 0, peak: 10, at: 1m, lasting: 30s}
                    lengths: lengths.csv
                  scale: 2
                """, 1);

        assertThat(trace.size()).isBetween(478, 722);
        assertThat(trace.arrivalNanos()[0]).isBetween(60 * SECOND, 90 * SECOND);
        assertThat(trace.spanNanos()).isBetween(60 * SECOND, 90 * SECOND);
    }

    @Test
    void generatesPowerOfATestSignal() throws IOException {
        Load.Power power = power("""
                mode: power
                duration: 4s
                workload: {generate: {disturbance: {shape: step, base: 1 kW, peak: 3 kW, at: 1500ms}}}
                """);

        // Half of the second from 1 s to 2 s is at the peak.
        assertThat(power.trace().watts()).containsExactly(1000, 2000, 3000, 3000);
        assertThat(power.trace().endNanos()).isEqualTo(4 * SECOND);
        assertThat(power.series()).isEmpty();
    }

    @Test
    void notesArrivalsOnAGrid() throws IOException {
        write("lengths.csv", "quantile,input_tokens,output_tokens\n0,10,10\n1,10,10\n");
        write("rates.csv", "offset_seconds,requests_per_second\n0,5\n600,5\n");

        RequestTrace trace = requests("""
                duration: 10m
                workload: {generate: {rate_profile: rates.csv, lengths: lengths.csv, arrival_law: weibull,
                  arrival_cv: 2, arrival_grid: 3s}}
                """, 1);

        assertThat(Arrays.stream(trace.arrivalNanos())).allMatch(nanos -> nanos % (3 * SECOND) == 0);
        assertThat(trace.origin().path()).contains("arrivals=weibull(cv=2.0) clumped on 3s");
    }

    /** Ten clients of 1 request/s: thinned to 3 requests/s three of them stay. */
    @Test
    void thinsAClientSetByClientsAndDrawsOthersInEachReplication() throws IOException {
        for (int client = 0; client < 10; client++) {
            write("set/chunk-" + client + "-trace.csv", "0,1,1,Gamma,1,1\n600,1,1,Gamma,1,1\n");
        }
        write("lengths.csv", "quantile,input_tokens,output_tokens\n0,10,10\n1,10,10\n");
        String yaml = "duration: 15m\nworkload: {servegen: {folder: set, rate: 3, lengths: lengths.csv, from: 5m}}\n";

        RequestTrace one = requests(yaml, 1);

        // 900 s of 3 requests/s; five deviations are 260.
        assertThat(one.size()).isBetween(2440, 2960);
        assertThat(one.origin().path())
                .contains("thinned to 3 of 10 clients: target=3.0 requests/s, reached=3.0 requests/s", "from=5m");
        assertThat(one.arrivalNanos()).isNotEqualTo(requests(yaml, 2).arrivalNanos());
        assertThatThrownBy(() -> requests(yaml.replace("15m", "16m"), 1))
                .hasMessageContaining("the clients cover 0s to 20m, asked for 16m from 5m");
    }

    @Test
    void addsUpTheMetersThatAreNamed() throws IOException {
        write("power.csv", "time_seconds,a_watts,b_watts,c_watts\n0,1,10,100\n1,2,20,200\n");

        assertThat(power(meters("series: total")).trace().watts()).containsExactly(111, 222);
        assertThat(power(meters("series: [a, c]")).trace().watts()).containsExactly(101, 202);
        assertThat(power(meters("series: b")).trace().watts()).containsExactly(10, 20);
        assertThat(power(meters("series: [a, c]")).series()).containsExactly("a", "c");
        assertThatThrownBy(() -> power(meters("scale: 1")))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("has 3 series: a, b, c. Maybe workload.series: total, or name those");
        assertThatThrownBy(() -> power(meters("series: d")))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("has no series 'd' (workload.series). Maybe a, b, c.");
    }

    @Test
    void refusesGapsUnlessTheValueBeforeShallHold() throws IOException {
        write("power.csv", GAPS);

        assertThatThrownBy(() -> power(meters("series: total")))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("total has 1 gap from 2s to 4s (b: sentinel N/A")
                .hasMessageContaining("(workload.gaps: hold)");
        Load.Power held = power(meters("series: total, gaps: hold"));

        // At 2 s and 3 s the 20 W of b hold.
        assertThat(held.trace().watts()).containsExactly(110, 220, 320, 420, 550, 660);
        assertThat(held.held()).hasSize(1);
        PowerRecording.Gap gap = held.held().get(0);
        assertThat(List.of(gap.fromNanos(), gap.toNanos())).containsExactly(2 * SECOND, 4 * SECOND);
        assertThat(power(meters("series: a")).held()).isEmpty();
    }

    @Test
    void takesNoNoticeOfGapsBeyondTheEndOfTheRun() throws IOException {
        write("power.csv", GAPS);

        assertThat(power("duration: 2s\n" + meters("series: total")).held()).isEmpty();
    }

    @Test
    void refusesPowerThatIsShorterThanTheRun() throws IOException {
        write("power.csv", GAPS);

        assertThatThrownBy(() -> power("duration: 7s\n" + meters("series: a")))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("lasts 6s; warmup and duration together ask for 7s. Maybe shorten duration");
    }

    @Test
    void readsPowerOfWhichTheIntervalOrTheUnitIsStated() throws IOException {
        write("dmon.txt", "#Entity   POWER\nID        W\nGPU 0     70\nGPU 0     80\nGPU 0     90\n");
        write("rack.csv", "t,kilowatts\n0,1.5\n500,2\n");

        assertThat(power("mode: power\nworkload: {trace: dmon.txt, format: dcgm-dmon, interval: 2s}\n")
                        .trace()
                        .timeNanos())
                .containsExactly(0, 2 * SECOND, 4 * SECOND);
        assertThat(power("mode: power\nworkload: {trace: rack.csv, columns: {time: t, time_unit: ms,"
                                + " power: kilowatts, power_unit: kW}}\n")
                        .trace()
                        .watts())
                .containsExactly(1500, 2000);
    }

    @Test
    void readsCarbonAndPricesThatDoNotSayWhatTheyAre() throws IOException {
        write("requests.csv", LABELLED);
        write("carbon.csv", "when,lbs\n2024-06-01T02:00:00,100\n");
        write("price.csv", "when,price\n2024-06-01T00:00:00Z,-5\n");

        Grid grid = library.grid(experiment("""
                workload: {trace: requests.csv}
                carbon:
                  trace: carbon.csv
                  signal: marginal
                  scope: direct
                  columns: {time: when, time_zone: Europe/Berlin, value: lbs, unit: lbs/MWh, zone: X}
                price: {trace: price.csv, columns: {time: when, value: price, currency: EUR, zone: DE-LU}}
                """));

        // 100 lbs/MWh are 45.359237 kg/MWh, and as many g/kWh.
        assertThat(grid.carbon().orElseThrow().gramsPerKilowattHour()[0]).isCloseTo(45.359237, within(1e-9));
        assertThat(grid.carbon().orElseThrow().start()).isEqualTo("2024-06-01T00:00:00Z");
        assertThat(grid.price().orElseThrow().perMegawattHour()).containsExactly(-5);
    }

    @Test
    void readsTheForecastThatNesoPublishedBesideTheActualValues() throws IOException {
        write("requests.csv", LABELLED);
        write("carbon.json", """
                {"data": [{"from": "2024-06-01T00:00Z", "to": "2024-06-01T00:30Z",
                           "intensity": {"forecast": 90, "actual": 80, "index": "low"}}]}
                """);
        String carbon =
                "workload: {trace: requests.csv}\ncarbon: {trace: carbon.json, scope: direct, seen: {forecast: ";

        Grid published = library.grid(experiment(carbon + "published}}\n"));
        assertThat(published.carbon().orElseThrow().gramsPerKilowattHour()).containsExactly(80);
        assertThat(published.carbonForecast().orElseThrow().gramsPerKilowattHour())
                .containsExactly(90);
        assertThat(library.grid(experiment(carbon + "perfect}}\n")).carbonForecast())
                .isEmpty();
    }

    @Test
    void refusesCarbonOfTheOtherSignal() throws IOException {
        write("requests.csv", LABELLED);
        write("carbon.csv", """
                # zone: GB
                # signal: marginal
                # scope: direct
                time_utc,carbon_grams_per_kilowatt_hour
                2024-06-21T00:00:00Z,164.2
                """);
        Experiment experiment =
                experiment("workload: {trace: requests.csv}\ncarbon: {trace: carbon.csv, scope: direct}\n");

        assertThatThrownBy(() -> library.grid(experiment))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("signal is 'marginal' but average was asked for");
    }

    private static String meters(String keys) {
        return "mode: power\nworkload: {trace: power.csv, " + keys + "}\n";
    }

    private RequestTrace requests(String yaml, long seed) throws IOException {
        Experiment experiment = experiment(yaml);
        return ((Load.Requests) library.load(experiment, experiment.services().get(0), seed)).trace();
    }

    private Load.Power power(String yaml) throws IOException {
        Experiment experiment = experiment(yaml);
        return (Load.Power) library.load(experiment, experiment.services().get(0), 1);
    }

    private Experiment experiment(String yaml) throws IOException {
        Path file = write("try.yaml", yaml + "\n" + """
                services: [{name: chat, model: llama-3.1-8b-h100}]
                cap: {power: 8 kW}
                policies: [none]
                """);
        return ExperimentFile.read(file, List.of()).base();
    }

    private Path write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    /** A hundred million requests are 1.6 GB; beyond 2 GiB weights, which are whole numbers of 32 bits, can tell no more. */
    @Test
    void weighsLoadsOfAnyLength() {
        assertThat(TraceLibrary.weight(100_000_000)).isEqualTo(1_600_002_048);
        assertThat(TraceLibrary.weight(200_000_000)).isEqualTo(Integer.MAX_VALUE);
        assertThat(TraceLibrary.weight(Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
    }
}
