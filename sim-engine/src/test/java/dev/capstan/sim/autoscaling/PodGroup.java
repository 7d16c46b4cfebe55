package dev.capstan.sim.autoscaling;

import dev.capstan.testcluster.ControlPlane;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Pods with one label, of which several scenarios say that they are theirs. No kubelet runs: they stay as written. */
record PodGroup(String name, List<Pod> pods) {

    enum State {
        READY,
        RUNNING,
        PENDING,
        FAILED
    }

    /** @param memory what it requests, in bytes */
    record Pod(String name, State state, int memory) {}

    static final List<PodGroup> ALL = List.of(
            group("single", State.READY),
            group("many", Collections.nCopies(9, State.READY).toArray(State[]::new)),
            group("ready", State.READY, State.READY, State.READY, State.READY),
            group("starting", State.READY, State.READY, State.READY, State.PENDING, State.PENDING),
            group("mixed", State.READY, State.READY, State.RUNNING, State.RUNNING, State.FAILED, State.PENDING));

    int ready() {
        return (int) pods.stream().filter(pod -> pod.state() == State.READY).count();
    }

    void create(ControlPlane plane) {
        for (Pod pod : pods) {
            plane.post("/api/v1/namespaces/default/pods", """
                    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "%s", "labels": {"group": "%s"}},
                     "spec": {"automountServiceAccountToken": false,
                              "containers": [{"name": "main", "image": "none",
                                              "resources": {"requests": {"memory": "%d"}}}]}}
                    """.formatted(pod.name(), name, pod.memory()));
            String phase = switch (pod.state()) {
                case READY, RUNNING -> "Running";
                case PENDING -> "Pending";
                case FAILED -> "Failed";
            };
            plane.patch("/api/v1/namespaces/default/pods/" + pod.name() + "/status", """
                    {"status": {"phase": "%s", "conditions": [{"type": "Ready", "status": "%s"}]}}
                    """.formatted(
                            phase, pod.state() == State.READY ? "True" : "False"));
        }
    }

    private static PodGroup group(String name, State... states) {
        List<Pod> pods = new ArrayList<>();
        for (int i = 0; i < states.length; i++) {
            pods.add(new Pod(name + "-" + i, states[i], 100 + 70 * i));
        }
        return new PodGroup(name, List.copyOf(pods));
    }
}
