package dev.capstan.cli;

import dev.capstan.trace.Quantity;
import dev.capstan.trace.inspect.CarbonInspection;
import dev.capstan.trace.inspect.Finding;
import dev.capstan.trace.inspect.Inspection;
import dev.capstan.trace.inspect.PowerInspection;
import dev.capstan.trace.inspect.PowerInspection.SeriesInspection;
import dev.capstan.trace.inspect.PowerInspection.Steps;
import dev.capstan.trace.inspect.PriceInspection;
import dev.capstan.trace.inspect.RequestInspection;
import dev.capstan.trace.inspect.TokenStatistics;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** An inspection for the person at the terminal. */
final class InspectionText {

    private final StringBuilder text = new StringBuilder();

    private InspectionText() {}

    static String of(String format, Inspection inspection) {
        InspectionText told = new InspectionText();
        told.line("format", format);
        if (inspection instanceof RequestInspection requests) {
            told.requests(requests);
        } else if (inspection instanceof PowerInspection power) {
            told.power(power);
        } else if (inspection instanceof CarbonInspection carbon) {
            told.carbon(carbon);
        } else if (inspection instanceof PriceInspection prices) {
            told.prices(prices);
        }
        told.findings(inspection);
        return told.text.toString();
    }

    private void requests(RequestInspection seen) {
        line("requests", seen.rows() + " over " + span(seen.spanSeconds()) + from(seen.start()));
        line(
                "rate",
                number(seen.meanRequestsPerSecond()) + " requests/s, at most " + number(seen.peakRequestsPerSecond1s())
                        + " over 1 s, " + number(seen.peakRequestsPerSecond1min()) + " over 1 min, "
                        + number(seen.peakRequestsPerSecond10min()) + " over 10 min");
        line(
                "per minute",
                number(seen.perMinute().mean()) + ", from " + seen.perMinute().min() + " to "
                        + seen.perMinute().max() + "; " + seen.perMinute().silent() + " silent");
        line(
                "between",
                "mean " + span(seen.gaps().meanSeconds()) + ", coefficient of variation "
                        + number(seen.gaps().cv()) + ", longest "
                        + span(seen.gaps().longestSeconds()));
        line(
                "tokens/s",
                number(seen.tokensPerSecond()) + ", at most " + number(seen.peakTokensPerSecond1min()) + " over 1 min");
        line("correlation", number(seen.tokenCorrelation()) + " of input and output tokens");
        line("duplicates", seen.duplicates() + ", out of order " + seen.outOfOrder());
        seen.prefixReuse()
                .ifPresent(reuse -> line(
                        "prefix blocks",
                        reuse.distinctBlocks() + " different of " + reuse.blockTokens() + " tokens, ideal hit share "
                                + number(reuse.idealHitShare())));
        seen.labels()
                .forEach(label -> line(
                        label.label().column(),
                        label.distinct() + " different, most often " + label.mostFrequent() + " ("
                                + number(100 * label.mostFrequentShare()) + " %)"));
        text.append('\n');
        TextTable table = new TextTable("tokens", "mean", "min", "p10", "p50", "p90", "p99", "max");
        tokens(table, "input", seen.inputTokens());
        tokens(table, "output", seen.outputTokens());
        text.append(table.render());
    }

    private static void tokens(TextTable table, String side, TokenStatistics tokens) {
        table.add(
                side,
                number(tokens.mean()),
                Integer.toString(tokens.min()),
                number(tokens.p10()),
                number(tokens.p50()),
                number(tokens.p90()),
                number(tokens.p99()),
                Integer.toString(tokens.max()));
    }

