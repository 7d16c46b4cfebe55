package dev.capstan.bridge.operator;

import dev.capstan.bridge.resource.Carbon;
import dev.capstan.bridge.resource.DurationText;
import dev.capstan.bridge.telemetry.MeteredService;
import dev.capstan.capping.CarbonBudget;
import dev.capstan.capping.CarbonReading;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Finds the cap in force out of base or peak, calendar and carbon budget. */
final class CapLimits {

    private final CapPlan plan;
    private final Telemetry telemetry;
    private final CarbonFeed feed;
    private @Nullable Double peakWatts;
    private double lastByCarbonWatts = Double.POSITIVE_INFINITY;

    /** @param peakWatts where an earlier turn has found it; null where none has */
    CapLimits(CapPlan plan, Telemetry telemetry, CarbonFeed feed, @Nullable Double peakWatts) {
        this.plan = plan;
        this.telemetry = telemetry;
        this.feed = feed;
        this.peakWatts = peakWatts;
    }

    /** The peak that the limit is a share of; null where it is none, or not known. */
    @Nullable Double peakWatts() {
        return peakWatts;
    }

    /** @param services whose power was the peak */
    CapInForce at(Instant now, List<MeteredService> services) {
        long nanos = nanos(now);
        CarbonReading grid = feed.reading(nanos);
        Double base = plan.limit().watts();
        String problem = null;
        Duration over = plan.limit().peakOver();
        if (base == null && peakWatts == null && over != null) {
            try {
                peakWatts = telemetry.peakWatts(services, over, nanos);
            } catch (IOException e) {
                problem = "the peak is not known: " + e.getMessage();
            }
        }
        base = base == null ? peakWatts : base;
        if (base == null) {
            return new CapInForce(null, null, 0, 0, grid, problem);
        }
        CapSchedule schedule = plan.limit().schedule(base * plan.limit().share());
        double watts = schedule.watts(now);
        double lowest = schedule.lowestWatts();
        Carbon carbon = plan.spec().limit().carbon();
        CarbonBudget budget = budget();
        if (carbon != null && budget != null) {
            watts = Math.min(watts, byCarbon(carbon, budget, grid, watts));
            // Without a minimum the grid decides how low it may get, and no range of caps covers that.
            lowest = carbon.minimumWatts() == null ? 0 : Math.min(lowest, carbon.minimumWatts());
        }
        return new CapInForce(watts, schedule.next(now), lowest, schedule.baseWatts(), grid, null);
    }

    /** What may be emitted; null where the owner has set nothing. */
    @Nullable CarbonBudget budget() {
        Carbon carbon = plan.spec().limit().carbon();
        return carbon == null || carbon.gramsPerHour() == null
                ? null
                : new CarbonBudget(carbon.gramsPerHour(), carbon.pue());
    }

    /** What the budget leaves. */
    private double byCarbon(Carbon carbon, CarbonBudget budget, CarbonReading grid, double otherwise) {
        boolean known = !Double.isNaN(grid.gramsPerKilowattHour())
                && grid.ageNanos() <= DurationText.parse(carbon.maximumAge()).toNanos();
        double least = carbon.minimumWatts() == null ? 1 : carbon.minimumWatts();
        if (known) {
            lastByCarbonWatts = Math.max(least, budget.watts(grid.gramsPerKilowattHour()));
            return lastByCarbonWatts;
        }
        return switch (carbon.onMissing()) {
            case BASE -> otherwise;
            case HOLD -> Math.min(otherwise, lastByCarbonWatts);
            case MINIMUM -> least;
        };
    }

    private static long nanos(Instant instant) {
        return Math.addExact(TimeUnit.SECONDS.toNanos(instant.getEpochSecond()), instant.getNano());
    }
}
