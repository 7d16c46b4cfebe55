package dev.capstan.cli;

import dev.capstan.sim.serving.Architecture;
import dev.capstan.sim.serving.Hardware;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ModelProfiles;
import dev.capstan.sim.serving.Roofline;
import dev.capstan.sim.serving.Roofline.Efficiency;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "derive",
        description = {
            "Derives a profile from the architecture of an LLM and a GPU by the roofline.",
            "Every figure of it is extrapolated: docs/models.md tells the errors found."
        },
        mixinStandardHelpOptions = true)
final class ModelsDeriveCommand implements Callable<Integer> {

    private final Console console;

    @ArgGroup(multiplicity = "1")
    private Model model = new Model();

    @Option(
            names = "--gpu",
            required = true,
            paramLabel = "NAME",
            description = "The board: capstan models lists them.")
    private String gpu = "";

    @Option(names = "--tp", paramLabel = "N", description = "GPUs of a replica. Default: 1.")
    private int gpus = 1;

    @Option(names = "--name", paramLabel = "NAME", description = "Name of the profile. Default: after model and GPUs.")
    private @Nullable String name;

    @Option(
            names = "--mbu",
            paramLabel = "SHARE",
            description = "Share of the bandwidth that decode reads weights at. Default: 0.64.")
    private @Nullable Double mbu;

    @Option(
            names = "--mfu",
            paramLabel = "SHARE",
            description = "Share of the BF16 peak that prefill and decode reach. Default: 0.4, and 0.1 with experts.")
    private @Nullable Double mfu;

    @Option(names = "--out", paramLabel = "FILE", description = "Where to write. Default: standard output.")
    private @Nullable Path out;

    @Option(names = "--force", description = "Replaces FILE if it is there.")
    private boolean force;

    ModelsDeriveCommand(Console console) {
        this.console = console;
    }

    private static final class Model {

        @Option(
                names = "--model-figures",
                required = true,
                paramLabel = "FILE",
                description = "YAML with llm, layers, hidden, kv_heads, head_dim, parameters, bytes_per_weight and, of"
                        + " a mixture of experts, active_parameters, experts and experts_per_token.")
        private @Nullable Path file;

        @ArgGroup(exclusive = false, multiplicity = "1")
        private @Nullable Flags flags;
    }

    private static final class Flags {

        @Option(names = "--llm", required = true, paramLabel = "NAME", description = "Name of the LLM.")
        private String llm = "";

        @Option(names = "--layers", required = true, paramLabel = "N", description = "Layers.")
        private int layers;

        @Option(names = "--hidden", required = true, paramLabel = "N", description = "Width of a layer.")
        private int hidden;

        @Option(names = "--kv-heads", required = true, paramLabel = "N", description = "Key-value heads.")
        private int kvHeads;

        @Option(names = "--head-dim", required = true, paramLabel = "N", description = "Width of a head.")
        private int headDim;

        @Option(names = "--params", required = true, paramLabel = "N", description = "Parameters, such as 70.6e9.")
        private double parameters;

        @Option(names = "--active-params", paramLabel = "N", description = "Those that one token uses. Default: all.")
        private @Nullable Double activeParameters;

        @Option(
                names = "--experts",
                paramLabel = "N",
                description = "Experts of a layer among which its router chooses.")
        private @Nullable Integer experts;

        @Option(names = "--experts-per-token", paramLabel = "N", description = "How many of them a token uses.")
        private @Nullable Integer expertsPerToken;

        @Option(names = "--weight-bytes", paramLabel = "N", description = "Bytes per weight: 2 for BF16. Default: 2.")
        private double weightBytes = 2;

        private Architecture architecture() {
            return new Architecture(
                    llm,
                    layers,
                    hidden,
                    kvHeads,
                    headDim,
                    parameters,
                    activeParameters,
                    experts,
                    expertsPerToken,
                    weightBytes);
        }
    }

    @Override
    public Integer call() throws IOException {
        String yaml;
        try {
            yaml = ModelProfiles.write(derive());
        } catch (IllegalArgumentException e) {
            throw new InvalidArgument(e);
        }
        if (out == null) {
            console.out().print(yaml);
            return ExitCodes.DONE;
        }
        if (Files.exists(out) && !force) {
            throw new InvalidArgument(out + " is there already. Maybe --force.");
        }
        Files.writeString(out, yaml);
        console.out().println(out);
        return ExitCodes.DONE;
    }

    private ModelProfile derive() {
        Architecture architecture = model.flags != null
                ? model.flags.architecture()
                : ModelProfiles.readArchitecture(model.file == null ? Path.of("") : model.file);
        String called = name != null
                ? name
                : (architecture.llm() + "-" + gpu + (gpus == 1 ? "" : "x" + gpus))
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9.-]+", "-");
        Efficiency usual = Efficiency.of(architecture);
        Efficiency efficiency = usual.with(mbu == null ? usual.mbu() : mbu, mfu == null ? usual.mfu() : mfu);
        return Roofline.derive(called, architecture, Hardware.gpu(gpu), gpus, efficiency);
    }
}
