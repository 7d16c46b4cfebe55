package dev.capstan.sim.run;

import dev.capstan.capping.AnnouncedCap;
import dev.capstan.capping.CarbonBudget;
import dev.capstan.capping.CarbonForecast;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.trace.CarbonTrace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The cap over a run: the lowest of what its schedule, the events under way and, where it follows the carbon budget, the
 * intensity of the moment allow; the last never lowers it under the worst case of the floors.
 */
final class CapCourse {

    /**
     * From {@code atNanos} on the cap is {@code watts}.
     *
     * @param carbonWatts what the carbon budget allows from then on; infinite where the cap does not follow it
     */
    record Change(long atNanos, double watts, double carbonWatts) {}

    /** One beginning of an event. */
    private record Span(long fromNanos, long toNanos, double watts, long noticeNanos) {

        boolean holds(long nanos) {
            return fromNanos <= nanos && nanos < toNanos;
        }
    }

    private final Experiment.Cap cap;
    private final long fromNanos;
    private final @Nullable CarbonTrace carbon;
    private final @Nullable CarbonBudget budget;
    private final double floorWatts;
    private final List<Span> spans = new ArrayList<>();
    private final List<Change> changes = new ArrayList<>();

    /**
     * @param budget followed where it is given and the experiment says so
     * @param floorWatts worst case of the floors
     */
    CapCourse(
            Experiment experiment,
            @Nullable CarbonTrace carbon,
            @Nullable CarbonBudget budget,
            double floorWatts,
            long endNanos) {
        cap = experiment.cap();
        fromNanos = experiment.carbon().map(Experiment.Carbon::fromNanos).orElse(0L);
        this.carbon = cap.followsCarbon() ? carbon : null;
        this.budget = budget;
        this.floorWatts = floorWatts;
        for (Experiment.CapEvent event : cap.events()) {
            long at = event.atNanos();
            do {
                spans.add(new Span(at, at + event.lastingNanos(), event.watts(), event.noticeNanos()));
                at += event.everyNanos();
            } while (event.everyNanos() > 0 && at < endNanos);
        }
        spans.sort(Comparator.comparingLong(Span::fromNanos));
        TreeSet<Long> instants = new TreeSet<>();
        cap.changes().forEach(change -> instants.add(change.atNanos()));
        spans.forEach(span -> instants.addAll(List.of(span.fromNanos(), span.toNanos())));
        if (this.carbon != null) {
            instants.add(0L);
            for (long at : this.carbon.timeNanos()) {
                if (at > fromNanos) {
                    instants.add(at - fromNanos);
                }
            }
        }
        for (long at : instants.headSet(endNanos)) {
            double carbonWatts = carbonWatts(at);
            double watts = watts(at, at, carbonWatts);
            Change last = changes.isEmpty() ? null : changes.get(changes.size() - 1);
            if (last == null ? watts != cap.watts() : watts != last.watts()) {
                changes.add(new Change(at, watts, carbonWatts));
            }
        }
    }

    /** The changes of the cap in force, in order of time. */
    List<Change> changes() {
        return changes;
    }

    /** Worst case of the floors. */
    double floorWatts() {
        return floorWatts;
    }

    /**
     * The next change that is known at an instant: of events that were announced by then, and of the carbon budget as it is
     * forecast. Where the forecast says nothing the intensity stays what it is.
     *
     * <p>With a forecast the cap is the lowest of the lead time that begins with the change, so that a change which may never
     * come hides no event: one that comes later than that is announced in time once the change has passed.
     */
    @Nullable AnnouncedCap announced(long nowNanos, CarbonForecast forecast) {
        CarbonForecast known = carbon == null ? CarbonForecast.NONE : forecast;
        double now = watts(nowNanos, nowNanos, carbonWatts(nowNanos));
        TreeSet<Long> ahead = new TreeSet<>();
        for (Span span : spans) {
            if (nowNanos < span.toNanos() && isKnown(span, nowNanos)) {
                ahead.addAll(List.of(span.fromNanos(), span.toNanos()));
            }
        }
        known.slots().forEach(slot -> ahead.add(slot.startNanos()));
        long leadNanos = known.slots().isEmpty() ? 0 : cap.leadNanos();
        for (long at : ahead.tailSet(nowNanos, false)) {
            double then = watts(at, nowNanos, known);
            if (then != now) {
                for (long later : ahead.subSet(at, false, at + leadNanos, true)) {
                    then = Math.min(then, watts(later, nowNanos, known));
                }
                return new AnnouncedCap(at, then);
            }
        }
        return null;
    }

    private static boolean isKnown(Span span, long nowNanos) {
        return span.fromNanos() - span.noticeNanos() <= nowNanos;
    }

    private double watts(long atNanos, long knownNanos, CarbonForecast forecast) {
        CarbonForecast.Slot slot = forecast.at(atNanos);
        return watts(
                atNanos, knownNanos, slot == null ? carbonWatts(knownNanos) : budgetWatts(slot.gramsPerKilowattHour()));
    }

    /** The cap at an instant as it is known at an earlier one: but for events and carbon the same as at that one. */
    private double watts(long atNanos, long knownNanos, double carbonWatts) {
        double watts = cap.watts();
        for (Experiment.CapChange change : cap.changes()) {
            if (change.atNanos() <= knownNanos) {
                watts = change.watts();
            }
        }
        for (Span span : spans) {
            if (span.holds(atNanos) && isKnown(span, knownNanos)) {
                watts = Math.min(watts, span.watts());
            }
        }
        return Math.min(watts, Math.max(floorWatts, carbonWatts));
    }

    private double carbonWatts(long nanos) {
        return carbon == null
                ? Double.POSITIVE_INFINITY
                : budgetWatts(carbon.gramsPerKilowattHour()[CarbonFeed.indexAt(carbon.timeNanos(), nanos + fromNanos)]);
    }

    private double budgetWatts(double gramsPerKilowattHour) {
        return budget == null ? Double.POSITIVE_INFINITY : budget.watts(gramsPerKilowattHour);
    }
}
