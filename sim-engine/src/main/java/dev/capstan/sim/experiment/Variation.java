package dev.capstan.sim.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * An experiment with one parameter at one end of its band.
 *
 * @param parameter dotted path; {@code services[]} stands for all services
 * @param end of the band
 * @param value as it stands in tables; where services differ, their values in turn
 * @param sets what changes, by dotted paths
 */
public record Variation(String parameter, End end, String value, Map<String, JsonNode> sets) {

    /** An end of a band. */
    public enum End {
        LOW,
        HIGH
    }
}
