package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PointTableTest {

    private static final String HEADER = "control.interval,policy,cap_watts,disturbances,success_rate,"
            + "time_under_cap_fraction_mean,mean_power_watts_mean,ttft_p99_seconds_mean\n";

    @TempDir
    Path folder;

    @Test
    void showsAxesPolicyCapAndHowWellItWasHeld() throws IOException {
        PointTable points = read("5s,three-band,18000.0,8,0.875,0.99871,15230.4,1.234\n");

        // 7 of 8 disturbances contained: 0.875
        assertThat(points.render()
                        .lines()
                        .skip(1)
                        .findFirst()
                        .orElseThrow()
                        .strip()
                        .split(" {2,}"))
                .containsExactly("5s", "three-band", "18000 W", "8", "87.50 %", "99.87 %", "15230 W", "1.23 s");
    }

    @Test
    void aSuccessRateWithoutDisturbancesIsNoNumber() throws IOException {
        PointTable points = read("5s,none,18000.0,0,,1.0,9000,\n");

        assertThat(points.rows().get(0)).containsEntry("success_rate", "");
        assertThat(points.render()
                        .lines()
                        .skip(1)
                        .findFirst()
                        .orElseThrow()
                        .strip()
                        .split(" {2,}"))
                .containsExactly("5s", "none", "18000 W", "0", "-", "100.00 %", "9000 W", "-");
    }

    @Test
    void aLongSweepIsCutAndSaysWhereTheRestIs() throws IOException {
        PointTable points = read("5s,none,18000.0,0,,1.0,9000,\n".repeat(43));

        assertThat(points.rows()).hasSize(43);
        assertThat(points.render()).endsWith("... and 3 more in points.csv\n");
    }

    private PointTable read(String rows) throws IOException {
        return PointTable.read(Files.writeString(folder.resolve("points.csv"), HEADER + rows));
    }
}
