package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.capstan.sim.serving.Basis;
import dev.capstan.sim.serving.Gpu;
import dev.capstan.sim.serving.Hardware;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ModelProfiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelsCommandTest {

    private static final String LLAMA_70B =
            "--llm Llama-3.1-70B --layers 80 --hidden 8192 --kv-heads 8 --head-dim 128 --params 70.6e9";

    private final CommandRun capstan = new CommandRun();

    @Test
    void listsModelsBoardsAndServers() {
        assertThat(capstan.run("models")).isEqualTo(0);
        assertThat(ModelProfiles.all())
                .extracting(ModelProfile::name)
                .allSatisfy(name -> assertThat(capstan.out()).contains(name));
        assertThat(Hardware.gpus())
                .extracting(Gpu::name)
                .allSatisfy(name -> assertThat(capstan.out()).contains(name));
        assertThat(capstan.out()).contains("1350 + 1.21 x GPU watts");
    }

    @Test
    void tellsOfAModelWhatEachSectionRestsOn() {
        for (ModelProfile model : ModelProfiles.all()) {
            CommandRun one = new CommandRun();
            assertThat(one.run("models", model.name())).isEqualTo(0);
            for (Basis basis : model.bases().values()) {
                assertThat(one.out()).contains(basis.source());
            }
        }
    }

    /** S-MLE3: 15.74 + 0.1035 b ms; the data begin at 8 sequences. */
    @Test
    void marksWhatLiesBeyondTheData() {
        assertThat(capstan.run("models", "llama-3.1-70b-h100x4")).isEqualTo(0);
        assertThat(capstan.out().lines().map(String::strip))
                .anyMatch(line -> line.matches("1\\*\\s+15\\.84\\s.*"))
                .anyMatch(line -> line.matches("8\\s+16\\.57\\s.*"));
    }

    @Test
    void tellsOfBoardsAndServersToo() {
        assertThat(capstan.run("models", "H200")).isEqualTo(0);
        assertThat(capstan.out()).contains("hbm_terabytes_per_second: 4.8", "about 200 to 700 W, stated");
        CommandRun server = new CommandRun();
        assertThat(server.run("models", "8xH200")).isEqualTo(0);
        assertThat(server.out()).contains("base_watts: 1350", "residual up to 76 W");
    }

    @Test
    void jsonHoldsFiguresAndTheirBasis() throws JsonProcessingException {
        assertThat(capstan.run("models", "--json")).isEqualTo(0);

        JsonNode all = new ObjectMapper().readTree(capstan.out());
        assertThat(all.path("models")).hasSameSizeAs(ModelProfiles.all());
        assertThat(all.at("/models/0/step/base_ms").asDouble()).isEqualTo(6.54);
        assertThat(all.at("/models/0/step/basis/status").asText()).isEqualTo("fitted");
        assertThat(all.path("gpus").findValuesAsText("name")).contains("H100", "A100-80");
    }

    @Test
    void anUnknownNameGetsTheNearestOne() {
        assertThat(capstan.run("models", "llama-3.1-70b-h100x5")).isEqualTo(2);
        assertThat(capstan.err()).contains("Maybe you meant llama-3.1-70b-h100x4.");
    }

    @Test
    void derivesAProfileThatReadsBack(@TempDir Path temp) throws IOException {
        Path file = temp.resolve("mine.yaml");
        assertThat(derive(capstan, "--gpu", "H200", "--tp", "4", "--out", file.toString()))
                .isEqualTo(0);

        ModelProfile profile = ModelProfiles.read(file);
        assertThat(profile.name()).isEqualTo("llama-3.1-70b-h200x4");
        assertThat(profile.gpu()).isEqualTo(Hardware.gpu("H200"));
        assertThat(Files.readString(file)).contains("gpu: H200").contains("status: extrapolated");
        CommandRun tell = new CommandRun();
        assertThat(tell.run("models", file.toString())).isEqualTo(0);
        assertThat(tell.out()).contains("Llama-3.1-70B on 4x H200");

        CommandRun again = new CommandRun();
        assertThat(derive(again, "--gpu", "H200", "--tp", "4", "--out", file.toString()))
                .isEqualTo(2);
        assertThat(again.err()).contains("--force");
    }

    @Test
    void readsTheArchitectureFromAFile(@TempDir Path temp) throws IOException {
        Path file = Files.writeString(temp.resolve("figures.yaml"), """
                llm: Llama-3.1-70B
                layers: 80
                hidden: 8192
                kv_heads: 8
                head_dim: 128
                parameters: 70.6e9
                bytes_per_weight: 2
                """);
        assertThat(capstan.run("models", "derive", "--model-figures", file.toString(), "--gpu", "H200", "--tp", "4"))
                .isEqualTo(0);
        CommandRun flags = new CommandRun();
        assertThat(derive(flags, "--gpu", "H200", "--tp", "4")).isEqualTo(0);
        assertThat(capstan.out()).isEqualTo(flags.out()).startsWith("name: llama-3.1-70b-h200x4");
    }

    @Test
    void saysWhatIsWrongWithWhatItShallDeriveFrom(@TempDir Path temp) throws IOException {
        assertThat(derive(capstan, "--gpu", "H100")).isEqualTo(2);
        assertThat(capstan.err()).contains("the weights take 141 GB");
        CommandRun board = new CommandRun();
        assertThat(derive(board, "--gpu", "H300")).isEqualTo(2);
        assertThat(board.err()).contains("no GPU is called 'H300'");
        CommandRun none = new CommandRun();
        assertThat(none.run("models", "derive", "--gpu", "H100")).isEqualTo(2);
        CommandRun file = new CommandRun();
        Path figures = Files.writeString(temp.resolve("figures.yaml"), "llm: mine\nlayers: many\n");
        assertThat(file.run("models", "derive", "--model-figures", figures.toString(), "--gpu", "H100"))
                .isEqualTo(2);
        assertThat(file.err()).contains("figures.yaml: layers: expected a number, found 'many'");
    }

    @Test
    void derivesTheTableOfAMixtureOfExperts(@TempDir Path temp) throws IOException {
        Path file = Files.writeString(temp.resolve("figures.yaml"), """
                llm: Mixtral-8x7B
                layers: 32
                hidden: 4096
                kv_heads: 8
                head_dim: 128
                parameters: 46.7e9
                active_parameters: 12.9e9
                experts: 8
                experts_per_token: 2
                bytes_per_weight: 2
                """);
        assertThat(capstan.run("models", "derive", "--model-figures", file.toString(), "--gpu", "H100", "--tp", "2"))
                .isEqualTo(0);
        CommandRun flags = new CommandRun();
        assertThat(mixtral(flags, "--experts", "8", "--experts-per-token", "2")).isEqualTo(0);
        assertThat(capstan.out()).isEqualTo(flags.out()).contains("mixture_of_experts: true", "2 of 8 experts a token");

        CommandRun half = new CommandRun();
        assertThat(mixtral(half, "--experts", "8")).isEqualTo(2);
        assertThat(half.err()).contains("experts_per_token: is missing; it goes with experts");
        CommandRun none = new CommandRun();
        assertThat(mixtral(none)).isEqualTo(0);
        assertThat(none.out()).contains("mixture_of_experts: true").doesNotContain("experts a token");
    }

    private static int mixtral(CommandRun run, String... more) {
        List<String> all = new ArrayList<>(
                List.of(("models derive --llm Mixtral-8x7B --layers 32 --hidden 4096 --kv-heads 8 --head-dim 128"
                                + " --params 46.7e9 --active-params 12.9e9 --gpu H100 --tp 2")
                        .split(" ", -1)));
        all.addAll(List.of(more));
        return run.run(all.toArray(String[]::new));
    }

    /** By the commands that docs/models.md shows, to the byte. */
    @Test
    void shipsTheDerivedProfilesThatItMakes() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "models.md"));
        List<String> commands = Pattern.compile("capstan (models derive --llm (?:\\\\\n|[^\n`])+)")
                .matcher(page)
                .results()
                .map(found -> found.group(1).replaceAll("\\\\\n\\s+", ""))
                .toList();
        List<String> derived = ModelProfiles.all().stream()
                .filter(profile -> profile.step().basis().status() == Basis.Status.EXTRAPOLATED)
                .map(ModelProfile::name)
                .toList();

        assertThat(derived).isNotEmpty().hasSameSizeAs(commands);
        for (int i = 0; i < derived.size(); i++) {
            CommandRun run = new CommandRun();
            assertThat(run.run(arguments(commands.get(i)))).isEqualTo(0);
            assertThat(run.out())
                    .isEqualTo(Files.readString(Path.of("..", "traces-sample", "models", derived.get(i) + ".yaml")));
        }
    }

    /** Words, of which those in double quotes are one. */
    private static String[] arguments(String command) {
        return Pattern.compile("\"([^\"]*)\"|(\\S+)")
                .matcher(command)
                .results()
                .map(found -> found.group(1) == null ? found.group(2) : found.group(1))
                .toArray(String[]::new);
    }

    private static int derive(CommandRun run, String... more) {
        List<String> all = new ArrayList<>(List.of("models", "derive"));
        all.addAll(List.of(LLAMA_70B.split(" ", -1)));
        all.addAll(List.of(more));
        return run.run(all.toArray(String[]::new));
    }
}
