package dev.capstan.sim.power;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.capping.BreakerCurve;
import dev.capstan.sim.power.PowerDomains.Domain;
import java.util.List;
import org.junit.jupiter.api.Test;

class PowerDomainsTest {

    private static final double NONE = Double.POSITIVE_INFINITY;
    private static final long SECOND = 1_000_000_000L;
    private static final long WATT = 1_000_000L;

    @Test
    void integratesPiecewiseConstantPowerExactly() {
        PowerDomains power = single(NONE, NONE, NONE);
        power.meter(0).startScoring(0);
        // 100 W for 2 s, 250 W for 0.5 s, 0 W for 1 s, 40 W for 0.25 s: 200 + 125 + 0 + 10 J.
        power.add(0, 100 * WATT, 0);
        power.add(0, 150 * WATT, 2 * SECOND);
        power.add(0, -250 * WATT, 5 * SECOND / 2);
        power.add(0, 40 * WATT, 7 * SECOND / 2);
        power.settle(15 * SECOND / 4);

        assertThat(power.meter(0).energyJoules()).isEqualTo(335);
        assertThat(power.meter(0).peakWatts()).isEqualTo(250);
        assertThat(power.watts(0)).isEqualTo(40);
    }

    @Test
    void averagesOverWholeSeconds() {
        PowerDomains power = single(NONE, NONE, NONE);
        power.add(0, 100 * WATT, 0);
        power.add(0, 100 * WATT, SECOND / 4);
        power.add(0, -200 * WATT, 5 * SECOND / 2);
        power.settle(4 * SECOND);

        // 0.25 s at 100 W and 0.75 s at 200 W; 200 W; half a second of 200 W; nothing.
        assertThat(power.meter(0).means().toArray()).containsExactly(175, 200, 100, 0);
    }

    @Test
    void countsTimeAndEnergyOverTheLimitFromTheStartOfScoring() {
        PowerDomains power = single(100, NONE, NONE);
        DomainMeter meter = power.meter(0);
        power.add(0, 500 * WATT, 0);
        meter.startScoring(10 * SECOND);
        power.add(0, -350 * WATT, 12 * SECOND); // 500 W for 2 s: 800 J over
        meter.limit(160, 15 * SECOND); // 150 W for 3 s: 150 J over
        meter.limit(150, 20 * SECOND); // under for 5 s
        power.settle(30 * SECOND); // at the limit is not over it

        assertThat(meter.overLimitSeconds()).isEqualTo(5);
        assertThat(meter.overLimitJoules()).isEqualTo(950);
        assertThat(meter.peakOverLimitWatts()).isEqualTo(400);
        assertThat(meter.energyJoules()).isEqualTo(2 * 500 + 18 * 150);
    }

    @Test
    void countsUnusedHeadroomOnlyWhileDemandIsRefused() {
        PowerDomains power = single(100, NONE, NONE);
        DomainMeter meter = power.meter(0);
        meter.startScoring(0);
        power.add(0, 70 * WATT, 0);
        meter.refusing(true, 2 * SECOND);
        power.add(0, 20 * WATT, 5 * SECOND); // 3 s with 30 W to spare
        power.add(0, 60 * WATT, 6 * SECOND); // 1 s with 10 W to spare
        power.add(0, -60 * WATT, 8 * SECOND); // 2 s over the limit: none to spare
        meter.refusing(false, 10 * SECOND); // 2 s with 10 W to spare
        power.settle(100 * SECOND);

        assertThat(meter.strandedWattSeconds()).isEqualTo(90 + 10 + 20);
    }

    @Test
    void findsNoHeadroomWithoutALimit() {
        PowerDomains power = single(NONE, NONE, NONE);
        power.meter(0).startScoring(0);
        power.meter(0).refusing(true, 0);
        power.settle(SECOND);

        assertThat(power.meter(0).strandedWattSeconds()).isZero();
        assertThat(power.meter(0).overLimitSeconds()).isZero();
    }

    /** Anchors of the curve: 10 % over for 1020 s, 40 % over for 60 s; 20 % over for 257 s (guide, 7.3). */
    @Test
    void tripsUnderConstantOverloadWhenTheCurveSays() {
        assertThat(trippedSeconds(1.10)).isEqualTo(1020, within(1020e-6));
        assertThat(trippedSeconds(1.40)).isEqualTo(60, within(60e-6));
        assertThat(trippedSeconds(1.20)).isEqualTo(257, within(0.5));
        assertThat(trippedSeconds(1.00)).isInfinite();
    }

