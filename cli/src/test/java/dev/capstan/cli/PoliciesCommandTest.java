package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.capstan.capping.PolicyFactory;
import dev.capstan.capping.PolicyParameter;
import dev.capstan.capping.PolicyRegistry;
import org.junit.jupiter.api.Test;

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
    void anUnknownPolicyNamesTheKnownOnes() {
        assertThat(capstan.run("policies", "three-bandit")).isEqualTo(2);
        assertThat(capstan.out()).isEmpty();
        assertThat(capstan.err())
                .contains("three-bandit")
                .contains(PolicyRegistry.all().get(0).name());
    }
}
