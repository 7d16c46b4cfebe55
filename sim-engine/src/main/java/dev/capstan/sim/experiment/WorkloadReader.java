package dev.capstan.sim.experiment;

import dev.capstan.sim.experiment.Workload.Gaps;
import dev.capstan.sim.experiment.Workload.GeneratedRequests;
import dev.capstan.sim.experiment.Workload.PowerDemand;
import dev.capstan.sim.experiment.Workload.PowerFile;
import dev.capstan.sim.experiment.Workload.PowerSource;
import dev.capstan.sim.experiment.Workload.RateFile;
import dev.capstan.sim.experiment.Workload.Rates;
import dev.capstan.sim.experiment.Workload.RequestFile;
import dev.capstan.sim.experiment.Workload.ServeGenRequests;
import dev.capstan.sim.experiment.Workload.Signal;
import dev.capstan.sim.experiment.Workload.Unserved;
import dev.capstan.trace.ArrivalLaw;
import dev.capstan.trace.ArrivalUnit;
import dev.capstan.trace.Bursts;
import dev.capstan.trace.Disturbance.Shape;
import dev.capstan.trace.PowerFormat;
import dev.capstan.trace.Quantity;
import dev.capstan.trace.RequestFormat;
import dev.capstan.trace.RequestLabel;
import dev.capstan.trace.RequestMapping;
import dev.capstan.trace.RequestReading;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads where the load of a service comes from. */
final class WorkloadReader {

    private static final int MANY = 1_000_000;
    private static final String TOTAL = "total";
    private static final List<String> TIME_UNITS =
            Arrays.stream(ArrivalUnit.values()).map(ArrivalUnit::symbol).toList();
    private static final List<String> POWER_UNITS = List.of("mW", "W", "kW", "MW");

    /** Forms of power of which something has to be stated. */
    private enum StatedPower {
        NVIDIA_SMI_CSV,
        DCGM_DMON,
        EXPORTER_TEXT,
        PROMETHEUS_JSON,
        GENERIC_POWER_CSV,
        GENERIC_POWER_PARQUET
    }

    private final ExperimentPaths paths;
    private final long runNanos;

    /** @param runNanos warm-up and duration together; 0 where the traces decide */
    WorkloadReader(ExperimentPaths paths, long runNanos) {
        this.paths = paths;
        this.runNanos = runNanos;
    }

    Workload requests(Section section) {
        boolean recorded = section.has("trace");
        boolean clients = section.has("servegen");
        boolean generated = section.has("generate");
        if (recorded) {
            return recorded(section);
        }
        if (clients) {
            if (section.has("scale")) {
                section.issue("scale", "is not for ServeGen, which is thinned by clients. Maybe set servegen.rate.");
            }
            return serveGen(section.section("servegen"));
        }
        double scale = section.number("scale", 1, 1e-6, 1e6);
        if (generated) {
            return generated(section.section("generate"), scale);
        }
        section.issue(
                "",
                "needs a request trace (trace) or what to generate one from (generate), or a client set of ServeGen"
                        + " (servegen)");
        return new RequestFile(paths.experiment(), Optional.empty(), RequestReading.STRICT, Map.of(), 0, 0, scale);
    }

    private RequestFile recorded(Section section) {
        double scale = section.number("scale", 1, 1e-6, 1e6);
        Path trace = paths.file(section, "trace");
        long from = section.duration("from", "0s", "0s");
        Optional<RequestFormat> format = section.has("format")
                ? Optional.of(section.choice("format", RequestFormat.class, null))
                : Optional.empty();
        Optional<RequestMapping> columns = Optional.empty();
        if (format.filter(RequestFormat::generic).isPresent()) {
            columns = Optional.of(mapping(section.section("columns")));
        } else if (section.has("columns")) {
            section.issue(
                    "columns",
                    "are for formats whose columns are stated. Maybe add format: generic-csv, generic-jsonl or"
                            + " generic-parquet.");
        }
        RequestReading reading =
                new RequestReading(columns, section.flag("sort", false), section.flag("skip_failed", false));
        Map<RequestLabel, List<String>> select = new EnumMap<>(RequestLabel.class);
        if (section.has("select")) {
            Section labels = section.section("select");
            for (RequestLabel label : RequestLabel.values()) {
                if (labels.has(label.column())) {
                    select.put(label, labels.texts(label.column(), null));
                }
            }
            labels.finish();
        }
        long spread = section.duration("spread", "0s", "0s");
        return new RequestFile(trace, format, reading, select, spread, from, scale);
    }

