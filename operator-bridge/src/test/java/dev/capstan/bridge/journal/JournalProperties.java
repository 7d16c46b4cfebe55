package dev.capstan.bridge.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.bridge.Applied;
import dev.capstan.bridge.CycleRecord;
import dev.capstan.bridge.Mode;
import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.CarbonReading;
import dev.capstan.capping.DomainReading;
import dev.capstan.capping.GatewayReading;
import dev.capstan.capping.GuardRails;
import dev.capstan.capping.LatencyReading;
import dev.capstan.capping.Observation;
import dev.capstan.capping.PolicyFactory;
import dev.capstan.capping.PolicyRegistry;
import dev.capstan.capping.PowerReading;
import dev.capstan.capping.Quality;
import dev.capstan.capping.ReplicaCounts;
import dev.capstan.capping.ReplicaPower;
import dev.capstan.capping.ServiceAction;
import dev.capstan.capping.ServiceReading;
import dev.capstan.capping.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;
import org.jspecify.annotations.Nullable;

/** Whatever a policy saw and did, a journal gives it back, and deciding it again gives the same. */
class JournalProperties {

    private static final int STEPS = 12;
    private static final String VERSION = "0.1.0";

    /** For some steps, and not for all of them. */
    private static final long ROOM = 12_000;

    private Path folder = Path.of("");

    @BeforeTry
    void makeFolder() throws IOException {
        folder = Files.createTempDirectory("journal");
    }

    @AfterTry
    void removeFolder() throws IOException {
        for (Path file : files()) {
            Files.delete(file);
        }
        Files.delete(folder);
    }

    @Provide
    Arbitrary<PolicyFactory> policies() {
        return Arbitraries.of(PolicyRegistry.all());
    }

    @Property(tries = 150)
    void everyPolicyDecidesTheSameAgain(@ForAll("policies") PolicyFactory policy, @ForAll long seed) throws Exception {
        journal(policy, seed, 1 << 20, 1 << 20);

        JournalReplay.Result result = JournalReplay.of(List.of(folder), VERSION);

        assertThat(result.difference()).isNull();
        assertThat(result.notes()).isEmpty();
        assertThat(result.steps()).isEqualTo(STEPS);
    }

    @Property(tries = 50)
    void filesFollowOneAnotherAndTheOldestGo(@ForAll("policies") PolicyFactory policy, @ForAll long seed)
            throws Exception {
        journal(policy, seed, 1, ROOM);

        List<Path> files = files();
        assertThat(files).hasSizeBetween(2, STEPS - 1);
        assertThat(files.get(files.size() - 1)).hasFileName("powercap.default.row.0000" + STEPS + ".jsonl");
        assertThat(bytes(files)).isLessThanOrEqualTo(ROOM);
        assertThat(bytes(files)).as("no more than has to").isGreaterThan(ROOM / 2);
        JournalReplay.Result result = JournalReplay.of(List.of(folder), VERSION);
        assertThat(result.difference()).isNull();
        assertThat(result.steps()).isEqualTo(files.size());
    }

    @Property(tries = 20)
    void theOldestFilesGoWhicheverCapTheyAreOf(@ForAll long seed) throws Exception {
        journal("PowerCap default/old", PolicyRegistry.find("static-floor"), seed, 1, 1 << 20);
        Path other = Files.writeString(folder.resolve("notes.jsonl"), "not ours");
        long old = bytes(files());

        journal("PowerCap default/row", PolicyRegistry.find("static-floor"), seed, 1, old);

        assertThat(files())
                .contains(other)
                .filteredOn(file -> file.toString().contains(".row."))
                .hasSize(STEPS);
        assertThat(bytes(files())).isLessThanOrEqualTo(old + Files.size(other));
    }

    @Property(tries = 20)
    void manyCapsShareTheRoom(@ForAll long seed) throws Exception {
        for (int i = 0; i < 6; i++) {
            journal("PowerCap default/c" + i, PolicyRegistry.find("static-floor"), seed, 1 << 20, 1 << 20);
        }
        long all = bytes(files());
        for (Path file : files()) {
            Files.delete(file);
        }
        try (JournalWriter writer = new JournalWriter(folder, 1 << 20, all / 3)) {
            for (int i = 0; i < 6; i++) {
                add(writer, "PowerCap default/c" + i, PolicyRegistry.find("static-floor"), seed);
            }
        }

        assertThat(bytes(files())).isLessThanOrEqualTo(all / 3);
        assertThat(JournalReplay.of(List.of(folder), VERSION).difference()).isNull();
    }

