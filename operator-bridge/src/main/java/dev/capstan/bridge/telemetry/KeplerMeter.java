package dev.capstan.bridge.telemetry;

import static dev.capstan.bridge.telemetry.PromQl.anyOf;
import static dev.capstan.bridge.telemetry.PromQl.quoted;

import dev.capstan.bridge.prometheus.InstantSample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Pods as Kepler sees them. It changed its metrics in 0.10; the generation that answered last is asked first. Terms of a
 * sum are asked apart: where one of them is empty the whole sum would be.
 */
final class KeplerMeter implements Meter {

    /** Two processors at 500 W each, the most that a server board has, twice over. */
    private static final double HIGHEST_CPU_WATTS = 2_000;

    /** Kepler had metrics of pods by watts from 0.10 on. */
    private enum Generation {
        FROM_0_10,
        TO_0_9
    }

    private final PowerMetrics.Kepler metrics;
    private final double highestBoardWatts;
    private @Nullable Generation answered;

    KeplerMeter(PowerMetrics.Kepler metrics, double highestBoardWatts) {
        this.metrics = metrics;
        this.highestBoardWatts = highestBoardWatts;
    }

    @Override
    public List<Draw> pods(Asker asker, List<MeteredService> services) throws IOException {
        return pods(asker, anyOf(PromQl.namespaces(services)) + PromQl.podsOf("pod_name", services));
    }

    /** All pods. */
    List<Draw> all(Asker asker) throws IOException {
        return pods(asker, "\".+\"");
    }

    private List<Draw> pods(Asker asker, String pods) throws IOException {
        for (Generation generation : order()) {
            List<Draw> draws = pods(asker, pods, generation);
            if (!draws.isEmpty()) {
                answered = generation;
                return draws;
            }
        }
        return List.of();
    }

    @Override
    public @Nullable List<Draw> domain(Asker asker) throws IOException {
        if (metrics.nodes() == null) {
            return null;
        }
        for (Generation generation : order()) {
            List<Draw> draws = new ArrayList<>();
            for (String selector : nodeSelectors(metrics.nodes(), generation)) {
                draws.addAll(nodes(asker, selector, generation));
            }
            if (!draws.isEmpty()) {
                answered = generation;
                return draws;
            }
        }
        return List.of();
    }

    @Override
    public int expectedUnits(MeteredService service) {
        return service.readyReplicas();
    }

    /** Boards of nodes, of which those of the services are some. Kepler up to 0.9 does not tell boards apart. */
    @Override
    public int expectedUnits(List<MeteredService> services) {
        return answered == Generation.TO_0_9
                ? 0
                : services.stream()
                        .mapToInt(service -> service.readyReplicas() * service.gpusPerReplica())
                        .sum();
    }

    @Override
    public int countedUnits(List<Draw> domain) {
        return Tally.units(domain);
    }

    @Override
    public double highestUnitWatts(MeteredService service) {
        return Math.max(1, service.gpusPerReplica()) * highestBoardWatts + HIGHEST_CPU_WATTS;
    }

    @Override
    public String sum(Asker asker, List<MeteredService> services) throws IOException {
        List<String> terms = new ArrayList<>();
        for (Generation generation : order()) {
            List<String> selectors = metrics.nodes() == null
                    ? podSelectors(services, generation)
                    : nodeSelectors(metrics.nodes(), generation);
            for (String selector : selectors) {
                String term = "sum(" + watts(selector, generation) + ")";
                if (!asker.ask(term).isEmpty()) {
                    terms.add(term);
                }
            }
            if (!terms.isEmpty()) {
                return String.join(" + ", terms);
            }
        }
        throw new IOException("Kepler has no power of " + (metrics.nodes() == null ? "these pods" : "these nodes")
                + " now, neither in watts (0.10 and later) nor in joules (before)");
    }

    @Override
    public String unit() {
        return "pods";
    }

    @Override
    public String matched() {
        return answered == null
                ? ""
                : answered == Generation.TO_0_9
                        ? "kepler_container_joules_total of Kepler up to 0.9"
                        : podMetric("gpu") + " of Kepler from 0.10 on: active power, without what idles";
    }

    private List<Generation> order() {
        return answered == Generation.TO_0_9
                ? List.of(Generation.TO_0_9, Generation.FROM_0_10)
                : List.of(Generation.FROM_0_10, Generation.TO_0_9);
    }

    private List<Draw> pods(Asker asker, String pods, Generation generation) throws IOException {
        if (generation == Generation.TO_0_9) {
            return podRows(
                    asker,
                    "kepler_container_joules_total{container_namespace=~" + pods + "}",
                    generation,
                    "container_namespace");
        }
        String matchers = "{pod_namespace=~" + pods + ",state=\"running\"";
        List<Draw> draws = podRows(asker, podMetric("gpu") + matchers + "}", generation, "pod_namespace");
        if (metrics.cpu() && !draws.isEmpty()) {
            return withProcessors(
                    draws,
                    podRows(asker, podMetric("cpu") + matchers + ",zone=\"package\"}", generation, "pod_namespace"));
        }
        return draws;
    }

