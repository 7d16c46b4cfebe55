package dev.capstan.bridge.resource;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.capstan.bridge.target.Hold;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the operator did and saw. Holds all that another leader needs to go on: what objects were before, how far they are
 * held down, and the state of the policy.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PowerCapStatus(
        @JsonPropertyDescription("Generation of the spec that this status is about.") @Nullable Long observedGeneration,

        @JsonPropertyDescription("Ready, TelemetryFresh, Capping, Conflict, Certified, Degraded.") @Nullable List<Condition> conditions,

        @JsonPropertyDescription("The mode in effect: Enforce without a certificate that counts runs as Recommend.")
        @Nullable String mode,

        @JsonPropertyDescription("The cap in force.") @Nullable Double capWatts,

        @JsonPropertyDescription("Power as telemetry knows it; absent where it is not known.") @Nullable Double powerWatts,

        @JsonPropertyDescription("The cap less the power.") @Nullable Double headroomWatts,

        @JsonPropertyDescription("The peak that a percentage refers to.") @Nullable Double peakWatts,

        @JsonPropertyDescription("Grid and emissions.") @Nullable Carbon carbon,

        @JsonPropertyDescription("The last decision that changed something.") @Nullable LastDecision lastDecision,

        @JsonPropertyDescription("Steps taken, with or without effect.") @Nullable Long steps,

        @JsonPropertyDescription("Who wrote this status.") @Nullable Leader leader,

        @JsonPropertyDescription("The services, and what is held.") @Nullable List<Target> targets,

        @JsonPropertyDescription("State of the policy, for the operator alone.") @Nullable String policyState) {

    /** A resource that nobody has looked at. */
    public static final PowerCapStatus EMPTY =
            new PowerCapStatus(null, null, null, null, null, null, null, null, null, null, null, null, null);

    /** The same about another generation of the spec, with other conditions. */
    public PowerCapStatus withConditions(@Nullable Long generation, List<Condition> others) {
        return new PowerCapStatus(
                generation,
                others,
                mode,
                capWatts,
                powerWatts,
                headroomWatts,
                peakWatts,
                carbon,
                lastDecision,
                steps,
                leader,
                targets,
                policyState);
    }

    /** The same with a decision that is about to be carried out, by a leader who goes on from this state. */
    public PowerCapStatus withDecision(LastDecision decision, Leader leader, List<Target> targets, String policyState) {
        return with(decision, leader, targets, policyState);
    }

    /**
     * The same with other holds of the same targets.
     *
     * @param holds by the name of the target
     */
    public PowerCapStatus withHolds(Map<String, Hold> holds) {
        List<Target> held = targets == null
                ? null
                : targets.stream()
                        .map(one -> new Target(
                                one.name(), one.message(), one.ceiling(), one.ready(), holds.get(one.name())))
                        .toList();
        return with(lastDecision, leader, held, policyState);
    }

    private PowerCapStatus with(
            @Nullable LastDecision decision,
            @Nullable Leader leader,
            @Nullable List<Target> targets,
            @Nullable String policyState) {
        return new PowerCapStatus(
                observedGeneration,
                conditions,
                mode,
                capWatts,
                powerWatts,
                headroomWatts,
                peakWatts,
                carbon,
                decision,
                steps,
                leader,
                targets,
                policyState);
    }

    /** Without what is another in every step: figures, the words of conditions, and the state of the policy. */
    public PowerCapStatus withoutFigures() {
        List<Condition> quiet = conditions == null
                ? List.of()
                : conditions.stream()
                        .map(one -> new ConditionBuilder(one).withMessage("").build())
                        .toList();
        return new PowerCapStatus(
                observedGeneration,
                quiet,
                mode,
                capWatts,
                null,
                null,
                peakWatts,
                null,
                lastDecision,
                null,
                leader,
                targets == null ? List.of() : targets,
                null);
    }

    /** Grid and emissions. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Carbon(
            @JsonPropertyDescription("Intensity of the grid.") @Nullable Double gramsPerKilowattHour,

            @JsonPropertyDescription("Age of that figure.") @Nullable Long ageSeconds,

            @JsonPropertyDescription("Where it comes from and what it counts.") @Nullable String source,

            @JsonPropertyDescription("Emitted since the resource is watched.") @Nullable Double emittedGrams) {}

    /** A decision. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record LastDecision(
            @JsonPropertyDescription("Counts the decisions of this cap that changed something.")
            long sequence,

            @JsonPropertyDescription("When it was made.") String time,

            @JsonPropertyDescription("The reason as one word.")
            String code,

            @JsonPropertyDescription("The reason with its figures.")
            String reason) {}

    /** A leader; of two, the one of the larger epoch counts. */
    public record Leader(
            @JsonPropertyDescription("Of the process.") String identity,
            @JsonPropertyDescription("Counts the leaders.") long epoch) {}

    /** One service. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Target(
            @JsonPropertyDescription("Of the service.") String name,

            @JsonPropertyDescription("What is wrong with it, or worth knowing.") @Nullable String message,

            @JsonPropertyDescription("Ceiling in force.") @Nullable Integer ceiling,

            @JsonPropertyDescription("Ready replicas.") @Nullable Integer ready,

            @JsonPropertyDescription("What is held, and what was there before; absent where nothing is.") @Nullable Hold hold) {}
}
