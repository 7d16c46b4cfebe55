package dev.capstan.sim.autoscaling;

import dev.capstan.sim.autoscaling.ScalingRules.Select;
import dev.capstan.testcluster.ControlPlane;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An autoscaler and its workload, drawn at random: what the API server is told, and what the metrics then answer. */
final class HpaScenario {

    /** Flag {@code --horizontal-pod-autoscaler-downscale-stabilization} of the controller. */
    static final int DOWN_STABILIZATION_SECONDS = 5;

    private static final long SECOND_NANOS = 1_000_000_000L;

    /** What one metric of the autoscaler is. */
    enum Kind {
        EXTERNAL_AVERAGE_VALUE,
        EXTERNAL_VALUE,
        PODS,
        RESOURCE_AVERAGE_VALUE,
        RESOURCE_UTILIZATION
    }

    /** @param targetMilli the target in thousandths; of a utilization in percent */
    private record Metric(Kind kind, long targetMilli, List<HpaMetric> readings) {}

    /** What happens to the workload or its autoscaler once it has been asked so many times. */
    record Event(int afterQueries, Type type, int min, int max) {
        enum Type {
            NEW_BOUNDS,
            USER_SCALES,
            SLEEPS
        }
    }

    private final String name;
    private final SplittableRandom random;
    private final List<Metric> metrics = new ArrayList<>();
    private final PodGroup group;
    private final int min;
    private final int max;
    private final int replicas;
    private final boolean startsSlowly;
    private final Event event;
    private final @Nullable HpaBehavior behavior;
    private final String behaviorJson;
    private double level;

    HpaScenario(int number, SplittableRandom random) {
        this.random = random;
        name = "case-%03d".formatted(number);
        group = PodGroup.ALL.get(random.nextInt(PodGroup.ALL.size()));
        int count = random.nextInt(10) < 7 ? 1 : 2 + random.nextInt(2);
        for (int i = 0; i < count; i++) {
            metrics.add(drawMetric());
        }
        boolean toZero = number % 10 == 0 && metrics.stream().anyMatch(metric -> isExternal(metric.kind()));
        min = toZero ? 0 : 1 + random.nextInt(4);
        max = min + 1 + random.nextInt(20);
        replicas = 1 + random.nextInt(max + 4);
        startsSlowly = random.nextBoolean();
        event = drawEvent();
        int form = random.nextInt(10);
        if (form < 4) {
            behavior = null;
            behaviorJson = "null";
        } else {
            boolean up = form != 4;
            boolean down = form != 5;
            ScalingRules scaleUp = up ? rules() : HpaBehavior.DEFAULT.scaleUp();
            ScalingRules standard = HpaBehavior.DEFAULT.scaleDown();
            ScalingRules scaleDown = down
                    ? rules()
                    : new ScalingRules(
                            DOWN_STABILIZATION_SECONDS * SECOND_NANOS,
                            standard.select(),
                            standard.policies(),
                            standard.tolerance());
            behavior = new HpaBehavior(scaleUp, scaleDown);
            behaviorJson = "{\"scaleUp\": " + (up ? json(scaleUp) : "null") + ", \"scaleDown\": "
                    + (down ? json(scaleDown) : "null") + "}";
        }
        level = replicas;
    }

    String name() {
        return name;
    }

    /** What happens to it on the way. */
    Event event() {
        return event;
    }

    /** How often the autoscaler has asked. */
    int queries() {
        return metrics.get(0).readings().size();
    }

    int initialMin() {
        return min;
    }

    int initialMax() {
        return max;
    }

    int initialReplicas() {
        return replicas;
    }

    int readyReplicas() {
        return group.ready();
    }

    @Nullable HpaBehavior behavior() {
        return behavior;
    }

    /** What the metrics read when they were asked for the n-th time. */
    HpaMetric[] readings(int query) {
        return metrics.stream().map(metric -> metric.readings().get(query)).toArray(HpaMetric[]::new);
    }

    /** The workload follows its spec at once, or by two pods per sync. */
    int nextStatus(int status, int spec) {
        int next = startsSlowly ? status + Math.max(-2, Math.min(2, spec - status)) : spec;
        // A Value target takes the pods of the group, so there must not seem to be none.
        return metrics.stream().anyMatch(metric -> metric.kind() == Kind.EXTERNAL_VALUE) ? Math.max(1, next) : next;
    }

    void create(ControlPlane plane) {
        plane.post("/apis/capstan.test/v1/namespaces/default/fleets", """
                {"apiVersion": "capstan.test/v1", "kind": "Fleet", "metadata": {"name": "%s"},
                 "spec": {"replicas": %d}}
                """.formatted(name, replicas));
        // The second term is true of every pod; it tells the server of pod metrics which scenario asks.
        plane.patch("/apis/capstan.test/v1/namespaces/default/fleets/" + name + "/status", """
                {"status": {"replicas": %d, "selector": "group=%s,scenario notin (%s)"}}
                """.formatted(
                        replicas, group.name(), name));
    }

