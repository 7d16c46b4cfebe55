package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A row of servers whose demand for power goes up and down: an experiment whose runs take milliseconds, and its results. */
final class PowerRow {

    /** Without name, duration, replications and axes. */
    static final String EXPERIMENT = """
            mode: power
            workload:
              generate: {disturbance: {shape: square, base: 4 kW, peak: 9 kW, at: 2m, lasting: 3m}}
            cluster: {servers: 4}
            services:
              - name: row
                model: llama-3.1-70b-h100x4
                replicas: {min: 1, initial: 4, max: 8}
            cap: {power: 9 kW, contain_within: 60s}
            policies: [none, three-band]
            """;

    private PowerRow() {}

    /**
     * The same folders and files, with the same bytes but for the manifest, which carries wall times.
     *
     * @param files more than so many, so that something is compared
     */
    static void assertSame(Path out, Path expected, int files) throws IOException {
        List<Path> all = paths(expected);
        assertThat(paths(out)).isEqualTo(all);
        assertThat(all)
                .filteredOn(path -> Files.isRegularFile(expected.resolve(path)) && !path.endsWith("manifest.json"))
                .hasSizeGreaterThan(files)
                .allSatisfy(path -> assertThat(out.resolve(path)).hasSameBinaryContentAs(expected.resolve(path)));
    }

    private static List<Path> paths(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.map(root::relativize).sorted().toList();
        }
    }
}
