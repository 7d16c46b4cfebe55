package dev.capstan.bridge.resource;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** What the services may emit, and where the carbon intensity of their electricity is read. */
@ValidationRule(
        value = "self.onMissing != 'Minimum' || has(self.minimumWatts)",
        message = "onMissing: Minimum needs minimumWatts, the cap to hold while no intensity is known (such as 6000)")
public record Carbon(
        @JsonPropertyDescription(
                "Grams of CO2-equivalent that may be emitted in an hour: the cap moves with the intensity, and is"
                        + " never above the base limit. Not set: the intensity is exported and given to the policy,"
                        + " and moves no cap.")
        @Min(value = 0, inclusive = false) @Nullable Double gramsPerHour,

        @JsonPropertyDescription(
                "Watts of the facility for each watt that is measured, for cooling and losses. Default: 1.")
        @Min(1) @Default("1")
        Double pue,

        @JsonPropertyDescription("Where the intensity is read.") @Required
        Source source,

        @JsonPropertyDescription(
                "The cap while no intensity is known or the last one is stale: Base is the base limit (fails open), Hold the"
                        + " last cap, Minimum is minimumWatts (fails safe).")
        @Required
        OnMissing onMissing,

        @JsonPropertyDescription("Watts below which carbon lowers no cap.") @Min(value = 0, inclusive = false) @Nullable Double minimumWatts,

        @JsonPropertyDescription("Age from which an intensity counts no more. Default: 2h.")
        @Pattern(DurationText.PATTERN) @Default("2h")
        String maximumAge)
        implements Part {

    public Carbon {
        pue = requireNonNullElse(pue, 1.0);
        maximumAge = requireNonNullElse(maximumAge, "2h");
    }

    /** What to do without an intensity. */
    public enum OnMissing {
        @JsonProperty("Base")
        BASE,
        @JsonProperty("Hold")
        HOLD,
        @JsonProperty("Minimum")
        MINIMUM
    }

    /** Who knows the intensity. */
    public enum Type {
        @JsonProperty("electricity-maps")
        ELECTRICITY_MAPS,
        @JsonProperty("watttime")
        WATTTIME,
        @JsonProperty("neso")
        NESO,
        @JsonProperty("file")
        FILE
    }

    /** A source of intensities with its login. */
    @ValidationRule(
            value = "self.type != 'electricity-maps' || (has(self.zone) && has(self.tokenSecretRef))",
            message = "type: electricity-maps needs zone (such as DE) and tokenSecretRef {name, key}")
    @ValidationRule(
            value = "self.type != 'watttime' || (has(self.region) && has(self.loginSecretRef))",
            message = "type: watttime needs region (such as CAISO_NORTH) and loginSecretRef {name}")
    @ValidationRule(
            value = "self.type != 'file' || has(self.configMapRef)",
            message = "type: file needs configMapRef {name, key}")
    public record Source(
            @JsonPropertyDescription(
                    "electricity-maps (average intensity), watttime (marginal), neso (Great Britain, no key) or file (a"
                            + " ConfigMap).")
            @Required
            Type type,

            @JsonPropertyDescription("Zone of Electricity Maps, such as DE; in quotes, for NO is false in YAML.")
            @Size(min = 1, max = 63) @Nullable String zone,

            @JsonPropertyDescription(
                    "Region of WattTime, such as CAISO_NORTH; of NESO a region id from 1 to 18, where not set all of"
                            + " Great Britain.")
            @Size(min = 1, max = 63) @Nullable String region,

            @JsonPropertyDescription("Secret with the token of Electricity Maps.") @Nullable KeyRef tokenSecretRef,

            @JsonPropertyDescription("Secret with user and password of WattTime.") @Nullable LoginRef loginSecretRef,

            @JsonPropertyDescription("Address in place of the source's own, such as that of a proxy.")
            @Pattern(Prometheus.URL) @Nullable String url,

            @JsonPropertyDescription(
                    "ConfigMap with intensities: JSON [{location, timestamp, duration in minutes, value in g/kWh}].")
            @Nullable KeyRef configMapRef)
            implements Part {}
}
