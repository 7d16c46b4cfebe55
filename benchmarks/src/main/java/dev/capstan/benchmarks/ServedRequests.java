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

/**
 * Requests on replicas of Llama 3.1 8B, without telemetry and control: lengths are uniform, 50 to 1000 tokens in and 10 to
 * 400 out, arrivals evenly spaced. 12.5 requests/s are about half of what a replica can take.
 */
final class ServedRequests {

    static final double REQUESTS_PER_SECOND_AND_REPLICA = 12.5;

    private static final int GPUS_PER_SERVER = 8;

    private final ModelProfile model = ModelProfiles.find("llama-3.1-8b-h100").orElseThrow();
    private final int replicas;
    private final RequestTrace trace;

    /** @param nanosBetweenArrivals 0 for all of them at the start */
    ServedRequests(int requests, int replicas, double nanosBetweenArrivals) {
        this.replicas = replicas;
        RandomStream random = RandomStream.named(1, "lengths");
        long[] arrivals = new long[requests];
        int[] inputs = new int[requests];
        int[] outputs = new int[requests];
        for (int i = 0; i < requests; i++) {
            arrivals[i] = (long) (i * nanosBetweenArrivals);
            inputs[i] = 50 + (int) (random.nextDouble() * 951);
            outputs[i] = 10 + (int) (random.nextDouble() * 391);
        }
        trace = new RequestTrace(arrivals, inputs, outputs, Optional.empty(), new TraceOrigin("benchmark", "", ""));
    }

    /** Serves them to the end; returns the tokens that were generated. */
    long serve() {
        Kernel kernel = new Kernel();
        PowerDomains power = new PowerDomains(
                List.of(new PowerDomains.Domain(
                        "site", -1, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY)),
                1);
        int servers = (replicas + GPUS_PER_SERVER - 1) / GPUS_PER_SERVER;
        RequestService service = new RequestService(
                kernel,
                power,
                new Servers(new int[] {servers}, GPUS_PER_SERVER, 0, 1, 0, power),
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
        service.deployment().begin(replicas);
        kernel.runUntil(Long.MAX_VALUE - 1);
        if (service.outputTokens() == 0 || service.waiting() > 0) {
            throw new IllegalStateException("requests were left behind");
        }
        return service.outputTokens();
    }
}
