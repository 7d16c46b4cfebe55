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

/**
 * A hundred thousand requests on eight replicas, served to the end: time for each request. A backlog must not cost more
 * than the same requests spread out, or a sweep would stall at the points that matter most.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BacklogBenchmark {

    private static final int REQUESTS = 100_000;
    private static final int REPLICAS = 8;

    /** Milliseconds between arrivals: all at the start, or at about half of what the replicas can take. */
    @Param({"0", "10"})
    int millisBetweenArrivals;

    private ServedRequests requests;

    /** Makes up the requests. */
    @Setup
    public void prepare() {
        requests = new ServedRequests(REQUESTS, REPLICAS, 1e6 * millisBetweenArrivals);
    }

    @Benchmark
    @OperationsPerInvocation(REQUESTS)
    public long serve() {
        return requests.serve();
    }
}
