package dev.capstan.bridge.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.capstan.bridge.CycleRecord;
import dev.capstan.bridge.Mode;
import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.CarbonReading;
import dev.capstan.capping.DomainReading;
import dev.capstan.capping.GuardRails;
import dev.capstan.capping.Observation;
import dev.capstan.capping.PolicyRegistry;
import dev.capstan.capping.PowerReading;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

/** Journals of any bytes: some in every build, new ones in a campaign (CONTRIBUTING.md). */
class JournalFuzzTest {

    private static final String VERSION = "0.1.0";

    @TempDir
    static Path folder;

    static Stream<byte[]> journalsSeeds() throws IOException {
        String text =
                journal(PolicyRegistry.build(PolicyRegistry.find("replica-cap"), Map.of(), 1, GuardRails.DEFAULTS));
        return Stream.of(
                        text,
                        text.substring(0, text.length() - 20),
                        text.replace("\"replica-cap\"", "\"no-such-policy\""),
                        text.replace("\"seed\":1", "\"seed\":1e400"),
                        text.replace("\"parameters\":{}", "\"parameters\":{\"theta\":\"NaN\"}"),
                        text.replace("\"services\":[]", "\"services\":[null]"),
                        text.replace(
                                "\"before\":{", "\"before\":{\"none\":" + "[".repeat(1200) + "]".repeat(1200) + ","),
                        text + text,
                        "{\"format\":\"capstan-journal/1\"}\n{}\n")
                .map(seed -> seed.getBytes(StandardCharsets.UTF_8));
    }

    private static <S extends Record> String journal(CappingPolicy<S> policy) throws IOException {
        Path journal = Files.createTempDirectory(folder, "journal");
        Observation seen = new Observation(
                1_790_000_000_000_000_000L,
                4_000,
                null,
                0,
                List.of(new DomainReading("cap", null, Double.POSITIVE_INFINITY, PowerReading.fresh(500, 0))),
                List.of(),
                CarbonReading.UNKNOWN,
                null,
                List.of());
        try (JournalWriter writer = new JournalWriter(journal, 1 << 20, 1 << 20)) {
            S state = policy.initialState();
            writer.add(
                    new JournalPolicy("PowerCap default/row", VERSION, "replica-cap", Map.of(), 1, GuardRails.DEFAULTS),
                    1,
                    "one",
                    1,
                    new CycleRecord<>(Mode.ENFORCE, seen, state, policy.step(state, seen), List.of(), null));
        }
        return Files.readString(journal.resolve("powercap.default.row.000001.jsonl"));
    }

    /** A journal is decided again, and a trace is made of it, or it is refused with its file. */
    @MethodSource("journalsSeeds")
    @FuzzTest(maxDuration = "10m")
    void journals(byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("fuzzed.jsonl"), bytes);
        try {
            JournalReplay.of(List.of(file), VERSION);
            JournalTrace.write(List.of(file), new StringWriter());
        } catch (JournalException e) {
            assertThat(e).hasMessageStartingWith(file.toString());
        }
    }
}
