package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code capstan operator} prints for a cluster. */
final class OperatorCommandTest {

    @TempDir
    Path folder;

    @Test
    void definitionsAreThoseThatAreCommitted() throws IOException {
        CommandRun crds = new CommandRun();
        assertThat(crds.run("operator", "crds")).isZero();
        assertThat(crds.out())
                .isEqualTo(Files.readString(Path.of("../deploy/crds/powercaps.yaml"))
                        + Files.readString(Path.of("../deploy/crds/clusterpowercaps.yaml")));
    }

    @Test
    void manifestsGoIntoTheNamespaceWithTheLeversGranted() {
        CommandRun manifests = new CommandRun();
        assertThat(manifests.run(
                        "operator",
                        "manifests",
                        "--namespace=power",
                        "--image=registry/capstan:7",
                        "--levers=keda,kserve"))
                .isZero();
        assertThat(manifests.out())
                .contains("namespace: \"power\"", "image: \"registry/capstan:7\"", "capstan-lever-keda")
                .doesNotContain("capstan-system", "capstan-lever-deployments");
    }

    @Test
    void leversThatAreNoneAreNamed() {
        CommandRun manifests = new CommandRun();
        assertThat(manifests.run("operator", "manifests", "--levers=kedda")).isEqualTo(ExitCodes.INVALID_INPUT);
        assertThat(manifests.err()).contains("--levers: there is no lever \"kedda\". Levers: deployments");
        CommandRun none = new CommandRun();
        assertThat(none.run("operator", "manifests", "--levers=none")).isZero();
        assertThat(none.out()).doesNotContain("capstan-lever");
    }

    @Test
    void aLoginThatIsNotThereIsSaid() {
        CommandRun check = new CommandRun();
        assertThat(check.run("operator", "check", "--kubeconfig=" + folder.resolve("none")))
                .isEqualTo(ExitCodes.INVALID_INPUT);
        assertThat(check.err()).contains("--kubeconfig: " + folder.resolve("none") + " cannot be read");
    }

    @Test
    void aJournalHasRoomForSomething() {
        CommandRun run = new CommandRun();
        assertThat(run.run("operator", "run", "--journal-mebibytes=0")).isEqualTo(ExitCodes.INVALID_INPUT);
        assertThat(run.err())
                .contains("--journal-mebibytes: must be 1 to 16777216, was 0. Give at most what its volume has.");
    }

    @Test
    void importsPrintResourcesAndSayWhatChanges() throws IOException {
        Path file = Files.writeString(folder.resolve("climatik.yaml"), """
                apiVersion: powercapping.climatik-project.ai/v1
                kind: PowerCappingConfig
                metadata: {name: team, namespace: llm}
                spec:
                  powerCapLimit: 5000
                  scaleObjectRefs: [{kind: ScaledObject, metadata: {name: chat}}]
                """);
        CommandRun imported = new CommandRun();
        assertThat(imported.run(
                        "operator", "import", file.toString(), "--prometheus=http://p:9090", "--replica-watts=700"))
                .isZero();
        assertThat(imported.out()).contains("kind: \"PowerCap\"", "watts: 5000");
        assertThat(imported.err()).contains("PowerCappingConfig llm/team: mode is Recommend");
        CommandRun lacking = new CommandRun();
        assertThat(lacking.run("operator", "import", file.toString())).isEqualTo(ExitCodes.INVALID_INPUT);
        assertThat(lacking.err()).contains("--prometheus", "--replica-watts");
        assertThat(lacking.out()).isEmpty();
    }
}
