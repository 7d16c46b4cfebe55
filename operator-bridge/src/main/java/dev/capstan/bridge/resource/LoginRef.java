package dev.capstan.bridge.resource;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** A Secret with a user and a password. */
public record LoginRef(
        @JsonPropertyDescription(
                "Name, in the namespace of the PowerCap; of a ClusterPowerCap in that of the operator.")
        @Required
        @Size(min = 1, max = 253) @Pattern(KeyRef.NAME) String name,

        @JsonPropertyDescription("Key of the user. Default: username.")
        @Default("username")
        @Size(min = 1, max = 253) @Pattern(KeyRef.KEY) String userKey,

        @JsonPropertyDescription("Key of the password. Default: password.")
        @Default("password")
        @Size(min = 1, max = 253) @Pattern(KeyRef.KEY) String passwordKey)
        implements Part {

    public LoginRef {
        userKey = requireNonNullElse(userKey, "username");
        passwordKey = requireNonNullElse(passwordKey, "password");
    }
}
