package dev.capstan.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.sim.sweep.SweepEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real cluster: a master and two workers as processes of their own, and an executor of each. */
class StandaloneClusterTest {

    @TempDir
    Path folder;

    @Test
    void givesTheBytesOfTheLocalEngineAlsoWhereAMachineIsLost() throws IOException {
        SmallSweep sweep = new SmallSweep(folder);
        try (StandaloneCluster cluster = new StandaloneCluster(folder.resolve("cluster"), 2)) {
            try (SweepEngine spark = cluster.connect()) {
                List<Integer> runs = new CopyOnWriteArrayList<>();
                Path whole = folder.resolve("whole");
                sweep.run(whole, spark, row -> runs.add(row.index()));
                assertThat(spark.jobs()).isEqualTo(2);
                assertThat(runs).hasSize(120).doesNotHaveDuplicates();
                sweep.assertSame(whole);

                List<String> lost = new CopyOnWriteArrayList<>();
                SparkContext.getOrCreate().addSparkListener(new SparkListener() {
                    @Override
                    public void onTaskEnd(SparkListenerTaskEnd end) {
                        if (!end.taskInfo().successful()) {
                            lost.add(end.reason().toString());
                        }
                    }
                });
                AtomicBoolean killed = new AtomicBoolean();
                runs.clear();
                Path withLoss = folder.resolve("with-loss");
                sweep.run(withLoss, spark, row -> {
                    runs.add(row.index());
                    if (killed.compareAndSet(false, true)) {
                        cluster.lose(1);
                    }
                });
                assertThat(lost).anyMatch(reason -> reason.startsWith("ExecutorLostFailure"));
                assertThat(runs).hasSize(120).doesNotHaveDuplicates();
                sweep.assertSame(withLoss);
            }
        }
    }
}
