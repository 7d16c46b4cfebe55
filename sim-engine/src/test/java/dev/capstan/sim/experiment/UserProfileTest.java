package dev.capstan.sim.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Services whose model is a file of the user's own. */
class UserProfileTest {

    private final ExperimentFolder folder = new ExperimentFolder();
    private String profile = "";

    @BeforeEach
    void readAProfileToChange() throws IOException {
        profile = Files.readString(Path.of("..", "traces-sample", "models", "llama-3.1-8b-h100.yaml"));
    }

    @Test
    void readsAProfileNextToTheExperiment() {
        folder.write("mine.yaml", profile.replace("name: llama-3.1-8b-h100", "name: mine"));

        assertThat(folder.read(experiment("mine.yaml"))
                        .base()
                        .services()
                        .get(0)
                        .model()
                        .name())
                .isEqualTo("mine");
    }

    @Test
    void namesTheServiceTheFileAndThePathInIt() {
        folder.write("mine.yaml", profile.replace("base_ms: 6.54", "base_ms: 0"));

        assertThatThrownBy(() -> folder.read(experiment("mine.yaml")))
                .isInstanceOf(InvalidExperimentException.class)
                .hasMessageContaining("services[0].model: /experiments/mine.yaml: step.base_ms: must be above 0.0");
    }

    @Test
    void saysWhereItLookedForAFileThatIsNotThere() {
        assertThatThrownBy(() -> folder.read(experiment("other.yaml")))
                .hasMessageContaining("services[0].model: there is no file /experiments/other.yaml");
    }

    private static String experiment(String model) {
        return ExperimentFolder.LEAST.replace("llama-3.1-8b-h100", model);
    }
}
