package dev.capstan.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Three million requests on few and on many replicas, served to the end: time for each request. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReplicasBenchmark {

    private static final int REQUESTS = 3_000_000;

    @Param({"8", "32", "256", "1000", "10000"})
    int replicas;

    private ServedRequests requests;

    /** Makes up the requests. */
    @Setup
    public void prepare() {
        requests = new ServedRequests(
                REQUESTS, replicas, 1e9 / (replicas * ServedRequests.REQUESTS_PER_SECOND_AND_REPLICA));
    }

    @Benchmark
    @OperationsPerInvocation(REQUESTS)
    public long serve() {
        return requests.serve();
    }
}
