package dev.capstan.bridge.resource;

import com.fasterxml.jackson.databind.JsonNode;
import dev.capstan.capping.NearestName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Holds a tree against the schema of its definition, as an API server does, for files that have not met one yet. */
final class SchemaCheck {

    private final List<Issue> issues = new ArrayList<>();

    private SchemaCheck() {}

    /** What a schema says against the part of a resource at a path. */
    static List<Issue> check(JsonNode schema, JsonNode value, String path) {
        SchemaCheck check = new SchemaCheck();
        check.visit(schema, value, path);
        return List.copyOf(check.issues);
    }

    private void visit(JsonNode schema, JsonNode value, String path) {
        String type = schema.path("type").asText();
        boolean fits = switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            default -> true;
        };
        if (!fits) {
            add(path, "must be " + article(type) + ", was " + value + "." + hint(type, value));
            return;
        }
        switch (type) {
            case "object" -> object(schema, value, path);
            case "array" -> array(schema, value, path);
            case "string" -> text(schema, value.textValue(), path);
            case "integer", "number" -> number(schema, value.doubleValue(), path);
            default -> {}
        }
    }

    private void object(JsonNode schema, JsonNode value, String path) {
        for (JsonNode required : schema.path("required")) {
            if (!value.hasNonNull(required.asText())) {
                String description = schema.at("/properties/" + required.asText() + "/description")
                        .asText();
                add(path + "." + required.asText(), "is missing. " + description);
            }
        }
        JsonNode properties = schema.path("properties");
        JsonNode additional = schema.path("additionalProperties");
        for (Map.Entry<String, JsonNode> entry : value.properties()) {
            String at = path + "." + entry.getKey();
            if (properties.has(entry.getKey())) {
                if (!entry.getValue().isNull()) {
                    visit(properties.get(entry.getKey()), entry.getValue(), at);
                }
            } else if (additional.isObject()) {
                visit(additional, entry.getValue(), at);
            } else if (!properties.isEmpty()) {
                List<String> known = new ArrayList<>();
                properties.fieldNames().forEachRemaining(known::add);
                add(
                        at,
                        "is not known here. Allowed: " + String.join(", ", known) + "."
                                + NearestName.hint(entry.getKey(), known));
            }
        }
    }

    private void array(JsonNode schema, JsonNode value, String path) {
        if (value.size() < schema.path("minItems").asLong(0)
                || value.size() > schema.path("maxItems").asLong(Long.MAX_VALUE)) {
            add(
                    path,
                    "must have from " + schema.path("minItems").asLong(0) + " to "
                            + schema.path("maxItems").asText() + " entries, has " + value.size() + ".");
        }
        for (int i = 0; i < value.size(); i++) {
            visit(schema.path("items"), value.get(i), path + "[" + i + "]");
        }
    }

    private void text(JsonNode schema, String value, String path) {
        List<String> allowed = new ArrayList<>();
        schema.path("enum").forEach(one -> allowed.add(one.asText()));
        if (!allowed.isEmpty() && !allowed.contains(value)) {
            add(
                    path,
                    "must be one of " + String.join(", ", allowed) + ", was \"" + value + "\"."
                            + NearestName.hint(value, allowed));
        }
        if (value.length() < schema.path("minLength").asLong(0)
                || value.length() > schema.path("maxLength").asLong(Long.MAX_VALUE)) {
            add(
                    path,
                    "must have from " + schema.path("minLength").asLong(0) + " to "
                            + schema.path("maxLength").asText() + " characters, has " + value.length() + ".");
        }
        String pattern = schema.path("pattern").asText();
        if (!Pattern.compile(pattern).matcher(value).find()) {
            add(
                    path,
                    "must be written as " + pattern + ", was \"" + value + "\". "
                            + schema.path("description").asText());
        }
    }

    private void number(JsonNode schema, double value, String path) {
        JsonNode minimum = schema.path("minimum");
        JsonNode maximum = schema.path("maximum");
        if (minimum.isNumber() && schema.path("exclusiveMinimum").asBoolean() && !(value > minimum.doubleValue())) {
            add(path, "must be above " + minimum.asLong() + ", was " + value + ".");
        } else if (minimum.isNumber() && value < minimum.doubleValue()) {
            add(path, "must be at least " + minimum.asLong() + ", was " + value + ".");
        } else if (maximum.isNumber() && value > maximum.doubleValue()) {
            add(path, "must be at most " + maximum.asLong() + ", was " + value + ".");
        }
    }

    private static String article(String type) {
        return switch (type) {
            case "object" -> "a mapping";
            case "array" -> "a list";
            case "string" -> "text";
            case "integer" -> "a whole number";
            case "number" -> "a number";
            default -> "true or false";
        };
    }

    private static String hint(String type, JsonNode value) {
        return type.equals("string") && !value.isContainerNode() ? " Put it in quotes." : "";
    }

    private void add(String path, String message) {
        issues.add(new Issue(path, message));
    }
}
