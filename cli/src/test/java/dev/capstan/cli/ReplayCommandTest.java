package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.bridge.CycleRecord;
import dev.capstan.bridge.Mode;
import dev.capstan.bridge.journal.JournalPolicy;
import dev.capstan.bridge.journal.JournalWriter;
import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.CarbonReading;
import dev.capstan.capping.DomainReading;
import dev.capstan.capping.GatewayReading;
import dev.capstan.capping.GuardRails;
import dev.capstan.capping.LatencyReading;
import dev.capstan.capping.Observation;
import dev.capstan.capping.PolicyRegistry;
import dev.capstan.capping.PowerReading;
import dev.capstan.capping.ReplicaCounts;
import dev.capstan.capping.ReplicaPower;
import dev.capstan.capping.ServiceReading;
import dev.capstan.capping.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Journals of the operator on the command line. */
class ReplayCommandTest {

    private static final int STEPS = 240;
    private static final long START_NANOS = 1_790_000_000_000_000_000L;

    @TempDir
    Path folder;

    private Path journal = Path.of("");
    private final CommandRun command = new CommandRun();

    @BeforeEach
    void writeJournal() throws IOException {
        journal = folder.resolve("journal");
        run(PolicyRegistry.build(PolicyRegistry.find("replica-cap"), Map.of(), 1, GuardRails.DEFAULTS));
    }

    /** An hour of a service whose power swings between 1.6 and 4 kW under a cap of 4 kW. */
    private <S extends Record> void run(CappingPolicy<S> policy) throws IOException {
        JournalPolicy journalled = new JournalPolicy(
                "PowerCap default/row", Capstan.version(), "replica-cap", Map.of(), 1, GuardRails.DEFAULTS);
        try (JournalWriter writer = new JournalWriter(journal, 100_000, 10_000_000)) {
            S state = policy.initialState();
            for (int i = 0; i < STEPS; i++) {
                double watts = 2_800 + 1_200 * StrictMath.sin(i / 10.0);
                PowerReading power = PowerReading.fresh(watts, 1_000_000_000L);
                ServiceReading service = new ServiceReading(
                        "chat",
                        "cap",
                        power,
                        new ReplicaCounts(5, 0, 0, 5, 5 + i % 3, 1, 8, false),
                        new ReplicaPower(1000, 100, 1000, 2, 500, 500, 500, Double.NaN, 0, 1),
                        null,
                        null,
                        GatewayReading.NONE,
                        LatencyReading.NONE,
                        0,
                        1,
                        Double.NaN,
                        Double.NaN,
                        Double.NaN,
                        Double.NaN);
                Observation seen = new Observation(
                        START_NANOS + i * 15_000_000_000L,
                        4_000,
                        null,
                        0,
                        List.of(new DomainReading("cap", null, Double.POSITIVE_INFINITY, power)),
                        List.of(service),
                        CarbonReading.UNKNOWN,
                        null,
                        List.of());
                Step<S> step = policy.step(state, seen);
                writer.add(
                        journalled,
                        i + 1,
                        "one",
                        1,
                        new CycleRecord<>(Mode.RECOMMEND, seen, state, step, List.of(), null));
                state = step.state();
            }
        }
    }

    @Test
    void decidesEveryStepAgain() throws IOException {
        assertThat(journal.resolve("powercap.default.row.000002.jsonl")).exists();

        assertThat(command.run("replay", journal.toString())).as(command.err()).isZero();

        assertThat(command.out()).isEqualTo(STEPS + " steps decided again, all the same\n");
        assertThat(command.err()).isEmpty();
    }

    @Test
    void endsWithOneAtTheFirstStepThatComesOutOtherwise() throws IOException {
        Path file = journal.resolve("powercap.default.row.000001.jsonl");
        Files.writeString(file, Files.readString(file).replaceFirst("\"capWatts\":4000.0", "\"capWatts\":2000.0"));

        assertThat(command.run("replay", file.toString())).isEqualTo(ExitCodes.CHECK_FAILED);

        assertThat(command.out()).startsWith(file + ", line 2: step 1: the actions were ");
    }

    @Test
    void saysWhatIsNoJournal() throws IOException {
        Path file = Files.writeString(folder.resolve("other.jsonl"), "{\"a\": 1}\n");

        assertThat(command.run("replay", file.toString())).isEqualTo(ExitCodes.INVALID_INPUT);

        assertThat(command.err()).contains(file + ", line 1: is no journal");
    }

    @Test
    void anExperimentRunsOnThePowerThatWasSeen() throws IOException {
        Path power = folder.resolve("power.csv");
        assertThat(command.run("replay", journal.toString(), "--power", power.toString()))
                .as(command.err())
                .isZero();
        List<String> lines = Files.readAllLines(power);
        assertThat(lines).hasSize(STEPS + 1);
        assertThat(lines.get(0)).isEqualTo("time_seconds,power_watts");
        assertThat(lines.get(1)).isEqualTo("1789999999.000000000,2800.0");
        Path experiment = Files.writeString(folder.resolve("journal.yaml"), """
                name: journal
                mode: power
                duration: 30m
                workload: {trace: power.csv, unserved: curtail}
                cluster: {servers: 1, gpus_per_server: 8}
                services:
                  - {name: chat, model: llama-3.1-8b-h100, replicas: {min: 1, initial: 5, max: 8},
                     autoscaler: {target_utilization: 70 %}}
                cap: {power: 4 kW, contain_within: 60s}
                policies: [none, replica-cap]
                """);

        CommandRun simulate = new CommandRun();
        assertThat(simulate.run(
                        "simulate",
                        experiment.toString(),
                        "--no-report",
                        "--out",
                        folder.resolve("out").toString()))
                .as(simulate.err())
                .isZero();
    }
}
