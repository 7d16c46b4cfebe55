package dev.capstan.bridge.operator;

import dev.capstan.capping.AnnouncedCap;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A cap that the calendar moves: the lowest of its base, of the windows that are open, and of the events that are on.
 *
 * @param baseWatts what holds whenever nothing lowers it; above 0
 */
record CapSchedule(double baseWatts, List<Window> windows, List<Event> events) {

    private static final int DAYS_AHEAD = 8;

    CapSchedule {
        windows = List.copyOf(windows);
        events = List.copyOf(events);
    }

    /**
     * Hours of some days of the week in which a lower cap holds.
     *
     * @param days on which it opens
     * @param from when it opens, by the clock of the zone
     * @param to when it closes; on the next day where it is not after {@code from}
     */
    record Window(Set<DayOfWeek> days, LocalTime from, LocalTime to, ZoneId zone, double watts) {

        Window {
            days = Set.copyOf(days);
        }

        private ZonedDateTime opens(LocalDate day) {
            return day.atTime(from).atZone(zone);
        }

        private ZonedDateTime closes(LocalDate day) {
            return (to.isAfter(from) ? day : day.plusDays(1)).atTime(to).atZone(zone);
        }

        private boolean isOpen(Instant now) {
            LocalDate today = now.atZone(zone).toLocalDate();
            for (LocalDate day : List.of(today.minusDays(1), today)) {
                if (days.contains(day.getDayOfWeek())
                        && !now.isBefore(opens(day).toInstant())
                        && now.isBefore(closes(day).toInstant())) {
                    return true;
                }
            }
            return false;
        }
    }

    /** A span of a lower cap that was agreed for once, from an instant until just before another. */
    record Event(Instant from, Instant to, double watts) {}

    /** The cap at an instant. */
    double watts(Instant now) {
        double watts = baseWatts;
        for (Window window : windows) {
            if (window.isOpen(now)) {
                watts = Math.min(watts, window.watts());
            }
        }
        for (Event event : events) {
            if (!now.isBefore(event.from()) && now.isBefore(event.to())) {
                watts = Math.min(watts, event.watts());
            }
        }
        return watts;
    }

    /** The next change within a week; null where there is none. */
    @Nullable AnnouncedCap next(Instant now) {
        double present = watts(now);
        for (Instant change : changes(now)) {
            double then = watts(change);
            if (then != present) {
                long nanos = Math.addExact(TimeUnit.SECONDS.toNanos(change.getEpochSecond()), change.getNano());
                return new AnnouncedCap(nanos, then);
            }
        }
        return null;
    }

    /** The lowest cap that it can ever bring. */
    double lowestWatts() {
        double lowest = baseWatts;
        for (Window window : windows) {
            lowest = Math.min(lowest, window.watts());
        }
        for (Event event : events) {
            lowest = Math.min(lowest, event.watts());
        }
        return lowest;
    }

    /** Instants after this one, in order, at which something opens or closes. */
    private Set<Instant> changes(Instant now) {
        Set<Instant> changes = new TreeSet<>();
        for (Window window : windows) {
            LocalDate today = now.atZone(window.zone()).toLocalDate();
            for (int ahead = -1; ahead <= DAYS_AHEAD; ahead++) {
                LocalDate day = today.plusDays(ahead);
                if (window.days().contains(day.getDayOfWeek())) {
                    changes.add(window.opens(day).toInstant());
                    changes.add(window.closes(day).toInstant());
                }
            }
        }
        for (Event event : events) {
            changes.add(event.from());
            changes.add(event.to());
        }
        changes.removeIf(change -> !change.isAfter(now));
        return changes;
    }
}
