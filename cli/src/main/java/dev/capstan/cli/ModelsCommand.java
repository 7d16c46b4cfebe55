package dev.capstan.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.capstan.capping.NearestName;
import dev.capstan.sim.serving.Gpu;
import dev.capstan.sim.serving.Hardware;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ModelProfiles;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "models",
        description = {
            "Lists the profiles of LLMs, GPUs and servers, or tells all about one:",
            "figures, sources, and how far they hold."
        },
        mixinStandardHelpOptions = true)
final class ModelsCommand implements Callable<Integer> {

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private static final int[] SHOWN_SEQUENCES = {1, 8, 32, 64, 128, 256};
    private static final int LISTED_SEQUENCES = 32;

    private final Console console;

    @Parameters(
            paramLabel = "NAME",
            arity = "0..1",
            description = "The profile to tell about: of an LLM, a GPU or a server, or a file that ends in .yaml.")
    private @Nullable String name;

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    private ModelsCommand(Console console) {
        this.console = console;
    }

    /** The command with its own command. */
    static CommandLine of(Console console) {
        return new CommandLine(new ModelsCommand(console)).addSubcommand(new ModelsDeriveCommand(console));
    }

    @Override
    public Integer call() throws JsonProcessingException {
        if (name == null) {
            if (json) {
                Map<String, Object> all = new LinkedHashMap<>();
                all.put("models", ModelProfiles.all());
                all.put("gpus", Hardware.gpus());
                all.put("servers", Hardware.servers());
                console.out().println(JSON.writeValueAsString(all));
            } else {
                list(console.out());
            }
            return ExitCodes.DONE;
        }
        Object found = find(name);
        if (json) {
            console.out().println(JSON.writeValueAsString(found));
        } else {
            tell(found, console.out());
        }
        return ExitCodes.DONE;
    }

    private static Object find(String name) {
        if (name.matches(".*\\.ya?ml")) {
            try {
                return ModelProfiles.read(Path.of(name));
            } catch (IllegalArgumentException e) {
                throw new InvalidArgument(e);
            }
        }
        Optional<ModelProfile> model = ModelProfiles.find(name);
        if (model.isPresent()) {
            return model.get();
        }
        List<String> known = new ArrayList<>(
                ModelProfiles.all().stream().map(ModelProfile::name).toList());
        for (Gpu gpu : Hardware.gpus()) {
            if (gpu.name().equals(name)) {
                return gpu;
            }
            known.add(gpu.name());
        }
        for (Hardware.Server server : Hardware.servers()) {
            if (server.name().equals(name)) {
                return server;
            }
            known.add(server.name());
        }
        throw new InvalidArgument("no profile is called '" + name + "'." + NearestName.hint(name, known) + " Known: "
                + String.join(", ", known) + ".");
    }

    private static void list(PrintStream out) {
        TextTable models = new TextTable("model", "engine", "GPUs", "step ms", "W/GPU", "J/token", "step time is");
        for (ModelProfile model : ModelProfiles.all()) {
            int b = LISTED_SEQUENCES;
            double seconds = model.decodeStepNanos(b) * 1e-9;
            models.add(
                    model.name(),
                    model.engine(),
                    model.gpus() + "x " + model.gpu().name(),
                    number("%.1f", seconds * 1e3),
                    number("%.0f", model.decodeWatts(b) / model.gpus()),
                    number("%.2f", model.decodeWatts(b) * seconds / b),
                    model.step().basis().status().name().toLowerCase(Locale.ROOT));
        }
        out.print(models.render());
        out.println("Step time, power and energy of a decode step of " + LISTED_SEQUENCES + " sequences.");
        out.println();
        TextTable gpus = new TextTable("GPU", "TFLOP/s", "TB/s", "GB", "limit W", "idle W", "with context W");
        for (Gpu gpu : Hardware.gpus()) {
            gpus.add(
                    gpu.name(),
                    number("%.0f", gpu.bf16Teraflops()),
                    number("%.2f", gpu.hbmTerabytesPerSecond()),
                    number("%.0f", gpu.hbmGigabytes()),
                    number("%.0f", gpu.minLimitWatts()) + "-" + number("%.0f", gpu.boardWatts()),
                    number("%.0f", gpu.idleWatts()),
                    number("%.0f", gpu.contextIdleWatts()));
        }
        out.print(gpus.render());
        out.println();
        TextTable servers = new TextTable("server", "wall watts");
        for (Hardware.Server server : Hardware.servers()) {
            servers.add(
                    server.name(),
                    number("%.0f", server.baseWatts()) + " + " + number("%.2f", server.wallWattsPerGpuWatt())
                            + " x GPU watts");
        }
        out.print(servers.render());
    }

    private static void tell(Object found, PrintStream out) {
        JsonNode tree = JSON.valueToTree(found);
        if (found instanceof ModelProfile model) {
            out.println(model.name() + ": " + model.llm() + " on " + model.gpus() + "x "
                    + model.gpu().name());
            out.println("engine " + model.engine() + ": do not compare with profiles of another engine");
            out.println();
            out.print(steps(model));
            out.println("Natural draw at full clock; * beyond the data.");
        }
        tree.properties().forEach(entry -> {
            if (entry.getValue().has("basis")) {
                out.println();
                out.println(entry.getKey());
                section(entry.getValue(), "  ", out);
            }
        });
        if (tree.has("basis")) {
            section(tree, "", out);
        }
    }

    private static String steps(ModelProfile model) {
        TextTable table = new TextTable("sequences", "step ms", "tokens/s", "W/GPU", "J/token");
        for (int b : SHOWN_SEQUENCES) {
            double seconds = model.decodeStepNanos(b) * 1e-9;
            double watts = model.decodeWatts(b);
            table.add(
                    b + (model.measures(b) ? "" : "*"),
                    number("%.2f", seconds * 1e3),
                    number("%.0f", b / seconds),
                    number("%.0f", watts / model.gpus()),
                    number("%.3f", watts * seconds / b));
        }
        return table.render();
    }

    /** Figures first, then what they rest on. */
    private static void section(JsonNode section, String indent, PrintStream out) {
        section.properties().forEach(entry -> {
            if (!entry.getKey().equals("basis")) {
                out.println(indent + entry.getKey() + ": " + shown(entry.getValue()));
            }
        });
        JsonNode basis = section.path("basis");
        if (basis.has("status")) {
            basis(basis, "", indent, out);
        } else {
            basis.properties().forEach(entry -> basis(entry.getValue(), entry.getKey() + " ", indent, out));
        }
    }

    private static void basis(JsonNode basis, String of, String indent, PrintStream out) {
        StringBuilder text = new StringBuilder(basis.path("status").asText());
        if (basis.has("error")) {
            text.append(number(", mean error %.1f %%", basis.path("error").asDouble() * 100));
        }
        for (String range : List.of("sequences", "tokens")) {
            if (basis.has(range)) {
                text.append(", ")
                        .append(basis.path(range).get(0).asText())
                        .append(" to ")
                        .append(basis.path(range).get(1).asText())
                        .append(" ")
                        .append(range);
            }
        }
        out.println(indent + of + text + ": " + basis.path("source").asText());
        if (basis.has("note")) {
            out.println(indent + of + "note: " + basis.path("note").asText());
        }
    }

    private static String shown(JsonNode value) {
        return value.isContainerNode() ? value.toString().replace("\"", "").replace(",", ", ") : value.asText();
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
