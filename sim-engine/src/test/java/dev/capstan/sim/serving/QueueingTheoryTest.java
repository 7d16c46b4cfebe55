package dev.capstan.sim.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.trace.RandomStream;
import org.junit.jupiter.api.Test;

/** What must hold exactly of the request service as a queue; its statistics are in the suite {@code queueing}. */
class QueueingTheoryTest {

    private static final int SERVERS = 8;
    private static final int REQUESTS = 20_000;

    /** L = lambda W holds on every path that starts and ends empty, so it must hold to the last digits. */
    @Test
    void keepsLittlesLaw() {
        ServingRig rig = rig();
        double[] area = new double[1];
        long[] last = new long[1];
        double[] present = new double[1];
        rig.kernel.checkAfterEvents(() -> {
            area[0] += present[0] * (rig.kernel.nowNanos() - last[0]);
            last[0] = rig.kernel.nowNanos();
            present[0] = rig.service.running() + rig.service.waiting();
        });
        rig.kernel.runUntil(Long.MAX_VALUE - 1);

        double sojourns = 0;
        for (int request = 0; request < REQUESTS; request++) {
            sojourns += rig.service.log().e2eNanos(request);
        }
        assertThat(present[0]).isZero();
        assertThat(area[0]).isEqualTo(sojourns, within(1e-9 * sojourns));
    }

    /** M/M/8 at 90 %: one sequence for each replica, steps of 1 us, so that a request of k tokens takes k us. */
    private static ServingRig rig() {
        RandomStream random = RandomStream.named(1, "little");
        long[] arrivals = new long[REQUESTS];
        int[] lengths = new int[REQUESTS];
        double at = 0;
        for (int i = 0; i < REQUESTS; i++) {
            at += random.nextExponential() / (0.9 * SERVERS);
            arrivals[i] = Math.round(at * 1e9);
            lengths[i] = (int) Math.max(1, Math.round(random.nextExponential() * 1e6));
        }
        ModelProfile model = ServingRig.decodeOnly(1000, 0, 1);
        ServingRig rig = new ServingRig(model, SERVERS, 0, ServingRig.trace(arrivals, new int[REQUESTS], lengths));
        rig.service.deployment().begin(SERVERS);
        return rig;
    }
}
