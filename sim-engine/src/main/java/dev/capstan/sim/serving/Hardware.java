package dev.capstan.sim.serving;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.capstan.capping.NearestName;
import java.util.List;
import java.util.Objects;

/** The table of GPU boards and servers that Capstan ships, {@code traces-sample/models/hardware.yaml}. */
public final class Hardware {

    private static final Boards TABLE = ProfileYaml.resource("hardware", new TypeReference<>() {});

    private Hardware() {}

    /**
     * The wall power of a kind of server: {@code base_watts + wall_watts_per_gpu_watt * sum of its GPUs}.
     *
     * @param name such as {@code 8xH200}
     * @param basis where both figures come from, and how far they hold
     */
    public record Server(String name, double baseWatts, double wallWattsPerGpuWatt, Basis basis) {

        public Server {
            Require.text("name", name);
            Require.between("base_watts", baseWatts, 0, 1e6);
            Require.between("wall_watts_per_gpu_watt", wallWattsPerGpuWatt, 1, 3);
            Require.section("basis", basis);
        }

        /** Wall power of one server whose GPUs draw this much together. */
        public double wallWatts(double gpuWatts) {
            return baseWatts + wallWattsPerGpuWatt * gpuWatts;
        }
    }

    private record Boards(List<Gpu> gpus, List<Server> servers) {}

    /** All boards, in a stable order. */
    public static List<Gpu> gpus() {
        return TABLE.gpus();
    }

    /** All servers, in a stable order. */
    public static List<Server> servers() {
        return TABLE.servers();
    }

    /**
     * The board of that name.
     *
     * @throws IllegalArgumentException if there is none; names the known ones
     */
    public static Gpu gpu(String name) {
        for (Gpu gpu : TABLE.gpus()) {
            if (gpu.name().equals(name)) {
                return gpu;
            }
        }
        List<String> known = TABLE.gpus().stream().map(Gpu::name).toList();
        throw new IllegalArgumentException("no GPU is called '" + name + "'." + NearestName.hint(name, known)
                + " Known: " + String.join(", ", known) + ". A profile may also hold the board as a mapping.");
    }

    /** The server of that name; it must be one that Capstan ships. */
    public static Server server(String name) {
        return Objects.requireNonNull(
                TABLE.servers().stream()
                        .filter(server -> server.name().equals(name))
                        .findFirst()
                        .orElse(null),
                name);
    }
}
