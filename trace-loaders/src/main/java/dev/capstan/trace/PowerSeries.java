package dev.capstan.trace;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One of the meters of a {@link PowerRecording}.
 *
 * @param name unique in its recording, such as a GPU's UUID or a node's name: one line, not empty, no blanks around it
 * @param labels what else the source says of it, such as {@code pod} or {@code hostname}; sorted by key
 * @param power its samples, all counted from the start of the recording
 * @param gaps spans in which the source has no sample or a sentinel, one after the other; the last value before holds over
 *     them, the first value over one at the beginning, and 0 W where there is no value at all
 */
public record PowerSeries(String name, Map<String, String> labels, PowerTrace power, List<PowerRecording.Gap> gaps) {

    public PowerSeries {
        if (!isOneLine(name)) {
            throw new IllegalArgumentException("the name of a power series must be one line of text, is '"
                    + ByteLines.printable(name) + "'. Maybe name the meter.");
        }
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
        gaps = List.copyOf(gaps);
        long last = 0;
        for (PowerRecording.Gap gap : gaps) {
            if (gap.fromNanos() < last || gap.toNanos() > power.endNanos()) {
                throw new IllegalArgumentException("gaps of " + name + " must lie one after the other within "
                        + Quantity.formatDuration(power.endNanos()) + ", one goes from "
                        + Quantity.formatDuration(gap.fromNanos()) + " to "
                        + Quantity.formatDuration(gap.toNanos()));
            }
            last = gap.toNanos();
        }
    }

    /**
     * The samples as a trace without gaps.
     *
     * @throws IllegalStateException if there are gaps, since held values would be taken for measured ones
     */
    public PowerTrace whole() {
        if (!gaps.isEmpty()) {
            PowerRecording.Gap first = gaps.get(0);
            throw new IllegalStateException(power.origin().path() + ": " + name + " has " + gaps.size()
                    + " gaps, the first (" + first.reason() + ") from "
                    + Quantity.formatDuration(first.fromNanos()) + " to " + Quantity.formatDuration(first.toNanos())
                    + ". Maybe use a span or meters without gaps.");
        }
        return power;
    }

    static boolean isOneLine(String text) {
        return !text.isEmpty()
                && text.strip().equals(text)
                && !ByteLines.UNPRINTABLE.matcher(text).find();
    }
}
