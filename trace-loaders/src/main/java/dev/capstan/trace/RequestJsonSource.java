package dev.capstan.trace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rows of a file with one JSON object a line; columns are paths into it, joined by points. */
final class RequestJsonSource implements RequestRowSource {

    private static final int LINE_BYTES = 1 << 20;
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final ByteLines lines;
    private final Set<String> columns;
    private final Map<String, String> row = new LinkedHashMap<>();
    private @Nullable String problem;

    RequestJsonSource(Path file, InputStream text, Set<String> columns) {
        this.lines = new ByteLines(file, text, LINE_BYTES);
        this.columns = columns;
    }

    /** The scalars and arrays of one object, up to where it is broken or cut off. */
    static Map<String, String> scalars(String line) {
        Map<String, String> found = new LinkedHashMap<>();
        try (JsonParser parser = JSON.createParser(line)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                object(parser, "", null, found);
            }
        } catch (IOException e) {
            // The fault is told when the line is read as a row.
        }
        return found;
    }

    @Override
    public boolean advance() throws IOException {
        do {
            if (!lines.advance()) {
                return false;
            }
        } while (lines.blank());
        row.clear();
        problem = null;
        try (JsonParser parser = JSON.createParser(lines.bytes(), lines.start(), lines.end() - lines.start())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                problem = "the line is not a JSON object";
                return true;
            }
            object(parser, "", columns, row);
            if (parser.nextToken() != null) {
                problem = "something follows the JSON object in its line";
            }
            row.forEach((column, text) -> {
                if (!ByteLines.isUnicode(text)) {
                    problem = column + " holds half a character";
                }
            });
        } catch (JsonProcessingException e) {
            problem = "the line is not JSON at column " + e.getLocation().getColumnNr() + " ("
                    + ByteLines.printable(e.getOriginalMessage()) + ")";
        }
        return true;
    }

    /** Reads from after the brace to the one that closes it. */
    private static void object(
            JsonParser parser, String prefix, @Nullable Set<String> wanted, Map<String, String> found)
            throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String path = prefix + parser.currentName();
            JsonToken value = parser.nextToken();
            if (value == JsonToken.START_OBJECT) {
                object(parser, path + ".", wanted, found);
            } else if (wanted != null && !wanted.contains(path)) {
                parser.skipChildren();
            } else if (value == JsonToken.START_ARRAY) {
                found.put(path, array(parser));
            } else if (value != JsonToken.VALUE_NULL && value != null) {
                found.put(path, parser.getText());
            }
        }
    }

    private static String array(JsonParser parser) throws IOException {
        StringBuilder text = new StringBuilder();
        for (JsonToken token = parser.nextToken();
                token != null && token != JsonToken.END_ARRAY;
                token = parser.nextToken()) {
            text.append(text.length() == 0 ? "" : " ").append(token.isScalarValue() ? parser.getText() : "?");
            parser.skipChildren();
        }
        return text.toString();
    }

    @Override
    public @Nullable String problem() {
        return problem;
    }

    @Override
    public @Nullable String text(String column) {
        return row.get(column);
    }

    @Override
    public boolean declares(String column) {
        return false;
    }

    @Override
    public long line() {
        return lines.number();
    }

    @Override
    public String shown() {
        return lines.text();
    }

    @Override
    public void close() {}
}
