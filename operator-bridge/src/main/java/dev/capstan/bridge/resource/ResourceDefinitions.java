package dev.capstan.bridge.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The definitions of {@link PowerCap} and {@link ClusterPowerCap} that a cluster needs, as files of {@code deploy/crds}. */
public final class ResourceDefinitions {

    /** Names of the files. */
    public static final List<String> FILES = List.of("powercaps.yaml", "clusterpowercaps.yaml");

    private ResourceDefinitions() {}

    /** All of them as YAML. */
    public static String yaml() {
        StringBuilder all = new StringBuilder();
        FILES.forEach(file -> all.append(read(file)));
        return all.toString();
    }

    /** The schema of a kind. */
    static JsonNode schema(String kind) {
        try {
            JsonNode definition =
                    new YAMLMapper().readTree(read(kind.equals("PowerCap") ? FILES.get(0) : FILES.get(1)));
            return definition.at("/spec/versions/0/schema/openAPIV3Schema");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(String file) {
        try (InputStream in = ResourceDefinitions.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
