package dev.capstan.bridge.importer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads manifests of other cappers. They are told by kind and shape, never by group: theirs were published under many. */
public final class Importer {

    private static final YAMLMapper YAML = new YAMLMapper();

    private Importer() {}

    /**
     * What becomes of each document of a file; empty documents are left out.
     *
     * @param yaml one or more documents, also lists of them
     * @throws IOException if it is no YAML
     */
    public static List<Imported> read(String yaml, ImportSettings settings) throws IOException {
        List<Imported> all = new ArrayList<>();
        try (MappingIterator<JsonNode> documents =
                YAML.readerFor(JsonNode.class).readValues(yaml)) {
            while (documents.hasNextValue()) {
                add(documents.nextValue(), settings, all);
            }
        }
        return all;
    }

    private static void add(JsonNode document, ImportSettings settings, List<Imported> all) {
        if (document.path("items").isArray()) {
            document.path("items").forEach(item -> add(item, settings, all));
        } else if (document.isObject()) {
            all.add(one(document, settings));
        }
    }

    private static Imported one(JsonNode document, ImportSettings settings) {
        Draft draft = new Draft(document, settings);
        switch (document.path("kind").asText()) {
            case "PowerCappingConfig", "PowerCappingPolicy" -> new ClimatikImport(draft).read();
            case "CarbonAwareKedaScaler" -> new AzureImport(draft).read();
            default ->
                draft.error(
                        "kind",
                        "must be PowerCappingConfig or PowerCappingPolicy of Climatik, or CarbonAwareKedaScaler of Azure, was \""
                                + document.path("kind").asText() + "\".");
        }
        return draft.finished();
    }
}
