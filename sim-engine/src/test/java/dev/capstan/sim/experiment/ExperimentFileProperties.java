package dev.capstan.sim.experiment;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ExperimentFileProperties {

    private static final List<String> SECTIONS = List.of(
            "name",
            "mode",
            "warmup",
            "duration",
            "seed",
            "replications",
            "cluster",
            "cluster.domains",
            "workload",
            "workload.trace",
            "workload.generate",
            "workload.generate.disturbance",
            "workload.servegen",
            "workload.format",
            "workload.columns",
            "workload.select",
            "workload.series",
            "services",
            "services[0]",
            "services[0].replicas",
            "services[0].startup",
            "services[0].adjust",
            "services[0].adjust.lag",
            "services[0].autoscaler",
            "services[0].slo",
            "cluster.failures",
            "cap",
            "cap.schedule",
            "cap.events",
            "telemetry",
            "telemetry.outages",
            "telemetry.exporter_restarts",
            "control",
            "carbon",
            "carbon.columns",
            "carbon.seen",
            "price",
            "price.columns",
            "policies",
            "policies[0]",
            "scoring",
            "output",
            "axes",
            "axes.control.interval",
            "pairs",
            "where",
            "design",
            "design.kind",
            "sensitivity",
            "sensitivity.cluster.pue");

    private final ExperimentFolder folder = new ExperimentFolder();

    @Property(tries = 2000)
    void takesOrRefusesAnyText(@ForAll String text) {
        takesOrRefuses(text);
    }

    @Property(tries = 3000)
    void takesOrRefusesAnyTextOfYamlTokens(@ForAll("yaml") String text) {
        takesOrRefuses(text);
    }

    @Property(tries = 3000)
    void takesOrRefusesAnyValueAnywhere(@ForAll("path") String path, @ForAll("value") String value) {
        takesOrRefuses(ExperimentFolder.LEAST, path + "=" + value);
    }

    @Property(tries = 1000)
    void takesOrRefusesAnySet(@ForAll String set) {
        takesOrRefuses(ExperimentFolder.LEAST, set);
    }

    @Example
    void takesOrRefusesHostileText() {
        takesOrRefuses("[".repeat(100_000));
        takesOrRefuses("a: ".repeat(10_000));
        takesOrRefuses("{a: ".repeat(5_000) + "1" + "}".repeat(5_000));
        takesOrRefuses("- ".repeat(20_000));
        takesOrRefuses("seed: " + "9".repeat(100_000));
        takesOrRefuses("seed: 1e999999999");
        takesOrRefuses("a: &a [*a, *a]");
        takesOrRefuses("a: &a {b: *a}\n<<: *a");
        takesOrRefuses("? [a, b]\n: c");
        takesOrRefuses("? {a: b}\n: c");
        takesOrRefuses("name: !!binary aGVsbG8=");
        takesOrRefuses("name: !!java.util.Date 2020-01-01");
        takesOrRefuses("%YAML 9.9\n---\nname: a");
        takesOrRefuses("name: \"\\ud800\"");
        takesOrRefuses("\u0000");
    }

    @Provide
    Arbitrary<String> yaml() {
        return Arbitraries.of(
                        "a",
                        "name",
                        "services",
                        "cap",
                        "power",
                        ": ",
                        ":",
                        "\n",
                        "\n  ",
                        "- ",
                        "[",
                        "]",
                        "{",
                        "}",
                        ",",
                        "&x ",
                        "*x",
                        "<<",
                        "!!int ",
                        "!!binary ",
                        "!t ",
                        "| ",
                        "> ",
                        "'",
                        "\"",
                        "#",
                        " ",
                        "---\n",
                        "...\n",
                        "? ",
                        "%TAG",
                        "@",
                        "`",
                        "\t",
                        "1",
                        "-",
                        ".inf",
                        ".nan",
                        "1e999",
                        "0x7",
                        "~",
                        "5s",
                        "20 kW",
                        "\\")
                .list()
                .ofMaxSize(40)
                .map(tokens -> String.join("", tokens));
    }

    @Provide
    Arbitrary<String> path() {
        return Arbitraries.of(SECTIONS);
    }

    @Provide
    Arbitrary<String> value() {
        return Arbitraries.of(
                "",
                "~",
                "1",
                "-1",
                "0",
                "1e999",
                "-1e999",
                ".inf",
                "-.inf",
                ".nan",
                "0x10",
                "1_000",
                "9".repeat(400),
                "true",
                "a",
                "5s",
                "-5s",
                "1e400s",
                "106751d",
                "20 kW",
                "-20 kW",
                "[]",
                "[1]",
                "[a]",
                "[[]]",
                "[{}]",
                "[~]",
                "{}",
                "{a: 1}",
                "{name: ~}",
                "[{name: a}, {name: a}]",
                "{max: 2147483647}",
                "{servers: 1000000}",
                "[{at: 1s, share: 2}, {at: 1s}]",
                "{trace: \"\\0\"}",
                "{trace: /}",
                "{cap: [1]}",
                "{power: [20 kW, 1 W]}",
                "{from: 1e-400, to: 1e300, steps: 9, scale: log}",
                "{from: -1, to: 1e400, steps: 1000}",
                "{from: 1 mW, to: 1e300 MW, steps: 3, scale: log}",
                "{from: 1, to: 1000000000000000000000, steps: 3}",
                "{from: 5s, to: 60s, steps: 3, scale: log, whole: true}",
                "{from: {}, to: 1}",
                "{from: 5s, to: 60s}",
                "[[a, b]]",
                "[control.interval > 5s, control.hold == never]",
                "{kind: sobol, points: 4}",
                "{kind: latin-hypercube, points: 4}",
                "{a.b: [1]}",
                "{a.b: [1, 2]}",
                "{cluster.pue: band}",
                "bands",
                "band",
                "{\"\": [1]}",
                "{generate: {}}",
                "!!binary aGVsbG8=",
                "2026-11-23");
    }

    private void takesOrRefuses(String yaml, String... sets) {
        assertThatCode(() -> {
                    try {
                        folder.read(yaml, sets);
                    } catch (InvalidExperimentException e) {
                        if (e.issues().isEmpty()) {
                            throw new AssertionError("refused without an issue", e);
                        }
                    }
                })
                .doesNotThrowAnyException();
    }
}
