package dev.capstan.trace;

import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a caller states of a file that the file does not say of itself, as text. A fact that the format of the file has no
 * use for is refused rather than left aside.
 *
 * @param format which one it is; where empty, the content tells
 * @param facts what is stated; {@link Fact#MAP} and {@link Fact#LABEL} hold any number of texts {@code name=value}, the
 *     others one
 */
public record TraceReading(Optional<TraceFormat> format, Map<Fact, List<String>> facts) {

    /** The content tells everything. */
    public static final TraceReading NONE = new TraceReading(Optional.empty(), Map.of());

    /** Something that may be stated, named as the option of {@code capstan traces} that states it. */
    public enum Fact {
        /** {@code field=column} of a generic format. */
        MAP,
        /** Of times in a generic format: {@code s}, {@code ms}, {@code us}, {@code ns} or {@code iso8601}. */
        TIME_UNIT,
        /** Of power, such as {@code kW}, or of carbon intensity, such as {@code lbs/MWh}. */
        UNIT,
        /** Of times that are written without one, such as {@code Europe/Berlin}. */
        TIME_ZONE,
        /** The zone of the grid, such as {@code DE-LU}. */
        ZONE,
        /** Between samples that are written without times, such as {@code 1s}. */
        INTERVAL,
        /** Of Prometheus. */
        METRIC,
        /** {@code name=value} that series of Prometheus must carry. */
        LABEL,
        /** {@code average} or {@code marginal}. */
        SIGNAL,
        /** {@code direct} or {@code life-cycle}. */
        SCOPE,
        /** Three letters of ISO 4217. */
        CURRENCY,
        /** Tokens of a block of prefix hashes. */
        BLOCK_TOKENS,
        /** Whether requests are put in order; any text. */
        SORT,
        /** Whether failed requests are left out; any text. */
        SKIP_FAILED,
        /** Whether a forecast is taken; any text. */
        FORECAST;

        /** The option that states it, such as {@code --time-unit}. */
        public String option() {
            return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        static Set<Fact> setOf(Fact... facts) {
            Set<Fact> set = EnumSet.noneOf(Fact.class);
            set.addAll(Arrays.asList(facts));
            return Collections.unmodifiableSet(set);
        }
    }

    public TraceReading {
        Map<Fact, List<String>> copy = new EnumMap<>(Fact.class);
        facts.forEach((fact, texts) -> copy.put(fact, List.copyOf(texts)));
        facts = Collections.unmodifiableMap(copy);
    }

    /** Throws where something is stated that the format has no use for. */
    void check(Path file, TraceFormat of) {
        for (Fact fact : facts.keySet()) {
            if (!of.facts().contains(fact)) {
                throw new TraceException(
                        file,
                        "is read as " + of.id() + ", which has no use for " + fact.option() + ". Allowed: "
                                + (of.facts().isEmpty() ? "no such options" : options(of.facts()))
                                + ". Maybe leave it out"
                                + (fact == Fact.MAP
                                        ? ", or name a format whose columns are stated with --format: "
                                                + TraceFormat.all().stream()
                                                        .filter(TraceFormat::generic)
                                                        .map(TraceFormat::id)
                                                        .collect(Collectors.joining(", "))
                                        : "")
                                + ".");
            }
        }
    }

    /** How a request trace is to be read. */
    RequestReading requests(RequestFormat of) {
        RequestReading reading =
                new RequestReading(Optional.empty(), facts.containsKey(Fact.SORT), facts.containsKey(Fact.SKIP_FAILED));
        return of.generic() ? reading.withMapping(mapping()) : reading;
    }

    private RequestMapping mapping() {
        Columns columns = new Columns("arrival", "input", "output");
        Map<RequestLabel, String> labels = new EnumMap<>(RequestLabel.class);
        for (RequestLabel label : RequestLabel.values()) {
            columns.optional(label.column()).ifPresent(column -> labels.put(label, column));
        }
        Optional<RequestMapping.PrefixColumn> prefix =
                columns.optional("prefix").map(column -> new RequestMapping.PrefixColumn(column, blockTokens()));
        if (prefix.isEmpty() && facts.containsKey(Fact.BLOCK_TOKENS)) {
            throw new IllegalArgumentException(
                    "--block-tokens needs the column of prefix hashes. Maybe add --map prefix=COLUMN.");
        }
        columns.requireNoOthers();
        return new RequestMapping(
                columns.get("arrival"),
                ArrivalUnit.ofSymbol(text(Fact.TIME_UNIT).orElse("s")),
                columns.get("input"),
                columns.get("output"),
                labels,
                prefix);
    }

    private int blockTokens() {
        String text = required(Fact.BLOCK_TOKENS, "512");
        if (!text.matches("[1-9][0-9]{0,8}")) {
            throw new IllegalArgumentException(
                    "--block-tokens must be a whole number of at least 1, is '" + text + "'. Maybe 512.");
        }
        return Integer.parseInt(text);
    }

    /** What has to be known of a file of power besides its content; empty where nothing was stated. */
    Optional<PowerFormat> power(PowerFileFormat of) {
        return switch (of) {
            case NVIDIA_SMI_CSV -> timeZone().map(PowerFormat.NvidiaSmi::new);
            case DCGM_DMON ->
                Optional.of(new PowerFormat.DcgmDmon(Quantity.durationNanos(required(Fact.INTERVAL, "1s"))));
            case EXPORTER_TEXT, PROMETHEUS_JSON ->
                facts.containsKey(Fact.METRIC) || facts.containsKey(Fact.UNIT) || facts.containsKey(Fact.LABEL)
                        ? Optional.of(prometheus())
                        : Optional.empty();
            case GENERIC_POWER_CSV, GENERIC_POWER_PARQUET -> Optional.of(powerTable());
            default -> Optional.empty();
        };
    }

    private PowerFormat.Prometheus prometheus() {
        String metric = text(Fact.METRIC).orElse("");
        String unit = PrometheusSeries.isKnownWatts(metric) ? text(Fact.UNIT).orElse("W") : required(Fact.UNIT, "W");
        return new PowerFormat.Prometheus(metric, pairs(Fact.LABEL), unit);
    }

    private PowerFormat.Table powerTable() {
        Columns columns = new Columns("time", "power");
        Optional<String> series = columns.optional("series");
        columns.requireNoOthers();
        return new PowerFormat.Table(
                columns.get("time"),
                text(Fact.TIME_UNIT).orElse("s"),
                columns.all("power"),
                text(Fact.UNIT).orElse("W"),
                series);
    }

    /** What has to be known of a file of carbon intensity besides its content; empty where the content tells all. */
    Optional<CarbonFormat> carbon(CarbonFileFormat of) {
        if (of == CarbonFileFormat.NESO_JSON && facts.containsKey(Fact.FORECAST)) {
            return Optional.of(new CarbonFormat.NesoForecast());
        }
        if (of != CarbonFileFormat.GENERIC_CARBON_CSV) {
            return Optional.empty();
        }
        Columns columns = new Columns("time", "value");
        columns.requireNoOthers();
        required(Fact.SIGNAL, "average");
        required(Fact.SCOPE, "life-cycle");
        return Optional.of(new CarbonFormat.Table(
                columns.get("time"),
                timeZone(),
                columns.get("value"),
                required(Fact.UNIT, "g/kWh"),
                required(Fact.ZONE, "GB"),
                signal().orElseThrow(),
                scope().orElseThrow()));
    }

    /** Columns of prices; empty where the file states them. */
    Optional<PriceTraces.Columns> prices(PriceFileFormat of) {
        if (!of.generic()) {
            return Optional.empty();
        }
        Columns columns = new Columns("time", "value");
        columns.requireNoOthers();
        return Optional.of(new PriceTraces.Columns(
                columns.get("time"),
                columns.get("value"),
                required(Fact.CURRENCY, "EUR"),
                required(Fact.ZONE, "DE-LU")));
    }

    Optional<CarbonTrace.Signal> signal() {
        return text(Fact.SIGNAL)
                .map(text -> choice(Fact.SIGNAL, text, CarbonTrace.Signal.values(), CarbonTraces::word));
    }

    Optional<CarbonTrace.Scope> scope() {
        return text(Fact.SCOPE).map(text -> choice(Fact.SCOPE, text, CarbonTrace.Scope.values(), CarbonTraces::word));
    }

    private static <T> T choice(Fact fact, String text, T[] values, Function<T, String> word) {
        for (T value : values) {
            if (word.apply(value).equals(text)) {
                return value;
            }
        }
        throw new IllegalArgumentException(fact.option() + ": '" + ByteLines.printable(text) + "' is not one of "
                + Arrays.stream(values).map(word).collect(Collectors.joining(", ")) + ".");
    }

    private Optional<ZoneId> timeZone() {
        return text(Fact.TIME_ZONE).map(text -> {
            try {
                return ZoneId.of(text);
            } catch (DateTimeException e) {
                throw new IllegalArgumentException(
                        "--time-zone: there is no time zone '" + ByteLines.printable(text)
                                + "'. Maybe UTC, Europe/Berlin or +02:00.",
                        e);
            }
        });
    }

    private Optional<String> text(Fact fact) {
        return Optional.ofNullable(facts.get(fact)).map(texts -> texts.get(0));
    }

    private String required(Fact fact, String example) {
        return text(fact)
                .orElseThrow(() -> new IllegalArgumentException("the file does not say its "
                        + fact.option().substring(2).replace('-', ' ') + ". Maybe add " + fact.option() + " " + example
                        + "."));
    }

    private Map<String, String> pairs(Fact fact) {
        Map<String, String> pairs = new TreeMap<>();
        for (String text : facts.getOrDefault(fact, List.of())) {
            pairs.put(pair(fact, text)[0], pair(fact, text)[1]);
        }
        return pairs;
    }

    private static String[] pair(Fact fact, String text) {
        String[] pair = text.split("=", 2);
        if (pair.length < 2 || pair[0].isBlank()) {
            throw new IllegalArgumentException(fact.option() + " takes name=value, is '" + ByteLines.printable(text)
                    + "'. Maybe " + (fact == Fact.MAP ? "time=epoch_ms." : "zone=package."));
        }
        return pair;
    }

    private static String options(Set<Fact> facts) {
        return facts.stream().map(Fact::option).collect(Collectors.joining(", "));
    }

    /** The columns that were stated for the fields of a generic format. */
    private final class Columns {

        private final Map<String, List<String>> ofField = new LinkedHashMap<>();
        private final Set<String> known = new LinkedHashSet<>();

        Columns(String... requiredFields) {
            known.addAll(Arrays.asList(requiredFields));
            for (String text : facts.getOrDefault(Fact.MAP, List.of())) {
                String[] pair = pair(Fact.MAP, text);
                ofField.computeIfAbsent(pair[0], unused -> new ArrayList<>()).add(pair[1]);
            }
            for (String field : requiredFields) {
                if (!ofField.containsKey(field)) {
                    throw new IllegalArgumentException("the column of " + field + " must be stated. Needed: "
                            + Arrays.stream(requiredFields)
                                    .map(name -> "--map " + name + "=COLUMN")
                                    .collect(Collectors.joining(" "))
                            + ".");
                }
            }
        }

        Optional<String> optional(String field) {
            known.add(field);
            return ofField.containsKey(field) ? Optional.of(get(field)) : Optional.empty();
        }

        /** The one column of a field. */
        String get(String field) {
            List<String> columns = all(field);
            if (columns.size() > 1) {
                throw new IllegalArgumentException(
                        "--map states " + field + " twice: " + String.join(", ", columns) + ". Maybe remove one.");
            }
            return columns.get(0);
        }

        List<String> all(String field) {
            return ofField.getOrDefault(field, List.of());
        }

        void requireNoOthers() {
            for (String field : ofField.keySet()) {
                if (!known.contains(field)) {
                    throw new IllegalArgumentException("--map: there is no field '" + ByteLines.printable(field)
                            + "'. Allowed: " + String.join(", ", known) + ".");
                }
            }
        }
    }
}
