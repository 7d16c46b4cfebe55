package dev.capstan.bridge.resource;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.capstan.bridge.Mode;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What people ask for. Components without a default are null where they are not set, lists and maps are empty; the rest has
 * its default even where no API server filled it in.
 */
public record PowerCapSpec(
        @JsonPropertyDescription(
                "How far Capstan goes: Observe reads and records, Recommend decides and reports what it would do, Enforce"
                        + " writes it. Enforce without a valid certificate runs as Recommend and says so.")
        @Default("Recommend")
        Mode mode,

        @JsonPropertyDescription("What the targets and the overhead may draw together.") @Required
        Limit limit,

        @JsonPropertyDescription("Where their power is read.") @Required
        Measurement measurement,

        @JsonPropertyDescription("What is capped: objects with a number of replicas, by name or by labels.")
        @Required
        @Size(min = 1, max = 500) List<Target> targets,

        @JsonPropertyDescription("Which policy decides, and its parameters. Default: replica-cap with its defaults.")
        PolicyChoice policy,

        @JsonPropertyDescription("Times of the control loop and of the systems around it.")
        Timers timers,

        @JsonPropertyDescription("Proof of a rehearsal, made by capstan certify; Enforce needs one.") @Nullable CertificateSource certificate,

        @JsonPropertyDescription(
                "When the cap ends, such as 2027-01-31T18:00:00Z: from then on everything is put back.")
        @JsonFormat(shape = JsonFormat.Shape.STRING)
        @SchemaFrom(type = String.class)
        @Pattern(Limit.INSTANT) @Nullable Instant expiresAt)
        implements Part {

    public PowerCapSpec {
        mode = requireNonNullElse(mode, Mode.RECOMMEND);
        targets = targets == null ? List.of() : List.copyOf(targets);
        policy = policy == null ? new PolicyChoice(null, null, null) : policy;
        timers = timers == null ? Timers.DEFAULTS : timers;
    }
}
