package dev.capstan.bridge.resource;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Where a {@link dev.capstan.bridge.certificate.Certificate} lies. */
@ValidationRule(
        value = "has(self.configMapRef) != has(self.secretRef)",
        message = "give exactly one of configMapRef and secretRef, each {name, key}")
public record CertificateSource(
        @JsonPropertyDescription("ConfigMap with the certificate.") @Nullable KeyRef configMapRef,

        @JsonPropertyDescription("Secret with the certificate.") @Nullable KeyRef secretRef,

        @JsonPropertyDescription(
                "Secret with the public key in PEM that its signature must fit. Not set: the operator's own setting, and"
                        + " where there is none a signature is not asked for.")
        @Nullable KeyRef publicKeySecretRef)
        implements Part {}
