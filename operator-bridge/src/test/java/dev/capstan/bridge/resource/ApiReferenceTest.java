package dev.capstan.bridge.resource;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code docs/operator/api.md} is what the definitions say. With {@code -Dcapstan.write=true} it is written anew. */
final class ApiReferenceTest {

    private final StringBuilder page = new StringBuilder();
    private final List<String> rules = new ArrayList<>();

    @Test
    void pageIsWhatTheDefinitionsSay() throws IOException {
        JsonNode schema = ResourceDefinitions.schema("PowerCap");
        assertThat(ResourceDefinitions.schema("ClusterPowerCap")).isEqualTo(schema);
        page.append("# PowerCap and ClusterPowerCap\n\n")
                .append(
                        "`capstan.dev/v1alpha1`. Made from the resource definitions in `deploy/crds`; a test holds both together.\n")
                .append(
                        "`PowerCap` (`pcap`) is for targets in its own namespace, `ClusterPowerCap` (`cpcap`) for those of several;")
                .append(" their fields are the same.\n")
                .append("Durations are a number and one of `ms`, `s`, `m`, `h`, `d`, such as `15s`; times are as in")
                .append(" `2027-01-31T17:00:00Z`.\n\n## spec\n\n");
        table(schema.at("/properties/spec"), "spec");
        page.append("\n### Rules between fields\n\n")
                .append(
                        "API servers from 1.25 on refuse what breaks them; the operator reports them with condition `Ready` in any"
                                + " case.\n\n| field | rule |\n|---|---|\n");
        rules.forEach(page::append);
        page.append("\n## status\n\n");
        table(schema.at("/properties/status"), "status");
        Path committed = Path.of("../docs/operator/api.md");
        if (Boolean.getBoolean("capstan.write")) {
            Files.writeString(committed, page);
        }
        assertThat(Files.readString(committed))
                .as("%s; -Dcapstan.write=true writes it anew", committed)
                .isEqualTo(page.toString());
    }

    private void table(JsonNode schema, String path) {
        page.append("| field | type | default | meaning |\n|---|---|---|---|\n");
        rows(schema, path);
    }

    private void rows(JsonNode schema, String path) {
        schema.path("x-kubernetes-validations")
                .forEach(rule ->
                        rules.add("| `" + path + "` | " + rule.path("message").asText() + " |\n"));
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            JsonNode field = property.getValue();
            boolean list = field.path("type").asText().equals("array");
            JsonNode one = list ? field.path("items") : field;
            String at = path + "." + property.getKey() + (list ? "[]" : "");
            String fallback = required.contains(property.getKey())
                    ? "required"
                    : field.has("default") ? "`" + field.path("default").asText() + "`" : "";
            page.append("| `" + at + "` | " + type(one) + " | " + fallback + " | "
                    + field.path("description").asText().replace("|", "\\|") + " |\n");
            rows(one, at);
        }
    }

    private static String type(JsonNode field) {
        List<String> allowed = new ArrayList<>();
        field.path("enum").forEach(value -> allowed.add("`" + value.asText() + "`"));
        if (!allowed.isEmpty()) {
            return String.join(", ", allowed);
        }
        if (field.path("pattern").asText().equals(DurationText.PATTERN)) {
            return "duration";
        }
        if (field.path("format").asText().equals("date-time")) {
            return "time";
        }
        String type = field.path("type").asText("anything");
        String from = field.has("minimum")
                ? (field.path("exclusiveMinimum").asBoolean() ? " > " : " >= ")
                        + field.path("minimum").asLong()
                : "";
        String to = field.has("maximum") ? ", <= " + field.path("maximum").asLong() : "";
        return field.has("additionalProperties")
                ? "map to " + field.at("/additionalProperties/type").asText()
                : type + from + to;
    }
}
