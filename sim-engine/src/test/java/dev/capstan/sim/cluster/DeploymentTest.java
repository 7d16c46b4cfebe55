package dev.capstan.sim.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.sim.cluster.Pod.Phase;
import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.power.PowerDomains;
import dev.capstan.trace.RandomStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Pods of two GPUs on servers of four. An empty server draws 100 + 1.5 * 4 * 20 = 220 W; a pod starts with 10 s at 200 W
 * and 5 s at 400 W for each GPU: 1.5 * (400 - 40) = 540 W and 1.5 * (800 - 40) = 1140 W over its GPUs left unallocated.
 */
class DeploymentTest {

    private static final long SECOND = 1_000_000_000L;
    private static final long GRACE = 30 * SECOND;
    private static final List<StartupPhase> STARTUP =
            List.of(new StartupPhase("weights", 10 * SECOND, 200), new StartupPhase("capture", 5 * SECOND, 400));

    private final Kernel kernel = new Kernel();
    private final PowerDomains power = new PowerDomains(
            List.of(new PowerDomains.Domain(
                    "root", -1, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY)),
            100);
    private final Servers servers = new Servers(new int[] {2}, 4, 100, 1.5, 20, power);
    private final List<String> calls = new ArrayList<>();
    private boolean empty;
    private final Deployment deployment = deployment(0, 1);

    @Test
    void startsPodsPhaseByPhaseAndLetsThemDrawMeanwhile() {
        power.meter(0).startScoring(0);
        deployment.scale(1);

        assertThat(watts()).isEqualTo(440 + 540);
        kernel.runUntil(10 * SECOND);
        assertThat(watts()).isEqualTo(440 + 1140);
        assertThat(deployment.count(Phase.STARTING)).isOne();
        kernel.runUntil(15 * SECOND);
        assertThat(calls).containsExactly("ready 0 at 15.0");
        power.settle(kernel.nowNanos());
        assertThat(power.meter(0).energyJoules()).isEqualTo(440 * 15 + 540 * 10 + 1140 * 5);
        assertThat(deployment.activeJoules(kernel.nowNanos())).isEqualTo(540 * 10 + 1140 * 5, within(1e-9));
    }

    /** Ready from 15 s on, and a second one from 35 s to 50 s; what came before 20 s does not count. */
    @Test
    void countsEnergyAndReadyTimeOfTheScoredSpan() {
        deployment.scale(1);
        kernel.runUntil(20 * SECOND);
        deployment.startScoring();
        deployment.scale(2);
        kernel.runUntil(50 * SECOND);
        empty = true;
        deployment.scale(1);
        kernel.runUntil(60 * SECOND);

        assertThat(deployment.readySeconds()).isCloseTo(40 + 15, within(1e-9));
        // The load sets no power, so that the pods go on at the 1140 W of the last phase of their start.
        assertThat(deployment.scoredJoules()).isCloseTo(1140 * 40 + 540 * 10 + 1140 * 20, within(1e-6));
        assertThat(deployment.activeJoules(kernel.nowNanos()))
                .isCloseTo(deployment.scoredJoules() + 540 * 10 + 1140 * 10, within(1e-6));
    }

    @Test
    void variesThePhasesOfAStartByItsJitterAndNoMore() {
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        double sum = 0;
        int pods = 400;
        for (int seed = 0; seed < pods; seed++) {
            Deployment jittered = deployment(0.2, seed);
            long from = kernel.nowNanos();
            jittered.scale(1);
            while (jittered.count(Phase.READY) == 0) {
                kernel.runUntil(kernel.nowNanos() + SECOND / 100);
            }
            double seconds = (kernel.nowNanos() - from) * 1e-9;
            least = Math.min(least, seconds);
            most = Math.max(most, seconds);
            sum += seconds;
            empty = true;
            jittered.scale(0);
        }
        // Standard deviation of a start: 0.2 sqrt((10^2 + 5^2)/3) = 1.29 s; 99 % of the mean of 400: 0.167 s.
        assertThat(least).isBetween(12.0, 12.6);
        assertThat(most).isBetween(17.4, 18.011);
        assertThat(sum / pods).isEqualTo(15, within(0.167 + 0.005));
    }

    @Test
    void stopsFirstWhatDoesNotServeYetThenTheYoungest() {
        deployment.begin(2);
        deployment.scale(5); // 2 and 3 start, 4 finds no GPUs
        assertThat(phases()).containsExactly(Phase.READY, Phase.READY, Phase.STARTING, Phase.STARTING, Phase.PENDING);

        deployment.scale(4);
        assertThat(phases()).containsExactly(Phase.READY, Phase.READY, Phase.STARTING, Phase.STARTING);
        deployment.scale(3);
        assertThat(phases()).containsExactly(Phase.READY, Phase.READY, Phase.STARTING);
        deployment.scale(1);
        assertThat(phases()).containsExactly(Phase.READY, Phase.TERMINATING);
        assertThat(calls).endsWith("drain 1 at 0.0");
        assertThat(deployment.running()).isOne();
        assertThat(deployment.changes()).isEqualTo(3 + 4);
    }

