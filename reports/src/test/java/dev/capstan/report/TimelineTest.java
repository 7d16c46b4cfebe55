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
            csv.append(row + 1).append(row == 7777 ? ",9000,9500,8000\n" : ",5000,5100,8000\n");
        }
        FixtureFolder.write(folder.resolve("timeline.csv"), csv.toString());

        Timeline timeline = Timeline.read(folder, 1_000_000);

        assertThat(timeline.get(Timeline.Series.POWER_MEAN)).hasSize(Timeline.MAX_BUCKETS);
        assertThat(timeline.beginSeconds()).isZero();
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
                "time_seconds,power_mean_watts,power_max_watts,cap_watts,sensed_power_watts\n1,1,1,2,\n2,1,1,2,7\n");

        assertThat(Timeline.read(folder, 1_000_000).get(Timeline.Series.SENSED)).containsExactly(Double.NaN, 7);
        assertThat(Timeline.read(folder, 1_000_000).get(Timeline.Series.REFERENCE))
                .containsOnly(Double.NaN);
    }

    /** The stretch of 600 s with the most over the cap goes in first; the room for levels of the whole run is not exceeded. */
    @Test
    void keepsTheSecondsWithTheMostOverTheCapWhereThereIsNoRoomForAll() {
        StringBuilder rows = new StringBuilder("time_seconds,power_mean_watts,power_max_watts,cap_watts\n");
        for (int minute = 1; minute <= 20_000; minute++) {
            rows.append(60 * minute)
                    .append(',')
                    .append(5000 + 7919 * minute % 977)
                    .append(",7000,8000\n");
        }
        StringBuilder seconds = new StringBuilder("time_seconds,power_watts,cap_watts\n");
        for (int begin : new int[] {1000, 500_000, 900_000}) {
            for (int second = begin; second < begin + 600; second++) {
                int over = begin == 500_000 && second == begin + 300 ? 9000 : 5000 + 7919 * second % 977;
                seconds.append(second + 1).append(',').append(over).append(",8000\n");
            }
        }
        FixtureFolder.write(folder.resolve("timeline.csv"), rows.toString());
        FixtureFolder.write(folder.resolve("seconds.csv"), seconds.toString());

        Timeline all = Timeline.read(folder, 1_000_000);
        assertThat(all.levels()).extracting(Level::stepSeconds).containsExactly(780.0, 240.0, 60.0, 1.0);
        assertThat(starts(all)).containsExactly(1000, 500_000, 900_000);

        Timeline some = Timeline.read(folder, 14_000);
        assertThat(some.levels().stream().mapToInt(Level::characters).sum()).isLessThanOrEqualTo(14_000);
        assertThat(starts(some)).contains(500_000).hasSizeLessThan(3);
    }

    private static int[] starts(Timeline timeline) {
        Level finest = timeline.levels().get(timeline.levels().size() - 1);
        return finest.stretches().stream().mapToInt(stretch -> stretch[0]).toArray();
    }

    /** Rack 8 comes nearest to its limit, rack 1 has none: of eight racks six are kept, and their order. */
    @Test
    void keepsTheDomainsThatComeNearestToTheirLimits() {
        StringBuilder domains =
                new StringBuilder("time_seconds,domain,power_mean_watts,power_max_watts,limit_watts,breaker_heat\n");
        for (int second = 1; second <= 2; second++) {
            domains.append(second).append(",row,36,36,50,\n");
            for (int rack = 1; rack <= 8; rack++) {
                domains.append(second)
                        .append(",rack ")
                        .append(rack)
                        .append(',')
                        .append(rack)
                        .append(',')
                        .append(rack);
                domains.append(rack == 1 ? ",," : ",10,").append("0.5\n");
            }
        }
        FixtureFolder.write(folder.resolve("domains.csv"), domains.toString());
        FixtureFolder.write(
                folder.resolve("timeline.csv"),
                "time_seconds,power_mean_watts,power_max_watts,cap_watts\n1,36,36,50\n2,36,36,50\n");

        Timeline timeline = Timeline.read(folder, 10_000);

        assertThat(timeline.domains())
                .extracting(Timeline.Domain::name)
                .containsExactly("row", "rack 3", "rack 4", "rack 5", "rack 6", "rack 7", "rack 8");
        assertThat(timeline.domainsLeftOut()).isEqualTo(2);
    }
}
