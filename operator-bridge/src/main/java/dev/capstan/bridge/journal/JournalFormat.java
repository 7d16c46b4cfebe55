package dev.capstan.bridge.journal;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * How lines are written. Numbers are the shortest text that reads back as the same number, what is no number is text
 * ({@code "NaN"}, {@code "Infinity"}).
 */
final class JournalFormat {

    /** The form that this version writes and reads. */
    static final String NAME = "capstan-journal/1";

    /** Key of a line that tells the policy; all others tell a step. */
    static final String FORMAT_KEY = "format";

    // Components alone: methods such as isFresh() follow from them.
    static final JsonMapper JSON = JsonMapper.builder()
            .visibility(PropertyAccessor.GETTER, JsonAutoDetect.Visibility.NONE)
            .visibility(PropertyAccessor.IS_GETTER, JsonAutoDetect.Visibility.NONE)
            .visibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY)
            .build();

    private JournalFormat() {}

    static String line(JournalPolicy policy) {
        ObjectNode tree = JSON.createObjectNode();
        tree.put(FORMAT_KEY, NAME);
        tree.setAll((ObjectNode) JSON.<JsonNode>valueToTree(policy));
        return tree.toString();
    }

    static String line(JournalStep step) {
        return JSON.<JsonNode>valueToTree(step).toString();
    }
}