    @Test
    void letsAPodGoOnForItsGraceAndThenKillsIt() {
        deployment.begin(1);
        kernel.runUntil(7 * SECOND);
        deployment.scale(0);
        deployment.draw(deployment.pods().get(0), 1000);

        kernel.runUntil(7 * SECOND + GRACE - 1);
        assertThat(deployment.count(Phase.TERMINATING)).isOne();
        assertThat(watts()).isEqualTo(440 + 1.5 * (1000 - 40));
        kernel.runUntil(7 * SECOND + GRACE);
        assertThat(calls).endsWith("kill 0 at 37.0");
        assertThat(deployment.pods()).isEmpty();
        assertThat(watts()).isEqualTo(440);
    }

    @Test
    void doesNotKillAPodThatDrainedInTime() {
        deployment.begin(1);
        deployment.scale(0);
        kernel.runUntil(GRACE / 2);
        deployment.drained(deployment.pods().get(0));
        kernel.runUntil(2 * GRACE);

        assertThat(calls).noneMatch(call -> call.startsWith("kill"));
        assertThat(watts()).isEqualTo(440);
    }

    @Test
    void removesAPodThatHoldsNothingAtOnce() {
        empty = true;
        deployment.begin(1);
        deployment.scale(0);

        assertThat(deployment.pods()).isEmpty();
    }

    @Test
    void keepsPodsPendingUntilAServerHasTheirGpusFree() {
        empty = true;
        deployment.begin(4);
        deployment.scale(6);
        kernel.runUntil(SECOND);
        assertThat(deployment.count(Phase.PENDING)).isEqualTo(2);
        assertThat(deployment.running()).isEqualTo(6);
        // Pending pods draw nothing: two servers, four idle pods that draw what their GPUs drew before.
        assertThat(watts()).isEqualTo(440);

        Deployment other = deployment(0, 1);
        other.scale(1);
        assertThat(other.count(Phase.PENDING)).isOne();
        deployment.scale(3);
        assertThat(deployment.count(Phase.PENDING)).isZero();
        assertThat(other.count(Phase.STARTING)).isOne();
        deployment.scale(4);
        assertThat(deployment.count(Phase.PENDING)).isOne();
        other.scale(0);
        assertThat(deployment.count(Phase.STARTING)).isOne();
        kernel.runUntil(20 * SECOND);
        assertThat(deployment.count(Phase.READY)).isEqualTo(4);
    }

    /** 20 s of pulling at idle power, then 10 s and 5 s; the second pod of the server waits for the same pull. */
    @Test
    void pullsTheImageOnceForEachServer() {
        deployment.pullImages(20 * SECOND);
        deployment.scale(1);
        assertThat(watts()).isEqualTo(440);
        kernel.runUntil(8 * SECOND);
        deployment.scale(3); // 1 beside 0, 2 on the other server, which has the image at 28 s
        kernel.runUntil(20 * SECOND);
        assertThat(watts()).isEqualTo(440 + 2 * 540);
        kernel.runUntil(28 * SECOND);
        assertThat(watts()).isEqualTo(440 + 3 * 540);
        kernel.runUntil(43 * SECOND);
        assertThat(calls).containsExactly("ready 0 at 35.0", "ready 1 at 35.0", "ready 2 at 43.0");

        deployment.scale(4); // beside 2, where the image is
        kernel.runUntil(58 * SECOND);
        assertThat(calls).endsWith("ready 3 at 58.0");
    }

    @Test
    void initialReplicasHaveTheirImageAndTheirServerKeepsIt() {
        empty = true;
        deployment.pullImages(20 * SECOND);
        deployment.begin(1);
        deployment.scale(0);
        deployment.scale(1);
        kernel.runUntil(15 * SECOND);
        assertThat(calls).endsWith("ready 1 at 15.0");
    }

    @Test
    void aPullGoesOnWithoutItsPodAndAnotherServiceHasAnImageOfItsOwn() {
        empty = true;
        deployment.pullImages(20 * SECOND);
        deployment.scale(1);
        kernel.runUntil(5 * SECOND);
        deployment.scale(0);
        kernel.runUntil(12 * SECOND);
        deployment.scale(1);
        Deployment other = deployment(0, 1);
        other.pullImages(30 * SECOND);
        other.scale(1);
        kernel.runUntil(60 * SECOND);
        assertThat(calls).containsExactly("ready 1 at 35.0", "ready 0 at 57.0");
    }

    /** Down at 5 s in the middle of the pull and back at 7 s: anew, ready at 42 s. Down and back later: no pull. */
    @Test
    void aServerThatWasDownKeepsWhatItHasPulledWhole() {
        deployment.pullImages(20 * SECOND);
        Outages outages = new Outages(kernel, servers, List.of(deployment), 100 * SECOND);
        deployment.scale(1);
        kernel.runUntil(5 * SECOND);
        outages.begin(0, 1);
        kernel.runUntil(7 * SECOND);
        outages.end(0, 1);
        kernel.runUntil(50 * SECOND);
        assertThat(calls).containsExactly("ready 1 at 42.0");

        outages.begin(0, 1);
        kernel.runUntil(60 * SECOND);
        outages.end(0, 1);
        kernel.runUntil(75 * SECOND);
        assertThat(calls).endsWith("ready 2 at 75.0");
    }

