package dev.capstan.bridge.resource;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The cap: a base, and what may lower it for a time. The lowest that applies counts. */
@ValidationRule(
        value = "has(self.watts) != has(self.percentOfPeak)",
        message =
                "give exactly one of watts (such as 12000) and percentOfPeak (such as {percent: 80, peakWatts: 15000})")
public record Limit(
        @JsonPropertyDescription("The base in watts.") @Min(value = 0, inclusive = false) @Nullable Double watts,

        @JsonPropertyDescription("The base as a part of a peak, in place of watts.") @Nullable PercentOfPeak percentOfPeak,

        @JsonPropertyDescription("Lower caps at times of the week.") @Size(max = 64) List<ScheduleEntry> schedule,

        @JsonPropertyDescription("Lower caps that are announced once, such as demand response.") @Size(max = 64) List<Event> events,

        @JsonPropertyDescription("Carbon intensity of the grid, and what the services may emit.") @Nullable Carbon carbon)
        implements Part {

    static final String INSTANT =
            "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$";

    private static final String TIME_OF_DAY = "^([01][0-9]|2[0-3]):[0-5][0-9]$";

    public Limit {
        schedule = schedule == null ? List.of() : List.copyOf(schedule);
        events = events == null ? List.of() : List.copyOf(events);
    }

    /** A part of a peak that is known, or that Prometheus has seen. */
    @ValidationRule(
            value = "has(self.peakWatts) != has(self.peakOver)",
            message = "give exactly one of peakWatts (such as 15000) and peakOver (such as 30d, the highest power that"
                    + " Prometheus has seen in that time)")
    public record PercentOfPeak(
            @JsonPropertyDescription("Percent of the peak.") @Required @Min(value = 0, inclusive = false) @Max(100) Double percent,

            @JsonPropertyDescription("The peak in watts.") @Min(value = 0, inclusive = false) @Nullable Double peakWatts,

            @JsonPropertyDescription(
                    "The peak is the highest power in this span of time until now, such as 30d, as Prometheus has it.")
            @Pattern(DurationText.PATTERN) @Nullable String peakOver)
            implements Part {}

    /** A lower cap at times of the week. */
    @ValidationRule(
            value = "has(self.watts) != has(self.percent)",
            message = "give exactly one of watts (such as 9000) and percent (of the base limit, such as 75)")
    public record ScheduleEntry(
            @JsonPropertyDescription("Name in reasons and messages.") @Required @Size(min = 1, max = 63) String name,

            @JsonPropertyDescription("Days on which it begins. Default: every day.") @Size(max = 7) List<Day> days,

            @JsonPropertyDescription("Time of day at which it begins, such as 17:00.") @Required @Pattern(TIME_OF_DAY) String from,

            @JsonPropertyDescription("Time of day at which it ends, such as 20:30; not after from: on the next day.")
            @Required
            @Pattern(TIME_OF_DAY) String to,

            @JsonPropertyDescription("Time zone of the IANA database, such as Europe/Berlin. Default: UTC.")
            @Size(min = 1, max = 64) String timeZone,

            @JsonPropertyDescription("The cap in watts.") @Min(value = 0, inclusive = false) @Nullable Double watts,

            @JsonPropertyDescription("The cap in percent of the base limit.")
            @Min(value = 0, inclusive = false) @Max(100) @Nullable Double percent)
            implements Part {

        public ScheduleEntry {
            days = days == null || days.isEmpty() ? List.of(Day.values()) : List.copyOf(days);
            timeZone = timeZone == null ? "UTC" : timeZone;
        }
    }

    /** A day of the week. */
    public enum Day {
        @JsonProperty("Mon")
        MONDAY,
        @JsonProperty("Tue")
        TUESDAY,
        @JsonProperty("Wed")
        WEDNESDAY,
        @JsonProperty("Thu")
        THURSDAY,
        @JsonProperty("Fri")
        FRIDAY,
        @JsonProperty("Sat")
        SATURDAY,
        @JsonProperty("Sun")
        SUNDAY
    }

    /** A lower cap from one instant to another. */
    public record Event(
            @JsonPropertyDescription("Name in reasons and messages. Default: event.") @Size(max = 63) String name,

            @JsonPropertyDescription("When it begins, such as 2027-01-31T17:00:00Z.")
            @Required
            @JsonFormat(shape = JsonFormat.Shape.STRING)
            @SchemaFrom(type = String.class)
            @Pattern(INSTANT) Instant from,

            @JsonPropertyDescription("When it ends, after from.")
            @Required
            @JsonFormat(shape = JsonFormat.Shape.STRING)
            @SchemaFrom(type = String.class)
            @Pattern(INSTANT) Instant to,

            @JsonPropertyDescription("The cap in watts.") @Required @Min(value = 0, inclusive = false) Double watts)
            implements Part {

        public Event {
            name = name == null ? "event" : name;
        }
    }
}