    void createAutoscaler(ControlPlane plane) {
        List<String> specs = new ArrayList<>();
        for (int i = 0; i < metrics.size(); i++) {
            specs.add(json(i));
        }
        plane.post("/apis/autoscaling/v2beta2/namespaces/default/horizontalpodautoscalers", """
                {"apiVersion": "autoscaling/v2beta2", "kind": "HorizontalPodAutoscaler",
                 "metadata": {"name": "%1$s"},
                 "spec": {"minReplicas": %2$d, "maxReplicas": %3$d, "metrics": [%4$s], "behavior": %5$s,
                          "scaleTargetRef": {"apiVersion": "capstan.test/v1", "kind": "Fleet", "name": "%1$s"}}}
                """.formatted(
                        name, min, max, String.join(", ", specs), behaviorJson));
    }

    /**
     * Draws what a metric reads now and remembers it.
     *
     * @param status the {@code status.replicas} of the workload, so that the value may lie next to the tolerance
     * @return the body of the answer; empty for an error
     */
    Optional<String> answer(int index, int status) {
        Metric metric = metrics.get(index);
        boolean fails = random.nextInt(14) == 0;
        if (index == 0 && random.nextInt(5) < 2) {
            level = random.nextDouble() * 1.2 * max;
        }
        double ratio = random.nextInt(3) == 0 ? edge() : 0.2 + random.nextDouble() * 2;
        if (isExternal(metric.kind())) {
            boolean average = metric.kind() == Kind.EXTERNAL_AVERAGE_VALUE;
            double wanted = average ? (random.nextInt(3) == 0 ? status * edge() : level) : ratio;
            long milli = Math.max(0, Math.round(wanted * metric.targetMilli()) + random.nextInt(3) - 1);
            ExternalTarget target = average
                    ? ExternalTarget.averageValue(metric.targetMilli() / 1000.0)
                    : ExternalTarget.value(metric.targetMilli() / 1000.0);
            metric.readings().add(new HpaMetric.External(target, fails ? Double.NaN : milli / 1000.0));
            return fails ? Optional.empty() : Optional.of(externalBody(index, milli));
        }
        return answerForPods(metric, index, fails, ratio);
    }

    private Optional<String> answerForPods(Metric metric, int index, boolean fails, double ratio) {
        boolean even = random.nextInt(4) == 0;
        List<PodReading> readings = new ArrayList<>();
        List<String> items = new ArrayList<>();
        for (PodGroup.Pod pod : group.pods()) {
            boolean measured = !fails && random.nextInt(5) != 0;
            long request = pod.memory() * 1000L;
            double share = even ? 1 : ratio * (0.8 + random.nextDouble() * 0.4);
            long milli = metric.kind() == Kind.RESOURCE_UTILIZATION
                    ? Math.round(share * request * metric.targetMilli() / 100)
                    : Math.round(share * metric.targetMilli());
            if (measured) {
                items.add(podItem(metric.kind(), index, pod.name(), milli));
            }
            switch (pod.state()) {
                case READY, RUNNING ->
                    readings.add(
                            measured
                                    ? new PodReading(PodReading.State.MEASURED, milli, request)
                                    : new PodReading(PodReading.State.MISSING, 0, request));
                case PENDING -> readings.add(new PodReading(PodReading.State.UNREADY, 0, request));
                case FAILED -> {
                    // The autoscaler does not look at it, whatever its metric says.
                }
            }
        }
        metric.readings()
                .add(
                        metric.kind() == Kind.RESOURCE_UTILIZATION
                                ? new HpaMetric.PodUtilization((int) metric.targetMilli(), readings)
                                : new HpaMetric.PodAverage(metric.targetMilli(), readings));
        if (fails) {
            return Optional.empty();
        }
        boolean pods = metric.kind() == Kind.PODS;
        return Optional.of("""
                {"kind": "%s", "apiVersion": "%s/v1beta1", "metadata": {}, "items": [%s]}
                """.formatted(
                        pods ? "MetricValueList" : "PodMetricsList",
                        pods ? MetricsServer.CUSTOM : MetricsServer.RESOURCE,
                        String.join(", ", items)));
    }

    private String podItem(Kind kind, int index, String pod, long milli) {
        return kind == Kind.PODS ? """
                {"describedObject": {"kind": "Pod", "namespace": "default", "name": "%s", "apiVersion": "/v1"},
                 "metricName": "%s-%d", "timestamp": "2021-01-01T00:00:00Z", "value": "%dm"}
                """.formatted(pod, name, index, milli) : """
                {"metadata": {"name": "%s", "namespace": "default"}, "timestamp": "2021-01-01T00:00:00Z",
                 "window": "30s", "containers": [{"name": "main", "usage": {"memory": "%dm"}}]}
                """.formatted(pod, milli);
    }

    private String externalBody(int index, long milli) {
        long part = milli / 3;
        List<Long> series = random.nextBoolean() ? List.of(milli) : List.of(part, milli - part);
        String items =
                series.stream().map(value -> """
                        {"metricName": "%s-%d", "metricLabels": {}, "timestamp": "2021-01-01T00:00:00Z",
                         "value": "%dm"}
                        """.formatted(name, index, value)).collect(Collectors.joining(", "));
        return """
                {"kind": "ExternalMetricValueList", "apiVersion": "%s/v1beta1", "metadata": {}, "items": [%s]}
                """.formatted(MetricsServer.EXTERNAL, items);
    }

