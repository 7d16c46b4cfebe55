package dev.capstan.cli;

import dev.capstan.trace.TraceFormat;
import dev.capstan.trace.TraceReading;
import dev.capstan.trace.TraceReading.Fact;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a user states of a trace that its file does not say of itself. */
final class ReadingOptions {

    static final String HEADING = "%nWhat the file does not say of itself:%n";

    @Option(
            names = "--format",
            paramLabel = "ID",
            description = "The format of the file, where its content does not tell: generic-csv, generic-jsonl or"
                    + " generic-parquet for requests, generic-power-csv or generic-power-parquet, generic-carbon-csv,"
                    + " generic-price-csv; their columns are stated with --map.")
    private @Nullable String format;

    @Option(
            names = "--map",
            paramLabel = "FIELD=COLUMN",
            description = "Column of a field, for the generic formats. Requests: arrival, input, output, and model,"
                    + " service, priority, session, slo_class, prefix. Power: time, power (repeatable, one for each"
                    + " meter), series. Carbon and prices: time, value. Repeatable.")
    private List<String> map = List.of();

    @Option(
            names = "--time-unit",
            paramLabel = "UNIT",
            description =
                    "Of times, for the generic formats of requests and power: s, ms, us, ns or iso8601. Default: s.")
    private @Nullable String timeUnit;

    @Option(
            names = "--unit",
            paramLabel = "UNIT",
            description =
                    "Of power (mW, W, kW, MW; default: W) or carbon intensity (g/kWh, kg/MWh, lbs/MWh), for generic"
                            + " formats and metrics of Prometheus.")
    private @Nullable String unit;

    @Option(
            names = "--time-zone",
            paramLabel = "ZONE",
            description = "Of times written without one, by nvidia-smi for example: UTC, Europe/Berlin, +02:00.")
    private @Nullable String timeZone;

    @Option(
            names = "--zone",
            paramLabel = "ZONE",
            description = "Of the grid, such as GB or DE-LU, for generic formats of carbon and prices.")
    private @Nullable String zone;

    @Option(names = "--interval", paramLabel = "TIME", description = "Of dcgmi dmon, which writes no times; its -d.")
    private @Nullable String interval;

    @Option(
            names = "--metric",
            paramLabel = "NAME",
            description = "The metric to take from Prometheus or an exporter; none for the answer to an expression.")
    private @Nullable String metric;

    @Option(
            names = "--label",
            paramLabel = "NAME=VALUE",
            description = "Label that series of Prometheus must carry. Repeatable.")
    private List<String> labels = List.of();

    @Option(names = "--signal", paramLabel = "SIGNAL", description = "Of carbon intensity: average or marginal.")
    private @Nullable String signal;

    @Option(
            names = "--scope",
            paramLabel = "SCOPE",
            description =
                    "Of carbon intensity: direct or life-cycle. Default: that of the file, life-cycle where it holds"
                            + " both.")
    private @Nullable String scope;

    @Option(names = "--forecast", description = "Takes the forecast of NESO in place of what was measured.")
    private boolean forecast;

    @Option(
            names = "--currency",
            paramLabel = "CODE",
            description = "Of prices, such as EUR, for generic-price-csv; prices are per megawatt-hour.")
    private @Nullable String currency;

    @Option(
            names = "--block-tokens",
            paramLabel = "N",
            description = "Tokens of a block of prefix hashes, for --map prefix=COLUMN.")
    private @Nullable String blockTokens;

    @Option(names = "--sort", description = "Puts requests in order of arrival, as access logs need.")
    private boolean sort;

    @Option(names = "--skip-failed", description = "Leaves out requests with 0 or no output tokens.")
    private boolean skipFailed;

    /**
     * What was stated.
     *
     * @throws InvalidArgument where there is no such format
     */
    TraceReading reading() {
        Map<Fact, List<String>> facts = new EnumMap<>(Fact.class);
        put(facts, Fact.MAP, map);
        put(facts, Fact.LABEL, labels);
        put(facts, Fact.TIME_UNIT, timeUnit);
        put(facts, Fact.UNIT, unit);
        put(facts, Fact.TIME_ZONE, timeZone);
        put(facts, Fact.ZONE, zone);
        put(facts, Fact.INTERVAL, interval);
        put(facts, Fact.METRIC, metric);
        put(facts, Fact.SIGNAL, signal);
        put(facts, Fact.SCOPE, scope);
        put(facts, Fact.CURRENCY, currency);
        put(facts, Fact.BLOCK_TOKENS, blockTokens);
        put(facts, Fact.SORT, sort ? "yes" : null);
        put(facts, Fact.SKIP_FAILED, skipFailed ? "yes" : null);
        put(facts, Fact.FORECAST, forecast ? "yes" : null);
        try {
            return new TraceReading(Optional.ofNullable(format).map(TraceFormat::ofId), facts);
        } catch (IllegalArgumentException e) {
            throw new InvalidArgument("--format: " + e.getMessage());
        }
    }

    private static void put(Map<Fact, List<String>> facts, Fact fact, @Nullable String text) {
        put(facts, fact, text == null ? List.of() : List.of(text));
    }

    private static void put(Map<Fact, List<String>> facts, Fact fact, List<String> texts) {
        if (!texts.isEmpty()) {
            facts.put(fact, texts);
        }
    }
}
