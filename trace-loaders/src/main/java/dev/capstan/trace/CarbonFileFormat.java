package dev.capstan.trace;

import dev.capstan.trace.TraceReading.Fact;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The forms of carbon intensity. */
enum CarbonFileFormat implements TraceFormat {
    CAPSTAN_CARBON_CSV("Capstan carbon CSV"),
    ELECTRICITY_MAPS_CSV("Electricity Maps CSV"),
    ELECTRICITY_MAPS_JSON("Electricity Maps JSON"),
    NESO_JSON("NESO JSON"),
    WATTTIME_JSON("WattTime JSON"),
    WATTTIME_CSV("WattTime CSV"),
    GENERIC_CARBON_CSV("carbon CSV, columns as stated");

    static final String ELECTRICITY_MAPS_TIME = "Datetime (UTC)";
    static final String VALUE = "carbon_grams_per_kilowatt_hour";

    private static final Pattern DIRECT_FACTORS = Pattern.compile("\"emissionFactorType\"\\s*:\\s*\"direct\"");

    private final String title;

    CarbonFileFormat(String title) {
        this.title = title;
    }

    /** The format that the beginning of a file tells, if it is one of carbon; the generic one is never told. */
    static Optional<CarbonFileFormat> told(FileHead head) {
        if (head.isJson()) {
            return json(head.fields());
        }
        List<String> cells = head.cells();
        if (cells.contains(ELECTRICITY_MAPS_TIME)) {
            return Optional.of(ELECTRICITY_MAPS_CSV);
        }
        if (cells.contains("point_time") && cells.contains("value")) {
            return Optional.of(WATTTIME_CSV);
        }
        return cells.contains(VALUE) ? Optional.of(CAPSTAN_CARBON_CSV) : Optional.empty();
    }

    private static Optional<CarbonFileFormat> json(Set<String> fields) {
        if (fields.contains("data.point_time") || (fields.contains("meta") && fields.contains("data"))) {
            return Optional.of(WATTTIME_JSON);
        }
        if (fields.contains("history") || (fields.contains("zone") && fields.contains("data"))) {
            return Optional.of(ELECTRICITY_MAPS_JSON);
        }
        return fields.contains("data.intensity") ? Optional.of(NESO_JSON) : Optional.empty();
    }

    /** The one scope that a file of this format holds; life-cycle for one that holds both. */
    CarbonTrace.Scope scope(FileHead head) {
        boolean direct = switch (this) {
            case NESO_JSON, WATTTIME_JSON, WATTTIME_CSV -> true;
            case ELECTRICITY_MAPS_JSON -> DIRECT_FACTORS.matcher(head.text()).find();
            case ELECTRICITY_MAPS_CSV ->
                head.header().contains("(direct)")
                        && !head.header().contains("(LCA)")
                        && !head.header().contains("(Life cycle)");
            case CAPSTAN_CARBON_CSV ->
                head.remarks().stream()
                        .anyMatch(remark ->
                                remark.key().equals("scope") && remark.value().equals("direct"));
            case GENERIC_CARBON_CSV -> false;
        };
        return direct ? CarbonTrace.Scope.DIRECT : CarbonTrace.Scope.LIFE_CYCLE;
    }

    @Override
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public boolean generic() {
        return this == GENERIC_CARBON_CSV;
    }

    @Override
    public Set<Fact> facts() {
        return switch (this) {
            case NESO_JSON -> Fact.setOf(Fact.SIGNAL, Fact.SCOPE, Fact.FORECAST);
            case GENERIC_CARBON_CSV ->
                Fact.setOf(Fact.MAP, Fact.UNIT, Fact.TIME_ZONE, Fact.ZONE, Fact.SIGNAL, Fact.SCOPE);
            default -> Fact.setOf(Fact.SIGNAL, Fact.SCOPE);
        };
    }
}