    private static long bytes(List<Path> files) throws IOException {
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    @Property(tries = 30)
    void aLineThatWasCutShortIsLeftOut(@ForAll long seed) throws Exception {
        journal(PolicyRegistry.find("replica-cap"), seed, 1 << 20, 1 << 20);
        Path file = files().get(0);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 10));

        JournalReplay.Result result = JournalReplay.of(List.of(file), VERSION);

        assertThat(result.steps()).isEqualTo(STEPS - 1);
        assertThat(result.notes())
                .singleElement()
                .asString()
                .endsWith("line " + (STEPS + 1) + ": was cut short and is left out");
    }

    @Property(tries = 30)
    void aDecisionThatWasAnotherOneIsFound(@ForAll long seed) throws Exception {
        journal(PolicyRegistry.find("static-floor"), seed, 1 << 20, 1 << 20);
        Path file = files().get(0);
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        lines.set(3, lines.get(3).replaceFirst("\"code\":\"[a-z-]+\"", "\"code\":\"made-up\""));
        Files.write(file, lines);

        assertThat(JournalReplay.of(List.of(file), VERSION).difference())
                .contains("line 4: step 3: the code was made-up, is ");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.sorted().toList();
        }
    }

    private void journal(PolicyFactory policy, long seed, long fileBytes, long totalBytes) throws IOException {
        journal("PowerCap default/row", policy, seed, fileBytes, totalBytes);
    }

    private void journal(String cap, PolicyFactory policy, long seed, long fileBytes, long totalBytes)
            throws IOException {
        try (JournalWriter writer = new JournalWriter(folder, fileBytes, totalBytes)) {
            add(writer, cap, policy, seed);
        }
    }

    private static void add(JournalWriter writer, String cap, PolicyFactory policy, long seed) throws IOException {
        run(writer, cap, PolicyRegistry.build(policy, Map.of(), seed, GuardRails.DEFAULTS), policy, seed);
    }

    private static <S extends Record> void run(
            JournalWriter writer, String cap, CappingPolicy<S> policy, PolicyFactory factory, long seed)
            throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        JournalPolicy journalled = new JournalPolicy(cap, VERSION, factory.name(), Map.of(), seed, GuardRails.DEFAULTS);
        S state = policy.initialState();
        for (int i = 1; i <= STEPS; i++) {
            Observation seen = observation(random, i * 15_000_000_000L);
            Step<S> step = policy.step(state, seen);
            List<Applied> applied = new ArrayList<>();
            for (ServiceAction action : step.decision().actions()) {
                applied.add(
                        random.nextBoolean()
                                ? new Applied(action, action, null)
                                : new Applied(action, null, "conflict"));
            }
            writer.add(
                    journalled,
                    i,
                    "one",
                    3,
                    new CycleRecord<>(Mode.ENFORCE, seen, state, step, applied, random.nextBoolean() ? "late" : null));
            state = step.state();
        }
    }

    private static Observation observation(SplittableRandom random, long nowNanos) {
        List<ServiceReading> services = new ArrayList<>();
        for (String name : List.of("chat", "code")) {
            int ready = random.nextInt(6);
            services.add(new ServiceReading(
                    name,
                    "cap",
                    reading(random, ready * 600.0),
                    new ReplicaCounts(ready, random.nextInt(2), 0, ready, 1 + random.nextInt(8), 1, 8, false),
                    new ReplicaPower(750, 100, 700, 2, 375, 375, 375, Double.NaN, 0, 1),
                    null,
                    null,
                    GatewayReading.NONE,
                    LatencyReading.NONE,
                    random.nextInt(3),
                    1,
                    random.nextBoolean() ? Double.NaN : random.nextDouble(),
                    random.nextDouble(),
                    Double.NaN,
                    1e9 * random.nextDouble()));
        }
        return new Observation(
                nowNanos,
                3_000 + 3_000 * random.nextDouble(),
                null,
                0,
                List.of(new DomainReading("cap", null, Double.POSITIVE_INFINITY, reading(random, 5_000))),
                services,
                CarbonReading.UNKNOWN,
                null,
                List.of());
    }

    private static PowerReading reading(SplittableRandom random, double most) {
        @Nullable Quality quality = Quality.values()[random.nextInt(4)];
        return quality == Quality.ABSENT
                ? PowerReading.absent()
                : new PowerReading(most * random.nextDouble(), random.nextLong(20_000_000_000L), quality);
    }
}
