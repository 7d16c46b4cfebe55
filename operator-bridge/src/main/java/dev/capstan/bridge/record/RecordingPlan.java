package dev.capstan.bridge.record;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * What to record when.
 *
 * @param recordings at least one, names unique
 * @param start of the span, whole milliseconds
 * @param end of the span, may lie ahead: then it is recorded as it comes
 * @param step between values, whole milliseconds
 */
public record RecordingPlan(List<Recording> recordings, Instant start, Instant end, Duration step) {

    private static final long MOST_POINTS = 20_000_000;

    /** @throws IllegalArgumentException for a value out of range */
    public RecordingPlan {
        recordings = List.copyOf(recordings);
        if (recordings.isEmpty()
                || recordings.stream().map(Recording::name).distinct().count() < recordings.size()) {
            throw new IllegalArgumentException("a plan needs at least one recording, each of its own name");
        }
        if (!start.equals(start.truncatedTo(ChronoUnit.MILLIS))
                || step.toMillis() < 1
                || !step.equals(step.truncatedTo(ChronoUnit.MILLIS))) {
            throw new IllegalArgumentException(
                    "start and step must be whole milliseconds, were " + start + " and " + step);
        }
        if (!end.isAfter(start) || Duration.between(start, end).toMillis() / step.toMillis() >= MOST_POINTS) {
            throw new IllegalArgumentException("the end must be after the start and give at most " + MOST_POINTS
                    + " points, was " + end + " after " + start + " with step " + step);
        }
    }

    /** Values of each series. */
    int points() {
        return (int) (Duration.between(start, end).toMillis() / step.toMillis()) + 1;
    }

    /** Time of a value. */
    Instant time(int point) {
        return start.plusMillis(point * step.toMillis());
    }
}
