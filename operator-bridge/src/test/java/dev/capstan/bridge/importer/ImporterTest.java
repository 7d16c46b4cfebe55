package dev.capstan.bridge.importer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Manifests of our own writing, in every spelling that was published. */
final class ImporterTest {

    private static final ImportSettings SETTINGS = new ImportSettings("http://prometheus:9090", 700.0);

    private static final String CLIMATIK = """
            apiVersion: climatik-project.io/v1alpha1
            kind: PowerCappingConfig
            metadata: {name: team, namespace: llm}
            spec:
              powerCapLimit: 5000
              scaledObjectRefs:
              - apiVersion: keda.sh/v1alpha1
                kind: ScaledObject
                metadata: {name: chat}
            """;

    private static Imported only(String yaml) throws IOException {
        assertThat(Importer.read(yaml, SETTINGS)).hasSize(1);
        return Importer.read(yaml, SETTINGS).get(0);
    }

    @ParameterizedTest
    @CsvSource({
        "climatik-project.io/v1alpha1, PowerCappingConfig",
        "climatik-project.io/v1, PowerCappingConfig",
        "powercapping.climatik-project.ai/v1, PowerCappingConfig",
        "powercapping.climatik-project.ai/v1alpha1, PowerCappingConfig",
        "powercapping.climatik-project.io/v1alpha1, PowerCappingConfig",
        "powercapping.llm-serving.io/v1, PowerCappingConfig",
        "powercapping.example.com/v1, PowerCappingConfig",
        "climatik.io/v1alpha1, PowerCappingPolicy",
        "climatik.climatik.io/v1alpha1, PowerCappingPolicy",
        "powercapping.example.com/v1alpha1, PowerCappingPolicy"
    })
    void everyGroupOfClimatikIsTaken(String apiVersion, String kind) throws IOException {
        Imported imported = only(
                CLIMATIK.replace("climatik-project.io/v1alpha1", apiVersion).replace("PowerCappingConfig", kind));
        assertThat(imported.errors()).isEmpty();
        assertThat(imported.resource().at("/spec/limit/watts").asDouble()).isEqualTo(5000);
        assertThat(imported.resource().at("/spec/mode").asText()).isEqualTo("Recommend");
        assertThat(imported.resource().at("/metadata/namespace").asText()).isEqualTo("llm");
    }

    @ParameterizedTest
    @ValueSource(strings = {"scaledObjectRefs", "scaleObjectRefs", "scaledObjectRef", "scaleObjectRef"})
    void everySpellingOfReferencesIsTaken(String spelling) throws IOException {
        Imported imported =
                only(CLIMATIK.replace("scaledObjectRefs", spelling).replace("kind: ScaledObject", "kind: ScaleObject"));
        assertThat(imported.errors()).isEmpty();
        assertThat(imported.resource().at("/spec/targets/0/ref/kind").asText()).isEqualTo("ScaledObject");
        assertThat(imported.resource().at("/spec/targets/0/ref/name").asText()).isEqualTo("chat");
        assertThat(imported.notes()).anyMatch(note -> note.contains("KEDA's kind is ScaledObject"));
    }

