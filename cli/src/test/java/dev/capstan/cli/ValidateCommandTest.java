package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
        List<String> command = new ArrayList<>(List.of("validate", "--page", page.toString()));
        if (traces != null) {
            command.addAll(List.of("--traces", traces));
        }

        assertThat(capstan.run(command.toArray(String[]::new)))
                .as(capstan.out())
                .isEqualTo(0);
        assertThat(capstan.out()).containsPattern("\\d+ passed, 0 failed, \\d+ missed, \\d+ reported, \\d+ skipped\n$");
        assumeTrue(traces != null, "the page needs CAPSTAN_TRACES, the folder of the public traces");
        assertThat(page)
                .as("docs/validation.md is out of date: capstan validate --page docs/validation.md")
                .hasSameTextualContentAs(PAGE);
    }

    @Test
    void oneSuiteAloneCanBeAskedForAsJson() throws JsonProcessingException {
        assertThat(capstan.run("validate", "--suite", "breaker", "--json")).isEqualTo(0);

        assertThat(capstan.out().lines()).hasSize(10).allSatisfy(line -> {
            JsonNode check = new ObjectMapper().readTree(line);
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
