package dev.capstan.bridge.prometheus;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * One sample of an answer.
 *
 * @param labels sorted by name
 * @param value as Prometheus has it: may be NaN or infinite
 */
public record InstantSample(Map<String, String> labels, double value) {

    public InstantSample {
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
    }

    /** The value of a label; empty where there is none, as Prometheus has it. */
    public String label(String name) {
        return labels.getOrDefault(name, "");
    }
}
