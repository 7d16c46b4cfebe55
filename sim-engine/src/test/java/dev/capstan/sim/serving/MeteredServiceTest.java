package dev.capstan.sim.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.sim.cluster.Demand;
import dev.capstan.sim.cluster.Servers;
import dev.capstan.sim.cluster.StartupPhase;
import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.power.PowerDomains;
import dev.capstan.sim.validation.PlainProfile;
import dev.capstan.trace.PowerTrace;
import dev.capstan.trace.RandomStream;
import dev.capstan.trace.TraceOrigin;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Replicas of one GPU that draw 10 W idle and 100 W at most; limit of the root domain 300 W. */
class MeteredServiceTest {

    private static final long SECOND = 1_000_000_000L;

    private final Kernel kernel = new Kernel();
    private final PowerDomains power = new PowerDomains(
            List.of(new PowerDomains.Domain("root", -1, 300, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY)), 10);

    @Test
    void losesDemandThatDoesNotFitWhereItCurtails() {
        // 50 W, then 250 W of which two replicas deliver 200, then nothing but their idle 20 W.
        MeteredService service = service(false, 2, 1, 0, 50, 250, 0);
        kernel.runUntil(30 * SECOND);

        assertThat(service.curtailedJoules()).isEqualTo(500, within(1e-9));
        assertThat(joules()).isEqualTo(500 + 2000 + 200);
        // 10 s of refusing at 200 of 300 W.
        assertThat(power.meter(0).strandedWattSeconds()).isEqualTo(1000);
    }

    @Test
    void servesLaterWhatDoesNotFitWhereItDefers() {
        // As above, but the 500 J are served at 200 W from 20 s to 22.5 s; 7.5 s at idle follow.
        MeteredService service = service(true, 2, 1, 0, 50, 250, 0);
        kernel.runUntil(20 * SECOND);
        assertThat(service.autoscalingMetric()).isEqualTo((0 + 500 / 60.0) / 100, within(1e-9));
        kernel.runUntil(22_400_000_000L);
        assertThat(power.watts(0)).isEqualTo(200);
        kernel.runUntil(22_500_000_001L);
        assertThat(power.watts(0)).isEqualTo(20);
        kernel.runUntil(30 * SECOND);

        assertThat(service.curtailedJoules()).isZero();
        assertThat(joules()).isEqualTo(500 + 2000 + 500 + 150, within(1e-6));
        assertThat(power.meter(0).strandedWattSeconds()).isEqualTo(12.5 * 100, within(1e-6));
    }

    @Test
    void servesABacklogBesideDemandThatLeavesRoom() {
        // 100 W too much for 10 s are 1000 J owed; beside 150 W there are 50 W of room: 20 s.
        MeteredService service = service(true, 2, 1, 0, 300, 150, 150, 150);
        kernel.runUntil(29_999_999_000L);
        assertThat(power.watts(0)).isEqualTo(200);
        assertThat(service.waiting()).isZero();
        kernel.runUntil(30_000_000_001L);
        assertThat(power.watts(0)).isEqualTo(150);
        kernel.runUntil(40 * SECOND);
        assertThat(joules()).isEqualTo(30 * 200 + 10 * 150, within(1e-6));
    }

    @Test
    void deliversNoMoreThanItsGpuLimitAllows() {
        MeteredService service = service(false, 2, 1, 0, 150, 150, 150);
        kernel.runUntil(10 * SECOND);
        service.limitGpus(60);
        assertThat(power.watts(0)).isEqualTo(120);
        assertThat(service.waiting()).isEqualTo(30);
        kernel.runUntil(20 * SECOND);
        service.limitGpus(1); // the board takes no less than 20 W
        assertThat(service.gpuLimitWatts()).isEqualTo(20);
        kernel.runUntil(30 * SECOND);

        assertThat(service.curtailedJoules()).isEqualTo(30 * 10 + 110 * 10, within(1e-9));
        assertThat(joules()).isEqualTo(1500 + 1200 + 400);
    }

