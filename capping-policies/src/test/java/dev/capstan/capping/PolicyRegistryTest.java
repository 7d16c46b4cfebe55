package dev.capstan.capping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PolicyRegistryTest {

    @Test
    void listsEveryPolicyByName() {
        assertThat(PolicyRegistry.all())
                .extracting(PolicyFactory::name)
                .containsExactly(
                        "azure-carbon-buckets",
                        "capmaestro",
                        "capstan",
                        "carbon-bank",
                        "carbon-cap",
                        "carbon-lyapunov",
                        "carbon-plan",
                        "climatik-documented",
                        "climatik-shipped",
                        "concurrency-limit",
                        "dynamollm",
                        "flex",
                        "greenllm",
                        "marginal-energy",
                        "none",
                        "pid",
                        "polca",
                        "powergrad",
                        "replica-cap",
                        "requested-clamp",
                        "static-floor",
                        "three-band",
                        "throttllem",
                        "thunderbolt",
                        "tokens-per-watt");
    }

    /** By the column "holds the worst case" of docs/policies.md; azure-carbon-buckets knows no cap, as its page says. */
    @Test
    void somePoliciesAreNotMadeToHoldACap() {
        assertThat(PolicyRegistry.all())
                .filteredOn(policy -> !policy.holdsCap())
                .extracting(PolicyFactory::name)
                .containsExactly(
                        "azure-carbon-buckets",
                        "dynamollm",
                        "greenllm",
                        "marginal-energy",
                        "none",
                        "throttllem",
                        "tokens-per-watt");
    }

    @Test
    void namesTheNearestPolicyWhenThereIsNoneOfThatName() {
        assertThatThrownBy(() -> PolicyRegistry.find("tree-band"))
                .hasMessage("there is no policy \"tree-band\". Known policies: "
                        + String.join(
                                ", ",
                                PolicyRegistry.all().stream()
                                        .map(PolicyFactory::name)
                                        .toList()) + ". Maybe you meant three-band.");
        assertThatThrownBy(() -> PolicyRegistry.find("xyzzy")).hasMessageEndingWith("tokens-per-watt.");
    }

    @Test
    void fillsDefaultsInTheOrderOfThePolicy() {
        assertThat(PolicyRegistry.resolve(PolicyRegistry.find("replica-cap"), Map.of("theta", 0.5)))
                .containsExactly(
                        Map.entry("reserve_watts", 0.0),
                        Map.entry("margin", 0.1),
                        Map.entry("theta", 0.5),
                        Map.entry("smoothing", 0.3),
                        Map.entry("raise_steps", 3.0));
    }

    @Test
    void reportsEveryIssueOfTheParameters() {
        Map<String, Double> given = new LinkedHashMap<>();
        given.put("thetta", 1.0);
        given.put("margin", -0.1);
        given.put("raise_steps", 2.5);
        given.put("smoothing", Double.NaN);
        assertThat(PolicyRegistry.check(PolicyRegistry.find("replica-cap"), given))
                .containsExactly(
                        new ParameterIssue(
                                "thetta",
                                "policy replica-cap has no such parameter. It has reserve_watts, margin, theta,"
                                        + " smoothing, raise_steps. Maybe you meant theta."),
                        new ParameterIssue("margin", "must be from 0.0 to 1.0 ratio, was -0.1."),
                        new ParameterIssue("raise_steps", "must be a whole number from 1 to 1000, was 2.5."),
                        new ParameterIssue("smoothing", "must be from 0.01 to 1.0 ratio, was NaN."));
        assertThat(PolicyRegistry.check(PolicyRegistry.find("climatik-documented"), Map.of("release", 0.5)))
                .containsExactly(new ParameterIssue("release", "must be 0 or 1, was 0.5."));
        assertThat(PolicyRegistry.check(PolicyRegistry.find("none"), Map.of("cap", 1.0)))
                .containsExactly(new ParameterIssue("cap", "policy none has no such parameter. It has none."));
    }

    @Test
    void putsTheRailsAroundGuardedPoliciesOnly() {
        for (PolicyFactory factory : PolicyRegistry.all()) {
            CappingPolicy<?> policy = PolicyRegistry.build(factory, Map.of(), 1, GuardRails.DEFAULTS);
            assertThat(policy instanceof CapController).as(factory.name()).isEqualTo(factory.guarded());
            assertThat(factory.guarded()).isEqualTo(!factory.name().matches("climatik-.*|azure-.*"));
        }
    }

    @Test
    void theOverviewHasARowForEveryPolicy() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "policies.md"));
        for (PolicyFactory factory : PolicyRegistry.all()) {
            assertThat(page).contains("\n| [`" + factory.name() + "`](policies/" + factory.name() + ".md) | ");
        }
    }
}
