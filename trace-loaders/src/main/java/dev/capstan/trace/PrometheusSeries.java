package dev.capstan.trace;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Series of one metric as exporters and Prometheus give them, sorted by their labels. A board that shows up in several
 * series (MIG instances each repeat the power of the whole board, replicas of a Prometheus repeat everything, pods come
 * and go) becomes one series of the largest value at each time, as {@code max by (UUID)} does.
 */
final class PrometheusSeries {

    static final String NAME = "__name__";

    private static final Pattern KNOWN_WATTS =
            Pattern.compile("DCGM_FI_DEV_POWER_USAGE|dcgm_power_usage|kepler_[a-z0-9_]+_watts");
    private static final Pattern BOARD_METRIC =
            Pattern.compile("DCGM_FI_DEV_POWER_USAGE|dcgm_power_usage|kepler_node_gpu_watts|");

    private static final List<String> BOARD_LABELS = List.of("UUID", "uuid", "gpu_uuid");

    /** Kepler's zones contain one another, but for these two (psys contains package contains core). */
    private static final Set<String> DISJOINT_ZONES = Set.of("package", "dram");

    private final Optional<PowerFormat.Prometheus> wanted;
    private final double wattsPerUnit;
    private final Map<List<String>, Raw> series = new TreeMap<>(PrometheusSeries::compare);

    PrometheusSeries(Optional<PowerFormat.Prometheus> wanted) {
        this.wanted = wanted;
        this.wattsPerUnit =
                wanted.map(PowerFormat.Prometheus::unit).map(Quantity::wattsPer).orElse(1.0);
    }

    /** Whether a metric is one of power, or the one that was asked for. */
    boolean takes(String metric) {
        return wanted.isPresent() ? wanted.get().metric().equals(metric) : isKnownWatts(metric);
    }

    static boolean isKnownWatts(String metric) {
        return KNOWN_WATTS.matcher(metric).matches();
    }

    void add(Map<String, String> labels, long timeNanos, String text, Function<String, TraceException> fault) {
        Raw raw = raw(labels);
        if (wanted.isPresent()
                && !labels.entrySet().containsAll(wanted.get().labels().entrySet())) {
            return;
        }
        if (!raw.samples.isEmpty()
                && timeNanos <= raw.samples.get(raw.samples.size() - 1).timeNanos()) {
            throw fault.apply(
                    "time must be later than in the sample ahead of this series. Maybe samples are double or out"
                            + " of order, or two series carry the same labels.");
        }
        raw.samples.add(new Sample(timeNanos, text, fault));
    }

    private Raw raw(Map<String, String> labels) {
        List<String> key = new ArrayList<>();
        new TreeMap<>(labels).forEach((name, value) -> {
            key.add(name);
            key.add(value);
        });
        return series.computeIfAbsent(key, unused -> new Raw(new TreeMap<>(labels)));
    }

    PowerRecording recording(Path file, double longestHold, TraceOrigin origin) {
        List<Raw> all =
                series.values().stream().filter(raw -> !raw.samples.isEmpty()).toList();
        refuseMixtures(file, all);
        if (all.isEmpty()) {
            throw new TraceException(
                    file,
                    "has no sample of a metric of power. No data is not 0 W. Maybe the target was down, the labels match"
                            + " nothing, or the metric must be named (--metric).");
        }
        Map<String, List<Raw>> boards = new LinkedHashMap<>();
        for (Raw raw : all) {
            boards.computeIfAbsent(raw.board().orElse("series " + boards.size()), key -> new ArrayList<>())
                    .add(raw);
        }
        List<NavigableMap<String, String>> labels =
                boards.values().stream().map(PrometheusSeries::common).toList();
        PowerAssembly assembly = new PowerAssembly();
        Faults faults = new Faults(file);
        int index = 0;
        for (List<Raw> board : boards.values()) {
            NavigableMap<String, String> own = labels.get(index++);
            String name = board.get(0).uuid().orElseGet(() -> distinct(own, labels));
            Function<String, TraceException> fault = board.get(0).samples.get(0).fault();
            NavigableMap<String, String> shown = new TreeMap<>(own);
            faults.guard(() -> {
                PowerAssembly.Meter meter = assembly.meter(name, shown, fault);
                for (Sample sample : merged(board)) {
                    faults.guard(() -> meter.add(sample.timeNanos(), sample.text(), wattsPerUnit, sample.fault()));
                }
            });
        }
        faults.throwIfAny();
        return assembly.build(file, longestHold, true, origin);
    }