    /** A lock at 800 of 1000 MHz leaves 0.8^2 of the dynamic 90 W: 67.6 W for each of two replicas, less than 80 W. */
    @Test
    void deliversNoMoreThanItsLockedClockAllows() {
        MeteredService service = service(false, 2, 1, 0, 150, 150, 150);
        kernel.runUntil(10 * SECOND);
        service.limitGpus(80);
        service.lockClock(800);
        assertThat(service.clockMegahertz()).isEqualTo(800);
        assertThat(power.watts(0)).isEqualTo(2 * 67.6, within(1e-5));
        kernel.runUntil(20 * SECOND);
        service.lockClock(1); // no board goes below a tenth of its clock: 10 + 0.01 * 90 W
        assertThat(service.clockMegahertz()).isEqualTo(100);
        assertThat(power.watts(0)).isEqualTo(2 * 10.9, within(1e-5));
        kernel.runUntil(30 * SECOND);
        service.lockClock(0);
        assertThat(service.clockMegahertz()).isZero();
        assertThat(power.watts(0)).isEqualTo(20); // the trace is over

        assertThat(service.curtailedJoules()).isEqualTo(10 * (150 - 135.2) + 10 * (150 - 21.8), within(1e-4));
    }

    @Test
    void handsTheDemandOfAStoppedReplicaToTheOthersAtOnce() {
        MeteredService service = service(false, 3, 1, 0, 150, 150);
        assertThat(service.running()).isEqualTo(150);
        service.deployment().scale(1);
        assertThat(power.watts(0)).isEqualTo(100);
        assertThat(service.running()).isEqualTo(100);
        // A new replica starts at 80 W for 5 s before it takes its part.
        service.deployment().scale(2);
        assertThat(power.watts(0)).isEqualTo(180);
        kernel.runUntil(5 * SECOND);
        assertThat(power.watts(0)).isEqualTo(150);
        assertThat(service.curtailedJoules()).isEqualTo(250, within(1e-9));
    }

    @Test
    void owesEverythingWithoutAReplica() {
        MeteredService service = service(true, 0, 1, 0, 40, 0, 0);
        kernel.runUntil(10 * SECOND);
        service.deployment().scale(1); // ready at 15 s, serves 400 J at 100 W until 19 s
        kernel.runUntil(19_000_000_001L);
        assertThat(power.watts(0)).isEqualTo(10);
        kernel.runUntil(20 * SECOND);
        assertThat(joules()).isEqualTo(5 * 80 + 400 + 10, within(1e-6));
    }

    @Test
    void subtractsBasePowerBeforeItScales() {
        // (130 - 100) * 2 = 60 W; below the base there is no demand.
        MeteredService service = service(false, 1, 2, 100, 130, 60);
        kernel.runUntil(1);
        assertThat(service.running()).isEqualTo(60);
        kernel.runUntil(11 * SECOND);
        assertThat(service.running()).isZero();
    }

    /** Samples of 10 s each; the service stands after its first instant and is checked after every event. */
    private MeteredService service(boolean defers, int replicas, double scale, double subtractWatts, double... watts) {
        long[] times = new long[watts.length];
        for (int i = 0; i < times.length; i++) {
            times[i] = i * 10L * SECOND;
        }
        PowerTrace trace = new PowerTrace(
                times, watts, watts.length * 10L * SECOND, Optional.empty(), new TraceOrigin("test", "", ""));
        ModelProfile model = PlainProfile.of("test", 1, 1e6, 0, 0, 1, 1, 1, 50, 0, 10, 100, 20, 0.2, 0.9, 2, List.of());
        Servers servers = new Servers(new int[] {10}, 1, 0, 1, 0, power);
        MeteredService service = new MeteredService(
                kernel,
                power,
                servers,
                new Demand(power.meter(0)),
                model,
                List.of(new StartupPhase("start", 5 * SECOND, 80)),
                0,
                0,
                RandomStream.named(1, "startup"),
                trace,
                scale,
                subtractWatts,
                defers);
        power.meter(0).startScoring(0);
        kernel.checkAfterEvents(service::check);
        service.deployment().begin(replicas);
        kernel.runUntil(0);
        return service;
    }

    private double joules() {
        power.settle(kernel.nowNanos());
        return power.meter(0).energyJoules();
    }
}
