package dev.capstan.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How far one outcome of one policy follows the parameters that a sweep moved one at a time, the widest first. Every figure
 * is a cell of {@code sensitivity.csv}.
 *
 * @param quiet names of the parameters that change nothing at all
 */
record Tornado(String policy, double capWatts, Outcome outcome, List<Bar> bars, List<String> quiet) {

    /** Outcomes that are drawn, and how their changes are written. */
    enum Outcome {
        SUCCESS("success_rate", "disturbances contained", "points", 100),
        OVER_CAP("over_cap_seconds", "time over the cap", "s", 1),
        LONGEST("longest_excursion_seconds", "longest excursion", "s", 1),
        TTFT("ttft_p99_seconds", "p99 TTFT", "s", 1),
        TPOT("tpot_p99_seconds", "p99 TPOT", "ms", 1e3),
        SLO("slo_attainment", "SLO attainment", "points", 100),
        GOODPUT("goodput_requests_per_second", "goodput", "requests/s", 1),
        STRANDED("stranded_watt_seconds", "stranded energy", "kWh", 1 / 3.6e6),
        ENERGY("energy_joules", "energy", "kWh", 1 / 3.6e6),
        MEAN_POWER("mean_power_watts", "mean power", "kW", 1e-3),
        CARBON("carbon_grams", "carbon", "kg", 1e-3);

        final String column;
        final String words;
        final String unit;
        /** What a figure of the table is multiplied by to get its unit here. */
        final double scale;

        Outcome(String column, String words, String unit, double scale) {
            this.column = column;
            this.words = words;
            this.unit = unit;
            this.scale = scale;
        }

        /** Whether some row of the table has it. */
        boolean isIn(ResultTable table) {
            return IntStream.range(0, table.rows())
                    .anyMatch(row -> !Double.isNaN(table.number(row, column + "_change_mean")));
        }
    }

    /** One end of a band: the change that it brings and its interval, in the unit of the outcome. */
    record End(String value, double change, double low, double high) {}

    /** A parameter; null for an end that was not run, since the experiment stands there already. */
    record Bar(String name, @Nullable End low, @Nullable End high) {

        double width() {
            double least = Math.min(0, Math.min(change(low), change(high)));
            return Math.max(0, Math.max(change(low), change(high))) - least;
        }

        boolean isKnown() {
            return (low == null || !Double.isNaN(low.change())) && (high == null || !Double.isNaN(high.change()));
        }

        private static double change(@Nullable End end) {
            return end == null || Double.isNaN(end.change()) ? 0 : end.change();
        }
    }

    /** Those of all places in the sweep for one outcome, in the order of the table. */
    static List<Tornado> of(ResultsFolder folder, ResultTable table, Outcome outcome) {
        Map<List<String>, Map<String, Bar>> places = new LinkedHashMap<>();
        Map<List<String>, Integer> rowOf = new LinkedHashMap<>();
        for (int row = 0; row < table.rows(); row++) {
            List<String> place = new ArrayList<>();
            for (Manifest.Axis axis : folder.manifest().axes()) {
                place.add(table.text(row, axis.path()));
            }
            place.add(table.text(row, "policy"));
            rowOf.putIfAbsent(place, row);
            String column = outcome.column + "_change_";
            End end = new End(
                    table.text(row, "value"),
                    outcome.scale * table.number(row, column + "mean"),
                    outcome.scale * table.number(row, column + "low"),
                    outcome.scale * table.number(row, column + "high"));
            boolean low = table.text(row, "end").equals("low");
            String name = folder.manifest().parameterName(table.text(row, "parameter"));
            places.computeIfAbsent(place, key -> new LinkedHashMap<>())
                    .merge(
                            name,
                            new Bar(name, low ? end : null, low ? null : end),
                            (one, other) -> new Bar(
                                    name,
                                    one.low() == null ? other.low() : one.low(),
                                    one.high() == null ? other.high() : one.high()));
        }
        List<Tornado> tornados = new ArrayList<>();
        places.forEach((place, bars) -> {
            int row = rowOf.getOrDefault(place, 0);
            tornados.add(new Tornado(
                    table.text(row, "policy"),
                    table.number(row, "cap_watts"),
                    outcome,
                    bars.values().stream()
                            .filter(bar -> bar.width() > 0)
                            .sorted(Comparator.comparingDouble(Bar::width).reversed())
                            .toList(),
                    bars.values().stream()
                            .filter(bar -> bar.width() == 0 && bar.isKnown())
                            .map(Bar::name)
                            .toList()));
        });
        return tornados;
    }
}
