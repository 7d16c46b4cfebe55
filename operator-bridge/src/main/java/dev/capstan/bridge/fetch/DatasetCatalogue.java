package dev.capstan.bridge.fetch;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * The data sets that can be fetched by name.
 *
 * @param datasets names unique
 */
public record DatasetCatalogue(List<Dataset> datasets) {

    private static final String RESOURCE = "datasets.json";
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** @throws IllegalArgumentException if a name is there twice */
    public DatasetCatalogue {
        datasets = List.copyOf(datasets);
        if (datasets.stream().map(Dataset::name).distinct().count() < datasets.size()) {
            throw new IllegalArgumentException("names of data sets must be unique");
        }
    }

    /** The catalogue that comes with Capstan. */
    public static DatasetCatalogue bundled() {
        try (InputStream in = DatasetCatalogue.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new FileNotFoundException(RESOURCE + " is missing from the jar");
            }
            List<Dataset> datasets = new ArrayList<>();
            for (JsonNode entry : JSON.readTree(in)) {
                datasets.add(new Dataset(
                        entry.path("name").asText(),
                        entry.path("what").asText(),
                        entry.path("licence").asText(),
                        entry.path("citation").asText(),
                        URI.create(entry.path("address").asText()),
                        entry.has("sha256") ? Optional.of(entry.path("sha256").asText()) : Optional.empty(),
                        entry.has("size_bytes")
                                ? OptionalLong.of(entry.path("size_bytes").asLong())
                                : OptionalLong.empty()));
            }
            return new DatasetCatalogue(datasets);
        } catch (IOException e) {
            throw new UncheckedIOException("the bundled catalogue of data sets cannot be read", e);
        }
    }

    /**
     * The data set of a name.
     *
     * @throws IllegalArgumentException for an unknown one, which lists those that are known
     */
    public Dataset find(String name) {
        return datasets.stream()
                .filter(dataset -> dataset.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no data set '" + name + "'. Known: "
                        + datasets.stream().map(Dataset::name).collect(Collectors.joining(", ")) + "."));
    }
}