    /** At 5 s the first of server 0 is lost; what starts in its place finds room on server 1, the fourth not until 60 s. */
    @Test
    void aPodIsLostWholeWithOneOfItsGpusAndAnotherStartsAtOnce() {
        deployment.begin(2);
        gpusFail(5, 55, 1);
        kernel.runUntil(5 * SECOND);
        assertThat(calls).endsWith("drain 0 at 5.0", "kill 0 at 5.0");
        assertThat(phases()).containsExactly(Phase.READY, Phase.STARTING);
        assertThat(deployment.pods().get(1).server()).isOne();
        assertThat(deployment.changes()).isZero();
        assertThat(watts()).isEqualTo(440 + 540);

        deployment.scale(4);
        kernel.runUntil(60 * SECOND - 1);
        assertThat(deployment.count(Phase.PENDING)).isOne();
        kernel.runUntil(75 * SECOND);
        assertThat(calls).endsWith("ready 2 at 20.0", "ready 3 at 20.0", "ready 4 at 75.0");
    }

    @Test
    void aPodThatStartsWhenItsGpuFailsStartsAnewOnOthers() {
        deployment.scale(1);
        gpusFail(5, 1000, 1);
        kernel.runUntil(100 * SECOND);

        assertThat(calls).containsExactly("ready 1 at 20.0");
        assertThat(deployment.pods().get(0).gpus).isEqualTo(0b110);
        assertThat(deployment.activeJoules(kernel.nowNanos()))
                .isEqualTo(540 * 5 + 540 * 10 + 1140 * 5 + 1140 * 80, within(1e-6));
    }

    @Test
    void aPodThatDrainsWhenItsGpuFailsIsNotReplaced() {
        deployment.begin(1);
        deployment.scale(0);
        gpusFail(5, 1000, 1);
        kernel.runUntil(2 * GRACE);

        assertThat(calls).containsExactly("ready 0 at 0.0", "drain 0 at 0.0", "kill 0 at 5.0");
        assertThat(deployment.pods()).isEmpty();
        assertThat(watts()).isEqualTo(440);
    }

    /** Two pods lie on server 0; the three GPUs that fail are all of the first and one of the second. */
    @Test
    void podsDoNotMoveToGpusThatFailWithTheirOwn() {
        deployment.begin(2);
        gpusFail(5, 1000, 3);
        kernel.runUntil(30 * SECOND);

        assertThat(calls.subList(2, calls.size()))
                .containsExactly(
                        "drain 0 at 5.0",
                        "kill 0 at 5.0",
                        "drain 1 at 5.0",
                        "kill 1 at 5.0",
                        "ready 2 at 20.0",
                        "ready 3 at 20.0");
    }

    /** Server 0 is down from 5 s to 30 s: nothing fails at 10 s, and the pod is back at 45 s. */
    @Test
    void aGpuOfAServerThatIsDownDoesNotFail() {
        Outages outages = new Outages(kernel, servers, List.of(deployment), 100 * SECOND);
        deployment.begin(1);
        servers.takeDown(1, 0);
        kernel.runUntil(5 * SECOND);
        outages.begin(0);
        gpusFail(10, 1000, 8);
        kernel.runUntil(30 * SECOND);
        outages.end(0);
        kernel.runUntil(50 * SECOND);

        assertThat(calls).endsWith("ready 1 at 45.0");
        assertThat(deployment.pods().get(0).gpus).isEqualTo(0b11);
    }

    @Test
    void refusesToBeginWithMoreThanFits() {
        assertThatThrownBy(() -> deployment.begin(5)).hasMessageContaining("no server has 2 GPUs free");
    }

    private void gpusFail(long atSeconds, long lastingSeconds, int count) {
        GpuFailures.schedule(
                kernel,
                servers,
                List.of(deployment),
                List.of(new Failures.Planned(atSeconds * SECOND, lastingSeconds * SECOND, 0, count)),
                new Failures.Random(Double.POSITIVE_INFINITY, 0),
                RandomStream.named(1, "gpu-failures"),
                (now, server, gpu, failed) -> {});
    }

    private Deployment deployment(double jitter, long seed) {
        PodLoad load = new PodLoad() {
            @Override
            public void ready(Pod pod) {
                call("ready", pod);
            }

            @Override
            public boolean drain(Pod pod) {
                call("drain", pod);
                return empty;
            }

            @Override
            public void kill(Pod pod) {
                call("kill", pod);
            }
        };
        return new Deployment(
                kernel, power, servers, 2, STARTUP, jitter, GRACE, RandomStream.named(seed, "startup"), load);
    }

    private void call(String what, Pod pod) {
        calls.add(what + " " + pod.ordinal() + " at " + kernel.nowNanos() / 1e9);
    }

    private List<Phase> phases() {
        return deployment.pods().stream().map(Pod::phase).toList();
    }

    private double watts() {
        return power.watts(0);
    }
}
