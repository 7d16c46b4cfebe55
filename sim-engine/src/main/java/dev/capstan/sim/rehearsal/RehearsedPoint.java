package dev.capstan.sim.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.sim.results.Interval;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A policy at one point of a sweep, over all replications.
 *
 * @param index row in {@code points.csv}, from 0
 * @param axes values by dotted path, as written, in the order of the axes
 * @param policy label
 * @param moved what was moved of the model, such as {@code low end of services[].adjust.gamma}; empty for the point itself
 * @param startWatts the cap at the start
 * @param success share of disturbances contained, Wilson's interval
 * @param successWithoutCapping the same of policy {@code none} at the same point; empty where it did not run
 * @param figures means over the replications by column of {@code summary.csv}; without a figure that the point does not have
 * @param runs its runs, in the order of the replications
 * @param conditions see {@link Conditions}
 */
public record RehearsedPoint(
        int index,
        Map<String, String> axes,
        String policy,
        String moved,
        double startWatts,
        long disturbances,
        long contained,
        Interval success,
        Optional<Interval> successWithoutCapping,
        Map<String, Interval> figures,
        List<Run> runs,
        ObjectNode conditions) {

    /** A run; its seed as written. */
    public record Run(String runId, String seed) {}

    RehearsedPoint withoutCapping(Optional<Interval> other) {
        return new RehearsedPoint(
                index,
                axes,
                policy,
                moved,
                startWatts,
                disturbances,
                contained,
                success,
                other,
                figures,
                runs,
                conditions);
    }

    /** What {@link Conditions} say of the policy: label, name and parameters. */
    public JsonNode policyConditions() {
        for (JsonNode each : conditions.path("policies")) {
            if (each.path("label").asText().equals(policy)) {
                return each;
            }
        }
        throw new IllegalArgumentException("manifest.json has no policy that is labelled " + policy
                + ", points.csv has." + " One of the two was changed: run the experiment again.");
    }

    /** Its name in the registry. */
    public String policyName() {
        return policyConditions().path("name").asText();
    }

    /** Policy and axes in words: {@code replica-cap at control.interval=10s, cap.power=20 kW}. */
    public String inWords() {
        StringBuilder words = new StringBuilder(policy);
        String before = " at ";
        for (Map.Entry<String, String> axis : axes.entrySet()) {
            words.append(before).append(axis.getKey()).append('=').append(axis.getValue());
            before = ", ";
        }
        return words.toString();
    }
}
