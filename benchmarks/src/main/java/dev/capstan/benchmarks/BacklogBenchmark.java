package dev.capstan.benchmarks;

import dev.capstan.sim.cluster.Demand;
import dev.capstan.sim.cluster.Servers;
import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.power.PowerDomains;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ModelProfiles;
import dev.capstan.sim.serving.RequestService;
import dev.capstan.sim.serving.ServingOptions;
import dev.capstan.trace.RandomStream;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.TraceOrigin;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
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

    private final ModelProfile model = ModelProfiles.find("llama-3.1-8b-h100").orElseThrow();
    private final int[] inputs = new int[REQUESTS];
    private final int[] outputs = new int[REQUESTS];

    /** Lengths are uniform: 50 to 1000 tokens in, 10 to 400 out. */
    public BacklogBenchmark() {
        RandomStream random = RandomStream.named(1, "backlog");
        for (int i = 0; i < REQUESTS; i++) {
            inputs[i] = 50 + (int) (random.nextDouble() * 951);
            outputs[i] = 10 + (int) (random.nextDouble() * 391);
        }
    }

    @Benchmark
    @OperationsPerInvocation(REQUESTS)
    public long serve() {
        long[] arrivals = new long[REQUESTS];
        for (int i = 0; i < REQUESTS; i++) {
            arrivals[i] = 1_000_000L * i * millisBetweenArrivals;
        }
        RequestTrace trace =
                new RequestTrace(arrivals, inputs, outputs, Optional.empty(), new TraceOrigin("benchmark", "", ""));
        Kernel kernel = new Kernel();
        PowerDomains power = new PowerDomains(
                List.of(new PowerDomains.Domain(
                        "site", -1, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY)),
                1);
        RequestService service = new RequestService(
                kernel,
                power,
                new Servers(new int[] {1}, REPLICAS, 0, 1, 0, power),
                new Demand(power.meter(0)),
                model,
                model.startup(),
                0,
                0,
                RandomStream.named(1, "startup"),
                trace,
                ServingOptions.DEFAULTS,
                true);
        power.meter(0).startScoring(0);
        service.deployment().begin(REPLICAS);
        kernel.runUntil(Long.MAX_VALUE - 1);
        if (service.outputTokens() == 0 || service.waiting() > 0) {
            throw new IllegalStateException("requests were left behind");
        }
        return service.outputTokens();
    }
}
