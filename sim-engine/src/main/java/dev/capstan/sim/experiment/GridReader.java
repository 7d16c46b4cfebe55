package dev.capstan.sim.experiment;

import dev.capstan.sim.experiment.Experiment.Carbon;
import dev.capstan.sim.experiment.Experiment.CarbonSource;
import dev.capstan.sim.experiment.Experiment.Forecast;
import dev.capstan.sim.experiment.Experiment.Price;
import dev.capstan.trace.CarbonFormat;
import dev.capstan.trace.CarbonTrace.Scope;
import dev.capstan.trace.CarbonTrace.Signal;
import dev.capstan.trace.PriceTraces;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/** Reads what an experiment says of the grid: carbon intensity and prices. */
final class GridReader {

    private static final List<String> CARBON_UNITS = List.of("g/kWh", "kg/MWh", "lbs/MWh");

    private final ExperimentPaths paths;

    GridReader(ExperimentPaths paths) {
        this.paths = paths;
    }

    Carbon carbon(Section section) {
        Path trace = paths.file(section, "trace");
        Signal signal = section.choice("signal", Signal.class, Signal.AVERAGE);
        Scope scope = section.choice("scope", Scope.class, Scope.LIFE_CYCLE);
        long from = section.duration("from", "0s", "0s");
        Optional<CarbonFormat> format = Optional.empty();
        if (section.flag("forecast", false)) {
            format = Optional.of(new CarbonFormat.NesoForecast());
            if (signal != Signal.AVERAGE || scope != Scope.DIRECT) {
                section.issue("forecast", "of NESO is of signal average and scope direct; set these too");
            }
            if (section.has("columns")) {
                section.issue("columns", "are for CSV files, a forecast of NESO is JSON. Maybe remove one of the two.");
            }
        } else if (section.has("columns")) {
            format = columns(section.section("columns"), signal, scope);
        }
        double budget = section.has("budget") ? section.gramsPerHour("budget") : Double.NaN;
        CarbonSource seen = seen(section.section("seen"), signal, scope, format);
        section.finish();
        return new Carbon(trace, signal, scope, format, from, budget, seen);
    }

    private static CarbonSource seen(Section section, Signal signal, Scope scope, Optional<CarbonFormat> format) {
        Forecast forecast = section.choice("forecast", Forecast.class, Forecast.NONE);
        if (forecast == Forecast.PUBLISHED
                && (signal != Signal.AVERAGE || scope != Scope.DIRECT || format.isPresent())) {
            section.issue(
                    "forecast",
                    "is published beside the actual values only by NESO, of signal average and scope direct; set these"
                            + " too, without carbon.columns and carbon.forecast");
        }
        CarbonSource seen = new CarbonSource(
                forecast,
                section.duration("horizon", "24h", "1m"),
                section.duration("every", "5m", "1s"),
                section.duration("delay", "0s", "0s"));
        section.finish();
        return seen;
    }

    private static Optional<CarbonFormat> columns(Section section, Signal signal, Scope scope) {
        String time = section.text("time", null);
        Optional<ZoneId> timeZone =
                section.has("time_zone") ? Optional.of(section.timeZone("time_zone")) : Optional.empty();
        String value = section.text("value", null);
        String unit = section.word("unit", null, CARBON_UNITS);
        String zone = section.text("zone", null);
        section.finish();
        return zone.isBlank()
                ? Optional.empty()
                : Optional.of(new CarbonFormat.Table(time, timeZone, value, unit, zone, signal, scope));
    }

    Price price(Section section) {
        Path trace = paths.file(section, "trace");
        long from = section.duration("from", "0s", "0s");
        Optional<PriceTraces.Columns> columns = Optional.empty();
        if (section.has("columns")) {
            Section names = section.section("columns");
            String time = names.text("time", null);
            String value = names.text("value", null);
            String currency = names.text("currency", null);
            String zone = names.text("zone", null);
            names.finish();
            try {
                columns = Optional.of(new PriceTraces.Columns(time, value, currency, zone));
            } catch (IllegalArgumentException e) {
                if (!currency.isBlank() && !zone.isBlank()) {
                    names.issue("", String.valueOf(e.getMessage()));
                }
            }
        }
        section.finish();
        return new Price(trace, columns, from);
    }
}
