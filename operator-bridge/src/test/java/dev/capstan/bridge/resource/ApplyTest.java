package dev.capstan.bridge.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.bridge.install.InstallManifests;
import dev.capstan.testcluster.ControlPlane;
import dev.capstan.testcluster.LoopbackIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code kubectl apply} says to wrong resources, for every rule of the schema, and to those that are right. */
final class ApplyTest {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    @TempDir
    static Path folder;

    private static @Nullable ControlPlane plane;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(
                ControlPlane.isInstalled(ControlPlane.binaries()),
                "no API server at " + ControlPlane.binaries() + ": CONTRIBUTING.md says how to get one");
        plane = ControlPlane.start(
                ControlPlane.binaries(), folder, LoopbackIdentity.make(folder), "--authorization-mode=RBAC");
        // A server before 1.25 knows no x-kubernetes-validations: kubectl would refuse the field, the server drops it.
        assertThat(plane.kubectl("apply", "--validate=false", "-f", "../deploy/crds/powercaps.yaml")
                        .output())
                .contains("created");
        assertThat(plane.kubectl("apply", "--validate=false", "-f", "../deploy/crds/clusterpowercaps.yaml")
                        .output())
                .contains("created");
        plane.awaitAnswer("/apis/capstan.dev/v1alpha1/powercaps");
        plane.awaitAnswer("/apis/capstan.dev/v1alpha1/clusterpowercaps");
    }

    @AfterAll
    static void stop() {
        if (plane != null) {
            plane.close();
        }
    }

    /** One wrong value, and what a message about it must hold. */
    private record Wrong(String path, String rule, @Nullable JsonNode value, List<String> said) {}

    @Test
    void everyRuleOfTheSchemaNamesThePathAndWhatIsAllowed() throws Exception {
        List<Wrong> wrongs = new ArrayList<>();
        ObjectNode full = Caps.tree(Caps.FULL);
        collect(ResourceDefinitions.schema("PowerCap").at("/properties/spec"), full.path("spec"), "spec", wrongs);
        assertThat(wrongs).hasSizeGreaterThan(200);
        StringBuilder file = new StringBuilder();
        for (int i = 0; i < wrongs.size(); i++) {
            ObjectNode cap = full.deepCopy();
            Caps.set(cap, "metadata.name", NODES.textNode("wrong-" + i));
            Caps.set(cap, wrongs.get(i).path(), wrongs.get(i).value());
            file.append("---\n").append(Caps.YAML.writeValueAsString(cap).replaceFirst("---\n", ""));
        }
        String output = apply(file.toString());
        SoftAssertions all = new SoftAssertions();
        for (int i = 0; i < wrongs.size(); i++) {
            String name = "wrong-" + i;
            String said = output.lines()
                    .filter(line -> line.contains("\"" + name + "\""))
                    .findFirst()
                    .map(line -> block(output, line))
                    .orElse("nothing");
            all.assertThat(said)
                    .as("%s against %s", wrongs.get(i).path(), wrongs.get(i).rule())
                    .contains(wrongs.get(i).said());
        }
        all.assertThat(output).doesNotContain("created");
        all.assertAll();
    }

    /** A line and those that are indented below it. */
    private static String block(String output, String line) {
        List<String> lines = output.lines().toList();
        int first = lines.indexOf(line);
        int end = first + 1;
        while (end < lines.size() && lines.get(end).startsWith("*")) {
            end++;
        }
        return String.join("\n", lines.subList(first, end));
    }

    @Test
    void soundResourcesAreTakenWithTheirDefaults() throws Exception {
        assertThat(apply(Caps.SOUND.replace("namespace: inference", "namespace: default")))
                .contains("created");
        assertThat(apply(Caps.FULL.replace("name: cap,", "name: full,"))).contains("created");
        JsonNode stored = server().get("/apis/capstan.dev/v1alpha1/namespaces/default/powercaps/cap");
        assertThat(stored.at("/spec/mode").asText()).isEqualTo("Recommend");
        assertThat(stored.at("/spec/measurement/maximumAge").asText()).isEqualTo("60s");
        assertThat(stored.at("/spec/targets/0/priority").asInt(-1)).isEqualTo(0);
    }

    @Test
    void examplesAreTaken() throws Exception {
        ControlPlane.Answer answer = server().kubectl("apply", "--validate=false", "-f", "../deploy/examples");
        assertThat(answer.output().lines()).hasSize(6).allMatch(line -> line.endsWith(" created"));
    }

    @Test
    void manifestsAreTakenAndGrantWhatTheOperatorNeeds() throws Exception {
        Path file = folder.resolve("install.yaml");
        // A server of 1.20 has disruption budgets as v1beta1 only.
        Files.writeString(
                file,
                InstallManifests.yaml("capstan-system", "", InstallManifests.LEVERS)
                        .replace("policy/v1", "policy/v1beta1"));
        ControlPlane.Answer answer = server().kubectl("apply", "-f", file.toString());
        assertThat(answer.output().lines().filter(line -> !line.startsWith("Warning: policy/v1beta1")))
                .hasSize(23)
                .allMatch(line -> line.endsWith(" created"));
        assertThat(answer.exitCode()).isZero();
        assertThat(granted("default"))
                .contains(
                        "powercaps.capstan.dev [get list patch update watch]",
                        "powercaps.capstan.dev/status [get patch update]",
                        "deployments.apps [get list watch]",
                        "deployments.apps/scale [get patch]",
                        "statefulsets.apps/scale [get patch]",
                        "horizontalpodautoscalers.autoscaling [get list patch watch]",
                        "scaledobjects.keda.sh [get list patch watch]",
                        "events [create patch]")
                .noneMatch(
                        grant -> grant.startsWith("secrets") || grant.startsWith("leases") || grant.startsWith("pods"));
        assertThat(granted("capstan-system"))
                .contains("secrets [get]", "configmaps [get]", "leases.coordination.k8s.io [create get patch update]");
    }

    /** What RBAC grants the operator in a namespace, as {@code kubectl auth can-i --list} tells it: resource and verbs. */
    private static List<String> granted(String namespace) throws IOException, InterruptedException {
        String output = server().kubectl(
                        "auth", "can-i", "--list", "--as=system:serviceaccount:capstan-system:capstan", "-n", namespace)
                .output();
        return output.lines()
                .map(line -> line.replaceFirst("\\s+\\[]\\s+\\[]\\s+", " ").strip())
                .map(ApplyTest::sorted)
                .toList();
    }

    /** The server does not say them in one order. */
    private static String sorted(String grant) {
        int verbs = grant.lastIndexOf('[');
        return verbs < 0
                ? grant
                : grant.substring(0, verbs + 1)
                        + Stream.of(grant.substring(verbs + 1, grant.length() - 1)
                                        .split(" ", -1))
                                .sorted()
                                .collect(Collectors.joining(" "))
                        + "]";
    }

    @Test
    void columnsShowWhatMattersFirst() throws Exception {
        apply(Caps.SOUND.replace("namespace: inference", "namespace: default").replace("name: cap,", "name: columns,"));
        assertThat(server().kubectl("get", "pcap", "columns", "-o", "wide")
                        .output()
                        .lines()
                        .findFirst())
                .hasValueSatisfying(head -> assertThat(head.split("\\s+"))
                        .startsWith("NAME", "MODE", "LIMIT", "POWER", "HEADROOM", "CAPPING", "CERTIFIED", "TELEMETRY"));
    }

    private static ControlPlane server() {
        return Objects.requireNonNull(plane);
    }

    private static String apply(String yaml) throws IOException, InterruptedException {
        Path file = Files.createTempFile(folder, "caps", ".yaml");
        Files.writeString(file, yaml);
        // The client's own validation stops at the first wrong object of a file and says less; the server's is what
        // counts.
        return server().kubectl("apply", "--validate=false", "-f", file.toString())
                .output();
    }

    private static void collect(JsonNode schema, JsonNode value, String path, List<Wrong> wrongs) {
        assertThat(value.isMissingNode()).as("%s of the full example", path).isFalse();
        // A server of 1.20 names the list, not the entry.
        String field = path.replace("[0]", "");
        String last = path.substring(path.lastIndexOf('.') + 1);
        JsonNode wrongType = schema.path("type").asText().equals("string") ? NODES.objectNode() : NODES.textNode("x");
        wrongs.add(new Wrong(
                path,
                "type",
                wrongType,
                List.of(field, schema.path("format").asText(schema.path("type").asText()))));
        if (schema.has("enum")) {
            wrongs.add(new Wrong(
                    path,
                    "enum",
                    NODES.textNode("nope"),
                    List.of(field, schema.at("/enum/0").asText())));
        }
        if (schema.has("pattern")) {
            assertThat("!").doesNotMatch(Pattern.compile(schema.path("pattern").asText()));
            wrongs.add(new Wrong(
                    path,
                    "pattern",
                    NODES.textNode("!"),
                    List.of(field, schema.path("pattern").asText())));
        }
        if (schema.path("minLength").asInt() > 0) {
            wrongs.add(new Wrong(path, "minLength", NODES.textNode(""), List.of(field, "at least 1 chars")));
        }
        if (schema.has("maxLength")) {
            int most = schema.path("maxLength").asInt();
            wrongs.add(new Wrong(
                    path,
                    "maxLength",
                    NODES.textNode("a".repeat(most + 1)),
                    List.of(field, "at most " + most + " chars")));
        }
        if (schema.has("minimum")) {
            double least = schema.path("minimum").asDouble();
            boolean exclusive = schema.path("exclusiveMinimum").asBoolean();
            JsonNode below = schema.path("type").asText().equals("integer")
                    ? NODES.numberNode((long) least - 1)
                    : NODES.numberNode(exclusive ? least : least - 0.5);
            wrongs.add(new Wrong(
                    path, "minimum", below, List.of(field, exclusive ? "greater than" : "greater than or equal to")));
        }
        if (schema.has("maximum")) {
            wrongs.add(new Wrong(
                    path,
                    "maximum",
                    NODES.numberNode(schema.path("maximum").asDouble() + 1),
                    List.of(
                            field,
                            "less than or equal to " + schema.path("maximum").asLong())));
        }
        for (JsonNode required : schema.path("required")) {
            String missing = path + "." + required.asText();
            String said = field + "." + required.asText();
            wrongs.add(new Wrong(missing, "required", null, List.of(said, "Required value")));
        }
        if (schema.path("minItems").asInt() > 0) {
            wrongs.add(new Wrong(path, "minItems", NODES.arrayNode(), List.of(last, "at least 1 items")));
        }
        if (schema.has("maxItems")) {
            int most = schema.path("maxItems").asInt();
            ArrayNode many = NODES.arrayNode();
            for (int i = 0; i <= most; i++) {
                many.add(value.get(0));
            }
            wrongs.add(new Wrong(path, "maxItems", many, List.of(last, "at most " + most + " items")));
        }
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            collect(property.getValue(), value.path(property.getKey()), path + "." + property.getKey(), wrongs);
        }
        if (schema.has("items")) {
            collect(schema.path("items"), value.path(0), path + "[0]", wrongs);
        }
    }
}
