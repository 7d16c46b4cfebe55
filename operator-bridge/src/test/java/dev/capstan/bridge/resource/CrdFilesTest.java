package dev.capstan.bridge.resource;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of {@code deploy/crds} are what the records say. With {@code -Dcapstan.write=true} they are written anew. */
final class CrdFilesTest {

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
            .build();

    @TempDir
    Path folder;

    @Test
    void filesAreWhatTheRecordsSay() throws IOException {
        new CRDGenerator()
                .customResourceClasses(PowerCap.class, ClusterPowerCap.class)
                .forCRDVersions("v1")
                .inOutputDir(folder.toFile())
                .generate();
        for (String file : ResourceDefinitions.FILES) {
            String plural = file.replace(".yaml", "");
            JsonNode crd = YAML.readTree(Files.readString(folder.resolve(plural + ".capstan.dev-v1.yml")));
            inTheOrderOfTheAnnotations((ObjectNode) crd.at("/spec/versions/0"));
            String text = YAML.writeValueAsString(crd);
            Path committed = Path.of("../deploy/crds", file);
            if (Boolean.getBoolean("capstan.write")) {
                Files.writeString(committed, text);
            }
            assertThat(Files.readString(committed))
                    .as("%s; -Dcapstan.write=true writes it anew", file)
                    .isEqualTo(text);
        }
    }

    /** The generator sorts columns by path; people read them from left to right. */
    private static void inTheOrderOfTheAnnotations(ObjectNode version) {
        Map<String, JsonNode> byName = new HashMap<>();
        version.path("additionalPrinterColumns")
                .forEach(column -> byName.put(column.path("name").asText(), column));
        ArrayNode sorted = version.putArray("additionalPrinterColumns");
        for (AdditionalPrinterColumn column : CapResource.class.getAnnotationsByType(AdditionalPrinterColumn.class)) {
            sorted.add(byName.get(column.name()));
        }
        assertThat(sorted).hasSize(byName.size());
    }

    @Test
    void everyFieldOfTheSpecIsDescribed() {
        for (String kind : List.of("PowerCap", "ClusterPowerCap")) {
            described(ResourceDefinitions.schema(kind).at("/properties/spec"), "spec");
        }
    }

    private static void described(JsonNode schema, String path) {
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            String at = path + "." + property.getKey();
            assertThat(property.getValue().path("description").asText()).as(at).endsWith(".");
            described(property.getValue(), at);
            described(property.getValue().path("items"), at + "[]");
        }
    }
}
