package dev.capstan.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Requests on few and on many replicas, served to the end: requests for each second. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class ReplicasBenchmark {

    @Param({"8", "32", "256", "1000", "10000"})
    int replicas;

    /** How many arrive. */
    @Param("3000000")
    int requests;

    private ServedRequests load;

    /** Makes up the requests. */
    @Setup
    public void prepare() {
        load = new ServedRequests(
                requests, replicas, 1e9 / (replicas * ServedRequests.REQUESTS_PER_SECOND_AND_REPLICA));
    }

    /** Counts beside passes. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Served {

        /** Requests that were served. */
        public long served;
    }

    @Benchmark
    public long serve(Served counter) {
        counter.served += requests;
        return load.serve();
    }
}
