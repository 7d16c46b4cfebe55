package dev.capstan.sim.serving;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.capstan.capping.NearestName;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** YAML of profiles: keys in snake case, unknown and repeated keys refused, issues under their dotted path. */
final class ProfileYaml {

    static final YAMLMapper MAPPER = YAMLMapper.builder(YAMLFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                    .disable(YAMLGenerator.Feature.SPLIT_LINES)
                    .build())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .build();

    private ProfileYaml() {}

    /** A file that Capstan ships: resources of the module traces-sample. */
    static <T> T resource(String name, TypeReference<T> type) {
        String path = "/models/" + name + ".yaml";
        try (InputStream in = ProfileYaml.class.getResourceAsStream(path)) {
            return MAPPER.readValue(Objects.requireNonNull(in, () -> "no resource " + path), type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(path + ": " + issue(e), e);
        } catch (IOException e) {
            throw new UncheckedIOException(path, e);
        }
    }

    /** What is wrong, under its dotted path. */
    static String issue(JsonProcessingException e) {
        if (!(e instanceof JsonMappingException mapping)) {
            String line =
                    e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")";
            return "is not YAML that can be read" + line + ": "
                    + e.getOriginalMessage().lines().findFirst().orElse("");
        }
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : mapping.getPath()) {
            if (step.getFieldName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        String message = message(mapping);
        boolean hasKey = message.matches("(?s)[a-z0-9_\\[\\]]+: .*");
        return path + (path.isEmpty() ? "" : hasKey ? "." : ": ") + message;
    }

    private static String message(JsonMappingException e) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            List<String> known = unknown.getKnownPropertyIds().stream()
                    .map(Object::toString)
                    .sorted()
                    .toList();
            return "unknown key." + NearestName.hint(unknown.getPropertyName(), known) + " Known here: "
                    + String.join(", ", known) + ".";
        }
        if (e instanceof InvalidFormatException format) {
            Class<?> type = format.getTargetType();
            String expected = type.isEnum() ? "one of " + String.join(", ", names(type)) : "a number";
            return "expected " + expected + ", found '" + format.getValue() + "'";
        }
        Throwable cause = e.getCause();
        if (cause instanceof IllegalArgumentException || cause instanceof NullPointerException) {
            return String.valueOf(cause.getMessage());
        }
        if (e instanceof MismatchedInputException mismatch && isNumber(mismatch.getTargetType())) {
            return e.getOriginalMessage().contains("null") ? "is missing; expected a number" : "expected a number";
        }
        return e.getOriginalMessage().lines().findFirst().orElse("cannot be read");
    }

    private static boolean isNumber(Class<?> type) {
        return type != null && (type.isPrimitive() || Number.class.isAssignableFrom(type));
    }

    private static List<String> names(Class<?> type) {
        return List.of(type.getEnumConstants()).stream()
                .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                .toList();
    }
}
