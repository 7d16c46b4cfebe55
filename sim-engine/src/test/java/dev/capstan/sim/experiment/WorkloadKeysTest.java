package dev.capstan.sim.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.sim.experiment.Workload.Gaps;
import dev.capstan.sim.experiment.Workload.GeneratedRequests;
import dev.capstan.sim.experiment.Workload.PowerDemand;
import dev.capstan.sim.experiment.Workload.PowerFile;
import dev.capstan.sim.experiment.Workload.RequestFile;
import dev.capstan.sim.experiment.Workload.ServeGenRequests;
import dev.capstan.sim.experiment.Workload.Signal;
import dev.capstan.sim.serving.RequestRoute;
import dev.capstan.trace.ArrivalUnit;
import dev.capstan.trace.Disturbance;
import dev.capstan.trace.PowerFormat;
import dev.capstan.trace.RequestFormat;
import dev.capstan.trace.RequestLabel;
import dev.capstan.trace.RequestMapping;
import dev.capstan.trace.RequestReading;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What drives the load: every form of {@code workload}, and {@code routes} that share one. */
class WorkloadKeysTest {

    private static final long SECOND = 1_000_000_000L;

    private final ExperimentFolder folder = new ExperimentFolder();

    @Test
    void readsARecordedTraceOfStatedColumns() {
        assertThat(workload(REQUESTS))
                .isEqualTo(new RequestFile(
                        folder.path("/experiments/requests.csv"),
                        Optional.of(RequestFormat.GENERIC_CSV),
                        new RequestReading(
                                Optional.of(new RequestMapping(
                                        "at",
                                        ArrivalUnit.MILLISECONDS,
                                        "in",
                                        "out",
                                        Map.of(
                                                RequestLabel.MODEL, "a",
                                                RequestLabel.SERVICE, "b",
                                                RequestLabel.PRIORITY, "c",
                                                RequestLabel.SESSION, "d",
                                                RequestLabel.SLO_CLASS, "e"),
                                        Optional.of(new RequestMapping.PrefixColumn("blocks", 512)))),
                                true,
                                true),
                        Map.of(RequestLabel.SERVICE, List.of("chat", "code"), RequestLabel.MODEL, List.of("large")),
                        3 * SECOND,
                        SECOND,
                        2));
    }

    @Test
    void readsPowerOfStatedColumns() {
        Experiment.Service row = folder.read(POWER).base().services().get(0);

        assertThat(row.workload())
                .isEqualTo(new PowerDemand(
                        new PowerFile(
                                folder.path("/experiments/power.csv"),
                                Optional.of(
                                        new PowerFormat.Table("at", "ms", List.of("draw"), "kW", Optional.of("meter"))),
                                List.of("a", "b"),
                                false,
                                Gaps.HOLD),
                        0.5,
                        2000,
                        Workload.Unserved.DEFER));
        assertThat(row.autoscaler().targetPerReplica()).isEqualTo(0.7);
    }

    @Test
    void readsPowerOfWhichSomethingIsStated() {
        assertThat(powerFormat("format: nvidia-smi-csv, time_zone: Europe/Berlin"))
                .contains(new PowerFormat.NvidiaSmi(ZoneId.of("Europe/Berlin")));
        assertThat(powerFormat("format: dcgm-dmon, interval: 250ms")).contains(new PowerFormat.DcgmDmon(SECOND / 4));
        for (String format : List.of("exporter-text", "prometheus-json")) {
            assertThat(powerFormat("format: " + format + ", metric: watts, unit: kW, labels: {zone: package}"))
                    .contains(new PowerFormat.Prometheus("watts", Map.of("zone", "package"), "kW"));
        }
        assertThat(powerFormat("columns: {power: [a, b]}"))
                .contains(new PowerFormat.Table("time_seconds", "s", List.of("a", "b"), "W", Optional.empty()));
        assertThat(powerFormat("series: total")).isEmpty();
    }

    @Test
    void readsAClientSetOfServeGen() {
        assertThat(workload(SERVEGEN))
                .isEqualTo(new ServeGenRequests(
                        folder.path("/experiments/clients"),
                        Optional.of(2.5),
                        Optional.of(folder.path("/experiments/lengths.csv")),
                        3600 * SECOND));
    }