    private void power(PowerInspection seen) {
        line("series", seen.series().size() + from(seen.start()));
        text.append('\n');
        TextTable levels = new TextTable(
                "series", "samples", "span", "interval", "mean W", "min", "p2", "p50", "p90", "p99", "max", "gaps");
        TextTable steps = new TextTable(
                "series", "rise W 1 s", "10 s", "40 s", "fall W 1 s", "10 s", "40 s", "longest run of one value");
        for (SeriesInspection one : seen.series()) {
            levels.add(
                    printable(one.name()),
                    Integer.toString(one.samples()),
                    span(one.spanSeconds()),
                    span(one.intervalSeconds()),
                    number(one.meanWatts()),
                    number(one.minWatts()),
                    number(one.p2Watts()),
                    number(one.p50Watts()),
                    number(one.p90Watts()),
                    number(one.p99Watts()),
                    number(one.maxWatts()),
                    Integer.toString(one.gaps()));
            Steps second = one.steps().get(0);
            Steps ten = one.steps().get(1);
            Steps forty = one.steps().get(2);
            steps.add(
                    printable(one.name()),
                    number(second.riseWatts()),
                    number(ten.riseWatts()),
                    number(forty.riseWatts()),
                    number(second.fallWatts()),
                    number(ten.fallWatts()),
                    number(forty.fallWatts()),
                    one.frozen().samples() + " samples at "
                            + number(one.frozen().watts()) + " W");
        }
        text.append(levels.render()).append('\n').append(steps.render());
    }

    private void carbon(CarbonInspection seen) {
        line("zone", seen.zone() + ", " + word(seen.signal()) + ", " + word(seen.scope()));
        line("values", seen.rows() + " over " + span(seen.spanSeconds()) + from(Optional.of(seen.start())));
        line("step", span(seen.stepSeconds()) + ", " + seen.irregularSteps() + " irregular");
        text.append('\n');
        TextTable table = new TextTable("g/kWh", "mean", "min", "p10", "p50", "p90", "max", "largest step");
        table.add(
                "intensity",
                number(seen.mean()),
                number(seen.min()),
                number(seen.p10()),
                number(seen.p50()),
                number(seen.p90()),
                number(seen.max()),
                number(seen.largestStep()));
        text.append(table.render());
    }

    private void prices(PriceInspection seen) {
        line("zone", seen.zone());
        line("values", seen.rows() + " over " + span(seen.spanSeconds()) + from(Optional.of(seen.start())));
        line("step", span(seen.stepSeconds()) + ", " + seen.irregularSteps() + " irregular");
        line("below 0", number(100 * seen.negativeShare()) + " %");
        text.append('\n');
        TextTable table = new TextTable(
                printable(seen.currency()) + "/MWh", "mean", "min", "p10", "p50", "p90", "max", "largest step");
        table.add(
                "price",
                number(seen.mean()),
                number(seen.min()),
                number(seen.p10()),
                number(seen.p50()),
                number(seen.p90()),
                number(seen.max()),
                number(seen.largestStep()));
        text.append(table.render());
    }

    private void findings(Inspection inspection) {
        text.append('\n');
        if (inspection.findings().isEmpty()) {
            text.append("Nothing odd was found.\n");
        }
        for (Finding finding : inspection.findings()) {
            text.append(finding.severity().name().toLowerCase(Locale.ROOT))
                    .append(" (")
                    .append(finding.code())
                    .append("): ")
                    .append(printable(finding.observation()))
                    .append(".\n    ")
                    .append(printable(finding.consequence()))
                    .append(".\n");
        }
    }

    private void line(String name, String value) {
        text.append(String.format(Locale.ROOT, "%-15s", name))
                .append(printable(value))
                .append('\n');
    }

    /** Names from a file may hold what a terminal would obey. */
    private static String printable(String value) {
        return value.replaceAll("\\p{Cntrl}", "?");
    }

    private static String from(Optional<Instant> start) {
        return start.map(at -> ", from " + at).orElse("");
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String span(double seconds) {
        if (!Double.isFinite(seconds)) {
            return "-";
        }
        long unit = seconds >= 1 ? 10_000_000L : seconds >= 1e-3 ? 1000L : 1L;
        return Quantity.formatDuration(Math.round(seconds * 1e9 / unit) * unit);
    }

    /** At least three digits, whole numbers from 1000 on. */
    private static String number(double value) {
        if (!Double.isFinite(value)) {
            return "-";
        }
        if (value == Math.rint(value)) {
            return Long.toString((long) value);
        }
        double size = Math.abs(value);
        int decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
