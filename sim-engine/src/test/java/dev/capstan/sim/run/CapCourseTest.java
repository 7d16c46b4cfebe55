package dev.capstan.sim.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.capping.AnnouncedCap;
import dev.capstan.capping.CarbonBudget;
import dev.capstan.capping.CarbonForecast;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.Experiment.CapChange;
import dev.capstan.sim.experiment.Experiment.CapEvent;
import dev.capstan.sim.run.CapCourse.Change;
import dev.capstan.trace.CarbonTrace;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Times in seconds, a cap of 2000 W, floors of 300 W. */
class CapCourseTest {

    private static final long SECOND = TinyExperiment.SECOND;
    private static final double FREE = Double.POSITIVE_INFINITY;
    private static final CarbonTrace STEADY = TinyExperiment.carbon(new long[] {0}, 400);

    @Test
    void isTheLowestOfScheduleAndEvents() {
        TinyExperiment tiny = new TinyExperiment();
        tiny.capChanges = List.of(new CapChange(100 * SECOND, 1000), new CapChange(400 * SECOND, 2000));
        tiny.capEvents = List.of(event(50, 100, 0, 1500, 0), event(120, 10, 0, 500, 0));

        assertThat(course(tiny, null, null).changes())
                .containsExactly(
                        change(50, 1500, FREE),
                        change(100, 1000, FREE),
                        change(120, 500, FREE),
                        change(130, 1000, FREE),
                        change(400, 2000, FREE));
    }

    @Test
    void repeatsAnEventToTheEndOfTheRun() {
        TinyExperiment tiny = new TinyExperiment();
        tiny.capEvents = List.of(event(100, 50, 200, 1500, 0));

        assertThat(course(tiny, null, null).changes())
                .containsExactly(
                        change(100, 1500, FREE),
                        change(150, 2000, FREE),
                        change(300, 1500, FREE),
                        change(350, 2000, FREE),
                        change(500, 1500, FREE),
                        change(550, 2000, FREE));
    }

    @Test
    void announcesAnEventFromItsNoticeOnAndItsEndWithIt() {
        TinyExperiment tiny = new TinyExperiment();
        tiny.capChanges = List.of(new CapChange(90 * SECOND, 1900));
        tiny.capEvents = List.of(event(100, 50, 0, 1500, 30), event(140, 60, 0, 1800, 0));
        CapCourse course = course(tiny, null, null);

        assertThat(announced(course, 69)).isNull();
        assertThat(announced(course, 70)).isEqualTo(new AnnouncedCap(100 * SECOND, 1500));
        assertThat(announced(course, 99)).isEqualTo(new AnnouncedCap(100 * SECOND, 1500));
        // Nobody knows yet of the second event, nor of changes of the schedule.
        assertThat(announced(course, 100)).isEqualTo(new AnnouncedCap(150 * SECOND, 1900));
        assertThat(announced(course, 140)).isEqualTo(new AnnouncedCap(150 * SECOND, 1800));
        assertThat(announced(course, 150)).isEqualTo(new AnnouncedCap(200 * SECOND, 1900));
        assertThat(announced(course, 200)).isNull();
    }

    /** 500 g/h at a PUE of 1.25 are 1000 W at 400 g/kWh, 4000 W at 100 and 200 W, under the floors, at 2000. */
    @Test
    void followsTheCarbonBudgetBetweenFloorsAndTheElectricalLimit() {
        TinyExperiment tiny = new TinyExperiment();
        tiny.carbonBudgetGramsPerHour = 500;
        tiny.capFollowsCarbon = true;
        CarbonTrace trace = TinyExperiment.carbon(new long[] {0, 100, 200, 300}, 400, 100, 2000, 400);

        assertThat(course(tiny, trace, new CarbonBudget(500, 1.25)).changes())
                .containsExactly(
                        change(0, 1000, 1000), change(100, 2000, 4000), change(200, 300, 200), change(300, 1000, 1000));
        tiny.capFollowsCarbon = false;
        assertThat(course(tiny, trace, new CarbonBudget(500, 1.25)).changes()).isEmpty();
    }

