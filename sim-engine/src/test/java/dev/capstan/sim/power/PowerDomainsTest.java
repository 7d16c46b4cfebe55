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
    void foretellsTheSameInstantHoweverOftenItIsSettled() {
        PowerDomains power = single(NONE, 1000, NONE);
        power.add(0, 1_400 * WATT, 0);
        long trip = power.nextTripNanos();
        assertThat(trip * 1e-9).isEqualTo(60, within(60e-6));
        for (int i = 1; i < 6000; i++) {
            power.settle(i * 10_000_000L + i % 3);
            assertThat(power.nextTripNanos()).isEqualTo(trip);
        }
        power.settle(trip);
        assertThat(power.meter(0).highestHeat()).isEqualTo(1, within(1e-11));
        power.meter(0).trip(trip);
        assertThat(power.meter(0).highestHeat()).isEqualTo(1);
        assertThat(power.meter(0).firstTripNanos()).isEqualTo(trip);
    }

    /** 1.4 for 30 s is half the way; at 1.2 the other half takes 257 s / 2, as 1 - 1/2 of its own trip time. */
    @Test
    void foretellsAnewWhenPowerChanges() {
        PowerDomains power = single(NONE, 1000, NONE);
        power.add(0, 1_400 * WATT, 0);
        power.nextTripNanos();
        power.add(0, -200 * WATT, 30 * SECOND);
        double rest = (1 - 30 / BreakerCurve.RACK.tripSeconds(1.4)) * BreakerCurve.RACK.tripSeconds(1.2);
        assertThat(power.nextTripNanos()).isEqualTo(Math.round((30 + rest) * 1e9));
        power.add(0, -200 * WATT, 40 * SECOND);
        assertThat(power.nextTripNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void foretellsTheEarliestOfManyBreakersAndOfEqualOnesThatFurtherDown() {
        PowerDomains power = new PowerDomains(
                List.of(
                        new Domain("root", -1, NONE, 1000, NONE),
                        new Domain("a", 0, NONE, 1000, NONE),
                        new Domain("b", 0, NONE, 500, NONE)),
                10);
        power.add(1, 1_400 * WATT, 0);
        assertThat(power.nextTripNanos())
                .isEqualTo(power.meter(1).tripNanos())
                .isEqualTo(power.meter(0).tripNanos());
        assertThat(power.nextTrip()).isOne();
        power.add(2, 100 * WATT, 10 * SECOND); // the root now has 1.5 times its rating
        assertThat(power.nextTripNanos())
                .isEqualTo(Math.round((10 + (1 - 10 / 60.0) * BreakerCurve.RACK.tripSeconds(1.5)) * 1e9));
        assertThat(power.nextTrip()).isZero();
        power.add(1, -1_400 * WATT, 20 * SECOND);
        assertThat(power.nextTripNanos()).isEqualTo(Long.MAX_VALUE);
    }

    /** Power that is over the rating for no time at all leaves the heat as it was, to the last bit. */
    @Test
    void anOverloadOfNoDurationChangesNothing() {
        PowerDomains power = single(NONE, 1000, 600);
        PowerDomains other = single(NONE, 1000, 600);
        for (PowerDomains each : List.of(power, other)) {
            each.add(0, 1_300 * WATT, 0);
            each.nextTripNanos();
            each.add(0, -600 * WATT, 10 * SECOND);
        }
        power.add(0, 900 * WATT, 31 * SECOND);
        assertThat(power.nextTripNanos()).isGreaterThan(31 * SECOND).isLessThan(Long.MAX_VALUE);
        power.add(0, -900 * WATT, 31 * SECOND);
        power.settle(75 * SECOND);
        other.settle(75 * SECOND);
        assertThat(power.meter(0).heat()).isEqualTo(other.meter(0).heat()).isPositive();
    }

    @Test
    void beginsColdAfterAReset() {
        PowerDomains power = single(NONE, 1000, NONE);
        power.add(0, 1_400 * WATT, 0);
        long trip = power.nextTripNanos();
        power.meter(0).trip(trip);
        power.add(0, -1_400 * WATT, trip);
        power.meter(0).reset(trip + 100 * SECOND);
        power.add(0, 1_400 * WATT, trip + 200 * SECOND);

        assertThat(power.nextTripNanos()).isEqualTo(2 * trip + 200 * SECOND);
        assertThat(power.meter(0).trips()).isOne();
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
        PowerDomains cool = single(NONE, 1000, 120);
        assertThat(tripsUnderIntermittentLoad(cool)).isEqualTo(Long.MAX_VALUE);
        assertThat(cool.meter(0).highestHeat()).isEqualTo(coolPeak, within(1e-9));

        // With tau = 600 s the n-th overload ends at warmPeak (1 - e^(-0.1 n)), over 1 from the 17th on.
        double warmPeak = gain / (1 - StrictMath.exp(-60 / 600.0));
        assertThat(warmPeak).isEqualTo(1.227124, within(2e-5));
        double heatAtThe17th = warmPeak * (1 - StrictMath.exp(-1.6)) * StrictMath.exp(-0.1);
        assertThat(tripsUnderIntermittentLoad(single(NONE, 1000, 600)) * 1e-9)
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
        long at = power.nextTripNanos();
        return at == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : at * 1e-9;
    }

    /** 20 % over for 30 s of each 90 s, until it would trip. */
    private static long tripsUnderIntermittentLoad(PowerDomains power) {
        for (long cycle = 0; cycle < 200; cycle++) {
            power.add(0, 1_200 * WATT, cycle * 90 * SECOND);
            if (power.nextTripNanos() <= (cycle * 90 + 30) * SECOND) {
                return power.nextTripNanos();
            }
            power.add(0, -1_200 * WATT, (cycle * 90 + 30) * SECOND);
        }
        power.settle(200 * 90 * SECOND);
        return Long.MAX_VALUE;
    }

    private static PowerDomains single(double limitWatts, double ratingWatts, double coolingSeconds) {
        return new PowerDomains(List.of(new Domain("root", -1, limitWatts, ratingWatts, coolingSeconds)), 10);
    }

    private static Domain domain(String name, int parent) {
        return new Domain(name, parent, NONE, NONE, NONE);
    }
}
