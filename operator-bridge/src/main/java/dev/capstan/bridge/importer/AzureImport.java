package dev.capstan.bridge.importer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** CarbonAwareKedaScaler of Azure/carbon-aware-keda-operator, as of commit 275783d. */
final class AzureImport {

    private static final int MOST_BUCKETS = 3;

    private static final Set<String> KNOWN = Set.of(
            "kedaTarget",
            "kedaTargetRef",
            "carbonIntensityForecastDataSource",
            "maxReplicasByCarbonIntensity",
            "ecoModeOff");

    private final Draft draft;
    private final JsonNode spec;

    AzureImport(Draft draft) {
        this.draft = draft;
        this.spec = draft.source();
    }

    void read() {
        if (spec.path("kedaTarget").asText().equals("scaledjobs.keda.sh")) {
            draft.error(
                    "spec.kedaTarget",
                    "is scaledjobs.keda.sh: jobs have no number of replicas to hold. Only"
                            + " scaledobjects.keda.sh can be imported.");
        }
        JsonNode ref = spec.path("kedaTargetRef");
        draft.target(
                "spec.kedaTargetRef.name",
                "ScaledObject",
                "keda.sh/v1alpha1",
                ref.path("name").asText(),
                ref.path("namespace").asText());
        ObjectNode parameters = draft.spec
                .putObject("policy")
                .put("name", "azure-carbon-buckets")
                .putObject("parameters");
        double most = Math.max(buckets(parameters), off(parameters));
        limit(most);
        draft.prometheus(null);
        draft.dropUnknown(KNOWN);
        draft.note(
                "policy azure-carbon-buckets keeps the table as it was: an intensity of exactly 0 gets the dirtiest bucket,"
                        + " and it runs without guard rails, so that it may be recommended, not enforced. To enforce, set policy"
                        + " carbon-cap and limit.carbon.gramsPerHour.");
        draft.note(
                "The maximum of the ScaledObject is put back when the PowerCap goes; the operator of Azure leaves its own.");
    }

    private double buckets(ObjectNode parameters) {
        String path = "spec.maxReplicasByCarbonIntensity";
        JsonNode table = spec.path("maxReplicasByCarbonIntensity");
        if (table.isEmpty() || table.size() > MOST_BUCKETS) {
            draft.error(
                    path,
                    "must have from 1 to " + MOST_BUCKETS + " entries, has " + table.size() + ". Join neighbours.");
            return 0;
        }
        List<JsonNode> rows = new ArrayList<>();
        table.forEach(rows::add);
        rows.sort(Comparator.comparingDouble(
                row -> row.path("carbonIntensityThreshold").asDouble()));
        double most = 0;
        for (int i = 0; i < MOST_BUCKETS; i++) {
            // Fewer buckets than the policy has: the last one again, which is what it does above the last threshold.
            JsonNode row = rows.get(Math.min(i, rows.size() - 1));
            int replicas = replicas(path + ".maxReplicas", row.path("maxReplicas"));
            parameters.put(
                    "threshold_" + (i + 1), row.path("carbonIntensityThreshold").asDouble());
            parameters.put("replicas_" + (i + 1), replicas);
            most = Math.max(most, replicas);
        }
        return most;
    }

    private double off(ObjectNode parameters) {
        JsonNode off = spec.path("ecoModeOff");
        int replicas = replicas("spec.ecoModeOff.maxReplicas", off.path("maxReplicas"));
        parameters.put("off_replicas", replicas);
        JsonNode high = off.path("carbonIntensityDuration");
        parameters.put("high_minutes", 0);
        if (high.isObject()) {
            String path = "spec.ecoModeOff.carbonIntensityDuration.overrideEcoAfterDurationInMins";
            double minutes = draft.positive(path, high.path("overrideEcoAfterDurationInMins"));
            parameters.put("high_minutes", minutes);
            parameters.put(
                    "high_intensity", high.path("carbonIntensityThreshold").asDouble());
        }
        for (String schedule : List.of("customSchedule", "recurringSchedule")) {
            if (!off.path(schedule).isEmpty()) {
                draft.note("spec.ecoModeOff." + schedule + " was dropped: no policy lifts carbon buckets at set times."
                        + " Times of a lower cap go into limit.schedule and limit.events.");
            }
        }
        return replicas;
    }

    private int replicas(String path, JsonNode value) {
        if (!value.isIntegralNumber() || value.intValue() < 0) {
            draft.error(path, "must be a whole number of at least 0, was " + value + ".");
            return 0;
        }
        if (value.intValue() == 0) {
            draft.note(path + " of 0 became 1: KEDA from 2.20 on refuses a maximum of 0.");
        }
        return Math.max(1, value.intValue());
    }

    private void limit(double most) {
        ObjectNode limit = draft.spec.putObject("limit");
        double watts = most * draft.replicaPeakWatts();
        limit.put("watts", watts);
        draft.note("limit.watts is what " + Draft.number(most)
                + " replicas can draw, so that it never binds; the operator of Azure has no limit in watts.");
        ObjectNode carbon = limit.putObject("carbon");
        carbon.put("onMissing", "Base");
        draft.note("limit.carbon.onMissing is Base: without an intensity nothing is capped, as with Azure. Minimum and"
                + " minimumWatts fail safe instead.");
        JsonNode map = spec.at("/carbonIntensityForecastDataSource/localConfigMap");
        ObjectNode source = carbon.putObject("source").put("type", "file");
        source.putObject("configMapRef")
                .put("name", map.path("name").asText("carbon-intensity"))
                .put("key", map.path("key").asText("data"));
        if (map.has("namespace")) {
            draft.note("The ConfigMap " + map.path("name").asText() + " must lie in the namespace of the PowerCap, of a"
                    + " ClusterPowerCap in that of the operator; it was read in "
                    + map.path("namespace").asText() + ".");
        }
        if (spec.at("/carbonIntensityForecastDataSource/mockCarbonForecast").asBoolean()) {
            draft.note("mockCarbonForecast was dropped: the ConfigMap carbon-intensity is read. Give another source in"
                    + " limit.carbon.source.");
        }
    }
}
