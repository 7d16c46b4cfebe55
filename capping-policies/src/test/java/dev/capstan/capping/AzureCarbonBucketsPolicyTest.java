package dev.capstan.capping;

import static dev.capstan.capping.SimulatedService.observe;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The example of the README of Azure/carbon-aware-keda-operator: 437, 504 and 571 g/kWh for 110, 60 and 10 replicas. */
class AzureCarbonBucketsPolicyTest {

    private static final long MINUTE = 60_000_000_000L;

    private final SimulatedService words = SimulatedService.of("word-processor", 1, 0);
    private final AzureCarbonBucketsPolicy policy = policy(555, 45);

    private static AzureCarbonBucketsPolicy policy(double highIntensity, int highMinutes) {
        return new AzureCarbonBucketsPolicy(
                List.of(
                        new AzureCarbonBucketsPolicy.Bucket(504, 60),
                        new AzureCarbonBucketsPolicy.Bucket(571, 10),
                        new AzureCarbonBucketsPolicy.Bucket(437, 110)),
                100,
                highIntensity,
                highMinutes);
    }

    /** Three buckets between 370 and 571 g/kWh are 67 g/kWh wide: 437, 504 and 571. */
    @Test
    void givesTheReplicasOfTheBucketAndThoseOfTheLastAboveAll() {
        assertThat(replicas(370)).isEqualTo(110);
        assertThat(replicas(437)).isEqualTo(110);
        assertThat(replicas(437.1)).isEqualTo(60);
        assertThat(replicas(504)).isEqualTo(60);
        assertThat(replicas(504.5)).isEqualTo(10);
        assertThat(replicas(571)).isEqualTo(10);
        assertThat(replicas(5710)).isEqualTo(10);
    }

    /** The bounds are exclusive below, and the first one is 0. */
    @Test
    void takesTheCleanestGridOfAllForTheDirtiest() {
        assertThat(replicas(0)).isEqualTo(10);
    }

    @Test
    void opensWhereNothingIsForecastForNow() {
        assertThat(step(policy, 0, CarbonForecast.NONE)).returns("eco-off", Decision::code);
        assertThat(ceiling(step(policy, 0, CarbonForecast.NONE))).isEqualTo(100);
        CarbonForecast later = forecast(10, 5, 400);
        assertThat(ceiling(step(policy, 9, later))).isEqualTo(100);
        assertThat(ceiling(step(policy, 10, later))).isEqualTo(110);
        assertThat(ceiling(step(policy, 15, later))).isEqualTo(100);
    }

    /** At 45 minutes of 555 g/kWh and more; a minute that nothing is forecast for does not count. */
    @Test
    void switchesOffWhenIntensityWasHighThroughout() {
        CarbonForecast high = forecast(0, 5, 555, 560, 555, 555, 555, 555, 555, 555, 555, 555);
        assertThat(ceiling(step(policy, 43, high))).isEqualTo(10);
        assertThat(ceiling(step(policy, 44, high))).isEqualTo(100);
        assertThat(ceiling(step(policy(555, 0), 44, high))).isEqualTo(10);
        CarbonForecast dip = forecast(0, 5, 555, 560, 554, 555, 555, 555, 555, 555, 555, 555);
        assertThat(ceiling(step(policy, 49, dip))).isEqualTo(10);
    }

    /** At 12:37 it looks again in 3 minutes; with slots of an hour in 23; at the full hour after a whole slot. */
    @Test
    void looksAgainAtTheNextMultipleOfTheSlot() {
        assertThat(wakeMinutes(37, CarbonForecast.NONE)).isEqualTo(40);
        assertThat(wakeMinutes(37, forecast(0, 60, 400))).isEqualTo(60);
        assertThat(wakeMinutes(0, forecast(0, 60, 400))).isEqualTo(60);
        AzureCarbonBucketsPolicy.State asleep = policy.step(policy.initialState(), seen(37, CarbonForecast.NONE))
                .state();
        assertThat(policy.step(asleep, seen(39, forecast(0, 60, 400))).decision())
                .returns("asleep", Decision::code)
                .returns(List.of(), Decision::actions);
        assertThat(policy.step(asleep, seen(40, forecast(0, 60, 400)))
                        .decision()
                        .actions())
                .hasSize(1);
    }

    private long wakeMinutes(long minute, CarbonForecast forecast) {
        Long wake = policy.step(policy.initialState(), seen(minute, forecast))
                .state()
                .wakeNanos();
        return wake == null ? -1 : wake / MINUTE;
    }

    private int replicas(double intensity) {
        return ceiling(step(policy, 2, forecast(0, 5, intensity)));
    }

    private Decision step(AzureCarbonBucketsPolicy buckets, long minute, CarbonForecast forecast) {
        return buckets.step(buckets.initialState(), seen(minute, forecast)).decision();
    }

    private Observation seen(long minute, CarbonForecast forecast) {
        return observe(
                60.0 * minute, 1e6, 0, PowerReading.absent(), new CarbonReading(Double.NaN, 0, forecast), null, words);
    }

    private static CarbonForecast forecast(long startMinute, long slotMinutes, double... intensities) {
        List<CarbonForecast.Slot> slots = new ArrayList<>();
        for (int i = 0; i < intensities.length; i++) {
            long start = (startMinute + i * slotMinutes) * MINUTE;
            slots.add(new CarbonForecast.Slot(start, start + slotMinutes * MINUTE, intensities[i]));
        }
        return new CarbonForecast(0, slots);
    }

    private static int ceiling(Decision decision) {
        Integer ceiling = decision.actions().get(0).replicaCeiling();
        return ceiling == null ? -1 : ceiling;
    }
}