    @Test
    void readsTestSignalsOfRequestsAndOfPower() {
        Workload requests = workload(DISTURBANCE);
        Workload power = workload("""
                mode: power
                duration: 10m
                workload:
                  generate: {disturbance: {shape: step, base: 1 kW, peak: 3 kW, at: 1m}}
                services: [{name: row, model: llama-3.1-8b-h100}]
                cap: {power: 8 kW}
                policies: [none]
                """);

        assertThat(((GeneratedRequests) requests).rates())
                .isEqualTo(new Signal(Disturbance.Shape.SQUARE, 0.5, 4, 60 * SECOND, 30 * SECOND, 2 * SECOND));
        assertThat(((PowerDemand) power).source())
                .isEqualTo(new Signal(Disturbance.Shape.STEP, 1000, 3000, 60 * SECOND, 0, SECOND));
    }

    @Test
    void takesTheRecordedTraceWhereOthersAreGivenToo() {
        assertThat(workload(SERVEGEN, "workload.trace=/experiments/requests.csv"))
                .isInstanceOf(RequestFile.class);
        assertThat(workload(DISTURBANCE, "workload.servegen.folder=/experiments/clients"))
                .isInstanceOf(ServeGenRequests.class);
    }

    @Test
    void readsRoutesWhosePoolsHaveOneStream() {
        Experiment base = folder.read(ROUTES).base();

        assertThat(base.routes())
                .containsExactly(
                        new Experiment.Route(
                                "chat",
                                RequestRoute.Choice.LEAST_OUTSTANDING,
                                List.of(new Experiment.Pool("new", 1), new Experiment.Pool("old", 0.25))),
                        new Experiment.Route(
                                "code", RequestRoute.Choice.WEIGHTED, List.of(new Experiment.Pool("code", 1))));
        List<Workload> workloads =
                base.services().stream().map(Experiment.Service::workload).toList();
        assertThat(workloads.get(0)).isEqualTo(workloads.get(1));
        assertThat(((RequestFile) workloads.get(0)).scale()).isEqualTo(3);
        assertThat(((RequestFile) workloads.get(2)).scale()).isEqualTo(2);
    }

    private Workload workload(String yaml, String... sets) {
        return folder.read(yaml, sets).base().services().get(0).workload();
    }

    private Optional<PowerFormat> powerFormat(String keys) {
        PowerDemand demand = (PowerDemand) workload(
                ExperimentFolder.LEAST, "mode=power", "workload={trace: /experiments/power.csv, " + keys + "}");
        return ((PowerFile) demand.source()).format();
    }

    static final String ROUTES = """
            workload: {trace: requests.csv, scale: 2}
            routes:
              - name: chat
                workload: {trace: requests.csv, scale: 3}
                choice: least-outstanding
                pools: [{service: new}, {service: old, weight: 0.25}]
              - {name: code, pools: [{service: code}]}
            services:
              - {name: new, model: llama-3.1-8b-h100}
              - {name: old, model: llama-3.1-8b-h100}
              - {name: code, model: llama-3.1-8b-h100}
            cap: {power: 8 kW}
            policies: [none]
            """;

    static final String SERVEGEN = """
            duration: 10m
            workload: {servegen: {folder: clients, rate: 2.5, lengths: lengths.csv, from: 1h}}
            services: [{name: chat, model: llama-3.1-8b-h100}]
            cap: {power: 8 kW}
            policies: [none]
            """;

    static final String DISTURBANCE = """
            duration: 10m
            workload:
              generate:
                disturbance: {shape: square, base: 0.5, peak: 4, at: 1m, lasting: 30s, every: 2s}
                lengths: lengths.csv
            services: [{name: chat, model: llama-3.1-8b-h100}]
            cap: {power: 8 kW}
            policies: [none]
            """;

    static final String POWER = """
            mode: power
            workload:
              trace: power.csv
              columns: {time: at, time_unit: ms, power: draw, power_unit: kW, series: meter}
              series: [a, b]
              gaps: hold
              scale: 0.5
              subtract: 2 kW
              unserved: defer
            services: [{name: row, model: llama-3.1-8b-h100, autoscaler: {target_utilization: 70 %}}]
            cluster: {breaker: {rating: 9 kW}}
            cap: {power: 8 kW}
            policies: [none]
            """;

    static final String REQUESTS = """
            workload:
              trace: requests.csv
              from: 1s
              scale: 2
              format: generic-csv
              columns:
                arrival: at
                time_unit: ms
                input: in
                output: out
                model: a
                service: b
                priority: c
                session: d
                slo_class: e
                prefix: blocks
                block_tokens: 512
              sort: true
              skip_failed: true
              select: {service: [chat, code], model: large}
              spread: 3s
            services: [{name: chat, model: llama-3.1-8b-h100}]
            cap: {power: 8 kW}
            policies: [none]
            """;
}
