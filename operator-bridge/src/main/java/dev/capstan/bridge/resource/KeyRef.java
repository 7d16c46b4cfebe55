package dev.capstan.bridge.resource;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** One key of a Secret or a ConfigMap. */
public record KeyRef(
        @JsonPropertyDescription(
                "Name, in the namespace of the PowerCap; of a ClusterPowerCap in that of the operator.")
        @Required
        @Size(min = 1, max = 253) @Pattern(NAME) String name,

        @JsonPropertyDescription("Key of its data.") @Required @Size(min = 1, max = 253) @Pattern(KEY) String key)
        implements Part {

    static final String NAME = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$";
    static final String KEY = "^[-._a-zA-Z0-9]+$";
}
