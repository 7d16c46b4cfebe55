package dev.capstan.bridge.prometheus;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * One series of an answer.
 *
 * <p><b>Caveats.</b> The arrays are shared, not copied: nobody may write to them.
 *
 * @param labels sorted by name
 * @param epochMillis times of the samples
 * @param values as Prometheus has them: may be NaN or infinite
 */
public record PrometheusSeries(Map<String, String> labels, long[] epochMillis, double[] values) {

    public PrometheusSeries {
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
        if (epochMillis.length != values.length) {
            throw new IllegalArgumentException(
                    "a series needs as many values as times, has " + values.length + " and " + epochMillis.length);
        }
    }
}