    @Test
    void twoSpellingsThatDifferAreAnError() throws IOException {
        String same = CLIMATIK
                + "  scaleObjectRefs:\n  - {apiVersion: keda.sh/v1alpha1, kind: ScaledObject, metadata: {name: chat}}\n";
        assertThat(only(same).errors()).isEmpty();
        assertThat(only(same.replaceFirst("(?s)(scaleObjectRefs.*name: )chat", "$1code"))
                        .errors())
                .singleElement()
                .satisfies(issue -> {
                    assertThat(issue.path()).isEqualTo("spec.scaleObjectRefs");
                    assertThat(issue.message()).contains("differs from spec.scaledObjectRefs");
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0                            | must be above 0, was 0
            '<power_cap_limit_in_watts>' | It is a placeholder
            """)
    void limitsThatAreNoneAreErrorsThatNameTheField(String limit, String message) throws IOException {
        assertThat(only(CLIMATIK.replace("5000", limit)).errors()).anySatisfy(issue -> {
            assertThat(issue.path()).isEqualTo("spec.powerCapLimit");
            assertThat(issue.message()).contains(message);
        });
    }

    @Test
    void deploymentsAndThresholdsOfMetricsAreTaken() throws IOException {
        Imported imported = Importer.read("""
                        kind: PowerCappingConfig
                        metadata: {name: a}
                        spec:
                          deploymentName: vllm
                          metrics:
                          - {type: Prometheus, prometheusAddress: "http://prom:9090", query: "sum(dcgm_power_usage)", threshold: 900}
                        """, new ImportSettings(null, 300.0)).get(0);
        assertThat(imported.errors()).isEmpty();
        assertThat(imported.resource().at("/spec/limit/watts").asDouble()).isEqualTo(900);
        assertThat(imported.resource().at("/spec/targets/0/ref/kind").asText()).isEqualTo("Deployment");
        assertThat(imported.resource().at("/spec/measurement/prometheus/url").asText())
                .isEqualTo("http://prom:9090");
        assertThat(imported.notes()).anyMatch(note -> note.contains("sum(dcgm_power_usage)"));
    }

    @Test
    void partsOfAPeakAreTakenAndThoseOfAnAverageAreNot() throws IOException {
        String peak = """
                kind: PowerCappingConfig
                metadata: {name: a}
                spec:
                  deploymentName: vllm
                  powerCappingSpec:
                    kind: RelativePowerCapOfPeakPowerConsumptionInPercentage
                    relativePowerCapInPercentage: {powerCapPercentage: 80, sampleWindow: 60}
                """;
        Imported imported = only(peak);
        assertThat(imported.errors()).isEmpty();
        assertThat(imported.resource().at("/spec/limit/percentOfPeak/percent").asDouble())
                .isEqualTo(80);
        assertThat(imported.notes()).anyMatch(note -> note.contains("sampleWindow of 60 s"));
        assertThat(only(peak.replace("RelativePowerCapOfPeak", "RelativePowerCappingOfAverage"))
                        .errors())
                .anySatisfy(issue -> assertThat(issue.path()).isEqualTo("spec.powerCappingSpec.kind"));
    }

    @Test
    void policiesWithASelectorTakeTheDeployments() throws IOException {
        Imported imported = only("""
                apiVersion: climatik.io/v1alpha1
                kind: PowerCappingPolicy
                metadata: {name: a, namespace: llm}
                spec:
                  powerCapLimit: 1000
                  selector: {matchLabels: {app: vllm}}
                  cappingThreshold: 80
                  customAlgorithms: [{name: magic, parameters: {a: b}}]
                  rackConstraints: [{rackId: r1, maxPower: 900}]
                  efficiencyLevel: High
                  temperatureThresholdSpec: {kind: AbsoluteTemperatureThresholdInCelsius}
                  colour: red
                """);
        assertThat(imported.errors()).isEmpty();
        assertThat(imported.resource()
                        .at("/spec/targets/0/selector/matchLabels/app")
                        .asText())
                .isEqualTo("vllm");
        assertThat(imported.resource()
                        .at("/metadata/labels/capstan.dev~1efficiency-level")
                        .asText())
                .isEqualTo("high");
        for (String field : new String[] {
            "selector",
            "cappingThreshold",
            "customAlgorithms",
            "rackConstraints",
            "efficiencyLevel",
            "temperatureThresholdSpec",
            "colour"
        }) {
            assertThat(imported.notes()).anyMatch(note -> note.startsWith("spec." + field + " "));
        }
    }

    @Test
    void targetsOfOtherNamespacesMakeItAClusterPowerCap() throws IOException {
        Imported imported = only(CLIMATIK + "  - {kind: ScaledObject, metadata: {name: code, namespace: other}}\n");
        assertThat(imported.errors()).isEmpty();
        assertThat(imported.resource().path("kind").asText()).isEqualTo("ClusterPowerCap");
        assertThat(imported.resource().at("/spec/targets/0/ref/namespace").asText())
                .isEqualTo("llm");
        assertThat(imported.resource().at("/spec/targets/1/ref/namespace").asText())
                .isEqualTo("other");
    }

    @Test
    void whatNobodyCanKnowIsAskedFor() throws IOException {
        assertThat(Importer.read(CLIMATIK, new ImportSettings(null, null))
                        .get(0)
                        .errors())
                .extracting(Object::toString)
                .anyMatch(error -> error.contains("--prometheus"))
                .anyMatch(error -> error.contains("--replica-watts"));
    }

    private static final String AZURE = """
            apiVersion: carbonaware.kubernetes.azure.com/v1alpha1
            kind: CarbonAwareKedaScaler
            metadata: {name: carbon, namespace: llm}
            spec:
              kedaTarget: scaledobjects.keda.sh
              kedaTargetRef: {name: chat, namespace: llm}
              carbonIntensityForecastDataSource:
                localConfigMap: {name: carbon-intensity, namespace: kube-system, key: data}
              maxReplicasByCarbonIntensity:
              - {carbonIntensityThreshold: 571, maxReplicas: 0}
              - {carbonIntensityThreshold: 437, maxReplicas: 10}
              ecoModeOff:
                maxReplicas: 12
                carbonIntensityDuration: {carbonIntensityThreshold: 555, overrideEcoAfterDurationInMins: 45}
                recurringSchedule: ["* 23 * * 1-5"]
            ---
            """;

    @Test
    void azureKeepsItsTable() throws IOException {
        Imported imported = only(AZURE);
        assertThat(imported.errors()).isEmpty();
        assertThat(imported.resource().at("/spec/policy/name").asText()).isEqualTo("azure-carbon-buckets");
        assertThat(imported.resource().at("/spec/policy/parameters").toString())
                .isEqualTo("{\"threshold_1\":437.0,\"replicas_1\":10,\"threshold_2\":571.0,\"replicas_2\":1,"
                        + "\"threshold_3\":571.0,\"replicas_3\":1,\"off_replicas\":12,\"high_minutes\":45.0,"
                        + "\"high_intensity\":555.0}");
        // 12 replicas of 700 W.
        assertThat(imported.resource().at("/spec/limit/watts").asDouble()).isEqualTo(8400);
        assertThat(imported.resource().at("/spec/limit/carbon/onMissing").asText())
                .isEqualTo("Base");
        assertThat(imported.notes())
                .anyMatch(note -> note.contains("KEDA from 2.20"))
                .anyMatch(note -> note.contains("recurringSchedule"));
    }

    @Test
    void azuresJobsAndDurationsOfZeroAreErrors() throws IOException {
        assertThat(only(AZURE.replace("scaledobjects", "scaledjobs")).errors())
                .anySatisfy(issue -> assertThat(issue.path()).isEqualTo("spec.kedaTarget"));
        assertThat(only(AZURE.replace("InMins: 45", "InMins: 0")).errors())
                .anySatisfy(issue -> assertThat(issue.path()).endsWith("overrideEcoAfterDurationInMins"));
    }

    @Test
    void otherKindsAreNamed() throws IOException {
        assertThat(only("kind: Pod\nmetadata: {name: a}\n").errors())
                .anySatisfy(issue ->
                        assertThat(issue.toString()).contains("kind: must be PowerCappingConfig", "was \"Pod\""));
    }
}
