package dev.capstan.bridge.resource;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.capstan.bridge.install.InstallManifests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The chart is the files of {@code deploy/kustomize} with its values in them. With {@code -Dcapstan.write=true} it is written anew. */
final class HelmChartTest {

    private static final Path KUSTOMIZE = Path.of("../deploy/kustomize");
    private static final Path CHART = Path.of("../deploy/helm/capstan");

    private static final String NAMESPACE = "namespace: " + InstallManifests.NAMESPACE;
    private static final String IMAGE = "image: capstan:0.1.0";
    private static final String REPLICAS = "replicas: 2";
    private static final String RESOURCES = """
                      resources:
                        requests:
                          cpu: 100m
                          memory: 384Mi
                        limits:
                          memory: 384Mi
            """;

    @Test
    void templatesAreTheManifests() throws IOException {
        // Helm makes the namespace, if at all.
        String account =
                Files.readString(KUSTOMIZE.resolve("base/namespace.yaml")).split("---\n", -1)[1];
        holds("account", namespaced(account));
        holds("role", namespaced(Files.readString(KUSTOMIZE.resolve("base/role.yaml"))));
        String deployment = namespaced(Files.readString(KUSTOMIZE.resolve("base/deployment.yaml")));
        deployment = replace(deployment, IMAGE, "image: {{ .Values.image | quote }}");
        deployment = replace(deployment, REPLICAS, "replicas: {{ .Values.replicas }}");
        deployment = replace(
                deployment,
                RESOURCES,
                "          resources:\n            {{- toYaml .Values.resources | nindent 12 }}\n");
        holds("deployment", deployment);
        for (String lever : InstallManifests.LEVERS) {
            String role = namespaced(Files.readString(KUSTOMIZE.resolve("levers/" + lever + ".yaml")));
            holds("lever-" + lever, "{{- if has \"" + lever + "\" .Values.levers }}\n" + role + "{{- end }}\n");
        }
        try (Stream<Path> files = Files.list(CHART.resolve("templates"))) {
            assertThat(files).hasSize(3 + InstallManifests.LEVERS.size());
        }
    }

    @Test
    void valuesAreTheManifests() throws IOException {
        JsonNode values = Caps.YAML.readTree(Files.readString(CHART.resolve("values.yaml")));
        JsonNode deployment = Caps.documents(Files.readString(KUSTOMIZE.resolve("base/deployment.yaml")))
                .get(0);
        JsonNode container = deployment.at("/spec/template/spec/containers/0");
        assertThat(values.path("image")).isEqualTo(container.path("image"));
        assertThat(values.path("resources")).isEqualTo(container.path("resources"));
        assertThat(values.path("replicas")).isEqualTo(deployment.at("/spec/replicas"));
        assertThat(texts(values.path("levers"))).isEqualTo(InstallManifests.LEVERS);
        JsonNode schema = Caps.YAML.readTree(Files.readString(CHART.resolve("values.schema.json")));
        assertThat(texts(schema.at("/properties/levers/items/enum"))).isEqualTo(InstallManifests.LEVERS);
    }

    private static List<String> texts(JsonNode array) {
        return Caps.YAML.convertValue(
                array, Caps.YAML.getTypeFactory().constructCollectionType(List.class, String.class));
    }

    private static String namespaced(String manifest) {
        return replace(manifest, NAMESPACE, "namespace: {{ .Release.Namespace }}");
    }

    private static String replace(String text, String manifest, String template) {
        assertThat(text).contains(manifest);
        return text.replace(manifest, template);
    }

    private static void holds(String name, String template) throws IOException {
        Path committed = CHART.resolve("templates/" + name + ".yaml");
        if (Boolean.getBoolean("capstan.write")) {
            Files.writeString(committed, template);
        }
        assertThat(Files.readString(committed))
                .as("%s; -Dcapstan.write=true writes it anew", committed)
                .isEqualTo(template);
    }
}