    private static RequestMapping mapping(Section columns) {
        String arrival = columns.text("arrival", null);
        String unit = columns.word("time_unit", "s", TIME_UNITS);
        String input = columns.text("input", null);
        String output = columns.text("output", null);
        Map<RequestLabel, String> labels = new EnumMap<>(RequestLabel.class);
        for (RequestLabel label : RequestLabel.values()) {
            if (columns.has(label.column())) {
                labels.put(label, columns.text(label.column(), null));
            }
        }
        Optional<RequestMapping.PrefixColumn> prefix = Optional.empty();
        if (columns.has("prefix")) {
            String column = columns.text("prefix", null);
            if (!columns.has("block_tokens")) {
                columns.issue(
                        "block_tokens", "is missing; expected the tokens of a block of prefix hashes, such as 512");
            }
            prefix =
                    Optional.of(new RequestMapping.PrefixColumn(column, columns.integer("block_tokens", 512, 1, MANY)));
        }
        columns.finish();
        return new RequestMapping(arrival, ArrivalUnit.ofSymbol(unit), input, output, labels, prefix);
    }

    private ServeGenRequests serveGen(Section section) {
        ServeGenRequests clients = new ServeGenRequests(
                paths.folder(section, "folder"),
                section.has("rate") ? Optional.of(section.number("rate", 1, 1e-6, 1e6)) : Optional.empty(),
                section.has("lengths") ? Optional.of(paths.file(section, "lengths")) : Optional.empty(),
                section.duration("from", "0s", "0s"));
        section.finish();
        return clients;
    }

    private GeneratedRequests generated(Section section, double scale) {
        Rates rates;
        if (section.has("disturbance")) {
            if (section.has("rate_profile")) {
                section.issue("disturbance", "stands in place of rate_profile. Maybe remove one of the two.");
            }
            rates = signal(section.section("disturbance"), SignalUnit.REQUESTS_PER_SECOND);
        } else {
            rates = new RateFile(paths.file(section, "rate_profile"), section.duration("from", "0s", "0s"));
        }
        Path lengths = paths.file(section, "lengths");
        ArrivalLaw law = new ArrivalLaw(
                section.choice("arrival_law", ArrivalLaw.Intervals.class, ArrivalLaw.Intervals.GAMMA),
                section.number("arrival_cv", 1, 0.001, 500),
                section.duration("arrival_grid", "0s", "0s"));
        Section bursts = section.section("bursts");
        long every = bursts.duration("every", "0s", "0s");
        long lasting = bursts.duration("lasting", "1m", "1s");
        double factor = bursts.number("factor", 2, 1, 1000);
        bursts.finish();
        section.finish();
        return new GeneratedRequests(
                rates,
                lengths,
                scale,
                law,
                every == 0 ? Optional.empty() : Optional.of(new Bursts(every, Math.max(1, lasting), factor)));
    }

    PowerDemand power(Section section) {
        boolean recorded = section.has("trace");
        PowerSource source;
        if (section.has("generate") && !recorded) {
            Section generate = section.section("generate");
            source = signal(generate.section("disturbance"), SignalUnit.WATTS);
            generate.finish();
        } else {
            source = meters(section);
        }
        return new PowerDemand(
                source,
                section.number("scale", 1, 1e-6, 1e6),
                section.power("subtract", "0 W", 0),
                section.choice("unserved", Unserved.class, Unserved.CURTAIL));
    }

