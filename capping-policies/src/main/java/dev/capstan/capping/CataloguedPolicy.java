package dev.capstan.capping;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The fixed part of a factory of this module's own policies. */
abstract class CataloguedPolicy implements PolicyFactory {

    private final String name;
    private final String summary;
    private final String source;
    private final String confidence;
    private final List<String> levers;
    private final boolean guarded;
    private final List<PolicyParameter> parameters;

    CataloguedPolicy(
            String name,
            String summary,
            String source,
            String confidence,
            List<String> levers,
            boolean guarded,
            PolicyParameter... parameters) {
        this.name = name;
        this.summary = summary;
        this.source = source;
        this.confidence = confidence;
        this.levers = levers;
        this.guarded = guarded;
        this.parameters = List.of(parameters);
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final String summary() {
        return summary;
    }

    @Override
    public final String source() {
        return source;
    }

    @Override
    public final String confidence() {
        return confidence;
    }

    @Override
    public final List<String> levers() {
        return levers;
    }

    @Override
    public final List<PolicyParameter> parameters() {
        return parameters;
    }

    @Override
    public final boolean guarded() {
        return guarded;
    }

    static double value(Map<String, Double> parameters, String name) {
        return Objects.requireNonNull(parameters.get(name), name);
    }

    static PolicyParameter reserveWatts() {
        return new PolicyParameter(
                "reserve_watts", "watts", 0, 0, 1e9, "Watts of the cap that are never planned with.", "assumption");
    }
}
