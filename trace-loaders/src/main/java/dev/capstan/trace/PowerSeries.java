package dev.capstan.trace;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One of the meters of a {@link PowerRecording}.
 *
 * @param name unique in its recording, such as a GPU's UUID or a node's name
 * @param labels what else the source says of it, such as {@code pod} or {@code hostname}; sorted by key
 * @param power its samples, all counted from the start of the recording
 * @param gaps spans in which the source has no sample or a sentinel; the last value before holds over them
 */
public record PowerSeries(String name, Map<String, String> labels, PowerTrace power, List<PowerRecording.Gap> gaps) {

    public PowerSeries {
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
        gaps = List.copyOf(gaps);
    }
}
