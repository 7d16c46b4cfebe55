package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.capstan.sim.validation.Suite;
import dev.capstan.sim.validation.Suites;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValidateCommandTest {

    private static final Path PAGE = Path.of("..", "docs", "validation.md");

    private final CommandRun capstan = new CommandRun();

    @TempDir
    private Path folder;

    /** The page holds checks of public data, so it can only be repeated with them. */
    @Test
    void everyCheckHoldsAndThePageTellsWhatWasFound() throws IOException {
        String traces = System.getenv("CAPSTAN_TRACES");
        Path page = folder.resolve("page.md");
        List<String> command = new ArrayList<>(List.of("validate", "--json", "--page", page.toString()));
        if (traces != null) {
            command.addAll(List.of("--traces", traces));
        }

        assertThat(capstan.run(command.toArray(String[]::new)))
                .as(capstan.out())
                .isEqualTo(0);
        List<JsonNode> checks = checks();
        assertThat(checks).extracting(check -> check.path("verdict").asText()).doesNotContain("failed");
        assertThat(checks)
                .extracting(check -> check.path("suite").asText() + ": "
                        + check.path("check").asText())
                .doesNotHaveDuplicates();
        assumeTrue(traces != null, "the page needs CAPSTAN_TRACES, the folder of the public traces");
        for (Suite suite : Suites.all()) {
            assertThat(checks)
                    .filteredOn(check -> check.path("suite").asText().equals(suite.name())
                            && check.path("verdict").asText().equals("missed"))
                    .extracting(check -> check.path("check").asText())
                    .as("%s: a target that is called missed is missed", suite.name())
                    .containsExactlyInAnyOrderElementsOf(suite.knownMisses());
        }
        assertThat(page)
                .as("docs/validation.md is out of date: capstan validate --page docs/validation.md")
                .hasSameTextualContentAs(PAGE);
    }

    private List<JsonNode> checks() throws JsonProcessingException {
        List<JsonNode> checks = new ArrayList<>();
        for (String line : capstan.out().lines().toList()) {
            checks.add(new ObjectMapper().readTree(line));
        }
        return checks;
    }

    @Test
    void oneSuiteAloneCanBeAskedFor() {
        assertThat(capstan.run("validate", "--suite", "breaker")).isEqualTo(0);

        assertThat(capstan.out()).endsWith("10 passed, 0 failed, 0 missed, 0 reported, 0 skipped\n");
    }

    @Test
    void asJsonItIsALineForEachCheck() throws JsonProcessingException {
        assertThat(capstan.run("validate", "--suite", "breaker", "--json")).isEqualTo(0);

        assertThat(checks()).hasSize(10).allSatisfy(check -> {
            assertThat(check.path("suite").asText()).isEqualTo("breaker");
            assertThat(check.path("verdict").asText()).isEqualTo("passed");
        });
    }

    @Test
    void anUnknownSuiteAndAFolderThatIsNotThereAreWrongUsage() {
        assertThat(capstan.run("validate", "--suite", "breakers")).isEqualTo(2);
        assertThat(capstan.err()).contains("there is no suite 'breakers'. Known: queueing, ");
        assertThat(capstan.run("validate", "--traces", folder.resolve("none").toString()))
                .isEqualTo(2);
        assertThat(capstan.err()).contains("--traces: there is no folder");
    }
}
