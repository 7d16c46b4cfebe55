package dev.capstan.bridge.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.capstan.bridge.install.InstallManifests;
import dev.capstan.testcluster.ControlPlane;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kustomize and {@code capstan operator} install the same. */
final class KustomizeTest {

    private static final Path OVERLAYS = Path.of("../deploy/kustomize/overlays");

    @TempDir
    Path folder;

    @Test
    void overlaysAreWhatTheCommandPrints() throws Exception {
        Path kubectl = ControlPlane.binaries().resolve("kubectl");
        assumeTrue(Files.isExecutable(kubectl), "no kubectl at " + kubectl);
        String definitions = ResourceDefinitions.yaml();
        assertThat(documents(build(kubectl, OVERLAYS.resolve("enforce"))))
                .containsExactlyInAnyOrderElementsOf(
                        documents(definitions + InstallManifests.yaml("capstan-system", "", InstallManifests.LEVERS)));
        assertThat(documents(build(kubectl, OVERLAYS.resolve("recommend"))))
                .containsExactlyInAnyOrderElementsOf(
                        documents(definitions + InstallManifests.yaml("capstan-system", "", List.of())));
    }

    private String build(Path kubectl, Path overlay) throws IOException, InterruptedException {
        Path out = folder.resolve("built.yaml");
        Process process = new ProcessBuilder(kubectl.toString(), "kustomize", overlay.toString())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor()).as(Files.readString(out)).isZero();
        return Files.readString(out);
    }

    /** Kustomize writes 0.0 as 0, so that definitions are compared by name only. */
    private static List<JsonNode> documents(String yaml) throws IOException {
        return Caps.documents(yaml).stream()
                .map(one -> one.path("kind").asText().equals("CustomResourceDefinition") ? one.path("metadata") : one)
                .toList();
    }
}
