package dev.capstan.bridge.importer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.bridge.resource.Issue;
import dev.capstan.bridge.resource.PowerCap;
import dev.capstan.bridge.resource.PowerCapValidator;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A PowerCap in the making, and what is to be said about it. */
final class Draft {

    private final JsonNode source;
    private final ImportSettings settings;
    private final List<String> notes = new ArrayList<>();
    private final List<Issue> errors = new ArrayList<>();
    private final ObjectNode cap = JsonNodeFactory.instance.objectNode();
    private final ArrayNode targets = JsonNodeFactory.instance.arrayNode();
    private final @Nullable String namespace;
    private boolean overNamespaces;

    final ObjectNode spec;

    Draft(JsonNode source, ImportSettings settings) {
        this.source = source;
        this.settings = settings;
        String home = source.at("/metadata/namespace").asText();
        namespace = home.isEmpty() ? null : home;
        cap.put("apiVersion", PowerCap.GROUP + "/" + PowerCap.VERSION);
        cap.put("kind", "PowerCap");
        cap.putObject("metadata").put("name", source.at("/metadata/name").asText());
        spec = cap.putObject("spec");
        spec.put("mode", "Recommend");
    }

    JsonNode source() {
        return source.path("spec");
    }

    void note(String text) {
        notes.add(text);
    }

    void error(String path, String message) {
        errors.add(new Issue(path, message));
    }

    void label(String name, String value) {
        ((ObjectNode) cap.path("metadata")).withObject("/labels").put("capstan.dev/" + name, value);
    }

    /** Says which fields nobody has looked at. */
    void dropUnknown(Set<String> known) {
        source().fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                note("spec." + name + " is not known and was dropped.");
            }
        });
    }

    /** A number above 0, or NaN and an error. */
    double positive(String path, JsonNode value) {
        if (value.isNumber() && value.doubleValue() > 0) {
            return value.doubleValue();
        }
        if (value.isNumber()) {
            error(
                    path,
                    "must be above 0, was " + value + ": nothing could run. Give the watts that may be drawn, or scale"
                            + " the targets to 0 by hand.");
        } else {
            error(
                    path,
                    "must be a number, was " + value + "."
                            + (value.asText().startsWith("<") ? " It is a placeholder; put the value in." : ""));
        }
        return Double.NaN;
    }

    void target(String path, String kind, String apiVersion, String name, String targetNamespace) {
        if (name.isEmpty() || name.startsWith("<")) {
            error(path, name.isEmpty() ? "names no object." : "is a placeholder, \"" + name + "\"; put the name in.");
            return;
        }
        ObjectNode ref = target().putObject("ref");
        if (!apiVersion.isEmpty()) {
            ref.put("apiVersion", apiVersion);
        }
        ref.put("kind", kind).put("name", name);
        if (!targetNamespace.isEmpty()) {
            ref.put("namespace", targetNamespace);
            overNamespaces |= namespace != null && !targetNamespace.equals(namespace);
        }
    }

    ObjectNode target() {
        ObjectNode target = targets.addObject();
        if (settings.replicaPeakWatts() != null) {
            target.putObject("replica").put("peakWatts", settings.replicaPeakWatts());
        }
        return target;
    }

    double replicaPeakWatts() {
        return settings.replicaPeakWatts() == null ? Double.NaN : settings.replicaPeakWatts();
    }

    void prometheus(@Nullable String url) {
        String given = settings.prometheusUrl();
        if (given == null && url == null) {
            error("spec", "names no Prometheus. Give its address: --prometheus http://prometheus.monitoring:9090.");
            return;
        }
        spec.putObject("measurement").putObject("prometheus").put("url", given == null ? String.valueOf(url) : given);
    }

    Imported finished() {
        if (settings.replicaPeakWatts() == null) {
            error(
                    "spec",
                    "says nothing of the watts of a replica, by which Capstan plans. Give what one can draw at most:"
                            + " --replica-watts 2800.");
        } else {
            note("Every target has replicas of " + number(settings.replicaPeakWatts())
                    + " W at most, as given; give each its own if they differ.");
        }
        note(
                "mode is Recommend: Capstan says what it would do and writes nothing. Read its decisions, rehearse them with"
                        + " capstan sweep, certify them, then set mode: Enforce.");
        ObjectNode metadata = (ObjectNode) cap.path("metadata");
        if (overNamespaces) {
            cap.put("kind", "ClusterPowerCap");
            targets.forEach(target -> {
                JsonNode ref = target.path("ref");
                if (ref.isObject() && !ref.has("namespace")) {
                    ((ObjectNode) ref).put("namespace", namespace);
                }
            });
            note(
                    "Targets are in several namespaces: it becomes a ClusterPowerCap, whose Secrets and ConfigMaps are read in"
                            + " the namespace of the operator.");
        } else if (namespace != null) {
            metadata.put("namespace", namespace);
        }
        spec.set("targets", targets);
        if (errors.isEmpty()) {
            errors.addAll(PowerCapValidator.check(cap));
        }
        String name = source.at("/metadata/name").asText();
        return new Imported(
                source.path("kind").asText("document without kind") + " " + (namespace == null ? "" : namespace + "/")
                        + name,
                cap,
                notes,
                errors);
    }

    static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
