package dev.capstan.bridge.resource;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What is wrong with a {@link PowerCap} or {@link ClusterPowerCap}: what a schema cannot say, and the rules between fields,
 * which API servers before 1.25 do not check.
 */
public final class PowerCapValidator {

    private static final JsonMapper JSON =
            JsonMapper.builder().addModule(new JavaTimeModule()).build();

    private PowerCapValidator() {}

    /**
     * What is wrong with a resource that has passed its schema, in the order of its fields.
     *
     * @return empty if nothing is
     */
    public static List<Issue> check(CapResource cap) {
        String namespace = cap instanceof PowerCap ? cap.getMetadata().getNamespace() : null;
        List<Issue> issues = new ArrayList<>();
        PowerCapSpec spec = cap.getSpec();
        Timers timers = spec.timers();
        new TimerCheck(issues).check(spec);
        new LimitCheck(issues).check(spec);
        new MeasurementCheck(issues).check(spec.measurement(), timers);
        new TargetCheck(issues, cap instanceof ClusterPowerCap, namespace).check(spec);
        new PolicyCheck(issues).check(spec);
        return List.copyOf(issues);
    }

    /**
     * What is wrong with a resource that no API server has seen, its schema included.
     *
     * @param tree of a file, with {@code kind} and {@code spec}
     */
    public static List<Issue> check(JsonNode tree) {
        String kind = tree.path("kind").asText();
        if (!Set.of("PowerCap", "ClusterPowerCap").contains(kind)) {
            return List.of(new Issue("kind", "must be PowerCap or ClusterPowerCap, was \"" + kind + "\"."));
        }
        String apiVersion = PowerCap.GROUP + "/" + PowerCap.VERSION;
        if (!tree.path("apiVersion").asText().equals(apiVersion)) {
            return List.of(new Issue(
                    "apiVersion",
                    "must be " + apiVersion + ", was \""
                            + tree.path("apiVersion").asText() + "\"."));
        }
        if (!tree.path("spec").isObject()) {
            return List.of(new Issue("spec", "is missing."));
        }
        List<Issue> issues =
                SchemaCheck.check(ResourceDefinitions.schema(kind).at("/properties/spec"), tree.path("spec"), "spec");
        if (!issues.isEmpty()) {
            return issues;
        }
        try {
            return check(
                    kind.equals("PowerCap")
                            ? JSON.treeToValue(tree, PowerCap.class)
                            : JSON.treeToValue(tree, ClusterPowerCap.class));
        } catch (JsonProcessingException e) {
            // A date that the pattern lets pass, such as the 31st of February.
            return List.of(new Issue("spec", e.getOriginalMessage()));
        }
    }
}
