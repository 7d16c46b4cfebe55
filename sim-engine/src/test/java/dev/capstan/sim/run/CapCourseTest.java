package dev.capstan.sim.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.capping.AnnouncedCap;
import dev.capstan.capping.CarbonBudget;
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

        assertThat(course.announced(69 * SECOND)).isNull();
        assertThat(course.announced(70 * SECOND)).isEqualTo(new AnnouncedCap(100 * SECOND, 1500));
        assertThat(course.announced(99 * SECOND)).isEqualTo(new AnnouncedCap(100 * SECOND, 1500));
        // Nobody knows yet of the second event, nor of changes of the schedule.
        assertThat(course.announced(100 * SECOND)).isEqualTo(new AnnouncedCap(150 * SECOND, 1900));
        assertThat(course.announced(140 * SECOND)).isEqualTo(new AnnouncedCap(150 * SECOND, 1800));
        assertThat(course.announced(150 * SECOND)).isEqualTo(new AnnouncedCap(200 * SECOND, 1900));
        assertThat(course.announced(200 * SECOND)).isNull();
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
