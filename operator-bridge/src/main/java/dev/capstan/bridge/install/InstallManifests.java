package dev.capstan.bridge.install;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The manifests of the operator, for a namespace, an image and the levers that a site grants. */
public final class InstallManifests {

    /** Names of the levers; each comes with a role of its own. */
    public static final List<String> LEVERS =
            List.of("deployments", "statefulsets", "horizontalpodautoscalers", "keda", "kserve", "production-stack");

    /** The namespace where none is given. */
    public static final String NAMESPACE = "capstan-system";

    /** Name of the operator's service account. */
    public static final String ACCOUNT = "capstan";

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
            .build();

    private InstallManifests() {}

    /**
     * All manifests but the resource definitions.
     *
     * @param image of the operator; empty for that of the files
     * @param levers some of {@link #LEVERS}; none for an operator that can only recommend
     * @throws IllegalArgumentException if there is no such lever
     */
    public static String yaml(String namespace, String image, List<String> levers) {
        StringBuilder all = new StringBuilder();
        for (String file : List.of("namespace", "role", "deployment")) {
            append(file + ".yaml", namespace, image, all);
        }
        for (String lever : levers) {
            if (!LEVERS.contains(lever)) {
                throw new IllegalArgumentException(
                        "there is no lever \"" + lever + "\". Levers: " + String.join(", ", LEVERS) + ".");
            }
            append("levers/" + lever + ".yaml", namespace, image, all);
        }
        return all.toString();
    }

    private static void append(String file, String namespace, String image, StringBuilder all) {
        try (InputStream in = InstallManifests.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + file);
            }
            try (MappingIterator<ObjectNode> documents =
                    YAML.readerFor(ObjectNode.class).readValues(in)) {
                while (documents.hasNextValue()) {
                    ObjectNode document = documents.nextValue();
                    adapt(document, namespace, image);
                    all.append(YAML.writeValueAsString(document));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void adapt(ObjectNode document, String namespace, String image) {
        ObjectNode metadata = (ObjectNode) document.path("metadata");
        if (document.path("kind").asText().equals("Namespace")) {
            metadata.put("name", namespace);
        }
        if (metadata.has("namespace")) {
            metadata.put("namespace", namespace);
        }
        for (JsonNode subject : document.path("subjects")) {
            ((ObjectNode) subject).put("namespace", namespace);
        }
        JsonNode container = document.at("/spec/template/spec/containers/0");
        if (!image.isEmpty() && container.isObject()) {
            ((ObjectNode) container).put("image", image);
        }
    }
}
