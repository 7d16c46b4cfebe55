package dev.capstan.testcluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Plays the kubelet of a cluster without nodes: each pod of a namespace runs at once and is ready after its start. Pods that
 * controllers delete are gone at once, since no node holds them.
 */
public final class Kubelet implements AutoCloseable {

    private static final Duration PERIOD = Duration.ofMillis(100);

    private final ControlPlane plane;
    private final String pods;
    private final Duration start;
    private final Map<String, Long> startedAt = new ConcurrentHashMap<>();
    private final ScheduledExecutorService turns = Executors.newSingleThreadScheduledExecutor();
    private final ScheduledFuture<?> loop;

    /** @param start from creation to ready */
    public Kubelet(ControlPlane plane, String namespace, Duration start) {
        this.plane = plane;
        this.start = start;
        pods = "/api/v1/namespaces/" + namespace + "/pods";
        loop = turns.scheduleWithFixedDelay(this::turn, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Names of the pods that draw power, ready or not, in order. */
    public List<String> running() {
        return startedAt.keySet().stream().sorted().toList();
    }

    private void turn() {
        try {
            List<String> present = new ArrayList<>();
            for (JsonNode pod : plane.get(pods).path("items")) {
                String name = pod.at("/metadata/name").asText();
                present.add(name);
                long age = System.nanoTime() - startedAt.computeIfAbsent(name, key -> System.nanoTime());
                boolean ready = age >= start.toNanos();
                boolean told = pod.at("/status/conditions/0/status").asText().equals("True");
                if ((ready && !told) || !pod.at("/status/phase").asText().equals("Running")) {
                    plane.patch(pods + "/" + name + "/status", """
                            {"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "%s"}]}}
                            """.formatted(ready ? "True" : "False"));
                }
            }
            startedAt.keySet().retainAll(present);
        } catch (RuntimeException e) {
            // The server is away, or the pod is gone already: the next turn sees what is there.
            return;
        }
    }

    @Override
    public void close() {
        loop.cancel(true);
        turns.shutdown();
    }
}
