package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.capstan.capping.PolicyFactory;
import dev.capstan.capping.PolicyParameter;
import dev.capstan.capping.PolicyRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoliciesCommandTest {

    private final CommandRun capstan = new CommandRun();

    @Test
    void theCatalogueNamesEveryPolicy() {
        assertThat(capstan.run("policies")).isEqualTo(0);
        assertThat(capstan.out().lines()).hasSize(1 + PolicyRegistry.all().size());
        assertThat(PolicyRegistry.all())
                .allSatisfy(policy -> assertThat(capstan.out()).contains(policy.name(), policy.summary()));
    }

    @Test
    void eachPolicyIsToldWithAllItsParameters() {
        for (PolicyFactory policy : PolicyRegistry.all()) {
            CommandRun one = new CommandRun();

            assertThat(one.run("policies", policy.name())).isEqualTo(0);
            assertThat(one.out()).contains(policy.source(), policy.confidence());
            for (PolicyParameter parameter : policy.parameters()) {
                assertThat(one.out()).contains(parameter.name(), parameter.unit(), parameter.description());
            }
        }
    }

    @Test
    void jsonHoldsTheSameCatalogue() throws JsonProcessingException {
        assertThat(capstan.run("policies", "--json")).isEqualTo(0);

        JsonNode catalogue = new ObjectMapper().readTree(capstan.out());
        assertThat(catalogue.findValuesAsText("name"))
                .containsAll(
                        PolicyRegistry.all().stream().map(PolicyFactory::name).toList());
    }

    @Test
    void pagesThatHoldWhatTheRegistrySaysStayAsTheyAre(@TempDir Path folder) throws IOException {
        Path docs = Path.of("..", "docs", "policies");
        try (Stream<Path> pages = Files.walk(docs)) {
            for (Path page : pages.filter(Files::isRegularFile).toList()) {
                Path copy = folder.resolve(docs.relativize(page));
                Files.createDirectories(copy.getParent());
                Files.copy(page, copy);
            }
        }

        assertThat(capstan.run("policies", "--pages", folder.toString())).isEqualTo(0);
        assertThat(capstan.out())
                .as("docs/policies is out of date: capstan policies --pages docs/policies")
                .isEmpty();
    }

    @Test
    void onePageCanBeWrittenAlone(@TempDir Path folder) {
        assertThat(capstan.run("policies", "three-band", "--pages", folder.toString()))
                .isEqualTo(0);
        assertThat(capstan.out().strip())
                .isEqualTo(folder.resolve("three-band.md").toString());
        assertThat(folder).isDirectoryContaining("glob:**three-band.md");
    }

    @Test
    void anUnknownPolicyNamesTheKnownOnes() {
        assertThat(capstan.run("policies", "three-bandit")).isEqualTo(2);
        assertThat(capstan.out()).isEmpty();
        assertThat(capstan.err())
                .contains("three-bandit")
                .contains(PolicyRegistry.all().get(0).name());
    }
}
