package dev.capstan.sim.experiment;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A folder in memory with the small traces that experiments of the tests name. */
final class ExperimentFolder {

    /** The least that an experiment needs; as lines, so that a test can replace one. */
    static final String LEAST = """
            workload: {trace: requests.csv}
            services: [{name: chat, model: llama-3.1-8b-h100}]
            cap: {power: 8 kW}
            policies: [none]
            """;

    /** Where the process stands, apart from the folder of the experiments. */
    static final String WORKING_DIRECTORY = "/elsewhere";

    private final FileSystem files = Jimfs.newFileSystem(Configuration.unix().toBuilder()
            .setWorkingDirectory(WORKING_DIRECTORY)
            .build());
    private final Path folder = files.getPath("/experiments");

    ExperimentFolder() {
        write("requests.csv", "arrival_seconds,input_tokens,output_tokens\n0,100,10\n1,100,10\n");
        write("rates.csv", "offset_seconds,requests_per_second\n0,1\n600,2\n");
        write("lengths.csv", "quantile,input_tokens,output_tokens\n0,1,1\n1,100,100\n");
        write("power.csv", "time_seconds,power_watts\n0,1000\n1,1100\n");
        write(
                "prices.csv",
                "# zone: DE-LU\n# currency: EUR\ntime_utc,price_per_megawatt_hour\n2026-01-01T00:00:00Z,80\n");
        write("clients/chunk-0-trace.csv", "0,1,1,Gamma,1,1\n600,1,1,Gamma,1,1\n");
        write("carbon.csv", "time_utc,carbon_grams_per_kilowatt_hour\n2026-01-01T00:00:00Z,300\n");
    }

    Path write(String name, String text) {
        try {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path path(String absolute) {
        return files.getPath(absolute);
    }

    ExperimentFile read(String yaml, String... sets) {
        return ExperimentFile.read(write("try.yaml", yaml), List.of(sets));
    }
}
