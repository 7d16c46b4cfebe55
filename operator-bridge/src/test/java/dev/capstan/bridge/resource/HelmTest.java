package dev.capstan.bridge.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import dev.capstan.bridge.install.InstallManifests;
import dev.capstan.testcluster.ControlPlane;
import dev.capstan.testcluster.LoopbackIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Helm itself makes of the chart. */
final class HelmTest {

    private static final Path CHART = Path.of("../deploy/helm/capstan");
    private static final String NAMESPACE = InstallManifests.NAMESPACE;

    @TempDir
    Path folder;

    @Test
    void findsNothingWrong() {
        LintResult result = new Helm(CHART).lint().strict().call();
        assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
    }

    @Test
    void rendersWhatTheCommandPrints() throws IOException {
        assertRendered(template(NAMESPACE, ""), NAMESPACE, "", InstallManifests.LEVERS);
        assertRendered(template("other", "levers: []"), "other", "", List.of());
        assertRendered(
                template("other", "{image: 'registry.example/capstan:1', levers: [deployments, keda]}"),
                "other",
                "registry.example/capstan:1",
                List.of("deployments", "keda"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "levers: [kedaa]   | at '/levers/0': value must be one of 'deployments', 'statefulsets'",
                "levers: keda      | at '/levers': got string, want array",
                "replicas: 0       | at '/replicas': minimum: got 0, want 1",
                "replica: 3        | additional properties 'replica' not allowed",
                "image: ''         | at '/image': minLength: got 0, want 1"
            })
    void saysWhatIsWrongWithAValue(String values, String told) {
        assertThatThrownBy(() -> template(NAMESPACE, values).call()).hasMessageContaining(told);
    }

    private TemplateCommand template(String namespace, String values) throws IOException {
        return new Helm(CHART)
                .template()
                .withName("capstan")
                .withNamespace(namespace)
                // Without it Helm takes a version that is older than the chart wants.
                .withKubeVersion("1.29.0")
                .withValuesFile(values(values));
    }

    private Path values(String yaml) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "values", ".yaml"), yaml);
    }

    /** The namespace is made by Helm, if at all. */
    private static void assertRendered(TemplateCommand template, String namespace, String image, List<String> levers)
            throws IOException {
        List<JsonNode> printed = Caps.documents(InstallManifests.yaml(namespace, image, levers)).stream()
                .filter(one -> !one.path("kind").asText().equals("Namespace"))
                .toList();
        assertThat(Caps.documents(template.call())).containsExactlyInAnyOrderElementsOf(printed);
    }

    @Test
    void installsUpgradesAndTakesAway() throws Exception {
        assumeTrue(
                ControlPlane.isInstalled(ControlPlane.binaries()),
                "no API server at " + ControlPlane.binaries() + ": CONTRIBUTING.md says how to get one");
        Path chart = chartForAnOldServer();
        try (ControlPlane plane = ControlPlane.start(ControlPlane.binaries(), folder, LoopbackIdentity.make(folder))) {
            Path admin = plane.kubeconfig(ControlPlane.ADMIN);

            new Helm(chart)
                    .install()
                    .withName("capstan")
                    .withNamespace(NAMESPACE)
                    .createNamespace()
                    .withValuesFile(values("{image: 'registry.example/capstan:1', levers: [deployments, keda]}"))
                    .withKubeConfig(admin)
                    .call();
            assertThat(deployment(plane)
                            .at("/spec/template/spec/containers/0/image")
                            .asText())
                    .isEqualTo("registry.example/capstan:1");
            assertThat(roles(plane)).contains("capstan", "capstan-lever-deployments", "capstan-lever-keda");

            new Helm(chart)
                    .upgrade()
                    .withName("capstan")
                    .withNamespace(NAMESPACE)
                    .reuseValues()
                    .withValuesFile(values("{replicas: 3, levers: [deployments]}"))
                    .withKubeConfig(admin)
                    .call();
            assertThat(deployment(plane).at("/spec/replicas").asInt()).isEqualTo(3);
            assertThat(deployment(plane)
                            .at("/spec/template/spec/containers/0/image")
                            .asText())
                    .isEqualTo("registry.example/capstan:1");
            assertThat(roles(plane)).contains("capstan-lever-deployments").doesNotContain("capstan-lever-keda");

            Helm.uninstall("capstan")
                    .withNamespace(NAMESPACE)
                    .withKubeConfig(admin)
                    .call();
            assertThat(roles(plane)).isEmpty();
        }
    }

    private static JsonNode deployment(ControlPlane plane) {
        return plane.get("/apis/apps/v1/namespaces/" + NAMESPACE + "/deployments/capstan");
    }

    private static List<String> roles(ControlPlane plane) {
        return plane.get("/apis/rbac.authorization.k8s.io/v1/clusterroles").findValuesAsText("name").stream()
                .filter(name -> name.startsWith("capstan"))
                .toList();
    }

    /** The chart, less what a server of 1.20 does not have. */
    private Path chartForAnOldServer() throws IOException {
        Path copy = folder.resolve("capstan");
        try (Stream<Path> files = Files.walk(CHART)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path to = copy.resolve(CHART.relativize(file));
                Files.createDirectories(to.getParent());
                Files.writeString(
                        to,
                        Files.readString(file)
                                .replace("policy/v1", "policy/v1beta1")
                                .replace("kubeVersion: \">=1.21.0-0\"\n", ""));
            }
        }
        return copy;
    }
}
