package dev.capstan.capping;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The policies on the class path, by name: those of this module and those that other jars add. */
public final class PolicyRegistry {

    private PolicyRegistry() {}

    /**
     * All policies, sorted by name.
     *
     * @throws IllegalStateException when two have the same name
     */
    public static List<PolicyFactory> all() {
        Map<String, PolicyFactory> byName = new TreeMap<>();
        for (PolicyFactory factory : ServiceLoader.load(PolicyFactory.class)) {
            PolicyFactory other = byName.put(factory.name(), factory);
            if (other != null) {
                throw new IllegalStateException("two policies are named " + factory.name() + ": "
                        + other.getClass().getName() + " and "
                        + factory.getClass().getName()
                        + ". Maybe a jar is on the class path twice.");
            }
        }
        return List.copyOf(byName.values());
    }

    /**
     * The policy of that name.
     *
     * @throws IllegalArgumentException when there is none; the message lists the known names
     */
    public static PolicyFactory find(String name) {
        List<PolicyFactory> all = all();
        for (PolicyFactory factory : all) {
            if (factory.name().equals(name)) {
                return factory;
            }
        }
        List<String> known = all.stream().map(PolicyFactory::name).toList();
        throw new IllegalArgumentException("there is no policy \"" + name + "\". Known policies: "
                + String.join(", ", known) + "." + NearestName.hint(name, known));
    }

    /** What is wrong with the given parameters: unknown names and values that are not allowed, in their order. */
    public static List<ParameterIssue> check(PolicyFactory factory, Map<String, Double> given) {
        Map<String, PolicyParameter> known = new LinkedHashMap<>();
        for (PolicyParameter parameter : factory.parameters()) {
            known.put(parameter.name(), parameter);
        }
        List<ParameterIssue> issues = new ArrayList<>();
        given.forEach((name, value) -> {
            PolicyParameter parameter = known.get(name);
            if (parameter == null) {
                List<String> names = List.copyOf(known.keySet());
                String allowed = names.isEmpty() ? "It has none." : "It has " + String.join(", ", names) + ".";
                issues.add(new ParameterIssue(
                        name,
                        "policy " + factory.name() + " has no such parameter. " + allowed
                                + NearestName.hint(name, names)));
            } else if (!allows(parameter, value)) {
                issues.add(new ParameterIssue(name, "must be " + range(parameter) + ", was " + value + "."));
            }
        });
        return issues;
    }

    /**
     * A value for every parameter of the policy: the given one or its default, in the policy's order.
     *
     * @throws IllegalArgumentException with all issues when there are any; see {@link #check}
     */
    public static Map<String, Double> resolve(PolicyFactory factory, Map<String, Double> given) {
        List<ParameterIssue> issues = check(factory, given);
        if (!issues.isEmpty()) {
            throw new IllegalArgumentException(issues.stream()
                    .map(issue -> issue.parameter() + ": " + issue.message())
                    .collect(Collectors.joining("\n")));
        }
        Map<String, Double> values = new LinkedHashMap<>();
        for (PolicyParameter parameter : factory.parameters()) {
            values.put(parameter.name(), given.getOrDefault(parameter.name(), parameter.defaultValue()));
        }
        return Collections.unmodifiableMap(values);
    }

    /**
     * Makes the policy, inside a {@link CapController} unless it is a baseline without guard rails.
     *
     * @param given parameters that differ from their defaults
     * @param seed of all its random decisions
     * @throws IllegalArgumentException as {@link #resolve}
     */
    public static CappingPolicy<?> build(
            PolicyFactory factory, Map<String, Double> given, long seed, GuardRails rails) {
        CappingPolicy<?> policy = factory.create(resolve(factory, given), seed);
        return factory.guarded() ? new CapController<>(policy, rails, seed) : policy;
    }

    private static boolean allows(PolicyParameter parameter, double value) {
        boolean whole = Set.of("switch", "steps", "sequences", "replicas").contains(parameter.unit());
        return parameter.min() <= value && value <= parameter.max() && (!whole || value == Math.rint(value));
    }

    private static String range(PolicyParameter parameter) {
        return switch (parameter.unit()) {
            case "switch" -> "0 or 1";
            case "steps", "sequences", "replicas" ->
                "a whole number from " + (long) parameter.min() + " to " + (long) parameter.max();
            default -> "from " + parameter.min() + " to " + parameter.max() + " " + parameter.unit();
        };
    }
}
