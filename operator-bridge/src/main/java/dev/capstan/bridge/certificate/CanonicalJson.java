package dev.capstan.bridge.certificate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * The one text of a value: keys in the order of their UTF-16 units, each value on its own line and indented by two spaces,
 * numbers as {@link Numbers} has them, LF, and the fewest escapes. Written here and not by a library, whose form changes
 * between versions: a hash must hold for years.
 */
final class CanonicalJson {

    private final StringBuilder out = new StringBuilder();

    private CanonicalJson() {}

    /**
     * The text, with a line end after the last line.
     *
     * @throws IllegalArgumentException if it holds a number that is not finite
     */
    static String write(JsonNode value) {
        CanonicalJson json = new CanonicalJson();
        json.value(value, "\n");
        return json.out.append('\n').toString();
    }

    private void value(JsonNode value, String lineEnd) {
        if (value.isObject()) {
            TreeMap<String, JsonNode> sorted = new TreeMap<>();
            value.properties().forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
            all('{', '}', sorted.entrySet().iterator(), lineEnd, (entry, inner) -> {
                text(entry.getKey());
                out.append(": ");
                value(entry.getValue(), inner);
            });
        } else if (value.isArray()) {
            all('[', ']', value.iterator(), lineEnd, this::value);
        } else if (value.isIntegralNumber()) {
            out.append(value.bigIntegerValue());
        } else if (value.isNumber()) {
            out.append(Numbers.text(value.doubleValue()));
        } else if (value.isTextual()) {
            text(value.textValue());
        } else {
            out.append(value.asText());
        }
    }

    private <T> void all(char open, char close, Iterator<T> items, String lineEnd, BiConsumer<T, String> write) {
        out.append(open);
        if (items.hasNext()) {
            String inner = lineEnd + "  ";
            while (items.hasNext()) {
                out.append(inner);
                write.accept(items.next(), inner);
                out.append(items.hasNext() ? "," : "");
            }
            out.append(lineEnd);
        }
        out.append(close);
    }

    private void text(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append("\\u00").append(c < 16 ? "0" : "").append(Integer.toHexString(c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
