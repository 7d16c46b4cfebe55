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

/** How the power of the targets is read. */
@ValidationRule(
        value = "self.source != 'custom' || (has(self.query) && has(self.countQuery) && has(self.ageQuery))",
        message = "source: custom needs query (watts), countQuery (series) and ageQuery (seconds)")
@ValidationRule(
        value = "self.source == 'custom' || !(has(self.query) || has(self.countQuery) || has(self.ageQuery)"
                + " || has(self.serviceLabel))",
        message =
                "query, countQuery, ageQuery and serviceLabel are for source: custom only; drop them, or change the source")
public record Measurement(
        @JsonPropertyDescription("The Prometheus to ask.") @Required
        Prometheus prometheus,

        @JsonPropertyDescription(
                "Who measures: dcgm (dcgm-exporter), kepler, or custom (the queries given here). Default: dcgm.")
        @Default("dcgm")
        Source source,

        @JsonPropertyDescription(
                "gauge reads watts as they are, energy takes them from a counter over the window. Default: gauge.")
        @Default("gauge")
        Signal signal,

        @JsonPropertyDescription("Window of rate() for signal energy; at least two scrapes. Default: 1m.")
        @Pattern(DurationText.PATTERN) @Default("1m")
        String window,

        @JsonPropertyDescription(
                "Regular expression of node names: the domain is all GPUs of these nodes, also those of no target. Not set:"
                        + " the domain is the targets.")
        @Size(min = 1, max = 1024) @Nullable String nodes,

        @JsonPropertyDescription("Custom PromQL of the watts, one series for each service, or one for the domain.")
        @Size(min = 1, max = 4096) @Nullable String query,

        @JsonPropertyDescription("Custom PromQL of how many series have been summed up, with the same labels as query.")
        @Size(min = 1, max = 4096) @Nullable String countQuery,

        @JsonPropertyDescription(
                "Custom PromQL of the age of the oldest sample in seconds, such as max(time() - timestamp(plain_selector)).")
        @Size(min = 1, max = 4096) @Nullable String ageQuery,

        @JsonPropertyDescription(
                "Label of the custom queries that holds the name of a target. Not set: one value for the domain.")
        @Size(min = 1, max = 128) @Pattern("^[a-zA-Z_][a-zA-Z0-9_]*$") @Nullable String serviceLabel,

        @JsonPropertyDescription(
                "How many series there must be; fewer make the reading partial. Not set: GPUs of the pods present.")
        @Min(1) @Nullable Integer expectedSeries,

        @JsonPropertyDescription(
                "Age from which a reading is stale and no longer lends spare watts; more than exporter and scrape interval"
                        + " together. Default: 60s.")
        @Pattern(DurationText.PATTERN) @Default("60s")
        String maximumAge,

        @JsonPropertyDescription(
                "Watts under the limit that are in no reading, such as hosts and switches. Default: 0.")
        @Min(0) @Default("0")
        Double overheadWatts)
        implements Part {

    public Measurement {
        source = requireNonNullElse(source, Source.DCGM);
        signal = requireNonNullElse(signal, Signal.GAUGE);
        window = requireNonNullElse(window, "1m");
        maximumAge = requireNonNullElse(maximumAge, "60s");
        overheadWatts = requireNonNullElse(overheadWatts, 0.0);
    }

    /** Who measures. */
    public enum Source {
        @JsonProperty("dcgm")
        DCGM,
        @JsonProperty("kepler")
        KEPLER,
        @JsonProperty("custom")
        CUSTOM
    }

    /** What is read. */
    public enum Signal {
        @JsonProperty("gauge")
        GAUGE,
        @JsonProperty("energy")
        ENERGY
    }
}
