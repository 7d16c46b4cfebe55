package dev.capstan.capping;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The maximum of replicas by buckets of carbon intensity, as Azure's carbon-aware KEDA operator sets it (controllers/
 * max_replica_getter.go, eco_mode_setter.go, requeue_duration.go), its failures included: an intensity of 0 is in no
 * bucket and gets the dirtiest one, a missing forecast switches it off and replicas go to their maximum, watts and
 * emissions play no part.
 *
 * <p>Each service has a resource with the same numbers. The schedules that switch it off by the calendar are left out.
 */
public final class AzureCarbonBucketsPolicy implements CappingPolicy<AzureCarbonBucketsPolicy.State> {

    /**
     * What it keeps.
     *
     * @param wakeNanos when it looks again; null before the first time
     */
    public record State(@Nullable Long wakeNanos) {}

    /**
     * Replicas up to an intensity.
     *
     * @param threshold highest grams per kilowatt-hour of the bucket
     */
    record Bucket(double threshold, int replicas) {}

    private static final long MINUTE_NANOS = 60_000_000_000L;
    private static final int DEFAULT_WAKE_MINUTES = 5;

    private final List<Bucket> buckets;
    private final int offReplicas;
    private final double highIntensity;
    private final int highMinutes;

    /**
     * @param buckets in any order
     * @param offReplicas maximum while eco mode is off
     * @param highIntensity from which intensity is high
     * @param highMinutes minutes of high intensity that switch eco mode off; 0 for never
     */
    AzureCarbonBucketsPolicy(List<Bucket> buckets, int offReplicas, double highIntensity, int highMinutes) {
        this.buckets = buckets.stream()
                .sorted(Comparator.comparingDouble(Bucket::threshold))
                .toList();
        this.offReplicas = offReplicas;
        this.highIntensity = highIntensity;
        this.highMinutes = highMinutes;
    }

    @Override
    public State initialState() {
        return new State(null);
    }

    @Override
    public Senses senses() {
        return Senses.NOTHING;
    }

    @Override
    public Step<State> step(State state, Observation seen) {
        long now = seen.nowNanos();
        Long wake = state.wakeNanos();
        if (wake != null && now < wake) {
            return new Step<>(state, Decision.hold("asleep", "looks again at the next multiple of its interval"));
        }
        CarbonForecast forecast = seen.carbon().forecast();
        CarbonForecast.Slot slot = forecast.at(now);
        State next = new State(now + wakeMinutes(slot, now) * MINUTE_NANOS);
        if (slot == null) {
            return new Step<>(next, all(seen, offReplicas, "eco-off", "no forecast for this instant"));
        }
        if (isHigh(forecast, now)) {
            String why = String.format(Locale.ROOT, "at least %.0f g/kWh for %d minutes", highIntensity, highMinutes);
            return new Step<>(next, all(seen, offReplicas, "eco-off", why));
        }
        String why = String.format(Locale.ROOT, "forecast %.0f g/kWh", slot.gramsPerKilowattHour());
        return new Step<>(next, all(seen, replicas(slot.gramsPerKilowattHour()), "bucket", why));
    }

    /** Up to the next multiple of the slot's length, of five minutes without one, by the minute of the hour. */
    private static long wakeMinutes(CarbonForecast.@Nullable Slot slot, long now) {
        long interval =
                slot == null ? DEFAULT_WAKE_MINUTES : Math.max(1, (slot.endNanos() - slot.startNanos()) / MINUTE_NANOS);
        return interval - Math.floorMod(now / MINUTE_NANOS, 60L) % interval;
    }

    /** Minutes of which nothing is forecast are not high. */
    private boolean isHigh(CarbonForecast forecast, long now) {
        for (int minute = 0; minute < highMinutes; minute++) {
            CarbonForecast.Slot slot = forecast.at(now - minute * MINUTE_NANOS);
            if (slot == null || slot.gramsPerKilowattHour() < highIntensity) {
                return false;
            }
        }
        return highMinutes > 0;
    }

    private int replicas(double intensity) {
        double lower = 0;
        for (Bucket bucket : buckets) {
            if (intensity > lower && intensity <= bucket.threshold()) {
                return bucket.replicas();
            }
            lower = bucket.threshold();
        }
        return buckets.get(buckets.size() - 1).replicas();
    }

    private static Decision all(Observation seen, int replicas, String code, String why) {
        return new Decision(
                seen.services().stream()
                        .map(service -> ServiceAction.ceiling(service.name(), replicas))
                        .toList(),
                code,
                why + ": " + replicas + " replicas");
    }

    /** Makes the policy {@code azure-carbon-buckets}. */
    public static final class Factory extends CataloguedPolicy {

        private static final String SOURCE = "example of Azure/carbon-aware-keda-operator";

        /** For the service loader. */
        public Factory() {
            super(
                    "azure-carbon-buckets",
                    "Sets the maximum of replicas by buckets of forecast carbon intensity, whatever power is drawn.",
                    "Azure/carbon-aware-keda-operator, controllers at 275783d",
                    "certain: code read",
                    List.of("replica ceiling"),
                    false,
                    threshold("threshold_1", 437),
                    replicas("replicas_1", 110, "Replicas of this bucket."),
                    threshold("threshold_2", 504),
                    replicas("replicas_2", 60, "Replicas of this bucket."),
                    threshold("threshold_3", 571),
                    replicas("replicas_3", 10, "Replicas of this bucket and of all above it."),
                    replicas("off_replicas", 100, "Replicas while eco mode is off."),
                    new PolicyParameter(
                            "high_intensity", "g/kWh", 555, 0, 10_000, "From here intensity is high.", SOURCE),
                    new PolicyParameter(
                            "high_minutes",
                            "steps",
                            45,
                            0,
                            10_000,
                            "Minutes of high intensity that switch eco mode off; 0 for never.",
                            SOURCE));
        }

        private static PolicyParameter threshold(String name, double gramsPerKilowattHour) {
            return new PolicyParameter(
                    name, "g/kWh", gramsPerKilowattHour, 0, 10_000, "Highest intensity of the bucket.", SOURCE);
        }

        private static PolicyParameter replicas(String name, int replicas, String description) {
            return new PolicyParameter(name, "replicas", replicas, 0, 1e6, description, SOURCE);
        }

        @Override
        public boolean holdsCap() {
            return false;
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new AzureCarbonBucketsPolicy(
                    List.of(bucket(parameters, 1), bucket(parameters, 2), bucket(parameters, 3)),
                    (int) value(parameters, "off_replicas"),
                    value(parameters, "high_intensity"),
                    (int) value(parameters, "high_minutes"));
        }

        private static Bucket bucket(Map<String, Double> parameters, int number) {
            return new Bucket(value(parameters, "threshold_" + number), (int) value(parameters, "replicas_" + number));
        }
    }
}
