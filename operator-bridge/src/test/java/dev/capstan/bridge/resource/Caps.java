package dev.capstan.bridge.resource;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Resources as people write them, and changes to them. */
final class Caps {

    static final YAMLMapper YAML = new YAMLMapper();

    /** Nothing is wrong with it. */
    static final String SOUND = """
            apiVersion: capstan.dev/v1alpha1
            kind: PowerCap
            metadata: {name: cap, namespace: inference}
            spec:
              limit: {watts: 12000}
              measurement: {prometheus: {url: "http://prometheus.monitoring:9090"}}
              targets:
              - ref: {kind: Deployment, name: chat}
                replica: {peakWatts: 2800}
              - ref: {kind: ScaledObject, name: code}
                replica: {peakWatts: 1400}
            """;

    /** Has every field of the schema, more than the rules between fields allow. */
    static final String FULL = """
            apiVersion: capstan.dev/v1alpha1
            kind: PowerCap
            metadata: {name: cap, namespace: default}
            spec:
              mode: Recommend
              limit:
                watts: 12000
                percentOfPeak: {percent: 80, peakWatts: 15000, peakOver: 30d}
                schedule:
                - {name: evening, days: [Mon], from: "17:00", to: "20:00", timeZone: UTC, watts: 9000, percent: 75}
                events:
                - {name: dr, from: "2027-01-01T17:00:00Z", to: "2027-01-01T18:00:00Z", watts: 8000}
                carbon:
                  gramsPerHour: 2000
                  pue: 1.2
                  onMissing: Hold
                  minimumWatts: 5000
                  maximumAge: 2h
                  source:
                    type: neso
                    zone: DE
                    region: "13"
                    tokenSecretRef: {name: a, key: b}
                    loginSecretRef: {name: a, userKey: b, passwordKey: c}
                    url: "https://carbon.example"
                    configMapRef: {name: a, key: b}
              measurement:
                prometheus:
                  url: "https://prometheus.example"
                  bearerTokenSecretRef: {name: a, key: b}
                  basicSecretRef: {name: a, userKey: b, passwordKey: c}
                  tls: {caSecretRef: {name: a, key: b}, clientCertificateSecret: c, insecureSkipVerify: false}
                  headers: {X-Scope-OrgID: team}
                  timeout: 5s
                source: dcgm
                signal: gauge
                window: 1m
                nodes: "gpu-.*"
                query: sum(w)
                countQuery: count(w)
                ageQuery: max(time() - timestamp(w))
                serviceLabel: service
                expectedSeries: 8
                maximumAge: 60s
                overheadWatts: 100
              targets:
              - name: chat
                ref: {apiVersion: apps/v1, kind: Deployment, name: chat, namespace: default}
                selector: {apiVersion: apps/v1, kind: Deployment, matchLabels: {tier: batch}, namespaces: [default]}
                priority: 1
                weight: 1.5
                floor: 1
                replica: {gpus: 4, peakWatts: 2800, idleWatts: 500, startingWatts: 2000}
              policy: {name: replica-cap, parameters: {reserve_watts: 100}, seed: 7}
              timers:
                controlInterval: 15s
                exporterInterval: 30s
                scrapeInterval: 15s
                hpaSync: 15s
                apiLatency: 1s
                hold: 60s
                raiseInterval: 15s
                maxRaisePerStep: 1
                lead: 60s
                rampWattsPerSecond: 50
                stagger: 0s
              certificate:
                configMapRef: {name: a, key: b}
                secretRef: {name: a, key: b}
                publicKeySecretRef: {name: a, key: b}
              expiresAt: "2027-12-31T00:00:00Z"
            """;

    private Caps() {}

    static ObjectNode tree(String yaml) {
        try {
            return (ObjectNode) YAML.readTree(yaml);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** All documents of a stream. */
    static List<JsonNode> documents(String yaml) throws IOException {
        try (MappingIterator<JsonNode> documents =
                YAML.readerFor(JsonNode.class).readValues(yaml)) {
            return documents.readAll();
        }
    }

    /** The sound one with changes: a dotted path, an equals sign and a value in YAML; nothing for none. */
    static ObjectNode sound(String... changes) {
        ObjectNode tree = tree(SOUND);
        for (String change : changes) {
            String path = change.substring(0, change.indexOf('='));
            String value = change.substring(change.indexOf('=') + 1);
            try {
                set(tree, path, value.isEmpty() ? null : YAML.readTree(value));
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException(e);
            }
        }
        return tree;
    }

    /** Puts a value at a path, such as {@code spec.targets[1].floor}; null takes away what is there. */
    static void set(ObjectNode tree, String path, @Nullable JsonNode value) {
        String[] names = path.replace("[", ".[").split("\\.", -1);
        JsonNode at = tree;
        for (int i = 0; i < names.length; i++) {
            boolean last = i == names.length - 1;
            if (names[i].startsWith("[")) {
                int index = Integer.parseInt(names[i], 1, names[i].length() - 1, 10);
                if (last && value != null) {
                    ((ArrayNode) at).set(index, value);
                }
                at = at.get(index);
            } else if (last && value == null) {
                ((ObjectNode) at).remove(names[i]);
            } else if (last) {
                ((ObjectNode) at).set(names[i], value);
            } else {
                at = at.has(names[i]) ? at.get(names[i]) : ((ObjectNode) at).putObject(names[i]);
            }
        }
    }
}