    /** The same budget: 500 g/h at a PUE of 1.25. It is now at 400 g/kWh, which it stays at, whatever the forecast says. */
    @Test
    void announcesWhatTheForecastOfTheBudgetSaysBetweenFloorsAndTheElectricalLimit() {
        CapCourse course = followingCarbon(new TinyExperiment(), STEADY);
        CarbonForecast forecast =
                forecast(slot(0, 100, 350), slot(100, 200, 100), slot(200, 300, 2000), slot(300, 400, 800));

        assertThat(course.announced(0, forecast)).isEqualTo(new AnnouncedCap(100 * SECOND, 2000));
        // It was wrong: the cap in force is still 1000 W, and the next change is to the floors, 300 W.
        assertThat(course.announced(100 * SECOND, forecast)).isEqualTo(new AnnouncedCap(200 * SECOND, 300));
        assertThat(course.announced(299 * SECOND, forecast)).isEqualTo(new AnnouncedCap(300 * SECOND, 500));
        assertThat(course.announced(300 * SECOND, forecast)).isNull();
    }

    @Test
    void knowsNothingOfTheIntensityToComeButByTheForecast() {
        TinyExperiment tiny = new TinyExperiment();
        CarbonTrace trace = TinyExperiment.carbon(new long[] {0, 100}, 400, 2000);
        CapCourse course = followingCarbon(tiny, trace);

        assertThat(course.announced(0, CarbonForecast.NONE)).isNull();
        assertThat(course.announced(0, forecast(slot(0, 600, 400)))).isNull();
        tiny.capFollowsCarbon = false;
        CapCourse fixed = course(tiny, trace, new CarbonBudget(500, 1.25));
        assertThat(fixed.announced(0, forecast(slot(0, 100, 400), slot(100, 600, 2000))))
                .isNull();
    }

    /** Events of 700 W from 150 to 250 s and of 600 W from 305 to 355 s, and 1000, 2000, 800 and 1000 W by the forecast. */
    @Test
    void announcesTheEarlierOfEventsAndForecast() {
        TinyExperiment tiny = new TinyExperiment();
        tiny.capEvents = List.of(event(150, 100, 0, 700, 100), event(305, 50, 0, 600, 100));
        CapCourse course = followingCarbon(tiny, STEADY);
        CarbonForecast forecast =
                forecast(slot(0, 90, 400), slot(90, 240, 200), slot(240, 310, 500), slot(310, 600, 400));

        // Before its notice nobody knows of the event.
        assertThat(course.announced(49 * SECOND, forecast)).isEqualTo(new AnnouncedCap(90 * SECOND, 2000));
        // A rise that may never come does not hide the event that begins within the lead time of a minute after it.
        assertThat(course.announced(50 * SECOND, forecast)).isEqualTo(new AnnouncedCap(90 * SECOND, 700));
        assertThat(course.announced(90 * SECOND, forecast)).isEqualTo(new AnnouncedCap(150 * SECOND, 700));
        // After the event the cap is what the forecast says of that time, 800 W, unless another comes within a minute.
        assertThat(course.announced(150 * SECOND, forecast)).isEqualTo(new AnnouncedCap(250 * SECOND, 800));
        assertThat(course.announced(220 * SECOND, forecast)).isEqualTo(new AnnouncedCap(250 * SECOND, 600));
        assertThat(course.announced(250 * SECOND, forecast)).isEqualTo(new AnnouncedCap(305 * SECOND, 600));
    }

    private static @Nullable AnnouncedCap announced(CapCourse course, long second) {
        return course.announced(second * SECOND, CarbonForecast.NONE);
    }

    private static CapCourse followingCarbon(TinyExperiment tiny, CarbonTrace trace) {
        tiny.carbonBudgetGramsPerHour = 500;
        tiny.capFollowsCarbon = true;
        return course(tiny, trace, new CarbonBudget(500, 1.25));
    }

    private static CarbonForecast forecast(CarbonForecast.Slot... slots) {
        return new CarbonForecast(0, List.of(slots));
    }

    private static CarbonForecast.Slot slot(long from, long to, double gramsPerKilowattHour) {
        return new CarbonForecast.Slot(from * SECOND, to * SECOND, gramsPerKilowattHour);
    }

    private static CapCourse course(TinyExperiment tiny, @Nullable CarbonTrace trace, @Nullable CarbonBudget budget) {
        Experiment experiment = tiny.build();
        return new CapCourse(experiment, trace, budget, 300, 600 * SECOND);
    }

    private static CapEvent event(long at, long lasting, long every, double watts, long notice) {
        return new CapEvent(at * SECOND, lasting * SECOND, every * SECOND, watts, notice * SECOND);
    }

    private static Change change(long at, double watts, double carbonWatts) {
        return new Change(at * SECOND, watts, carbonWatts);
    }
}
