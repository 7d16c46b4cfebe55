package dev.capstan.bridge.importer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * PowerCappingConfig and PowerCappingPolicy of Climatik. Fields and spellings are those of the definitions, samples and
 * documents of Climatik-Project up to commit c212a7b.
 */
final class ClimatikImport {

    private static final List<String> REFS =
            List.of("scaledObjectRefs", "scaleObjectRefs", "scaledObjectRef", "scaleObjectRef");

    private static final Set<String> KNOWN = Set.of(
            "powerCapLimit",
            "scaledObjectRefs",
            "scaleObjectRefs",
            "scaledObjectRef",
            "scaleObjectRef",
            "deploymentName",
            "metrics",
            "selector",
            "cappingThreshold",
            "customAlgorithms",
            "customAlgorithm",
            "performancePowerRatio",
            "rackConstraints",
            "workloadType",
            "efficiencyLevel",
            "powerCappingSpec",
            "temperatureThresholdSpec");

    private final Draft draft;
    private final JsonNode spec;

    ClimatikImport(Draft draft) {
        this.draft = draft;
        this.spec = draft.source();
    }

    void read() {
        limit();
        targets();
        prometheus();
        dropped();
        draft.dropUnknown(KNOWN);
        draft.note(
                "Climatik gives each service the whole cap, by watts of the whole service; Capstan shares it out once, by"
                        + " worst case of a replica, and puts the maximum of replicas back when the PowerCap goes. To rehearse what"
                        + " Climatik did, use policy climatik-shipped or climatik-documented.");
    }

    private void limit() {
        JsonNode capping = spec.path("powerCappingSpec");
        double watts = Double.NaN;
        String from = "";
        if (spec.has("powerCapLimit")) {
            from = "spec.powerCapLimit";
            watts = draft.positive(from, spec.path("powerCapLimit"));
        }
        JsonNode absolute = capping.at("/absolutePowerCapInWatts/powerCapInWatts");
        switch (capping.path("kind").asText()) {
            case "AbsolutePowerCapInWatts" -> {
                String path = "spec.powerCappingSpec.absolutePowerCapInWatts.powerCapInWatts";
                double other = draft.positive(path, absolute);
                if (!from.isEmpty() && watts != other) {
                    draft.error(
                            path,
                            "is " + absolute + " W, and powerCapLimit is " + spec.path("powerCapLimit")
                                    + " W. Keep one of them.");
                }
                from = path;
                watts = other;
            }
            case "RelativePowerCapOfPeakPowerConsumptionInPercentage" -> ofPeak(capping);
            case "RelativePowerCappingOfAveragePowerConsumptionInPercentage" ->
                draft.error(
                        "spec.powerCappingSpec.kind",
                        "is a part of an average, which falls with every cap. Give watts, or" + " a part of the peak.");
            case "", "NoPowerCappingSpec" -> {}
            default ->
                draft.error(
                        "spec.powerCappingSpec.kind",
                        "is \"" + capping.path("kind").asText() + "\", which Climatik does not define.");
        }
        double threshold = threshold(from, watts);
        if (!Double.isNaN(threshold)) {
            draft.spec.putObject("limit").put("watts", threshold);
        } else if (from.isEmpty() && !draft.spec.has("limit")) {
            draft.error(
                    "spec",
                    "has no limit: neither powerCapLimit nor powerCappingSpec nor a threshold of metrics. Add"
                            + " powerCapLimit in watts.");
        }
    }

    /** The limit, or what a metric has in its place. */
    private double threshold(String from, double watts) {
        JsonNode metrics = spec.path("metrics");
        for (int i = 0; i < metrics.size(); i++) {
            String path = "spec.metrics[" + i + "].threshold";
            JsonNode threshold = metrics.get(i).path("threshold");
            if (threshold.isMissingNode()) {
                continue;
            }
            if (from.isEmpty() && !draft.spec.has("limit")) {
                draft.note(path + " became limit.watts.");
                return draft.positive(path, threshold);
            }
            draft.note(path + " was dropped: the limit is given elsewhere.");
        }
        return watts;
    }

    private void ofPeak(JsonNode capping) {
        JsonNode relative = capping.path("relativePowerCapInPercentage");
        if (spec.has("powerCapLimit")) {
            draft.error(
                    "spec.powerCappingSpec",
                    "is a part of a peak, and powerCapLimit is given as well. Keep one of them.");
            return;
        }
        double percent = draft.positive(
                "spec.powerCappingSpec.relativePowerCapInPercentage.powerCapPercentage",
                relative.path("powerCapPercentage"));
        draft.spec
                .putObject("limit")
                .putObject("percentOfPeak")
                .put("percent", percent)
                .put("peakOver", "7d");
        draft.note(
                "powerCappingSpec became a part of the highest power of the last 7 days, in place of a sampleWindow of "
                        + relative.path("sampleWindow").asText("?")
                        + " s, in which the peak would fall as the cap lowers the power.");
    }

