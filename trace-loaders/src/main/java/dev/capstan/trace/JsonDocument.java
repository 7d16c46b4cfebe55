package dev.capstan.trace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A JSON file of which every value knows its place, so that faults name the line and column. */
final class JsonDocument {

    private static final int DEEPEST = 32;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
            .build();

    private final Path file;
    private final int linesAhead;
    private final TraceOrigin origin;
    private final Value root;

    private JsonDocument(Path file, int linesAhead, JsonParser parser, @Nullable SourceBytes source)
            throws IOException {
        this.file = file;
        this.linesAhead = linesAhead;
        JsonToken first = parser.nextToken();
        if (first == null) {
            throw new TraceException(file, "is empty. Maybe it was cut short: fetch it again.");
        }
        this.root = value(parser, first);
        if (parser.nextToken() != null) {
            throw new TraceException(
                    file,
                    parser.currentTokenLocation().getLineNr(),
                    "has more than one JSON value. Maybe several answers were put into one file: split it.");
        }
        this.origin = new TraceOrigin(file.toString(), source == null ? "" : source.finishSha256(), "");
    }

    static JsonDocument read(Path file) throws IOException {
        try (SourceBytes source = SourceBytes.open(file);
                JsonParser parser = FACTORY.createParser(source.stream())) {
            return new JsonDocument(file, 0, parser, source);
        } catch (JsonProcessingException e) {
            throw notJson(file, 0, e);
        }
    }

    /** A JSON value in a line of another file. */
    static JsonDocument parse(Path file, long line, String text) {
        int linesAhead = (int) line - 1;
        try (JsonParser parser = FACTORY.createParser(text)) {
            return new JsonDocument(file, linesAhead, parser, null);
        } catch (JsonProcessingException e) {
            throw notJson(file, linesAhead, e);
        } catch (IOException e) {
            throw SourceBytes.unreadable(file, e);
        }
    }

    private static TraceException notJson(Path file, int linesAhead, JsonProcessingException e) {
        long line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
        int column = e.getLocation() == null ? 1 : e.getLocation().getColumnNr();
        return new TraceException(
                file,
                linesAhead + line,
                "column " + column + ": is not JSON (" + ByteLines.printable(e.getOriginalMessage())
                        + "). Maybe it was cut short: fetch it again.");
    }

    Path file() {
        return file;
    }

    Value root() {
        return root;
    }

    TraceOrigin origin() {
        return origin;
    }

    private Value value(JsonParser parser, JsonToken token) throws IOException {
        int line = linesAhead + parser.currentTokenLocation().getLineNr();
        int column = parser.currentTokenLocation().getColumnNr();
        switch (token) {
            case START_OBJECT -> {
                Map<String, Value> fields = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = unicode(parser.currentName(), line, column);
                    fields.put(name, value(parser, parser.nextToken()));
                }
                return new Value(token, "an object", fields, List.of(), line, column);
            }
            case START_ARRAY -> {
                List<Value> items = new ArrayList<>();
                for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                    items.add(value(parser, next));
                }
                return new Value(token, "an array", Map.of(), items, line, column);
            }
            default -> {
                return new Value(token, unicode(parser.getText(), line, column), Map.of(), List.of(), line, column);
            }
        }
    }

    private String unicode(String text, int line, int column) {
        if (!ByteLines.isUnicode(text)) {
            throw new TraceException(
                    file,
                    line,
                    "column " + column + ": a text holds half a character: '" + ByteLines.printable(text)
                            + "'. Maybe it was cut short.");
        }
        return text;
    }

    /** One value and where it stands. */
    final class Value {

        private final JsonToken token;
        private final String text;
        private final Map<String, Value> fields;
        private final List<Value> items;
        private final int line;
        private final int column;

        Value(JsonToken token, String text, Map<String, Value> fields, List<Value> items, int line, int column) {
            this.token = token;
            this.text = text;
            this.fields = fields;
            this.items = items;
            this.line = line;
            this.column = column;
        }

        boolean isNull() {
            return token == JsonToken.VALUE_NULL;
        }

        boolean isArray() {
            return token == JsonToken.START_ARRAY;
        }

        /** A field of an object, where it is there and not null. */
        Optional<Value> find(String name) {
            return Optional.ofNullable(fields.get(name)).filter(value -> !value.isNull());
        }

        /** A field that must be there; its value may be null. */
        Value get(String name) {
            Value value = fields.get(name);
            if (value == null) {
                throw fault(
                        token == JsonToken.START_OBJECT
                                ? "there is no field '" + name + "'. Fields here: "
                                        + ByteLines.printable(String.join(", ", fields.keySet()))
                                        + ". Maybe the file is the answer to another request."
                                : "expected an object with a field '" + name + "', is '" + ByteLines.printable(text)
                                        + "'. Maybe the file is the answer to another request.");
            }
            return value;
        }

        Map<String, Value> fields() {
            if (token != JsonToken.START_OBJECT) {
                throw fault("expected an object, is '" + ByteLines.printable(text) + "'. Maybe it was edited.");
            }
            return fields;
        }

        List<Value> items() {
            if (token != JsonToken.START_ARRAY) {
                throw fault("expected an array, is '" + ByteLines.printable(text)
                        + "'. Maybe the file is the answer to another request.");
            }
            return items;
        }

        /** The text of a string, number, boolean or null. */
        String text() {
            if (!token.isScalarValue()) {
                throw fault(
                        "expected a single value, is " + text + ". Maybe the file is the answer to another request.");
            }
            return text;
        }

        TraceException fault(String problem) {
            return new TraceException(file, line, "column " + column + ": " + problem);
        }
    }
}
