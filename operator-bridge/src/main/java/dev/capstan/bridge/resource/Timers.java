package dev.capstan.bridge.resource;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.capstan.capping.GuardRails;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Times of the control loop, and what is known of the systems around it. A certificate holds for these only. */
public record Timers(
        @JsonPropertyDescription("Time from one decision to the next. Default: 15s.")
        @Pattern(DurationText.PATTERN) @Default("15s")
        String controlInterval,

        @JsonPropertyDescription("How often the exporter reads the GPUs. Default: 30s, that of dcgm-exporter.")
        @Pattern(DurationText.PATTERN) @Default("30s")
        String exporterInterval,

        @JsonPropertyDescription("How often Prometheus reads the exporter. Default: 15s.")
        @Pattern(DurationText.PATTERN) @Default("15s")
        String scrapeInterval,

        @JsonPropertyDescription("How often the HPA controller acts. Default: 15s.")
        @Pattern(DurationText.PATTERN) @Default("15s")
        String hpaSync,

        @JsonPropertyDescription("Time until the API server has taken a change. Default: 1s.")
        @Pattern(DurationText.PATTERN) @Default("1s")
        String apiLatency,

        @JsonPropertyDescription(
                "How long ceilings are held when telemetry is lost, before they fall to what is safe without. Default:"
                        + " 60s.")
        @Pattern(DurationText.PATTERN) @Default("60s")
        String hold,

        @JsonPropertyDescription(
                "Least time between two raises of a target, also when the cap lets go of it. Default: 15s.")
        @Pattern(DurationText.PATTERN) @Default("15s")
        String raiseInterval,

        @JsonPropertyDescription(
                "Replicas by which a ceiling may rise at once, also when the cap lets go of it. Default: 1.")
        @Min(1) @Default("1")
        Integer maxRaisePerStep,

        @JsonPropertyDescription("How long before an announced fall of the cap the lower one is held. Default: 60s.")
        @Pattern(DurationText.PATTERN) @Default("60s")
        String lead,

        @JsonPropertyDescription("Watts in a second that raises may add. Not set: no limit.")
        @Min(value = 0, inclusive = false) @Nullable Double rampWattsPerSecond,

        @JsonPropertyDescription("How long after a raise of one target no other is raised. Default: 0s.")
        @Pattern(DurationText.PATTERN) @Default("0s")
        String stagger)
        implements Part {

    public static final Timers DEFAULTS = new Timers(null, null, null, null, null, null, null, null, null, null, null);

    public Timers(
            @Nullable String controlInterval,
            @Nullable String exporterInterval,
            @Nullable String scrapeInterval,
            @Nullable String hpaSync,
            @Nullable String apiLatency,
            @Nullable String hold,
            @Nullable String raiseInterval,
            @Nullable Integer maxRaisePerStep,
            @Nullable String lead,
            @Nullable Double rampWattsPerSecond,
            @Nullable String stagger) {
        this.controlInterval = requireNonNullElse(controlInterval, "15s");
        this.exporterInterval = requireNonNullElse(exporterInterval, "30s");
        this.scrapeInterval = requireNonNullElse(scrapeInterval, "15s");
        this.hpaSync = requireNonNullElse(hpaSync, "15s");
        this.apiLatency = requireNonNullElse(apiLatency, "1s");
        this.hold = requireNonNullElse(hold, "60s");
        this.raiseInterval = requireNonNullElse(raiseInterval, "15s");
        this.maxRaisePerStep = requireNonNullElse(maxRaisePerStep, 1);
        this.lead = requireNonNullElse(lead, "60s");
        this.rampWattsPerSecond = rampWattsPerSecond;
        this.stagger = requireNonNullElse(stagger, "0s");
    }

    /** Time from one decision to the next. */
    public Duration control() {
        return DurationText.parse(controlInterval);
    }

    /**
     * The guard rails of the controller; a reading above {@link GuardRails#DEFAULTS}' multiple of what pods can draw is
     * implausible.
     *
     * @param maximumAge of a reading, see {@link Measurement#maximumAge()}
     * @throws IllegalArgumentException if a time is not one, or out of range
     */
    public GuardRails guardRails(String maximumAge) {
        return new GuardRails(
                DurationText.nanos(maximumAge),
                DurationText.nanos(hold),
                GuardRails.DEFAULTS.plausibleFactor(),
                maxRaisePerStep,
                DurationText.nanos(raiseInterval),
                DurationText.nanos(lead),
                rampWattsPerSecond == null ? Double.POSITIVE_INFINITY : rampWattsPerSecond,
                DurationText.nanos(stagger));
    }
}
