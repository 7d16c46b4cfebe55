package dev.capstan.bridge.target;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/**
 * Names an object of a namespace.
 *
 * @param part of it, where one object bounds several workloads; null for all of it or for its main one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ObjectId(
        String apiVersion,
        String kind,
        String namespace,
        String name,

        @JsonPropertyDescription("Of several workloads that the object bounds; absent for its main one.") @Nullable String part) {

    /** The object itself. */
    public ObjectId(String apiVersion, String kind, String namespace, String name) {
        this(apiVersion, kind, namespace, name, null);
    }

    /** The group of its API; empty for the core. */
    String group() {
        return apiVersion.contains("/") ? apiVersion.substring(0, apiVersion.indexOf('/')) : "";
    }

    ObjectId named(String apiVersion, String kind, String name) {
        return new ObjectId(apiVersion, kind, namespace, name);
    }

    ObjectId withPart(@Nullable String part) {
        return new ObjectId(apiVersion, kind, namespace, name, part);
    }

    @Override
    public String toString() {
        return kind + " " + namespace + "/" + name + (part == null ? "" : " (" + part + ")");
    }
}