    private void targets() {
        JsonNode refs = null;
        String spelling = "";
        for (String name : REFS) {
            JsonNode found = spec.path(name);
            if (found.isMissingNode()) {
                continue;
            }
            if (refs != null && !refs.equals(found)) {
                draft.error("spec." + name, "differs from spec." + spelling + ". Keep one of them.");
            }
            refs = found;
            spelling = name;
        }
        if (refs != null) {
            for (int i = 0; i < Math.max(1, refs.size()); i++) {
                JsonNode ref = refs.isArray() ? refs.path(i) : refs;
                ref("spec." + spelling + (refs.isArray() ? "[" + i + "]" : ""), ref);
                if (!refs.isArray()) {
                    break;
                }
            }
            if (spec.has("deploymentName")) {
                draft.note("spec.deploymentName was dropped: Climatik looks at it only where there are no references.");
            }
        } else if (spec.has("deploymentName")) {
            draft.target(
                    "spec.deploymentName",
                    "Deployment",
                    "",
                    spec.path("deploymentName").asText(),
                    "");
        } else if (spec.has("selector")) {
            selector();
        } else {
            draft.error("spec", "names no targets: " + String.join(", ", REFS) + " or deploymentName.");
        }
    }

    private void ref(String path, JsonNode ref) {
        JsonNode metadata = ref.has("metadata") ? ref.path("metadata") : ref;
        String kind = ref.path("kind").asText("ScaledObject");
        String apiVersion = ref.path("apiVersion").asText();
        if (kind.equals("ScaleObject")) {
            kind = "ScaledObject";
            draft.note(path + ".kind was ScaleObject; KEDA's kind is ScaledObject.");
        }
        draft.target(
                path + ".metadata.name",
                kind,
                apiVersion,
                metadata.path("name").asText(),
                metadata.path("namespace").asText());
    }

    private void selector() {
        JsonNode labels =
                spec.at("/selector/matchLabels").isObject() ? spec.at("/selector/matchLabels") : spec.path("selector");
        ObjectNode selector = draft.target().putObject("selector");
        selector.put("kind", "Deployment").set("matchLabels", labels.deepCopy());
        draft.note(
                "spec.selector meant pods; it became the Deployments with these labels. Look whether they have them, and"
                        + " change the kind if something else owns the pods.");
    }

    private void prometheus() {
        String url = null;
        JsonNode metrics = spec.path("metrics");
        for (int i = 0; i < metrics.size(); i++) {
            JsonNode metric = metrics.get(i);
            if (metric.path("type")
                    .asText("Prometheus")
                    .toLowerCase(Locale.ROOT)
                    .equals("prometheus")) {
                String address = metric.path("prometheusAddress").asText();
                url = url == null && !address.isEmpty() ? address : url;
                if (metric.has("query")) {
                    draft.note("spec.metrics[" + i + "].query was dropped ("
                            + metric.path("query").asText()
                            + "): power is read from dcgm-exporter. For a query of your own use measurement.source: custom,"
                            + " with a count and an age beside it, so that lost series are noticed.");
                }
            } else {
                draft.note("spec.metrics[" + i + "] was dropped: only Prometheus can be asked.");
            }
        }
        draft.prometheus(url);
    }

    private void dropped() {
        for (String label : List.of("workloadType", "efficiencyLevel")) {
            if (spec.has(label)) {
                String value = spec.path(label).asText().toLowerCase(Locale.ROOT);
                draft.label(label.equals("workloadType") ? "workload-type" : "efficiency-level", value);
                draft.note("spec." + label + " became a label; nothing acts on it.");
            }
        }
        drop("cappingThreshold", "Capstan plans by the worst case and acts before the limit is reached");
        drop("customAlgorithms", "algorithms are named in Climatik, not defined. Choose one of capstan policies");
        drop("customAlgorithm", "algorithms are named in Climatik, not defined. Choose one of capstan policies");
        drop("performancePowerRatio", "no policy holds such a ratio");
        drop("rackConstraints", "a PowerCap has one limit. Make one for each rack, with the targets that run in it");
        JsonNode temperature = spec.path("temperatureThresholdSpec");
        if (!Set.of("", "NoTemperatureThreshold")
                .contains(temperature.path("kind").asText())) {
            draft.note("spec.temperatureThresholdSpec was dropped: Capstan knows no temperatures.");
        }
    }

    private void drop(String name, String why) {
        if (spec.has(name)) {
            draft.note("spec." + name + " was dropped: " + why + ".");
        }
    }
}
