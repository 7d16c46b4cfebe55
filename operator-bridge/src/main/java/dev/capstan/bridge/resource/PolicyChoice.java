package dev.capstan.bridge.resource;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Size;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The policy that decides; see {@link dev.capstan.capping.PolicyRegistry}. */
public record PolicyChoice(
        @JsonPropertyDescription(
                "Name as capstan policies lists it; one that acts by replica ceilings alone. Default: replica-cap.")
        @Default("replica-cap")
        @Size(min = 1, max = 63) String name,

        @JsonPropertyDescription("Parameters that differ from their defaults, as capstan policies NAME lists them.")
        Map<String, Double> parameters,

        @JsonPropertyDescription("Seed of its random decisions. Default: 0.") @Default("0")
        Long seed)
        implements Part {

    public PolicyChoice(@Nullable String name, @Nullable Map<String, Double> parameters, @Nullable Long seed) {
        this.name = requireNonNullElse(name, "replica-cap");
        // In order, so that issues and journals name them in one order.
        this.parameters = parameters == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(parameters));
        this.seed = requireNonNullElse(seed, 0L);
    }
}