    private void refuseMixtures(Path file, List<Raw> all) {
        Set<String> metrics = new TreeSet<>();
        Set<String> zones = new TreeSet<>();
        for (Raw raw : all) {
            metrics.add(raw.metric());
            if (raw.metric().startsWith("kepler_")) {
                zones.add(raw.labels.getOrDefault("zone", ""));
            }
        }
        if (metrics.size() > 1) {
            throw new TraceException(
                    file,
                    "has several metrics of power, whose sum would count watts twice: "
                            + ByteLines.printable(String.join(", ", metrics))
                            + ". Maybe name the one to take (--metric).");
        }
        if (zones.size() > 1 && !DISJOINT_ZONES.containsAll(zones)) {
            throw new TraceException(
                    file,
                    "has Kepler's zones " + ByteLines.printable(String.join(", ", zones))
                            + ", which contain one another. Maybe take one of them (--metric, --label zone=package).");
        }
    }

    /** The largest value at each time; a mark for "no value" only where all have one. */
    private static Collection<Sample> merged(List<Raw> board) {
        if (board.size() == 1) {
            return board.get(0).samples;
        }
        NavigableMap<Long, Sample> merged = new TreeMap<>();
        for (Raw raw : board) {
            for (Sample sample : raw.samples) {
                merged.merge(sample.timeNanos(), sample, (a, b) -> a.value() >= b.value() ? a : b);
            }
        }
        return merged.values();
    }

    /** The labels that all of a board's series agree on. */
    private static NavigableMap<String, String> common(List<Raw> board) {
        NavigableMap<String, String> common = new TreeMap<>(board.get(0).labels);
        for (Raw raw : board) {
            common.entrySet().retainAll(raw.labels.entrySet());
        }
        return common;
    }

    /** What tells these labels from the others; the metric where there is nothing to tell. */
    private static String distinct(NavigableMap<String, String> own, List<NavigableMap<String, String>> all) {
        List<String> parts = new ArrayList<>();
        own.forEach((key, value) -> {
            if (!all.stream().allMatch(other -> value.equals(other.get(key)))) {
                parts.add(key + "=" + value);
            }
        });
        if (!parts.isEmpty()) {
            return String.join(",", parts);
        }
        String metric = own.getOrDefault(NAME, "");
        return metric.isEmpty() ? "power" : metric;
    }

    private static int compare(List<String> a, List<String> b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int order = a.get(i).compareTo(b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    private record Sample(long timeNanos, String text, Function<String, TraceException> fault) {

        double value() {
            BigDecimal value = Decimals.parse(text);
            if (PowerAssembly.blankReason(text).isPresent()) {
                return -1;
            }
            // What is no number must win, to be refused when it is added.
            return value == null ? Double.MAX_VALUE : value.doubleValue();
        }
    }

    /** The samples of one set of labels. */
    private static final class Raw {

        private final NavigableMap<String, String> labels;
        private final List<Sample> samples = new ArrayList<>();

        Raw(NavigableMap<String, String> labels) {
            this.labels = labels;
        }

        String metric() {
            return labels.getOrDefault(NAME, "");
        }

        Optional<String> uuid() {
            return board().flatMap(board -> BOARD_LABELS.stream()
                    .map(labels::get)
                    .filter(value -> value != null && PowerSeries.isOneLine(value))
                    .findFirst());
        }

        /** What names the board, for a metric of whole boards. */
        Optional<String> board() {
            if (!BOARD_METRIC.matcher(metric()).matches()) {
                return Optional.empty();
            }
            for (String key : BOARD_LABELS) {
                if (labels.containsKey(key)) {
                    return Optional.of("uuid " + labels.get(key));
                }
            }
            String host = labels.getOrDefault("Hostname", labels.getOrDefault("hostname", labels.get("instance")));
            return labels.containsKey("gpu") && host != null
                    ? Optional.of("gpu " + labels.get("gpu") + " of " + host)
                    : Optional.empty();
        }
    }
}
