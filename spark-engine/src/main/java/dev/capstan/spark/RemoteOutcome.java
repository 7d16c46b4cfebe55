package dev.capstan.spark;

import dev.capstan.sim.results.RowLine;
import dev.capstan.sim.sweep.RunOutcome;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** What an executor sends back of a run. */
sealed interface RemoteOutcome extends Serializable {

    /**
     * It is finished.
     *
     * @param row as {@link RowLine} writes it
     * @param files bytes by name of the folder of the run; empty where its course was not kept
     */
    record Finished(String row, Map<String, byte[]> files) implements RemoteOutcome {

        RunOutcome outcome() {
            return new RunOutcome(RowLine.read(row), files.isEmpty() ? Optional.empty() : Optional.of(this::writeTo));
        }

        private void writeTo(Path folder) throws IOException {
            Files.createDirectories(folder);
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Files.write(folder.resolve(file.getKey()), file.getValue());
            }
        }
    }

    /** It cannot be run as asked, on whatever machine: a value, because Spark tries again what is thrown. */
    record Failed(RuntimeException failure) implements RemoteOutcome {}
}
