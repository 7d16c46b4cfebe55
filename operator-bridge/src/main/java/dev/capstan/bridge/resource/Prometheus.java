package dev.capstan.bridge.resource;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A Prometheus, or what answers like one. */
@ValidationRule(
        value = "!(has(self.bearerTokenSecretRef) && has(self.basicSecretRef))",
        message = "give one of bearerTokenSecretRef and basicSecretRef, not both")
public record Prometheus(
        @JsonPropertyDescription("Address, such as http://prometheus.monitoring:9090.")
        @Required
        @Size(max = 2048) @Pattern(URL) String url,

        @JsonPropertyDescription("Secret with a bearer token.") @Nullable KeyRef bearerTokenSecretRef,

        @JsonPropertyDescription("Secret with user and password of basic authentication.") @Nullable LoginRef basicSecretRef,

        @JsonPropertyDescription("How its certificate is checked, and Capstan's own.") @Nullable Tls tls,

        @JsonPropertyDescription(
                "Further headers, such as X-Scope-OrgID of a tenant. No secrets: they can be read by whoever reads the"
                        + " PowerCap.")
        Map<String, String> headers,

        @JsonPropertyDescription("Time for an answer; less than half the control interval. Default: 5s.")
        @Pattern(DurationText.PATTERN) @Default("5s")
        String timeout)
        implements Part {

    static final String URL = "^https?://[^ ]+$";

    public Prometheus {
        headers = headers == null ? Map.of() : Map.copyOf(headers);
        timeout = requireNonNullElse(timeout, "5s");
    }

    /** Certificates of a connection. */
    public record Tls(
            @JsonPropertyDescription("Secret with the certificate authority in PEM. Default: those that Java trusts.")
            @Nullable KeyRef caSecretRef,

            @JsonPropertyDescription(
                    "Name of a Secret of type kubernetes.io/tls with Capstan's own certificate and key.")
            @Size(min = 1, max = 253) @Pattern(KeyRef.NAME) @Nullable String clientCertificateSecret,

            @JsonPropertyDescription(
                    "Trust any certificate. Whoever can answer for Prometheus then sets the ceilings. Default: false.")
            @Default("false")
            Boolean insecureSkipVerify)
            implements Part {

        public Tls {
            insecureSkipVerify = requireNonNullElse(insecureSkipVerify, false);
        }
    }
}
