package dev.capstan.sim.sweep;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.Workload;
import dev.capstan.sim.run.Grid;
import dev.capstan.sim.run.Load;
import dev.capstan.trace.PowerRecording;
import dev.capstan.trace.Quantity;
import dev.capstan.trace.TraceOrigin;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What a manifest tells of the traces of a sweep, each once. */
final class TraceManifest {

    private static final int MOST_GAPS_SHOWN = 5;

    private final Map<String, ObjectNode> nodes = new LinkedHashMap<>();
    private final Set<String> notes = new LinkedHashSet<>();

    void add(Experiment.Service service, Load load) {
        ObjectNode node = node("load of " + service.name(), name(service.workload()), load.origin(), load.size());
        if (load instanceof Load.Power power) {
            power.series().forEach(node.withArray("/series")::add);
            for (PowerRecording.Gap gap : power.held()) {
                ObjectNode held = node.withArray("/held").addObject();
                held.put("from_seconds", gap.fromNanos() * 1e-9);
                held.put("to_seconds", gap.toNanos() * 1e-9);
                held.put("reason", gap.reason());
            }
            if (!power.held().isEmpty()) {
                notes.add(note(service.name(), power.held()));
            }
        }
        nodes.putIfAbsent(service.name() + node.path("sha256") + node.path("series"), node);
    }

    void add(Experiment experiment, Grid grid) {
        grid.carbon().ifPresent(carbon -> {
            String name = experiment.carbon().map(from -> fileName(from.file())).orElse("");
            ObjectNode node = node("carbon of " + carbon.zone(), name, carbon.origin(), carbon.size());
            node.put("signal", word(carbon.signal()));
            node.put("scope", word(carbon.scope()));
            nodes.putIfAbsent("carbon" + node.path("sha256") + carbon.signal() + carbon.scope(), node);
        });
        grid.price().ifPresent(price -> {
            String name = experiment.price().map(from -> fileName(from.file())).orElse("");
            ObjectNode node = node("price of " + price.zone(), name, price.origin(), price.size());
            node.put("currency", price.currency());
            nodes.putIfAbsent("price" + node.path("sha256") + price.currency(), node);
        });
    }

    /** The traces in the order in which they were met. */
    ArrayNode traces() {
        return JsonNodeFactory.instance.arrayNode().addAll(nodes.values());
    }

    /** What of them was not measured. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    private static String note(String service, List<PowerRecording.Gap> gaps) {
        long together =
                gaps.stream().mapToLong(gap -> gap.toNanos() - gap.fromNanos()).sum();
        String spans = gaps.stream()
                .limit(MOST_GAPS_SHOWN)
                .map(gap -> Quantity.formatDuration(gap.fromNanos()) + " to " + Quantity.formatDuration(gap.toNanos())
                        + " (" + gap.reason() + ")")
                .collect(Collectors.joining(", "));
        return "Load of " + service + ": the power before was held over gaps of the recording, "
                + Quantity.formatDuration(together) + " together: " + spans
                + (gaps.size() > MOST_GAPS_SHOWN ? " and " + (gaps.size() - MOST_GAPS_SHOWN) + " more" : "") + ".";
    }

    private static String name(Workload workload) {
        if (workload instanceof Workload.RequestFile requests) {
            return fileName(requests.file());
        }
        if (workload instanceof Workload.ServeGenRequests clients) {
            return "generated from the clients of " + fileName(clients.folder());
        }
        if (workload instanceof Workload.GeneratedRequests generated) {
            String rates = generated.rates() instanceof Workload.RateFile file
                    ? fileName(file.file())
                    : "a " + word(((Workload.Signal) generated.rates()).shape());
            return "generated from " + rates + " and " + fileName(generated.lengths());
        }
        Workload.PowerSource source = ((Workload.PowerDemand) workload).source();
        return source instanceof Workload.PowerFile file
                ? fileName(file.file())
                : "generated " + word(((Workload.Signal) source).shape());
    }

    private static String fileName(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static ObjectNode node(String role, String name, TraceOrigin origin, int rows) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("role", role);
        node.put("path", origin.path());
        node.put("name", name);
        node.put("sha256", origin.sha256());
        node.put("rows", rows);
        node.put("licence", origin.licence());
        return node;
    }
}