    /** Adds the processor to each pod; a pod whose processor does not answer is a pod without a value. */
    private static List<Draw> withProcessors(List<Draw> gpus, List<Draw> processors) {
        Map<String, Draw> byPod = new HashMap<>();
        processors.forEach(one -> byPod.put(String.valueOf(one.unit()), one));
        return gpus.stream()
                .map(gpu -> {
                    Draw processor = byPod.get(String.valueOf(gpu.unit()));
                    return processor == null
                            ? new Draw(gpu.namespace(), gpu.pod(), gpu.unit(), Double.NaN, gpu.ageSeconds())
                            : new Draw(
                                    gpu.namespace(),
                                    gpu.pod(),
                                    gpu.unit(),
                                    gpu.watts() + processor.watts(),
                                    Math.max(gpu.ageSeconds(), processor.ageSeconds()));
                })
                .collect(Collectors.toList());
    }

    private List<Draw> podRows(Asker asker, String selector, Generation generation, String namespaceLabel)
            throws IOException {
        String labels = namespaceLabel + ", pod_name";
        // A pod has several containers and modes up to 0.9; from 0.10 on several rows are the same one, scraped twice.
        String over = generation == Generation.TO_0_9 ? "sum" : "max";
        Map<Map<String, String>, Double> ages = ages(asker, labels, selector);
        List<Draw> draws = new ArrayList<>();
        for (InstantSample one : asker.ask(over + " by (" + labels + ") (" + watts(selector, generation) + ")")) {
            Double age = ages.get(one.labels());
            if (age == null) {
                // The series has ended: only the window of a rate still holds some of it.
                continue;
            }
            String namespace = one.label(namespaceLabel);
            String pod = one.label("pod_name");
            draws.add(new Draw(namespace, pod, namespace + "/" + pod, one.value(), age));
        }
        return draws;
    }

    private List<Draw> nodes(Asker asker, String selector, Generation generation) throws IOException {
        String labels = "node_name, gpu_uuid, zone, path, exported_instance, instance, package, mode";
        Map<Map<String, String>, Double> ages = ages(asker, labels, selector);
        List<Draw> draws = new ArrayList<>();
        for (InstantSample one : asker.ask("max by (" + labels + ") (" + watts(selector, generation) + ")")) {
            Double age = ages.get(one.labels());
            if (age != null) {
                String board = one.label("gpu_uuid");
                draws.add(new Draw("", "", board.isEmpty() ? null : board, one.value(), age));
            }
        }
        return draws;
    }

    private static Map<Map<String, String>, Double> ages(Asker asker, String labels, String selector)
            throws IOException {
        Map<Map<String, String>, Double> ages = new HashMap<>();
        for (InstantSample age : asker.ask("max by (" + labels + ") (" + PromQl.age(selector) + ")")) {
            ages.put(age.labels(), age.value());
        }
        return ages;
    }

    private List<String> podSelectors(List<MeteredService> services, Generation generation) {
        List<String> selectors = new ArrayList<>();
        PromQl.podsByNamespace(services).forEach((namespace, pods) -> {
            if (generation == Generation.TO_0_9) {
                selectors.add("kepler_container_joules_total{container_namespace=" + quoted(namespace) + ",pod_name=~"
                        + quoted(pods) + "}");
            } else {
                String matchers =
                        "{pod_namespace=" + quoted(namespace) + ",pod_name=~" + quoted(pods) + ",state=\"running\"";
                selectors.add(podMetric("gpu") + matchers + "}");
                if (metrics.cpu()) {
                    selectors.add(podMetric("cpu") + matchers + ",zone=\"package\"}");
                }
            }
        });
        return selectors;
    }

    /** GPUs, packages and memory: zones that do not contain one another. */
    private List<String> nodeSelectors(String nodes, Generation generation) {
        if (generation == Generation.FROM_0_10) {
            String unit = metrics.energy() ? "_joules_total" : "_watts";
            String node = "{node_name=~" + quoted(nodes);
            return List.of(
                    "kepler_node_gpu" + unit + node + "}",
                    "kepler_node_cpu" + unit + node + ",zone=\"package\"}",
                    "kepler_node_cpu" + unit + node + ",zone=\"dram\"}");
        }
        List<String> selectors = new ArrayList<>();
        for (String part : new String[] {"gpu", "package", "dram"}) {
            String metric = "kepler_node_" + part + "_joules_total";
            selectors.add(metric + "{exported_instance=~" + quoted(nodes) + "}");
            selectors.add(metric + "{exported_instance=\"\",instance=~" + quoted(nodes) + "}");
        }
        return selectors;
    }

    private String podMetric(String part) {
        return "kepler_pod_" + part + (metrics.energy() ? "_joules_total" : "_watts");
    }

    private String watts(String selector, Generation generation) {
        return metrics.energy() || generation == Generation.TO_0_9 ? PromQl.rate(selector, metrics.window()) : selector;
    }
}
