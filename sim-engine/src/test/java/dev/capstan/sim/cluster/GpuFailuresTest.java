package dev.capstan.sim.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.power.PowerDomains;
import dev.capstan.trace.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** GPUs that fail every 500 s in the mean and are repaired after 100 s, without anything that runs on them. */
class GpuFailuresTest {

    private static final double MEAN_SECONDS = 500;
    private static final long REPAIR_SECONDS = 100;
    private static final long SECOND = 1_000_000_000L;

    private final PowerDomains power = new PowerDomains(
            List.of(new PowerDomains.Domain(
                    "root", -1, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY)),
            10_000);

    /** The first 20 times of 200 seeds against the exponential law: Kolmogorov and Smirnov at 99.9 %, and their mean. */
    @Test
    void aGpuThatWorksFailsAfterAnExponentialTime() {
        int seeds = 200;
        int perSeed = 20;
        double[] seconds = new double[seeds * perSeed];
        for (int seed = 0; seed < seeds; seed++) {
            List<Long> times = new ArrayList<>();
            Kernel kernel = failing(seed, new Servers(new int[] {1}, 1, 0, 1, 0, power), times);
            while (times.size() < 2 * perSeed) {
                kernel.runUntil(kernel.nowNanos() + 1000 * SECOND);
            }
            for (int i = 0; i < perSeed; i++) {
                long worksAgain = i == 0 ? 0 : times.get(2 * i - 1);
                seconds[seed * perSeed + i] = (times.get(2 * i) - worksAgain) * 1e-9;
                assertThat(times.get(2 * i + 1) - times.get(2 * i)).isEqualTo(REPAIR_SECONDS * SECOND);
            }
        }

        Arrays.sort(seconds);
        double distance = 0;
        for (int i = 0; i < seconds.length; i++) {
            double law = 1 - StrictMath.exp(-seconds[i] / MEAN_SECONDS);
            double shareBelow = i / (double) seconds.length;
            distance = Math.max(distance, Math.max(law - shareBelow, shareBelow + 1.0 / seconds.length - law));
        }
        double root = StrictMath.sqrt(seconds.length);
        assertThat(distance).isLessThan(1.95 / root);
        assertThat(Arrays.stream(seconds).average().orElseThrow())
                .isEqualTo(MEAN_SECONDS, within(4 * MEAN_SECONDS / root));
    }

    /**
     * 100 times 6000 s: by renewal theory 100 ((6000 + 100)/600 + (500^2 - 600^2)/(2 * 600^2)) = 1001.4 failures of each
     * GPU, with a standard deviation of 10 sqrt(6000 * 500^2 / 600^3) = 26.
     */
    @Test
    void everyGpuFailsAsOftenAsItsMeanTimeSays() {
        int[] failures = new int[12];
        for (int seed = 0; seed < 100; seed++) {
            Servers servers = new Servers(new int[] {3}, 4, 0, 1, 0, power);
            Kernel kernel = new Kernel();
            schedule(kernel, seed, servers, (now, server, gpu, failed) -> failures[4 * server + gpu] += failed ? 1 : 0);
            kernel.runUntil(6000 * SECOND);
        }

        for (int failed : failures) {
            assertThat((double) failed).isEqualTo(1001.4, within(4 * 26.4));
        }
    }

    @Test
    void aGpuWithoutPowerDoesNotFail() {
        Servers servers = new Servers(new int[] {2}, 4, 0, 1, 0, power);
        servers.takeDown(0, 0);
        List<Integer> failed = new ArrayList<>();
        Kernel kernel = new Kernel();
        schedule(kernel, 1, servers, (now, server, gpu, fails) -> failed.add(server));
        kernel.runUntil(6000 * SECOND);

        assertThat(failed).isNotEmpty().containsOnly(1);
    }

    /** Notes the instants of failures and repairs. */
    private static Kernel failing(long seed, Servers servers, List<Long> times) {
        Kernel kernel = new Kernel();
        schedule(kernel, seed, servers, (now, server, gpu, failed) -> times.add(now));
        return kernel;
    }

    private static void schedule(Kernel kernel, long seed, Servers servers, GpuFailures.Listener listener) {
        GpuFailures.schedule(
                kernel,
                servers,
                List.of(),
                List.of(),
                new Failures.Random(MEAN_SECONDS, REPAIR_SECONDS * SECOND),
                RandomStream.named(seed, "gpu-failures"),
                listener);
    }
}
