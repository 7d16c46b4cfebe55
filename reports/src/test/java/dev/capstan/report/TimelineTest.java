package dev.capstan.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimelineTest {

    @TempDir
    Path folder;

    @Test
    void keepsAPeakOfOneRowWhenALongRunIsThinned() {
        int rows = 10 * Timeline.MAX_BUCKETS;
        StringBuilder csv = new StringBuilder("time_seconds,power_mean_watts,power_max_watts,cap_watts\n");
        for (int row = 0; row < rows; row++) {
            csv.append(row).append(row == 7777 ? ",9000,9500,8000\n" : ",5000,5100,8000\n");
        }
        FixtureFolder.write(folder.resolve("timeline.csv"), csv.toString());

        Timeline timeline = Timeline.read(folder);

        assertThat(timeline.get(Timeline.Series.TIME)).hasSize(Timeline.MAX_BUCKETS);
        assertThat(timeline.bucketSeconds()).isEqualTo(10);
        // Row 7777 falls into bucket 777, whose mean is (9 · 5000 + 9000) / 10 = 5400.
        assertThat(timeline.get(Timeline.Series.POWER_MAX)[777]).isEqualTo(9500);
        assertThat(timeline.get(Timeline.Series.POWER_MEAN)[777]).isEqualTo(5400);
        assertThat(timeline.get(Timeline.Series.POWER_MIN)[777]).isEqualTo(5000);
    }

    @Test
    void leavesWhatThePolicyNeverSawEmpty() {
        FixtureFolder.write(
                folder.resolve("timeline.csv"),
                "time_seconds,power_mean_watts,power_max_watts,cap_watts,sensed_power_watts\n0,1,1,2,\n1,1,1,2,7\n");

        assertThat(Timeline.read(folder).get(Timeline.Series.SENSED)).containsExactly(Double.NaN, 7);
        assertThat(Timeline.read(folder).get(Timeline.Series.REFERENCE)).containsOnly(Double.NaN);
    }
}
