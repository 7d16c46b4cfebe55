package dev.capstan.bridge.resource;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is capped. */
@ValidationRule(
        value = "has(self.ref) != has(self.selector)",
        message = "give exactly one of ref (such as {kind: Deployment, name: chat}) and selector (such as {kind:"
                + " Deployment, matchLabels: {tier: batch}})")
@ValidationRule(
        value = "!(has(self.name) && has(self.selector))",
        message = "a selector takes the names of the objects it finds; drop name, or give a ref")
public record Target(
        @JsonPropertyDescription(
                "Name of the service in decisions, metrics and the certificate. Default: that of the object; in a"
                        + " ClusterPowerCap with a selector namespace.name.")
        @Size(min = 1, max = 253) @Nullable String name,

        @JsonPropertyDescription("One object.") @Nullable Ref ref,

        @JsonPropertyDescription("All objects of a kind with these labels.") @Nullable Selector selector,

        @JsonPropertyDescription("Whose watts count for more: a higher number is cut later. Default: 0.") @Default("0")
        Integer priority,

        @JsonPropertyDescription("Share among equals of the same priority. Default: 1.")
        @Min(value = 0, inclusive = false) @Default("1")
        Double weight,

        @JsonPropertyDescription(
                "Replicas below which it is never lowered. Default: the minimum that the owner of the object set; a lower"
                        + " floor lets that minimum be lowered too.")
        @Min(0) @Nullable Integer floor,

        @JsonPropertyDescription("What one replica draws.") @Required
        Replica replica)
        implements Part {

    public Target {
        priority = requireNonNullElse(priority, 0);
        weight = requireNonNullElse(weight, 1.0);
    }

    /** An object by name. */
    public record Ref(
            @JsonPropertyDescription(
                    "Its API version, such as keda.sh/v1alpha1. Default: that of the kinds Capstan knows.")
            @Size(min = 1, max = 253) @Nullable String apiVersion,

            @JsonPropertyDescription(
                    "Its kind: Deployment, StatefulSet, HorizontalPodAutoscaler, ScaledObject, InferenceService,"
                            + " LLMInferenceService, VLLMRuntime, or any with a scale subresource.")
            @Required
            @Size(min = 1, max = 63) @Pattern("^[A-Z][A-Za-z0-9]*$") String kind,

            @JsonPropertyDescription("Its name.") @Required @Size(min = 1, max = 253) @Pattern(KeyRef.NAME) String name,

            @JsonPropertyDescription(
                    "Its namespace; required in a ClusterPowerCap, and not allowed to differ in a PowerCap.")
            @Size(min = 1, max = 63) @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$") @Nullable String namespace)
            implements Part {}

    /** Objects by labels. */
    public record Selector(
            @JsonPropertyDescription(
                    "Their API version, such as serving.kserve.io/v1beta1. Default: that of the kinds Capstan knows.")
            @Size(min = 1, max = 253) @Nullable String apiVersion,

            @JsonPropertyDescription("Their kind, see ref.kind.")
            @Required
            @Size(min = 1, max = 63) @Pattern("^[A-Z][A-Za-z0-9]*$") String kind,

            @JsonPropertyDescription("Labels that all of them have, at least one.") @Required
            Map<String, String> matchLabels,

            @JsonPropertyDescription("Namespaces to look in; of a ClusterPowerCap only. Default there: all.")
            @Size(max = 100) List<String> namespaces)
            implements Part {

        public Selector {
            matchLabels = matchLabels == null ? Map.of() : Map.copyOf(matchLabels);
            namespaces = namespaces == null ? List.of() : List.copyOf(namespaces);
        }
    }

    /** The power of one replica, as {@link dev.capstan.capping.ReplicaPower} has it. */
    @ValidationRule(
            value = "!has(self.idleWatts) || self.idleWatts <= self.peakWatts",
            message = "idleWatts must not be above peakWatts")
    public record Replica(
            @JsonPropertyDescription("GPUs of a replica. Not set: limits of nvidia.com/gpu of its pods.")
            @Min(1) @Nullable Integer gpus,

            @JsonPropertyDescription(
                    "Watts that a replica can draw at most, hosts included if they are under the limit.")
            @Required
            @Min(value = 0, inclusive = false) Double peakWatts,

            @JsonPropertyDescription("Watts of an idle replica that is ready. Default: 0.") @Min(0) @Default("0")
            Double idleWatts,

            @JsonPropertyDescription("Watts of a replica that starts. Default: peakWatts.") @Min(0) @Nullable Double startingWatts)
            implements Part {

        public Replica {
            idleWatts = requireNonNullElse(idleWatts, 0.0);
        }
    }
}
