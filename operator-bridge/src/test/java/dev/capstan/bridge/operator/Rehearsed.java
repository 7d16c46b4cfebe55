package dev.capstan.bridge.operator;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.capstan.bridge.certificate.Certificate;
import dev.capstan.bridge.certificate.CertificateFile;
import dev.capstan.bridge.certificate.Enforcement;
import dev.capstan.bridge.resource.PowerCap;
import dev.capstan.capping.PolicyRegistry;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/** Certificates as a sweep would have given, had it been run: for what a resource asks, over a range of caps. */
final class Rehearsed {

    static final String VERSION = "0.1.0";

    private Rehearsed() {}

    /** Puts a certificate that covers a resource into a ConfigMap of this name, key {@code certificate.json}. */
    static void store(
            KubernetesClient client,
            String name,
            String resource,
            int maxReplicas,
            double lowestWatts,
            double highestWatts)
            throws IOException {
        client.configMaps()
                .inNamespace("default")
                .resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .addToData("certificate.json", certificate(resource, maxReplicas, lowestWatts, highestWatts))
                        .build())
                .create();
    }

    private static String certificate(String resource, int maxReplicas, double lowestWatts, double highestWatts)
            throws IOException {
        PowerCap cap =
                JsonMapper.builder().addModule(new JavaTimeModule()).build().readValue(resource, PowerCap.class);
        CapPlan plan = CapPlan.of(cap);
        Enforcement planned = plan.enforcement(List.of(), lowestWatts, highestWatts);
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Certificate.Estimate all = new Certificate.Estimate(1, 0.99, 1);
        return CertificateFile.text(new Certificate(
                VERSION,
                now.minusSeconds(60),
                now.plusSeconds(3600),
                new Certificate.Policy(
                        "tested", planned.policy(), PolicyRegistry.resolve(plan.policy(), planned.parameters())),
                planned.guardRails(),
                planned.timers(),
                new Certificate.Cap(
                        lowestWatts, highestWatts, 60, List.of(new Certificate.CapPoint(highestWatts, 400, 400, all))),
                cap.getSpec().targets().stream()
                        .map(target -> new Certificate.Service(
                                requireNonNull(target.ref()).name(),
                                "llama-3.1-8b-h100",
                                "00ff",
                                1,
                                maxReplicas,
                                15,
                                30))
                        .toList(),
                new Certificate.Outcome(400, 400, all, 0.99, null, null, null, null, null),
                new Certificate.Rehearsal("tested", "ab", "power", Map.of(), 0, 600.0, List.of(), "cd", "ef"),
                List.of(),
                List.of(),
                null));
    }
}
