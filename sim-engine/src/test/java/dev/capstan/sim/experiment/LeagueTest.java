package dev.capstan.sim.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.capping.PolicyFactory;
import dev.capstan.capping.PolicyRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The comparison of all policies, and what their parameters were chosen from. */
class LeagueTest {

    private record Choice(String name, Map<String, Double> parameters) {

        static List<Choice> of(ExperimentFile file) {
            return file.base().policies().stream()
                    .map(policy -> new Choice(policy.name(), policy.parameters()))
                    .toList();
        }
    }

    private static final Path SAMPLES = Path.of("..", "traces-sample");
    private static final Path FILE = SAMPLES.resolve("experiments").resolve("league.yaml");

    private final ExperimentFile league = ExperimentFile.read(FILE, List.of());

    @Test
    void runsEveryPolicyOnceAsChosenFromTheCandidates() throws IOException {
        String candidates = Files.readString(SAMPLES.resolve("league").resolve("candidates.yaml"));

        assertThat(Choice.of(league))
                .extracting(Choice::name)
                .containsExactlyInAnyOrderElementsOf(
                        PolicyRegistry.all().stream().map(PolicyFactory::name).toList());
        assertThat(Choice.of(ExperimentFile.read(FILE, List.of("policies=" + candidates))))
                .containsAll(Choice.of(league));
    }

    @Test
    void spansLoadsFaultsCapsAndSeeds() {
        assertThat(league.axes()).extracting(Axis::path).containsExactly("load", "faults", "cap.share");
        assertThat(league.axes().get(0).texts()).containsExactly("conversation", "bursty", "code", "mixed");
        assertThat(league.axes().get(2).texts()).startsWith("60 %").endsWith("110 %");
        assertThat(league.base().replications()).isGreaterThanOrEqualTo(20);
        assertThat(league.base().scoring().comparedWith()).contains("capstan");
    }
}
