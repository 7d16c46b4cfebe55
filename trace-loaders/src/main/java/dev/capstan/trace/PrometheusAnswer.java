package dev.capstan.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The JSON answer of Prometheus to {@code query_range}: a matrix. */
final class PrometheusAnswer {

    private PrometheusAnswer() {}

    static PowerRecording read(Path file, Optional<PowerFormat.Prometheus> wanted) throws IOException {
        JsonDocument document = JsonDocument.read(file);
        JsonDocument.Value root = document.root();
        refuseFailure(root);
        JsonDocument.Value type = root.get("data").get("resultType");
        if (!type.text().equals("matrix")) {
            throw type.fault("resultType must be matrix, is '" + ByteLines.printable(type.text())
                    + "'. Maybe the answer is of /api/v1/query: ask /api/v1/query_range.");
        }
        PrometheusSeries series = new PrometheusSeries(wanted);
        Faults faults = new Faults(file);
        for (JsonDocument.Value one : root.get("data").get("result").items()) {
            faults.guard(() -> addSeries(one, series, wanted.isPresent(), faults));
        }
        faults.throwIfAny();
        return series.recording(file, PowerAssembly.GAP_IN_GRID_STEPS, document.origin());
    }

    private static void refuseFailure(JsonDocument.Value root) {
        JsonDocument.Value status = root.get("status");
        if (!status.text().equals("success")) {
            throw status.fault("status must be success, is '" + ByteLines.printable(status.text()) + "': "
                    + ByteLines.printable(
                            root.find("error").map(JsonDocument.Value::text).orElse("no error told"))
                    + ". Maybe the query is wrong or asked too much: ask again.");
        }
        Optional<JsonDocument.Value> warnings = root.find("warnings");
        if (warnings.isPresent() && !warnings.get().items().isEmpty()) {
            throw warnings.get()
                    .fault("there are warnings, so the answer may not be whole: "
                            + ByteLines.printable(warnings.get().items().get(0).text())
                            + ". Maybe a limit or a store that was down cut it: ask again.");
        }
    }

    private static void addSeries(JsonDocument.Value one, PrometheusSeries series, boolean told, Faults faults) {
        Map<String, String> labels = new TreeMap<>();
        one.get("metric").fields().forEach((name, value) -> labels.put(name, value.text()));
        if (!series.takes(labels.getOrDefault(PrometheusSeries.NAME, ""))) {
            throw one.fault("the series "
                    + (told ? "must be of the metric that was asked for" : "is not of a metric known to be in watts")
                    + ", has labels " + ByteLines.printable(labels.toString())
                    + ". Maybe state its metric and unit (--metric, --unit); an answer to an expression has none.");
        }
        if (one.find("histograms").isPresent()) {
            throw one.fault("histograms are not power. Maybe the query is of another metric.");
        }
        for (JsonDocument.Value sample : one.get("values").items()) {
            faults.guard(() -> addSample(sample, labels, series));
        }
    }

    private static void addSample(JsonDocument.Value sample, Map<String, String> labels, PrometheusSeries series) {
        long time = sample.items().size() == 2
                ? Decimals.nanos(sample.items().get(0).text(), 9)
                : -1;
        if (time < PowerCsv.FIRST_EPOCH_NANOS) {
            throw sample.fault("a sample must be [seconds since 1970, \"value\"]. Maybe the file was edited.");
        }
        series.add(labels, time, sample.items().get(1).text(), sample::fault);
    }
}
