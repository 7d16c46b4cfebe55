package dev.capstan.report;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The course of a run in equal steps: the whole of it or stretches of it, packed.
 *
 * @param beginSeconds where step 0 begins
 * @param stretches first step and number of steps of each, in the order of time
 * @param series the values of all stretches, one after the other
 */
record Level(double beginSeconds, double stepSeconds, List<int[]> stretches, Map<String, PackedNumbers> series) {

    /** Steps of columns that hold the whole course. */
    static Level of(double begin, double step, List<int[]> stretches, Map<String, double[]> columns) {
        Map<String, PackedNumbers> series = new LinkedHashMap<>();
        columns.forEach((key, values) -> {
            if (Arrays.stream(values).anyMatch(Double::isFinite)) {
                series.put(key, PackedNumbers.of(parts(values, stretches)));
            }
        });
        return new Level(begin, step, List.copyOf(stretches), series);
    }

    private static double[] parts(double[] values, List<int[]> stretches) {
        double[] parts =
                new double[stretches.stream().mapToInt(stretch -> stretch[1]).sum()];
        int at = 0;
        for (int[] stretch : stretches) {
            System.arraycopy(values, stretch[0], parts, at, stretch[1]);
            at += stretch[1];
        }
        return parts;
    }

    int characters() {
        return series.values().stream().mapToInt(PackedNumbers::characters).sum();
    }

    boolean covers(double seconds) {
        return stretches.stream()
                .anyMatch(stretch -> beginSeconds + stretch[0] * stepSeconds <= seconds
                        && seconds <= beginSeconds + (stretch[0] + stretch[1]) * stepSeconds);
    }

    void writeTo(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeFieldName("begin");
        EmbeddedJson.number(json, beginSeconds);
        json.writeFieldName("step");
        EmbeddedJson.number(json, stepSeconds);
        json.writeArrayFieldStart("stretches");
        for (int[] stretch : stretches) {
            json.writeNumber(stretch[0]);
            json.writeNumber(stretch[1]);
        }
        json.writeEndArray();
        json.writeObjectFieldStart("series");
        for (Map.Entry<String, PackedNumbers> entry : series.entrySet()) {
            entry.getValue().writeTo(json, entry.getKey());
        }
        json.writeEndObject();
        json.writeEndObject();
    }
}
