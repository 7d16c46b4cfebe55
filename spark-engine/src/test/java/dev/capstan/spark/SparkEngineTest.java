package dev.capstan.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.capstan.sim.sweep.SweepEngine;
import dev.capstan.sim.sweep.SweepEngineProvider;
import dev.capstan.sim.sweep.SweepRun;
import dev.capstan.sim.sweep.SweepTask;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spark in this process. */
class SparkEngineTest {

    @TempDir
    Path folder;

    @Test
    void givesTheBytesOfTheLocalEngine() throws IOException {
        SmallSweep sweep = new SmallSweep(folder);
        Path out = folder.resolve("spark");
        try (SweepEngine spark = provider().open("local[2]")) {
            assertThat(spark.jobs()).isEqualTo(2);
            sweep.run(out, spark, row -> {});
        }
        sweep.assertSame(out);
    }

    @Test
    void failsWithWhatTheFirstRunFailsWithAndKeepsWhatIsDone() throws IOException {
        SmallSweep sweep = new SmallSweep(folder);
        Path out = folder.resolve("spark");
        try (SweepEngine spark = SparkEngine.open("local[2]")) {
            assertThatThrownBy(() -> sweep.run(out, new TraceChanged(spark, sweep), row -> {}))
                    .isInstanceOf(RuntimeException.class)
                    .hasMessageContaining("requests.parquet")
                    .hasMessageContaining("is not the file that the sweep was begun with");
        }
        assertThat(out.resolve("progress.jsonl")).exists();
    }

    @Test
    void refusesAMasterThatIsNone() {
        assertThatThrownBy(() -> SparkEngine.open("cluster7"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cluster7");
        assertThatThrownBy(() -> SparkEngine.open("spark://nowhere"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("master spark://nowhere must be spark://host:port, several separated by commas");
    }

    @Test
    void saysWhichMasterDoesNotAnswer() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        assertThatThrownBy(() -> SparkEngine.open("spark://127.0.0.1:" + free))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("no Spark master answers at spark://127.0.0.1:" + free);
    }

    /** As the command line finds it. */
    private static SweepEngineProvider provider() {
        return ServiceLoader.load(SweepEngineProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(one -> one.name().equals("spark"))
                .findFirst()
                .orElseThrow();
    }

    /** Between the beginning of the sweep and its first run the trace becomes another. */
    private record TraceChanged(SweepEngine engine, SmallSweep sweep) implements SweepEngine {

        @Override
        public int jobs() {
            return engine.jobs();
        }

        @Override
        public void execute(SweepTask task, List<SweepRun> runs, Sink sink) throws IOException {
            sweep.trace(3);
            engine.execute(task, runs, sink);
        }

        @Override
        public String name() {
            return engine.name();
        }
    }
}
