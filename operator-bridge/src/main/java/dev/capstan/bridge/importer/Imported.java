package dev.capstan.bridge.importer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.bridge.resource.Issue;
import java.util.List;

/**
 * What became of one resource.
 *
 * @param source kind and name of what was read
 * @param resource the PowerCap or ClusterPowerCap; sound if there are no errors
 * @param notes what changes, in sentences, in the order of the fields
 * @param errors why it cannot be used; paths are those of what was read, or of the resource that it would have become
 */
public record Imported(String source, ObjectNode resource, List<String> notes, List<Issue> errors) {

    public Imported {
        notes = List.copyOf(notes);
        errors = List.copyOf(errors);
    }
}
