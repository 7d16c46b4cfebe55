package dev.capstan.spark;

import dev.capstan.sim.sweep.SweepEngine;
import dev.capstan.sim.sweep.SweepRun;
import dev.capstan.sim.sweep.SweepTask;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.apache.spark.SimpleFutureAction;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.jspecify.annotations.Nullable;
import scala.concurrent.ExecutionContext;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.BoxedUnit;

/**
 * Carries out runs on Apache Spark: a Spark task is a few runs that follow each other, and its outcomes come back as
 * soon as it is done. Spark carries out anew what a lost executor had in hand, and takes the outcome of each task once.
 *
 * <p>Executors read traces themselves, at the paths that this machine reads them at.
 */
final class SparkEngine implements SweepEngine {

    /** Enough for the tasks of some hundred processors to even out; a task costs Spark some milliseconds. */
    private static final int MOST_TASKS = 1024;

    private static final int CONNECT_MILLIS = 5000;

    private sealed interface News {

        /** @param outcomes the last of which may be a failure */
        record TaskDone(int task, List<RemoteOutcome> outcomes) implements News {}

        /** Spark has tried often enough. */
        record GaveUp(Throwable why) implements News {}
    }

    private final SparkContext spark;

    private SparkEngine(SparkContext spark) {
        this.spark = spark;
    }

    /**
     * Connects to a cluster, or starts Spark in this process.
     *
     * @param master as Spark writes it: {@code local[*]}, {@code spark://host:7077}, {@code k8s://https://host:6443}
     * @throws IllegalArgumentException if {@code master} is none
     * @throws IOException if it cannot be reached
     */
    static SparkEngine open(String master) throws IOException {
        if (master.startsWith("spark://")) {
            reach(master);
        }
        SparkConf conf = new SparkConf()
                .setMaster(master)
                .setAppName("capstan")
                // Outcomes are handed on as they come; what all of them come to does not matter.
                .set("spark.driver.maxResultSize", "0")
                // As the launcher has it on one machine: runs are for throughput, and nobody waits for a pause.
                .setIfMissing("spark.executor.extraJavaOptions", "-XX:+UseParallelGC")
                .setIfMissing("spark.ui.enabled", "false")
                .setIfMissing("spark.ui.showConsoleProgress", "false");
        if (master.equals("local") || master.startsWith("local[")) {
            conf.setIfMissing("spark.driver.host", "localhost")
                    .setIfMissing("spark.driver.bindAddress", "127.0.0.1")
                    .remove("spark.jars");
        }
        try {
            return new SparkEngine(new SparkContext(conf));
        } catch (Exception e) {
            throw new IllegalArgumentException(
                    "Spark does not start with master " + master + ": " + firstLine(e)
                            + ". Maybe local[*] or spark://host:7077; k8s:// and yarn need a SPARK_HOME that has them.",
                    e);
        }
    }

    @Override
    public String name() {
        return "spark";
    }

    /** Processors of the executors that have reported so far; on a cluster at least 2. */
    @Override
    public int jobs() {
        return spark.defaultParallelism();
    }

    @Override
    public void execute(SweepTask task, List<SweepRun> runs, Sink sink) throws IOException {
        if (runs.isEmpty()) {
            return;
        }
        int tasks = Math.min(runs.size(), MOST_TASKS);
        BlockingQueue<News> news = new LinkedBlockingQueue<>();
        SimpleFutureAction<BoxedUnit> job = submit(task, runs, tasks, news);
        BitSet pending = new BitSet();
        pending.set(0, tasks);
        @Nullable RuntimeException failure = null;
        // What comes before a failure is carried out, so that the first run that fails is the one that is told of.
        int needed = tasks;
        try {
            while (pending.nextSetBit(0) >= 0 && pending.nextSetBit(0) < needed) {
                News next = news.take();
                if (next instanceof News.GaveUp gaveUp) {
                    throw new IOException("Spark gave up: " + firstLine(gaveUp.why()), gaveUp.why());
                }
                News.TaskDone done = (News.TaskDone) next;
                pending.clear(done.task());
                for (RemoteOutcome outcome : done.outcomes()) {
                    if (outcome instanceof RemoteOutcome.Finished finished) {
                        sink.finished(finished.outcome());
                    } else if (outcome instanceof RemoteOutcome.Failed failed && done.task() < needed) {
                        needed = done.task();
                        failure = failed.failure();
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the sweep was interrupted; what was finished stays", e);
        } finally {
            job.cancel();
        }
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public void close() {
        spark.stop();
    }

    private SimpleFutureAction<BoxedUnit> submit(
            SweepTask sweep, List<SweepRun> runs, int tasks, BlockingQueue<News> news) {
        RDD<String> lines = JavaSparkContext.fromSparkContext(spark)
                .parallelize(runs.stream().map(SweepRun::toJson).toList(), tasks)
                .rdd();
        List<Object> all = new ArrayList<>();
        IntStream.range(0, tasks).forEach(all::add);
        SimpleFutureAction<BoxedUnit> job = spark.submitJob(
                lines,
                new RunsOfTask(sweep.toJson()),
                CollectionConverters.asScala(all).toSeq(),
                (task, outcomes) -> {
                    news.add(new News.TaskDone((Integer) task, outcomes));
                    return BoxedUnit.UNIT;
                },
                () -> BoxedUnit.UNIT);
        job.onComplete(
                end -> end.isFailure() && news.add(new News.GaveUp(end.failed().get())),
                ExecutionContext.fromExecutor(Runnable::run));
        return job;
    }

    /** Spark would try for a minute. */
    private static void reach(String master) throws IOException {
        @Nullable IOException failure = null;
        for (String one : master.substring("spark://".length()).split(",", -1)) {
            URI address = URI.create("spark://" + one);
            if (address.getHost() == null || address.getPort() < 0) {
                throw new IllegalArgumentException(
                        "master " + master + " must be spark://host:port, several separated by commas");
            }
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), CONNECT_MILLIS);
                return;
            } catch (IOException e) {
                failure = e;
            }
        }
        throw new IOException(
                "no Spark master answers at " + master + " ("
                        + Objects.requireNonNull(failure).getMessage()
                        + "). Maybe it is not running, or another port than 7077 is meant.",
                failure);
    }

    /** The rest of Spark's messages are stack traces. */
    private static String firstLine(Throwable failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse(failure.toString());
    }
}
