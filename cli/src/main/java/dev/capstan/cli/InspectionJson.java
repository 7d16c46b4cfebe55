package dev.capstan.cli;

import com.fasterxml.jackson.annotation.JsonIgnoreType;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.trace.inspect.CarbonInspection;
import dev.capstan.trace.inspect.Inspection;
import dev.capstan.trace.inspect.PowerInspection;
import dev.capstan.trace.inspect.PriceInspection;
import dev.capstan.trace.inspect.Timeline;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** An inspection as JSON: names with their units, null where there is no value, no pictures. */
final class InspectionJson {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .propertyNamingStrategy(new Names())
            .addMixIn(Timeline.class, LeftOut.class)
            .addModule(new SimpleModule()
                    .addSerializer(Double.class, new Numbers())
                    .addSerializer(double.class, new Numbers())
                    .addSerializer(double[].class, new NumberLists())
                    .addSerializer(Instant.class, new Times())
                    .addSerializer(Optional.class, new Optionals())
                    .addSerializer(Enum.class, new Words()))
            .build();

    private InspectionJson() {}

    static String of(String format, Inspection inspection) throws JsonProcessingException {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("kind", kind(inspection));
        root.put("format", format);
        root.setAll((ObjectNode) MAPPER.valueToTree(inspection));
        return MAPPER.writeValueAsString(root) + "\n";
    }

    private static String kind(Inspection inspection) {
        if (inspection instanceof PowerInspection) {
            return "power";
        }
        if (inspection instanceof PriceInspection) {
            return "prices";
        }
        return inspection instanceof CarbonInspection ? "carbon" : "requests";
    }

    @JsonIgnoreType
    private interface LeftOut {}

    /** {@code peakRequestsPerSecond1min} is {@code peak_requests_per_second_1min}. */
    private static final class Names extends SnakeCaseStrategy {
        private static final long serialVersionUID = 1L;

        @Override
        public String translate(String name) {
            return super.translate(name).replaceFirst("second([0-9])", "second_$1");
        }
    }

    private static void number(double value, JsonGenerator json) throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumber(value);
        } else {
            json.writeNull();
        }
    }

    private static final class Numbers extends JsonSerializer<Double> {
        @Override
        public void serialize(Double value, JsonGenerator json, SerializerProvider all) throws IOException {
            number(value, json);
        }
    }

    private static final class NumberLists extends JsonSerializer<double[]> {
        @Override
        public void serialize(double[] values, JsonGenerator json, SerializerProvider all) throws IOException {
            json.writeStartArray();
            for (double value : values) {
                number(value, json);
            }
            json.writeEndArray();
        }
    }

    private static final class Times extends JsonSerializer<Instant> {
        @Override
        public void serialize(Instant value, JsonGenerator json, SerializerProvider all) throws IOException {
            json.writeString(value.toString());
        }
    }

    @SuppressWarnings("rawtypes")
    private static final class Optionals extends JsonSerializer<Optional> {
        @Override
        public void serialize(Optional value, JsonGenerator json, SerializerProvider all) throws IOException {
            if (value.isPresent()) {
                json.writePOJO(value.get());
            } else {
                json.writeNull();
            }
        }
    }

    @SuppressWarnings("rawtypes")
    private static final class Words extends JsonSerializer<Enum> {
        @Override
        public void serialize(Enum value, JsonGenerator json, SerializerProvider all) throws IOException {
            json.writeString(value.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        }
    }
}