    @Test
    void tripsAtTheSameInstantHoweverOftenItIsSettled() {
        PowerDomains power = single(NONE, 1000, NONE);
        power.add(0, 1_400 * WATT, 0);
        for (int i = 1; i <= 7000; i++) {
            power.settle(i * 10_000_000L + i % 3);
        }
        assertThat(power.meter(0).trippedNanos() * 1e-9).isEqualTo(60, within(60e-6));
        assertThat(power.meter(0).highestHeat()).isEqualTo(1);
    }

    /**
     * Intermittent 20 % overload, 30 s on and 60 s off: the periodic peak is (t1/t_trip)/(1 - e^(-t0/tau)). The guide's
     * 0.296783 and 1.227124 come from constants of five digits, hence their tolerance.
     */
    @Test
    void remembersHeatBetweenOverloads() {
        double gain = 30 / BreakerCurve.RACK.tripSeconds(1.2);
        double coolPeak = gain / (1 - StrictMath.exp(-60 / 120.0));
        assertThat(coolPeak).isEqualTo(0.296783, within(1e-5));
        PowerDomains cool = intermittent(120);
        assertThat(cool.meter(0).highestHeat()).isEqualTo(coolPeak, within(1e-9));
        assertThat(cool.meter(0).trippedNanos()).isEqualTo(Long.MAX_VALUE);

        // With tau = 600 s the n-th overload ends at warmPeak (1 - e^(-0.1 n)), over 1 from the 17th on.
        double warmPeak = gain / (1 - StrictMath.exp(-60 / 600.0));
        assertThat(warmPeak).isEqualTo(1.227124, within(2e-5));
        double heatAtThe17th = warmPeak * (1 - StrictMath.exp(-1.6)) * StrictMath.exp(-0.1);
        assertThat(intermittent(600).meter(0).trippedNanos() * 1e-9)
                .isEqualTo(16 * 90 + 30 * (1 - heatAtThe17th) / gain, within(1e-6));
    }

    @Test
    void holdsEveryParentAtTheSumOfItsChildrenToTheMicrowatt() {
        PowerDomains power = new PowerDomains(
                List.of(domain("root", -1), domain("row", 0), domain("rack a", 1), domain("rack b", 1), domain("c", 0)),
                10);
        for (int i = 0; i < power.size(); i++) {
            power.meter(i).startScoring(0);
        }
        long[] own = new long[5];
        long random = 1;
        for (int i = 1; i <= 20_000; i++) {
            random = random * 6364136223846793005L + 1442695040888963407L;
            int leaf = 2 + (int) ((random >>> 40) % 3);
            long change = (random >>> 33) % 700_000_000L - (own[leaf] > 5_000_000_000L ? 700_000_000L : 0);
            change = Math.max(change, -own[leaf]);
            own[leaf] += change;
            power.add(leaf, change, i * 1_000_003L);
            power.check(i * 1_000_003L);
        }
        power.settle(30 * SECOND);

        assertThat(power.watts(1)).isEqualTo((own[2] + own[3]) * 1e-6);
        assertThat(power.watts(0)).isEqualTo((own[2] + own[3] + own[4]) * 1e-6);
        double children = power.meter(1).energyJoules() + power.meter(4).energyJoules();
        assertThat(power.meter(0).energyJoules()).isEqualTo(children, within(1e-11 * children));
    }

    @Test
    void refusesATreeWhoseChildrenComeBeforeTheirParents() {
        assertThatThrownBy(() -> new PowerDomains(List.of(domain("root", -1), domain("a", 2), domain("b", 0)), 1))
                .hasMessageContaining("a has parent 2");
        assertThatThrownBy(() -> new PowerDomains(List.of(domain("root", 0)), 1))
                .hasMessageContaining("the root domain comes first");
    }

    private static double trippedSeconds(double ratio) {
        PowerDomains power = single(NONE, 1000, NONE);
        power.add(0, Math.round(ratio * 1000 * WATT), 0);
        power.settle(100_000 * SECOND);
        long at = power.meter(0).trippedNanos();
        return at == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : at * 1e-9;
    }

    private static PowerDomains intermittent(double coolingSeconds) {
        PowerDomains power = single(NONE, 1000, coolingSeconds);
        for (int cycle = 0; cycle < 200; cycle++) {
            power.add(0, 1_200 * WATT, cycle * 90L * SECOND);
            power.add(0, -1_200 * WATT, (cycle * 90L + 30) * SECOND);
        }
        power.settle(200 * 90 * SECOND);
        return power;
    }

    private static PowerDomains single(double limitWatts, double ratingWatts, double coolingSeconds) {
        return new PowerDomains(List.of(new Domain("root", -1, limitWatts, ratingWatts, coolingSeconds)), 10);
    }

    private static Domain domain(String name, int parent) {
        return new Domain(name, parent, NONE, NONE, NONE);
    }
}