    private PowerFile meters(Section section) {
        Path trace = paths.file(section, "trace");
        Optional<PowerFormat> format = powerFormat(section);
        List<String> series = section.has("series") ? section.texts("series", null) : List.of();
        boolean total = series.equals(List.of(TOTAL));
        return new PowerFile(
                trace, format, total ? List.of() : series, total, section.choice("gaps", Gaps.class, Gaps.REFUSE));
    }

    private static Optional<PowerFormat> powerFormat(Section section) {
        StatedPower stated = section.has("format")
                ? section.choice("format", StatedPower.class, null)
                : section.has("columns") ? StatedPower.GENERIC_POWER_CSV : null;
        if (stated == null) {
            return Optional.empty();
        }
        return Optional.of(
                switch (stated) {
                    case NVIDIA_SMI_CSV -> new PowerFormat.NvidiaSmi(section.timeZone("time_zone"));
                    case DCGM_DMON -> new PowerFormat.DcgmDmon(Math.max(1, section.duration("interval", null, "1ms")));
                    case EXPORTER_TEXT, PROMETHEUS_JSON -> prometheus(section);
                    case GENERIC_POWER_CSV, GENERIC_POWER_PARQUET -> table(section.section("columns"));
                });
    }

    private static PowerFormat.Prometheus prometheus(Section section) {
        String metric = section.text("metric", "");
        String unit = section.word("unit", null, POWER_UNITS);
        Map<String, String> labels = new TreeMap<>();
        if (section.has("labels")) {
            Section pairs = section.section("labels");
            for (String name : pairs.keys()) {
                labels.put(name, pairs.text(name, null));
            }
        }
        return new PowerFormat.Prometheus(metric, labels, unit);
    }

    private static PowerFormat.Table table(Section columns) {
        String time = columns.text("time", "time_seconds");
        String timeUnit = columns.word("time_unit", "s", TIME_UNITS);
        List<String> power = columns.texts("power", "power_watts");
        String powerUnit = columns.word("power_unit", "W", POWER_UNITS);
        Optional<String> series = columns.has("series") ? Optional.of(columns.text("series", null)) : Optional.empty();
        if (series.isPresent() && power.size() > 1) {
            columns.issue("power", "must be one column where series names the meter of a row, was " + power);
        }
        columns.finish();
        return power.isEmpty() || (series.isPresent() && power.size() > 1)
                ? new PowerFormat.Table(time, timeUnit, List.of("power_watts"), powerUnit, Optional.empty())
                : new PowerFormat.Table(time, timeUnit, power, powerUnit, series);
    }

    /** What a test signal counts. */
    private enum SignalUnit {
        REQUESTS_PER_SECOND,
        WATTS;

        double value(Section section, String key) {
            if (this == WATTS) {
                return section.power(key, null, 0);
            }
            if (!section.has(key)) {
                section.issue(key, "is missing; expected requests/s, such as 5");
            }
            return section.number(key, 0, 0, 1e6);
        }
    }

    private Signal signal(Section section, SignalUnit unit) {
        Shape shape = section.choice("shape", Shape.class, null);
        double base = unit.value(section, "base");
        double peak = unit.value(section, "peak");
        long at = section.duration("at", null, "0s");
        if (runNanos > 0 && at >= runNanos) {
            section.issue(
                    "at",
                    "must come before the end of the run at " + Quantity.formatDuration(runNanos) + ", was "
                            + Quantity.formatDuration(at));
        }
        long lasting = 0;
        if (shape != Shape.STEP) {
            lasting = section.duration("lasting", null, "1ms");
        } else if (section.has("lasting")) {
            section.issue("lasting", "is not for a step, which stays. Maybe shape: burst.");
        }
        long every = section.duration("every", "1s", "1ms");
        section.finish();
        return new Signal(shape, base, peak, at, lasting, every);
    }
}
