package dev.capstan.bridge.telemetry;

import static dev.capstan.bridge.telemetry.PromQl.anyOf;
import static dev.capstan.bridge.telemetry.PromQl.quoted;

import dev.capstan.bridge.prometheus.InstantSample;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Boards as dcgm-exporter sees them. All spellings of its labels are asked for in one query: a label that a series lacks
 * is empty in its group. The rows of MIG instances, each with the watts of the whole board, fall into one by the maximum.
 */
final class DcgmMeter implements Meter {

    private static final String GAUGE = "DCGM_FI_DEV_POWER_USAGE";

    /** Counts millijoules. */
    private static final String COUNTER = "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION";

    private static final String LABELS =
            "exported_namespace, exported_pod, namespace, pod, UUID, uuid, Hostname, hostname, gpu";

    private final PowerMetrics.Dcgm metrics;
    private final double highestBoardWatts;
    private final Set<String> podLabels = new TreeSet<>();
    private final Set<String> boardLabels = new TreeSet<>();
    private final Set<String> nodeLabels = new TreeSet<>();

    DcgmMeter(PowerMetrics.Dcgm metrics, double highestBoardWatts) {
        this.metrics = metrics;
        this.highestBoardWatts = highestBoardWatts;
    }

    @Override
    public List<Draw> pods(Asker asker, List<MeteredService> services) throws IOException {
        String names = anyOf(PromQl.namespaces(services));
        return draws(
                asker,
                List.of(
                        metric() + "{exported_namespace=~" + names + PromQl.podsOf("exported_pod", services) + "}",
                        metric() + "{exported_namespace=\"\",namespace=~" + names + PromQl.podsOf("pod", services)
                                + "}"));
    }

    @Override
    public @Nullable List<Draw> domain(Asker asker) throws IOException {
        return metrics.nodes() == null ? null : draws(asker, nodeSelectors(metrics.nodes()));
    }

    /** All boards, those that no pod has included. */
    List<Draw> all(Asker asker) throws IOException {
        List<Draw> draws = draws(asker, nodeSelectors(".*"));
        // Where the exporter names no pod, Prometheus may have put the exporter's own there.
        Set<String> exporters = new HashSet<>();
        for (InstantSample one : asker.ask("count by (namespace, pod) (" + metric()
                + "{exported_namespace=\"\"} and on (job, instance, namespace, pod) up)")) {
            exporters.add(one.label("namespace") + "/" + one.label("pod"));
        }
        return draws.stream()
                .map(one -> exporters.contains(one.namespace() + "/" + one.pod())
                        ? new Draw("", "", one.unit(), one.watts(), one.ageSeconds())
                        : one)
                .toList();
    }

    @Override
    public int expectedUnits(MeteredService service) {
        return service.readyReplicas() * service.gpusPerReplica();
    }

    @Override
    public int expectedUnits(List<MeteredService> services) {
        return services.stream().mapToInt(this::expectedUnits).sum();
    }

    @Override
    public int countedUnits(List<Draw> domain) {
        return Tally.units(domain);
    }

    @Override
    public double highestUnitWatts(MeteredService service) {
        return highestBoardWatts;
    }

    @Override
    public String sum(Asker asker, List<MeteredService> services) {
        List<String> selectors = new ArrayList<>();
        if (metrics.nodes() == null) {
            PromQl.podsByNamespace(services).forEach((namespace, pods) -> {
                String name = quoted(namespace);
                String pod = quoted(pods);
                selectors.add(metric() + "{exported_namespace=" + name + ",exported_pod=~" + pod + "}");
                selectors.add(metric() + "{exported_namespace=\"\",namespace=" + name + ",pod=~" + pod + "}");
            });
        } else {
            selectors.addAll(nodeSelectors(metrics.nodes()));
        }
        return "sum(" + watts("UUID, uuid", selectors) + ")";
    }

    @Override
    public String unit() {
        return "GPUs";
    }

    @Override
    public String matched() {
        return podLabels.isEmpty() && boardLabels.isEmpty()
                ? ""
                : metric() + " by " + String.join(" and ", podLabels) + ", " + String.join(" and ", boardLabels)
                        + (nodeLabels.isEmpty() ? "" : ", " + String.join(" and ", nodeLabels));
    }

    private List<String> nodeSelectors(String nodes) {
        return List.of(
                metric() + "{Hostname=~" + quoted(nodes) + "}",
                metric() + "{Hostname=\"\",hostname=~" + quoted(nodes) + "}");
    }

    private String metric() {
        return metrics.energyWindow() == null ? GAUGE : COUNTER;
    }

    private String watts(String labels, List<String> selectors) {
        Duration window = metrics.energyWindow();
        String perLabels = "max by (" + labels + ") (";
        return window == null
                ? perLabels + PromQl.union(selectors, selector -> selector) + ")"
                : perLabels + PromQl.union(selectors, selector -> PromQl.rate(selector, window)) + ") / 1000";
    }

    private List<Draw> draws(Asker asker, List<String> selectors) throws IOException {
        List<InstantSample> watts = asker.ask(watts(LABELS, selectors));
        if (watts.isEmpty()) {
            return List.of();
        }
        Map<Map<String, String>, Double> ages = new HashMap<>();
        for (InstantSample age : asker.ask("max by (" + LABELS + ") (" + PromQl.union(selectors, PromQl::age) + ")")) {
            ages.put(age.labels(), age.value());
        }
        List<Draw> draws = new ArrayList<>();
        for (InstantSample one : watts) {
            Double age = ages.get(one.labels());
            if (age == null) {
                // The series has ended: only the window of a rate still holds some of it.
                continue;
            }
            boolean exported = !one.label("exported_namespace").isEmpty();
            String prefix = exported ? "exported_" : "";
            String node = first(one, nodeLabels, "Hostname", "hostname");
            String board = first(one, boardLabels, "UUID", "uuid");
            if (!one.label(prefix + "pod").isEmpty()) {
                podLabels.add(prefix + "namespace/" + prefix + "pod");
            }
            draws.add(new Draw(
                    one.label(prefix + "namespace"),
                    one.label(prefix + "pod"),
                    board.isEmpty() ? node + "/" + one.label("gpu") : board,
                    one.value(),
                    age));
        }
        return draws;
    }

    private static String first(InstantSample sample, Set<String> matched, String name, String other) {
        String label = sample.label(name).isEmpty() ? other : name;
        if (!sample.label(label).isEmpty()) {
            matched.add(label);
        }
        return sample.label(label);
    }
}
