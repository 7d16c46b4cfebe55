package dev.capstan.report;

import dev.capstan.trace.TraceOrigin;
import dev.capstan.trace.inspect.CarbonInspection;
import dev.capstan.trace.inspect.Finding;
import dev.capstan.trace.inspect.Inspection;
import dev.capstan.trace.inspect.PowerInspection;
import dev.capstan.trace.inspect.PowerInspection.SeriesInspection;
import dev.capstan.trace.inspect.PriceInspection;
import dev.capstan.trace.inspect.RequestInspection;
import dev.capstan.trace.inspect.Timeline;
import dev.capstan.trace.inspect.TokenStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the template of an inspection prints. */
record InspectionPage(
        String title,
        String summary,
        List<Finding> findings,
        List<Fact> facts,
        List<Chart> charts,
        String chartNote,
        TraceOrigin origin,
        String style) {

    /** Pictures of more meters make no one wiser. */
    private static final int MOST_SERIES = 12;

    /** A figure and what it is. */
    record Fact(String name, String value) {}

    /** A picture: title, what it shows, and the drawing. */
    record Chart(String title, String about, String svg) {}

    static InspectionPage of(String format, Inspection inspection) {
        List<Fact> facts = new ArrayList<>();
        List<Chart> charts = new ArrayList<>();
        String summary;
        if (inspection instanceof RequestInspection requests) {
            summary = requests(requests, facts, charts);
        } else if (inspection instanceof PowerInspection power) {
            summary = power(power, facts, charts);
        } else if (inspection instanceof CarbonInspection carbon) {
            summary = carbon(carbon, facts, charts);
        } else {
            summary = price((PriceInspection) inspection, facts, charts);
        }
        String path = inspection.origin().path().replace('\\', '/');
        int meters =
                inspection instanceof PowerInspection power ? power.series().size() : 0;
        return new InspectionPage(
                path.substring(path.lastIndexOf('/') + 1),
                format + " · " + summary,
                inspection.findings(),
                facts,
                charts,
                meters > MOST_SERIES ? "Drawn are the first " + MOST_SERIES + " of " + meters + " meters." : "",
                inspection.origin(),
                PageAssets.text("report.css") + PageAssets.text("inspection.css"));
    }

    String severity(Finding finding) {
        return finding.severity().name().toLowerCase(Locale.ROOT);
    }

    String sentence(String text) {
        return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".";
    }

    private static String requests(RequestInspection seen, List<Fact> facts, List<Chart> charts) {
        facts.add(new Fact("Mean rate", Wording.number(seen.meanRequestsPerSecond()) + " requests/s"));
        facts.add(new Fact(
                "Peak over 1 s / 1 min / 10 min",
                Wording.number(seen.peakRequestsPerSecond1s()) + " / "
                        + Wording.number(seen.peakRequestsPerSecond1min()) + " / "
                        + Wording.number(seen.peakRequestsPerSecond10min()) + " requests/s"));
        facts.add(new Fact(
                "Requests per minute",
                Wording.number(seen.perMinute().mean()) + ", from "
                        + seen.perMinute().min() + " to " + seen.perMinute().max() + "; "
                        + seen.perMinute().silent() + " silent minutes"));
        facts.add(new Fact(
                "Variation of the times between requests",
                Wording.number(seen.gaps().cv()) + " (Poisson: 1)"));
        facts.add(new Fact("Longest silence", Wording.seconds(seen.gaps().longestSeconds())));
        facts.add(new Fact("Input tokens", tokens(seen.inputTokens())));
        facts.add(new Fact("Output tokens", tokens(seen.outputTokens())));
        facts.add(new Fact("Correlation of input and output", Wording.number(seen.tokenCorrelation())));
        facts.add(new Fact(
                "Tokens per second, mean and peak minute",
                Wording.number(seen.tokensPerSecond()) + " / " + Wording.number(seen.peakTokensPerSecond1min())));
        facts.add(new Fact("Duplicates, out of order", count(seen.duplicates()) + ", " + count(seen.outOfOrder())));
        seen.labels()
                .forEach(label -> facts.add(new Fact(
                        label.label().column(),
                        count(label.distinct()) + " different, most often " + label.mostFrequent() + " ("
                                + Wording.percent(label.mostFrequentShare()) + ")")));
        seen.prefixReuse()
                .ifPresent(reuse -> facts.add(new Fact(
                        "Prefix blocks",
                        count(reuse.distinctBlocks()) + " different, ideal hit share "
                                + Wording.percent(reuse.idealHitShare()))));

        Timeline rate = seen.requestsPerSecond();
        charts.add(new Chart(
                "Requests per second over time",
                "Mean of each " + Wording.seconds(rate.binSeconds()) + ".",
                InspectionChart.timeline(rate, "requests/s", 1)));
        charts.add(new Chart(
                "Time between requests",
                "Share of the gaps in each octave; gaps of 0 are left out.",
                InspectionChart.bars(
                        seen.gaps().seconds(), "time from one request to the next", InspectionChart.TIME)));
        charts.add(new Chart(
                "Input tokens",
                "Share of the requests in each half octave.",
                InspectionChart.bars(seen.inputTokens().histogram(), "input tokens", InspectionChart.COUNT)));
        charts.add(new Chart(
                "Output tokens",
                "Share of the requests in each half octave.",
                InspectionChart.bars(seen.outputTokens().histogram(), "output tokens", InspectionChart.COUNT)));
        return count(seen.rows()) + " requests over " + Wording.seconds(seen.spanSeconds())
                + seen.start().map(at -> " from " + at).orElse("");
    }

    private static String count(long count) {
        return Wording.number((double) count);
    }

    private static String tokens(TokenStatistics tokens) {
        return "mean " + Wording.number(tokens.mean()) + "; p10/50/90/99 " + Wording.number(tokens.p10()) + " / "
                + Wording.number(tokens.p50()) + " / " + Wording.number(tokens.p90()) + " / "
                + Wording.number(tokens.p99()) + "; at most " + Wording.number(tokens.max());
    }

    private static String power(PowerInspection seen, List<Fact> facts, List<Chart> charts) {
        for (SeriesInspection one :
                seen.series().subList(0, Math.min(MOST_SERIES, seen.series().size()))) {
            boolean kilowatts = one.maxWatts() >= 2000;
            facts.add(new Fact(
                    one.name(),
                    "mean " + Wording.watts(one.meanWatts()) + ", from " + Wording.watts(one.minWatts()) + " to "
                            + Wording.watts(one.maxWatts()) + "; a sample every "
                            + Wording.seconds(one.intervalSeconds())
                            + "; largest rise and fall within 1 s "
                            + Wording.watts(one.steps().get(0).riseWatts()) + " and "
                            + Wording.watts(one.steps().get(0).fallWatts()) + ", within 10 s "
                            + Wording.watts(one.steps().get(1).riseWatts()) + " and "
                            + Wording.watts(one.steps().get(1).fallWatts()) + "; " + one.gaps() + " gaps"));
            charts.add(new Chart(
                    "Power of " + one.name() + " over time",
                    "Mean, with lowest and highest, of each "
                            + Wording.seconds(one.watts().binSeconds()) + ".",
                    kilowatts
                            ? InspectionChart.timeline(one.watts(), "power in kW", 1e-3)
                            : InspectionChart.timeline(one.watts(), "power in W", 1)));
            charts.add(new Chart(
                    "How often " + one.name() + " drew how much",
                    "Share of the samples.",
                    InspectionChart.bars(one.distribution(), "power", InspectionChart.WATTS)));
        }
        int samples = seen.series().stream().mapToInt(SeriesInspection::samples).sum();
        return seen.series().size() + (seen.series().size() == 1 ? " meter, " : " meters, ") + Wording.number(samples)
                + " samples over "
                + Wording.seconds(seen.series().stream()
                        .mapToDouble(SeriesInspection::spanSeconds)
                        .max()
                        .orElse(0))
                + seen.start().map(at -> " from " + at).orElse("");
    }

    private static String carbon(CarbonInspection seen, List<Fact> facts, List<Chart> charts) {
        facts.add(new Fact("Zone", seen.zone()));
        facts.add(new Fact(
                "Signal and scope",
                (seen.signal() + ", " + seen.scope()).toLowerCase(Locale.ROOT).replace('_', '-')));
        facts.add(new Fact(
                "Mean, min, max",
                Wording.number(seen.mean()) + ", " + Wording.number(seen.min()) + ", " + Wording.number(seen.max())
                        + " g/kWh"));
        facts.add(new Fact(
                "p10 / p50 / p90",
                Wording.number(seen.p10()) + " / " + Wording.number(seen.p50()) + " / " + Wording.number(seen.p90())
                        + " g/kWh"));
        facts.add(new Fact("Largest step", Wording.number(seen.largestStep()) + " g/kWh"));
        facts.add(new Fact("Irregular steps", Wording.number(seen.irregularSteps())));
        overTime(charts, "Carbon intensity over time", seen.intensity(), seen.meanByHourUtc(), "g/kWh");
        return seen.zone() + ", " + count(seen.rows()) + " values over " + Wording.seconds(seen.spanSeconds())
                + " from " + seen.start();
    }

    private static String price(PriceInspection seen, List<Fact> facts, List<Chart> charts) {
        String unit = seen.currency() + "/MWh";
        facts.add(new Fact("Zone", seen.zone()));
        facts.add(new Fact(
                "Mean, min, max",
                Wording.number(seen.mean()) + ", " + Wording.number(seen.min()) + ", " + Wording.number(seen.max())
                        + " " + unit));
        facts.add(new Fact(
                "p10 / p50 / p90",
                Wording.number(seen.p10()) + " / " + Wording.number(seen.p50()) + " / " + Wording.number(seen.p90())
                        + " " + unit));
        facts.add(new Fact("Below 0", Wording.percent(seen.negativeShare())));
        facts.add(new Fact("Largest step", Wording.number(seen.largestStep()) + " " + unit));
        facts.add(new Fact("Irregular steps", Wording.number(seen.irregularSteps())));
        overTime(charts, "Price over time", seen.price(), seen.meanByHourUtc(), unit);
        return seen.zone() + ", " + count(seen.rows()) + " values over " + Wording.seconds(seen.spanSeconds())
                + " from " + seen.start();
    }

    private static void overTime(List<Chart> charts, String title, Timeline values, double[] meanByHour, String unit) {
        charts.add(new Chart(
                title,
                "Mean, with lowest and highest, of each " + Wording.seconds(values.binSeconds()) + ".",
                InspectionChart.timeline(values, unit, 1)));
        charts.add(new Chart(
                "The mean day",
                "Mean of each hour of the day, UTC.",
                InspectionChart.timeline(new Timeline(3600, 0, meanByHour, meanByHour, meanByHour), unit, 1)));
    }
}
