package dev.capstan.bridge.operator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.capping.CappingPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * The state of a policy as text, for the status of a resource: another process that takes over goes on from there. A state
 * of another policy, with other parameters or of another version of its code counts for nothing, and the policy begins anew.
 */
final class StateText {

    private static final JsonMapper JSON = new JsonMapper();

    private StateText() {}

    /** @param key names policy, parameters and version */
    static String write(String key, Object state) {
        ObjectNode tree = JSON.createObjectNode();
        tree.put("key", key);
        tree.set("state", JSON.valueToTree(state));
        return tree.toString();
    }

    /** The state, or the first one of the policy where the text holds none of this key. */
    static <S extends Record> S read(@Nullable String text, String key, CappingPolicy<S> policy) {
        if (text == null) {
            return policy.initialState();
        }
        try {
            JsonNode tree = JSON.readTree(text);
            if (!tree.path("key").asText().equals(key)) {
                return policy.initialState();
            }
            return JSON.readerFor(JSON.constructType(policy.stateJsonType())).readValue(tree.path("state"));
        } catch (JsonProcessingException e) {
            return policy.initialState();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