    private String json(int index) {
        Metric metric = metrics.get(index);
        String metricName = name + "-" + index;
        long target = metric.targetMilli();
        return switch (metric.kind()) {
            case EXTERNAL_AVERAGE_VALUE -> """
                {"type": "External", "external": {"metric": {"name": "%s"},
                 "target": {"type": "AverageValue", "averageValue": "%dm"}}}
                """.formatted(metricName, target);
            case EXTERNAL_VALUE -> """
                {"type": "External", "external": {"metric": {"name": "%s"},
                 "target": {"type": "Value", "value": "%dm"}}}
                """.formatted(metricName, target);
            case PODS -> """
                {"type": "Pods", "pods": {"metric": {"name": "%s"},
                 "target": {"type": "AverageValue", "averageValue": "%dm"}}}
                """.formatted(metricName, target);
            case RESOURCE_AVERAGE_VALUE -> """
                {"type": "Resource", "resource": {"name": "memory",
                 "target": {"type": "AverageValue", "averageValue": "%dm"}}}
                """.formatted(target);
            case RESOURCE_UTILIZATION -> """
                {"type": "Resource", "resource": {"name": "memory",
                 "target": {"type": "Utilization", "averageUtilization": %d}}}
                """.formatted(target);
        };
    }

    private Metric drawMetric() {
        Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
        // The query of a resource names no metric, so there may be one at most; see metricIndex.
        boolean second = metrics.stream().anyMatch(metric -> isResource(metric.kind()));
        if ((second && isResource(kind)) || random.nextInt(4) == 0) {
            kind = Kind.EXTERNAL_AVERAGE_VALUE;
        }
        // Of a small target it shows where the mean over pods is cut off.
        int largest = random.nextInt(4) == 0 ? 30 : 200_000;
        long target = kind == Kind.RESOURCE_UTILIZATION ? 20 + random.nextInt(400) : 1 + random.nextInt(largest);
        return new Metric(kind, target, new ArrayList<>());
    }

    /** Which metric a query is for: the one that its path names, or the only one of a resource. */
    int metricIndex(String path) {
        int at = path.indexOf(name + "-");
        if (at >= 0) {
            return path.charAt(at + name.length() + 1) - '0';
        }
        for (int i = 0; i < metrics.size(); i++) {
            if (isResource(metrics.get(i).kind())) {
                return i;
            }
        }
        throw new IllegalArgumentException("no metric for " + path);
    }

    private Event drawEvent() {
        int low = 1 + random.nextInt(5);
        int high = low + random.nextInt(12);
        Event.Type type = min == 0 ? Event.Type.NEW_BOUNDS : Event.Type.values()[random.nextInt(3)];
        return new Event(4 + random.nextInt(8), type, low, high);
    }

    private double edge() {
        double[] edges = {0.9, 1, 1.1};
        return edges[random.nextInt(edges.length)];
    }

    private ScalingRules rules() {
        List<ScalingPolicy> policies = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            boolean pods = random.nextBoolean();
            policies.add(new ScalingPolicy(
                    pods ? ScalingPolicy.Type.PODS : ScalingPolicy.Type.PERCENT,
                    pods ? 1 + random.nextInt(5) : 5 + random.nextInt(120),
                    (1 + random.nextInt(6)) * SECOND_NANOS));
        }
        int drawn = random.nextInt(10);
        Select select = drawn < 5 ? Select.MAX : drawn < 9 ? Select.MIN : Select.DISABLED;
        return new ScalingRules(random.nextInt(7) * SECOND_NANOS, select, policies, ScalingRules.DEFAULT_TOLERANCE);
    }

    private static String json(ScalingRules rules) {
        String policies = rules.policies().stream()
                .map(policy -> "{\"type\": \"%s\", \"value\": %d, \"periodSeconds\": %d}"
                        .formatted(
                                policy.type() == ScalingPolicy.Type.PODS ? "Pods" : "Percent",
                                policy.value(),
                                policy.periodNanos() / SECOND_NANOS))
                .collect(Collectors.joining(", "));
        String select = switch (rules.select()) {
            case MAX -> "Max";
            case MIN -> "Min";
            case DISABLED -> "Disabled";
        };
        return "{\"stabilizationWindowSeconds\": %d, \"selectPolicy\": \"%s\", \"policies\": [%s]}"
                .formatted(rules.stabilizationWindowNanos() / SECOND_NANOS, select, policies);
    }

    private static boolean isExternal(Kind kind) {
        return kind == Kind.EXTERNAL_AVERAGE_VALUE || kind == Kind.EXTERNAL_VALUE;
    }

    private static boolean isResource(Kind kind) {
        return kind == Kind.RESOURCE_AVERAGE_VALUE || kind == Kind.RESOURCE_UTILIZATION;
    }
}
