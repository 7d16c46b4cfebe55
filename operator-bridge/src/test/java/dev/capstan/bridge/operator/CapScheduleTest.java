package dev.capstan.bridge.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.bridge.operator.CapSchedule.Event;
import dev.capstan.bridge.operator.CapSchedule.Window;
import dev.capstan.capping.AnnouncedCap;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CapScheduleTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    /** 27 November 2026 is a Friday; Berlin is an hour ahead of UTC in winter, two in summer. */
    private static final Instant FRIDAY_NOON = Instant.parse("2026-11-27T12:00:00Z");

    private final Window evening = new Window(
            EnumSet.range(DayOfWeek.MONDAY, DayOfWeek.FRIDAY),
            LocalTime.of(17, 0),
            LocalTime.of(20, 0),
            BERLIN,
            15_000);
    private final Window night =
            new Window(Set.of(DayOfWeek.FRIDAY), LocalTime.of(22, 0), LocalTime.of(6, 0), BERLIN, 12_000);
    private final Event event =
            new Event(Instant.parse("2026-11-27T18:00:00Z"), Instant.parse("2026-11-27T18:30:00Z"), 10_000);

    @Test
    void theBaseHoldsWhereNothingLowersIt() {
        CapSchedule schedule = new CapSchedule(20_000, List.of(), List.of());

        assertThat(schedule.watts(FRIDAY_NOON)).isEqualTo(20_000);
        assertThat(schedule.next(FRIDAY_NOON)).isNull();
        assertThat(schedule.lowestWatts()).isEqualTo(20_000);
    }

    @Test
    void theLowestOfWindowsAndEventsHolds() {
        CapSchedule schedule = new CapSchedule(20_000, List.of(evening, night), List.of(event));

        assertThat(schedule.watts(Instant.parse("2026-11-27T15:59:59Z"))).isEqualTo(20_000);
        assertThat(schedule.watts(Instant.parse("2026-11-27T16:00:00Z"))).isEqualTo(15_000);
        assertThat(schedule.watts(Instant.parse("2026-11-27T18:00:00Z"))).isEqualTo(10_000);
        assertThat(schedule.watts(Instant.parse("2026-11-27T18:30:00Z"))).isEqualTo(15_000);
        assertThat(schedule.watts(Instant.parse("2026-11-27T19:00:00Z"))).isEqualTo(20_000);
        assertThat(schedule.lowestWatts()).isEqualTo(10_000);
    }

    @Test
    void aWindowThatOpenedYesterdayHoldsUntilItCloses() {
        CapSchedule schedule = new CapSchedule(20_000, List.of(night), List.of());

        assertThat(schedule.watts(Instant.parse("2026-11-28T04:59:59Z"))).isEqualTo(12_000);
        assertThat(schedule.watts(Instant.parse("2026-11-28T05:00:00Z"))).isEqualTo(20_000);
    }

    @Test
    void theNextChangeIsAnnounced() {
        CapSchedule schedule = new CapSchedule(20_000, List.of(evening), List.of(event));

        assertThat(schedule.next(FRIDAY_NOON)).isEqualTo(at("2026-11-27T16:00:00Z", 15_000));
        assertThat(schedule.next(Instant.parse("2026-11-27T16:00:00Z"))).isEqualTo(at("2026-11-27T18:00:00Z", 10_000));
        assertThat(schedule.next(Instant.parse("2026-11-27T19:30:00Z")))
                .as("over the weekend")
                .isEqualTo(at("2026-11-30T16:00:00Z", 15_000));
    }

    @Test
    void aWindowKeepsToTheClockOfItsZoneInSummer() {
        CapSchedule schedule = new CapSchedule(20_000, List.of(evening), List.of());

        assertThat(schedule.next(Instant.parse("2026-07-01T12:00:00Z"))).isEqualTo(at("2026-07-01T15:00:00Z", 15_000));
    }

    @Test
    void aWindowThatIsNotLowerAnnouncesNothing() {
        Window higher =
                new Window(EnumSet.allOf(DayOfWeek.class), LocalTime.of(17, 0), LocalTime.of(20, 0), BERLIN, 30_000);

        assertThat(new CapSchedule(20_000, List.of(higher), List.of()).next(FRIDAY_NOON))
                .isNull();
    }

    private static AnnouncedCap at(String instant, double watts) {
        return new AnnouncedCap(Instant.parse(instant).getEpochSecond() * 1_000_000_000L, watts);
    }
}
