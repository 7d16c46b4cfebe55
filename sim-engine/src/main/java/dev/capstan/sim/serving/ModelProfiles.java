package dev.capstan.sim.serving;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The profiles that Capstan ships, {@code traces-sample/models}, and those in files of users. */
public final class ModelProfiles {

    /** In the order in which they are listed. */
    private static final List<String> NAMES = ProfileYaml.resource("index", new TypeReference<>() {});

    private static final List<ModelProfile> ALL = NAMES.stream()
            .map(name -> ProfileYaml.resource(name, new TypeReference<ModelProfile>() {}))
            .toList();

    private ModelProfiles() {}

    /** All profiles, in a stable order. */
    public static List<ModelProfile> all() {
        return ALL;
    }

    /** The profile of that name. */
    public static Optional<ModelProfile> find(String name) {
        return ALL.stream().filter(profile -> profile.name().equals(name)).findFirst();
    }

    /**
     * A profile from a file of YAML.
     *
     * @throws IllegalArgumentException with the dotted path of what is wrong in it
     */
    public static ModelProfile read(Path file) {
        return read(file, ModelProfile.class, "Profiles to begin with lie in traces-sample/models.");
    }

    private static <T> T read(Path file, Class<T> type, String hint) {
        try {
            return parse(Files.readString(file), type, hint);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(file + " does not exist. " + hint, e);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    file + " is not text in UTF-8. Maybe save it again in that encoding.", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read: " + e, e);
        }
    }

    private static <T> T parse(String yaml, Class<T> type, String hint) {
        try {
            T value = ProfileYaml.MAPPER.readValue(yaml, type);
            if (value == null) {
                throw new IllegalArgumentException("is empty. " + hint);
            }
            return value;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(ProfileYaml.issue(e), e);
        }
    }

    /**
     * The figures of an LLM from a file of YAML.
     *
     * @throws IllegalArgumentException with the dotted path of what is wrong in it
     */
    public static Architecture readArchitecture(Path file) {
        return read(file, Architecture.class, "docs/models.md has an example.");
    }

    /** The YAML of a profile; a board of the hardware table is named, another one written out. */
    public static String write(ModelProfile profile) {
        ObjectNode tree = ProfileYaml.MAPPER.valueToTree(profile);
        if (Hardware.gpus().contains(profile.gpu())) {
            tree.put("gpu", profile.gpu().name());
        }
        try {
            return ProfileYaml.MAPPER.writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a valid profile can always be written", e);
        }
    }
}
