package dev.capstan.bridge.operator;

import dev.capstan.bridge.certificate.Certificate;
import dev.capstan.bridge.certificate.CertificateException;
import dev.capstan.bridge.certificate.CertificateFile;
import dev.capstan.bridge.certificate.CertificateSignature;
import dev.capstan.bridge.certificate.Enforcement;
import dev.capstan.bridge.certificate.Refusal;
import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.CertificateSource;
import dev.capstan.bridge.resource.KeyRef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks whether what is to be enforced was rehearsed. */
final class Certificates {

    private final Keys keys;
    private final String version;

    Certificates(Keys keys, String version) {
        this.keys = keys;
        this.version = version;
    }

    /** Why a cap may not be enforced, in sentences; empty if it may. */
    List<String> refusals(CapResource resource, CapPlan plan, Enforcement planned, Instant now) {
        CertificateSource source = plan.spec().certificate();
        if (source == null) {
            return List.of(
                    "spec.certificate is not given. Rehearse the policy with capstan sweep, certify it with capstan"
                            + " certify, and put the file into a ConfigMap");
        }
        try {
            Keys.Kind kind = source.configMapRef() != null ? Keys.Kind.CONFIG_MAP : Keys.Kind.SECRET;
            @Nullable KeyRef ref = source.configMapRef() != null ? source.configMapRef() : source.secretRef();
            if (ref == null) {
                return List.of("spec.certificate names no object");
            }
            Certificate certificate = CertificateFile.parse(
                    kind.words() + " " + ref.name() + ", key " + ref.key(),
                    keys.text(resource, kind, ref).getBytes(StandardCharsets.UTF_8));
            List<Refusal> refusals = new ArrayList<>();
            KeyRef publicKey = source.publicKeySecretRef();
            if (publicKey != null) {
                CertificateSignature.refusal(
                                certificate,
                                CertificateSignature.publicKey(
                                        "Secret " + publicKey.name() + ", key " + publicKey.key(),
                                        keys.text(resource, Keys.Kind.SECRET, publicKey)))
                        .ifPresent(refusals::add);
            }
            refusals.addAll(certificate.refusals(planned, now, version));
            return refusals.stream().map(Refusal::message).toList();
        } catch (CertificateException e) {
            return List.of(e.refusal().message());
        } catch (IOException | IllegalArgumentException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }
}
