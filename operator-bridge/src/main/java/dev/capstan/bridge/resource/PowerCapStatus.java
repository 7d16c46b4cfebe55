package dev.capstan.bridge.resource;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.JsonNode;
import dev.capstan.bridge.Mode;
import io.fabric8.crd.generator.annotation.PreserveUnknownFields;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Required;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the operator reports, and what it needs to go on after a restart. Null is not known. */
public record PowerCapStatus(
        @JsonPropertyDescription("Generation of the resource that this status is about.") @Nullable Long observedGeneration,

        @JsonPropertyDescription(
                "Ready, TelemetryFresh, Capping, Conflict, Certified, Degraded and others, one of each type.")
        List<Condition> conditions,

        @JsonPropertyDescription(
                "The mode in effect; Recommend where Enforce is asked for without a valid certificate.")
        @Nullable Mode mode,

        @JsonPropertyDescription("The cap in force, in watts.") @Nullable Double capWatts,

        @JsonPropertyDescription("Power read last, overhead included, in watts.") @Nullable Double powerWatts,

        @JsonPropertyDescription("capWatts less powerWatts.") @Nullable Double headroomWatts,

        @JsonPropertyDescription("Watts under the limit that are in no reading.") @Nullable Double overheadWatts,

        @JsonPropertyDescription("The peak that percentOfPeak goes by, in watts.") @Nullable Double peakWatts,

        @JsonPropertyDescription("The last decision of the policy.") @Nullable LastDecision lastDecision,

        @JsonPropertyDescription("Who decided last.") @Nullable Leader leader,

        @JsonPropertyDescription("Carbon intensity and emission.") @Nullable CarbonStatus carbon,

        @JsonPropertyDescription("The targets, each with its ceiling and what is put back in the end.")
        List<TargetStatus> targets,

        @JsonPropertyDescription("State of the policy, as JSON text.") @Nullable String policyState,

        @JsonPropertyDescription("Version of the form of policyState.") @Nullable String stateVersion,

        @JsonPropertyDescription("Number of the last line in the journal.") @Nullable Long journalSequence)
        implements Part {

    public PowerCapStatus {
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
        targets = targets == null ? List.of() : List.copyOf(targets);
    }

    /**
     * Something about the resource that holds or does not.
     *
     * @param status {@code True}, {@code False} or {@code Unknown}
     */
    public record Condition(
            @JsonPropertyDescription("What it is about, such as Ready.") @Required
            String type,

            @JsonPropertyDescription("True, False or Unknown.") @Required
            String status,

            @JsonPropertyDescription("Why, in one word for programs.") @Nullable String reason,

            @JsonPropertyDescription("Why, in a sentence for people.") @Nullable String message,

            @JsonPropertyDescription("When status changed last.")
            @JsonFormat(shape = JsonFormat.Shape.STRING)
            @SchemaFrom(type = String.class)
            @Nullable Instant lastTransitionTime,

            @JsonPropertyDescription("Generation of the resource that it is about.") @Nullable Long observedGeneration)
            implements Part {}

    /** A decision. */
    public record LastDecision(
            @JsonPropertyDescription("Number of the decision, counted from 1 and never used twice.") @Nullable Long sequence,

            @JsonPropertyDescription("When it was made.")
            @JsonFormat(shape = JsonFormat.Shape.STRING)
            @SchemaFrom(type = String.class)
            @Nullable Instant time,

            @JsonPropertyDescription("Why, in one word for programs.") @Nullable String code,

            @JsonPropertyDescription("Why, in a sentence for people.") @Nullable String reason,

            @JsonPropertyDescription("What was decided, one sentence for each target that changes.")
            List<String> actions)
            implements Part {

        public LastDecision {
            actions = actions == null ? List.of() : List.copyOf(actions);
        }
    }

    /** Who may write. An operator that finds a higher epoch than its own stops acting. */
    public record Leader(
            @JsonPropertyDescription("Identity in the lease.") @Nullable String identity,

            @JsonPropertyDescription("Counts the changes of the leader.") @Nullable Long epoch)
            implements Part {}

    /** What the electricity emits. */
    public record CarbonStatus(
            @JsonPropertyDescription("Carbon intensity, in grams of CO2-equivalent for a kWh.") @Nullable Double gramsPerKilowattHour,

            @JsonPropertyDescription("Its age, in seconds.") @Nullable Double ageSeconds,

            @JsonPropertyDescription("Where it comes from.") @Nullable String source,

            @JsonPropertyDescription("Emitted since the PowerCap began, in grams.") @Nullable Double emittedGrams)
            implements Part {}

    /** A target. */
    public record TargetStatus(
            @JsonPropertyDescription("Name of the service.") @Required
            String name,

            @JsonPropertyDescription("The object that is written.") @Nullable Ref object,

            @JsonPropertyDescription("Its uid: an object of the same name that was created anew is not put back.")
            @Nullable String uid,

            @JsonPropertyDescription("What the object had before, to be put back; its shape is the operator's own.")
            @PreserveUnknownFields
            @Nullable JsonNode originals,

            @JsonPropertyDescription("Replicas it may have, as read back.") @Nullable Integer ceiling,

            @JsonPropertyDescription("Replicas the policy wants it to have at most.") @Nullable Integer wanted,

            @JsonPropertyDescription("Replicas its owner allows at most.") @Nullable Integer originalMax,

            @JsonPropertyDescription("Replicas that are ready.") @Nullable Integer ready,

            @JsonPropertyDescription("What is wrong with it, if anything.") @Nullable String message)
            implements Part {}

    /** An object that is written. */
    public record Ref(
            @JsonPropertyDescription("Its API version.") @Required
            String apiVersion,

            @JsonPropertyDescription("Its kind.") @Required String kind,

            @JsonPropertyDescription("Its namespace.") @Nullable String namespace,

            @JsonPropertyDescription("Its name.") @Required String name)
            implements Part {}
}
