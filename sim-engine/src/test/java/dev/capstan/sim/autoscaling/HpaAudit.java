package dev.capstan.sim.autoscaling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;

/** The syncs of each autoscaler as the audit log of the API server shows them. */
final class HpaAudit {

    /**
     * One sync, which begins by reading the scale of the workload.
     *
     * @param startNanos when the scale was read
     * @param decidedNanos when the last metric had been read, or the scale where none was
     * @param endNanos when the new scale had been written; {@code decidedNanos} where none was
     * @param queried whether metrics were read
     * @param decision {@code spec.replicas} afterwards
     */
    record Sync(
            long startNanos,
            long decidedNanos,
            long endNanos,
            boolean queried,
            int specReplicas,
            int statusReplicas,
            int decision) {

        private Sync queriedAt(long nanos) {
            return new Sync(startNanos, nanos, nanos, true, specReplicas, statusReplicas, decision);
        }

        private Sync writtenAt(long nanos, int replicas) {
            return new Sync(startNanos, decidedNanos, nanos, queried, specReplicas, statusReplicas, replicas);
        }
    }

    private static final ObjectMapper JSON = new ObjectMapper();

    private HpaAudit() {}

    /** By scenario, in order; the last of each may have been cut off and is left out. */
    static Map<String, List<Sync>> read(Path log) throws IOException {
        Map<String, List<Sync>> syncs = new TreeMap<>();
        try (BufferedReader reader = Files.newBufferedReader(log)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                JsonNode entry = JSON.readTree(line);
                String uri = entry.path("requestURI").asText();
                Matcher name = HpaStage.NAME.matcher(uri);
                if (name.find()) {
                    add(syncs.computeIfAbsent(name.group(), key -> new ArrayList<>()), entry);
                }
            }
        }
        syncs.values().forEach(list -> list.remove(list.size() - 1));
        return syncs;
    }

    private static void add(List<Sync> syncs, JsonNode entry) {
        long nanos = nanos(Instant.parse(entry.path("stageTimestamp").asText()));
        int last = syncs.size() - 1;
        boolean scale =
                "scale".equals(entry.path("objectRef").path("subresource").asText());
        if (!scale) {
            syncs.set(last, syncs.get(last).queriedAt(nanos));
            return;
        }
        int code = entry.path("responseStatus").path("code").asInt();
        if (code != 200) {
            throw new IllegalStateException("the controller got " + code + " for a scale: " + entry);
        }
        JsonNode answer = entry.path("responseObject");
        int replicas = answer.path("spec").path("replicas").asInt();
        if ("get".equals(entry.path("verb").asText())) {
            int status = answer.path("status").path("replicas").asInt();
            syncs.add(new Sync(nanos, nanos, nanos, false, replicas, status, replicas));
        } else {
            syncs.set(last, syncs.get(last).writtenAt(nanos, replicas));
        }
    }

    static long nanos(Instant instant) {
        return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
    }
}
