package dev.capstan.sim.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.capstan.capping.PowerBudget;
import dev.capstan.sim.cluster.StartupPhase;
import dev.capstan.sim.experiment.Experiment.CapChange;
import dev.capstan.sim.experiment.Experiment.CapEvent;
import dev.capstan.sim.experiment.Experiment.Domain;
import dev.capstan.sim.experiment.Experiment.Outage;
import dev.capstan.sim.experiment.Workload.GeneratedRequests;
import dev.capstan.sim.experiment.Workload.RateFile;
import dev.capstan.sim.experiment.Workload.RequestFile;
import dev.capstan.sim.serving.Basis;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ModelProfile.Response;
import dev.capstan.sim.serving.ModelProfiles;
import dev.capstan.trace.ArrivalLaw;
import dev.capstan.trace.Bursts;
import dev.capstan.trace.CarbonFormat;
import dev.capstan.trace.CarbonTrace;
import dev.capstan.trace.PriceTraces;
import dev.capstan.trace.RequestReading;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExperimentFileTest {

    private static final long SECOND = 1_000_000_000L;

    private final ExperimentFolder folder = new ExperimentFolder();

    @Test
    void readsEveryKey() {
        ExperimentFile file = folder.read(FULL);
        Experiment base = file.base();

        assertThat(base.name()).isEqualTo("full");
        assertThat(base.question()).isEqualTo("Does it read?");
        assertThat(base.mode()).isEqualTo(Experiment.Mode.REQUESTS);
        assertThat(base.warmupNanos()).isEqualTo(60 * SECOND);
        assertThat(base.durationNanos()).isEqualTo(600 * SECOND);
        assertThat(base.seed()).isEqualTo(7);
        assertThat(base.replications()).isEqualTo(3);
        assertThat(base.cluster())
                .isEqualTo(new Experiment.Cluster(
                        4,
                        1000,
                        1.25,
                        60,
                        0.04,
                        1.1,
                        List.of(
                                new Domain("row", -1, 1, Double.POSITIVE_INFINITY, 26_000, 600, 900 * SECOND),
                                new Domain(
                                        "rack",
                                        0,
                                        2,
                                        9000,
                                        Double.POSITIVE_INFINITY,
                                        Double.POSITIVE_INFINITY,
                                        1800 * SECOND)),
                        new Experiment.Failing(
                                new Experiment.Failures(
                                        List.of(new Experiment.Failure(60 * SECOND, 120 * SECOND, 1, 2)),
                                        360_000,
                                        1800 * SECOND),
                                new Experiment.Failures(
                                        List.of(new Experiment.Failure(300 * SECOND, 3600 * SECOND, 0, 3)),
                                        3_600_000,
                                        2700 * SECOND),
                                60 * SECOND)));
        assertThat(base.cap())
                .isEqualTo(new Experiment.Cap(
                        // 75 % of 8 kW is 6 kW.
                        8000,
                        List.of(new CapChange(120 * SECOND, 6000), new CapChange(300 * SECOND, 7000)),
                        List.of(
                                new CapEvent(180 * SECOND, 60 * SECOND, 0, 4000, 0),
                                new CapEvent(61_200 * SECOND, 7200 * SECOND, 86_400 * SECOND, 5000, 600 * SECOND)),
                        true,
                        120 * SECOND,
                        30 * SECOND));
        assertThat(base.budgets())
                .containsExactly(
                        new PowerBudget("team", 6000, List.of("chat"), Map.of("chat", 2500.0)),
                        new PowerBudget("contract", 7000, List.of("chat"), Map.of()));
        assertThat(base.telemetry())
                .isEqualTo(new Experiment.Telemetry(
                        Experiment.Source.POWER_GAUGE,
                        SECOND,
                        2 * SECOND,
                        30 * SECOND,
                        List.of(new Outage(100 * SECOND, 20 * SECOND)),
                        new Experiment.SensorFaults(0.05, 0.02, 0.1, 0.01, List.of(50 * SECOND))));
        assertThat(base.control())
                .isEqualTo(new Experiment.Control(
                        5 * SECOND,
                        SECOND / 4,
                        SECOND / 10,
                        40 * SECOND,
                        5 * SECOND,
                        0.02,
                        9 * SECOND,
                        45 * SECOND,
                        200,
                        20 * SECOND,
                        new Experiment.Gateways(SECOND / 50, SECOND / 25, SECOND / 20, 0.03)));
        assertThat(base.carbon())
                .contains(new Experiment.Carbon(
                        folder.path("/experiments/carbon.csv"),
                        CarbonTrace.Signal.MARGINAL,
                        CarbonTrace.Scope.DIRECT,
                        Optional.of(new CarbonFormat.Table(
                                "at",
                                Optional.of(ZoneId.of("Europe/Berlin")),
                                "intensity",
                                "kg/MWh",
                                "DE",
                                CarbonTrace.Signal.MARGINAL,
                                CarbonTrace.Scope.DIRECT)),
                        3600 * SECOND,
                        2500,
                        new Experiment.CarbonSource(
                                Experiment.Forecast.PERSISTENCE, 43_200 * SECOND, 1800 * SECOND, 300 * SECOND)));
        assertThat(base.price())
                .contains(new Experiment.Price(
                        folder.path("/experiments/prices.csv"),
                        Optional.of(new PriceTraces.Columns("at", "price", "EUR", "DE-LU")),
                        7200 * SECOND));
        assertThat(base.scoring()).isEqualTo(new Experiment.Scoring(8 * SECOND, 3 * SECOND, Optional.empty()));
        assertThat(base.output()).isEqualTo(new Experiment.Output(Experiment.Detail.ALL, 10 * SECOND, 100));
        assertThat(file.axes()).extracting(Axis::path).containsExactly("control.interval", "cap.power");
        assertThat(file.axes().get(0).texts()).containsExactly("5s", "10s");
    }

    /** 60 % of 8 kW, half of that later, and a breaker of 110 %. */
    @Test
    void takesSharesOfTheCap() {
        Experiment base = folder.read(
                        ExperimentFolder.LEAST,
                        "cap={power: 8 kW, share: 60 %, schedule: [{at: 1m, share: 50 %}]}",
                        "cluster.breaker.share=110 %")
                .base();

        assertThat(base.cap().watts()).isEqualTo(4800);
        assertThat(base.cap().changes()).containsExactly(new Experiment.CapChange(60 * SECOND, 2400));
        assertThat(base.cluster().domains().get(0).breakerRatingWatts()).isCloseTo(5280, within(1e-9));
    }

    @Test
    void setsTogetherWhatANameOfAnAxisStandsFor() {
        ExperimentFile file = folder.read(
                ExperimentFolder.LEAST,
                "axes.load={calm: {}, busy: {control.interval: 7s, cap.power: 9 kW}}",
                "axes.cap.share=[50 %, 100 %]");

        assertThat(file.axes().get(0).texts()).containsExactly("calm", "busy");
        Experiment calm = file.at(List.of(
                file.axes().get(0).values().get(0), file.axes().get(1).values().get(0)));
        Experiment busy = file.at(List.of(
                file.axes().get(0).values().get(1), file.axes().get(1).values().get(0)));
        assertThat(calm.control().intervalNanos())
                .isEqualTo(file.base().control().intervalNanos());
        assertThat(calm.cap().watts()).isEqualTo(0.5 * file.base().cap().watts());
        assertThat(busy.control().intervalNanos()).isEqualTo(7 * SECOND);
        assertThat(busy.cap().watts()).isEqualTo(4500);
    }

    @ParameterizedTest
    @CsvSource({"kepler, ENERGY_COUNTER, 5", "dcgm, POWER_GAUGE, 30"})
    void anExporterOfTheFieldBringsItsDefaults(String exporter, Experiment.Source source, int intervalSeconds) {
        Experiment.Telemetry telemetry = folder.read(ExperimentFolder.LEAST, "telemetry.exporter=" + exporter)
                .base()
                .telemetry();

        assertThat(telemetry.source()).isEqualTo(source);
        assertThat(telemetry.exporterIntervalNanos()).isEqualTo(intervalSeconds * SECOND);
    }

    @Test
    void readsEveryKeyOfAService() {
        Experiment.Service chat = folder.read(FULL).base().services().get(0);

        assertThat(chat.workload())
                .isEqualTo(new GeneratedRequests(
                        new RateFile(folder.path("/experiments/rates.csv"), 60 * SECOND),
                        folder.path("/experiments/lengths.csv"),
                        0.5,
                        ArrivalLaw.weibull(1.5).clumped(3 * SECOND),
                        Optional.of(new Bursts(100 * SECOND, 10 * SECOND, 3))));
        assertThat(chat.model().name()).isEqualTo("llama-3.1-8b-h100");
        assertThat(chat.model().maxSequences()).isEqualTo(64);
        assertThat(chat.model().tokenBudget()).isEqualTo(4096);
        assertThat(chat.lockedMegahertz()).isEqualTo(1590);
        assertThat(chat.priority()).isEqualTo(2);
        assertThat(chat.weight()).isEqualTo(1.5);
        assertThat(List.of(chat.minReplicas(), chat.initialReplicas(), chat.maxReplicas()))
                .containsExactly(1, 2, 4);
        assertThat(chat.startup()).containsExactly(new StartupPhase("load", 20 * SECOND, 300));
        assertThat(chat.imagePullNanos()).isEqualTo(300 * SECOND);
        assertThat(chat.startupJitter()).isEqualTo(0.2);
        assertThat(chat.graceNanos()).isEqualTo(15 * SECOND);
        assertThat(chat.autoscaler())
                .isEqualTo(new Experiment.Autoscaler(false, 16, 10 * SECOND, 120 * SECOND, 20 * SECOND, 240 * SECOND));
        assertThat(chat.ttftSloSeconds()).isEqualTo(1);
        assertThat(chat.tpotSloSeconds()).isEqualTo(0.1);
    }

    @Test
    void adjustsTheProfileOfAService() {
        ModelProfile plain = ModelProfiles.find("llama-3.1-8b-h100").orElseThrow();

        ModelProfile model = folder.read(FULL).base().services().get(0).model();

        Basis basis = model.response().basis();
        assertThat(model.response()).isEqualTo(new Response(0.1, 0.8, 1, 1.5, 0.8, 0.7, 250, basis));
        assertThat(basis.status()).isEqualTo(Basis.Status.ADJUSTED);
        assertThat(model.idleGpuWatts()).isEqualTo(110);
        assertThat(model.decodeStepNanos(64)).isCloseTo(1.025 * plain.decodeStepNanos(64), within(1e-3));
        assertThat(model.decodeWatts(64)).isCloseTo(0.98 * plain.decodeWatts(64), within(1e-9));
    }

    @Test
    void writesDownTheFiguresOfTheProfileWhereNothingIsAdjusted() {
        JsonNode adjust = folder.read(ExperimentFolder.LEAST).resolved().at("/services/0/adjust");

        assertThat(adjust.toString())
                .isEqualTo("{\"kappa_decode_from\":0.05,\"kappa_decode_to\":0.9,\"kappa_prefill\":0.9,\"gamma\":2.0,"
                        + "\"gamma_below_knee\":1.0,\"knee\":0.75,\"lag\":\"500ms\",\"idle_gpu\":\"120 W\","
                        + "\"step_time\":1.0,\"power\":1.0}");
    }

    @Test
    void readsPoliciesWithTheirLabelsAndFillsInTheirParameters() {
        List<Experiment.Policy> policies = folder.read(FULL).base().policies();

        assertThat(policies).extracting(Experiment.Policy::label).containsExactly("none", "lending");
        assertThat(policies.get(1).name()).isEqualTo("replica-cap");
        assertThat(policies.get(1).parameters()).contains(entry("theta", 0.75), entry("raise_steps", 3.0));
    }

    @Test
    void writesDownEveryDefaultSoThatTheResolvedExperimentReadsTheSame() throws IOException {
        ExperimentFile least = folder.read(ExperimentFolder.LEAST);

        ExperimentFile again = folder.read(least.resolved().toString());

        assertThat(again.base()).isEqualTo(least.base());
        assertThat(again.resolved()).isEqualTo(least.resolved());
    }

    @Test
    void callsAnExperimentByItsFileWhereItHasNoName() {
        assertThat(folder.read(ExperimentFolder.LEAST).base().name()).isEqualTo("try");
    }

    @Test
    void agesReadingsByTheirTimersUnlessToldOtherwise() {
        // 5 s of the exporter and three scrapes of 15 s, the defaults.
        assertThat(folder.read(ExperimentFolder.LEAST).base().control().maxReadingAgeNanos())
                .isEqualTo(50 * SECOND);
    }

    @Test
    void setsValuesListItemsAxesAndDefaults() {
        ExperimentFile file = folder.read(
                FULL,
                "cap.power=9 kW",
                "services[0].replicas.max=3",
                "policies[1].parameters.theta=0.5",
                "control.interval=",
                "axes.cap.power=[6 kW, 7 kW]");

        assertThat(file.base().cap().watts()).isEqualTo(9000);
        assertThat(file.base().services().get(0).maxReplicas()).isEqualTo(3);
        assertThat(file.base().policies().get(1).parameters()).contains(entry("theta", 0.5));
        assertThat(file.base().control().intervalNanos()).isEqualTo(10 * SECOND);
        assertThat(file.axes().get(1).texts()).containsExactly("6 kW", "7 kW");
    }

    @Test
    void takesPathsInTheFileFromItsFolderAndSetPathsFromTheWorkingDirectory() {
        Path trace = folder.write(
                ExperimentFolder.WORKING_DIRECTORY + "/other.csv",
                "arrival_seconds,input_tokens,output_tokens\n0,1,1\n");

        for (String set : List.of("workload.trace=other.csv", "workload={trace: other.csv}")) {
            RequestFile workload = (RequestFile) folder.read(ExperimentFolder.LEAST, set)
                    .base()
                    .services()
                    .get(0)
                    .workload();
            assertThat(workload.file().toAbsolutePath())
                    .isEqualTo(trace.toAbsolutePath().normalize());
        }
    }

    @Test
    void takesAPathInAnAxisFromTheFolderOfTheFileEvenWhereTheBaseIsSet() {
        folder.write(
                ExperimentFolder.WORKING_DIRECTORY + "/other.csv",
                "arrival_seconds,input_tokens,output_tokens\n0,1,1\n");
        ExperimentFile file = folder.read(
                ExperimentFolder.LEAST + "axes: {workload.trace: [requests.csv]}\n", "workload.trace=other.csv");

        List<JsonNode> point = List.of(file.axes().get(0).values().get(0));

        assertThat(file.at(point).services().get(0).workload())
                .isEqualTo(new RequestFile(
                        folder.path("/experiments/requests.csv"),
                        Optional.empty(),
                        RequestReading.STRICT,
                        Map.of(),
                        0,
                        0,
                        1));
    }

    @Test
    void changesOnlyWhatAPointNames() {
        ExperimentFile file = folder.read(FULL);
        List<JsonNode> point = file.axes().stream()
                .map(axis -> axis.values().get(axis.values().size() - 1))
                .toList();

        Experiment at = file.at(point);

        assertThat(at.control().intervalNanos()).isEqualTo(10 * SECOND);
        assertThat(at.cap().watts()).isEqualTo(7000);
        assertThat(at.services()).isEqualTo(file.base().services());
    }

    static final String FULL = """
            name: full
            question: Does it read?
            mode: requests
            warmup: 1m
            duration: 10m
            seed: 7
            replications: 3
            cluster:
              gpus_per_server: 4
              server_base: 1 kW
              wall_watts_per_gpu_watt: 1.25
              unallocated_gpu: 60 W
              board_spread: 4 %
              pue: 1.1
              domains:
                - {name: row, servers: 1, breaker: {rating: 26 kW, cooling: 10m, reset_after: 15m}}
                - {name: rack, parent: row, servers: 2, limit: 9 kW}
              failures: [{at: 1m, lasting: 2m, domain: rack, servers: 2}, {at: 5m, gpus: 3}]
              server_mtbf: 100h
              server_repair: 30m
              gpu_mtbf: 1000h
              gpu_repair: 45m
              eviction_delay: 1m
            services:
              - name: chat
                workload:
                  generate:
                    rate_profile: rates.csv
                    lengths: lengths.csv
                    from: 1m
                    arrival_law: weibull
                    arrival_cv: 1.5
                    arrival_grid: 3s
                    bursts: {every: 100s, lasting: 10s, factor: 3}
                  scale: 0.5
                model: llama-3.1-8b-h100
                max_sequences: 64
                token_budget: 4096
                max_model_len: 32768
                prefix_caching: false
                routing: least-outstanding
                request_timeout: 5m
                client_patience: 30s
                locked_clock: 1590
                image_pull: 5m
                priority: 2
                weight: 1.5
                replicas: {min: 1, initial: 2, max: 4}
                startup:
                  - {name: load, time: 20s, gpu_power: 250 W}
                startup_jitter: 20 %
                adjust:
                  kappa_decode_from: 0.1
                  kappa_decode_to: 0.8
                  kappa_prefill: 1
                  gamma: 1.5
                  gamma_below_knee: 0.8
                  knee: 0.7
                  lag: 250ms
                  idle_gpu: 110 W
                  step_time: 1.025
                  power: 0.98
                  startup_gpu: 300 W
                grace: 15s
                autoscaler:
                  enabled: false
                  target_requests_per_replica: 16
                  hpa_sync: 10s
                  scale_down_stabilization: 2m
                  keda_polling: 20s
                  keda_cooldown: 4m
                slo: {ttft: 1s, tpot: 100ms}
            cap:
              power: 8 kW
              schedule:
                - {at: 2m, share: 75 %}
                - {at: 5m, power: 7 kW}
              events:
                - {at: 3m, lasting: 1m, share: 50 %}
                - {at: 17h, lasting: 2h, power: 5 kW, every: 1d, notice: 10m}
              carbon: true
              lead: 2m
              contain_within: 30s
            budgets:
              - {name: team, power: 6 kW, services: [chat], reserved: {chat: 2.5 kW}}
              - {name: contract, power: 7 kW, services: chat}
            telemetry:
              source: power-gauge
              exporter_interval: 1s
              scrape_interval: 2s
              rate_window: 30s
              outages: [{from: 100s, lasting: 20s}]
              board_gain: 5 %
              gauge_noise: 2 %
              silent_boards: 10 %
              failed_scrapes: 1 %
              exporter_restarts: [{at: 50s}]
            control:
              interval: 5s
              api_latency: 250ms
              gpu_limit_latency: 100ms
              clock_latency: 40s
              brake_latency: 5s
              silent_failures: 2 %
              concurrency_latency: 20ms
              admission_latency: 40ms
              routing_latency: 50ms
              ramp_per_second: 200 W
              stagger: 20s
              gateway_failures: 3 %
              max_reading_age: 9s
              hold: 45s
            carbon:
              trace: carbon.csv
              signal: marginal
              scope: direct
              from: 1h
              columns: {time: at, time_zone: Europe/Berlin, value: intensity, unit: kg/MWh, zone: DE}
              budget: 2.5 kg/h
              seen: {forecast: persistence, horizon: 12h, every: 30m, delay: 5m}
            price: {trace: prices.csv, from: 2h, columns: {time: at, value: price, currency: EUR, zone: DE-LU}}
            policies:
              - none
              - {name: replica-cap, label: lending, parameters: {theta: 0.75}}
            scoring: {bridge: 8s, ignore: 3s}
            output: {detail: all, timeline_step: 10s, requests: 100}
            axes:
              control.interval: [5s, 10s]
              cap.power: [8 kW, 7 kW]
            """;
}
