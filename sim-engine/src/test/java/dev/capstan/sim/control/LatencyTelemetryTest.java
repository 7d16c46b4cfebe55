package dev.capstan.sim.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.capping.LatencyReading;
import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.sim.run.Load;
import dev.capstan.sim.run.TinyExperiment;
import dev.capstan.sim.validation.PlainProfile;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.TraceOrigin;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** One replica of steps of 22 ms, whatever their sequences, and a request of 11 tokens every second. */
class LatencyTelemetryTest {

    /**
     * Every first token takes 22 ms, between the ends of 20 and 40 ms of a bucket; every further one too, between 10 and 25 ms:
     * quantiles lie on these lines, the mean is exact. Targets are those of the experiment.
     */
    @Test
    void showsPoliciesTheQuantilesOfTheEnginesHistograms() {
        TinyExperiment tiny = new TinyExperiment();
        tiny.model = PlainProfile.of(
                "22ms",
                1,
                22e6,
                0,
                0,
                8192,
                256,
                Long.MAX_VALUE / 4,
                300,
                0.01,
                100,
                700,
                200,
                0.05,
                0.9,
                2,
                List.of());
        tiny.minReplicas = 1;
        tiny.maxReplicas = 1;
        tiny.autoscaled = false;
        tiny.windowSeconds = 60;
        int seconds = (int) tiny.durationSeconds;
        int[] outputs = new int[seconds];
        Arrays.fill(outputs, 11);
        Load load = new Load.Requests(new RequestTrace(
                LongStream.range(0, seconds)
                        .map(at -> at * TinyExperiment.SECOND)
                        .toArray(),
                new int[seconds],
                outputs,
                Optional.empty(),
                new TraceOrigin("test", "", "")));
        ScriptedPolicy policy = new ScriptedPolicy(seen -> List.of());
        tiny.run(policy, List.of(load), 1, CheckLevel.FULL);

        LatencyReading first = policy.seen.get(0).services().get(0).latency();
        assertThat(first.p99TtftSeconds()).isNaN();
        assertThat(first.requestsPerSecond()).isNaN();
        LatencyReading last =
                policy.seen.get(policy.seen.size() - 1).services().get(0).latency();
        assertThat(last.p99TtftSeconds()).isEqualTo(0.020 + 0.99 * 0.020, within(1e-9));
        assertThat(last.p95TpotSeconds()).isEqualTo(0.010 + 0.95 * 0.015, within(1e-9));
        assertThat(last.p99TpotSeconds()).isEqualTo(0.010 + 0.99 * 0.015, within(1e-9));
        assertThat(last.meanTpotSeconds()).isEqualTo(0.022, within(1e-9));
        assertThat(last.requestsPerSecond()).isEqualTo(1, within(0.05));
        assertThat(last.ttftTargetSeconds()).isEqualTo(2);
        assertThat(last.tpotTargetSeconds()).isEqualTo(0.2);
    }
}
