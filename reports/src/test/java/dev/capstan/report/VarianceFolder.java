package dev.capstan.report;

import java.nio.file.Path;

/** A folder written by hand of a sweep over two axes, with shares of the variance over its points. */
final class VarianceFolder {

    static final String SHARES = """
            policy,figure,term,kind,share,share_low,share_high
            none,success_rate,control.interval,main,,,
            replica-cap,success_rate,control.interval,main,0.6,0.5,0.7
            replica-cap,success_rate,telemetry.rate_window,main,0.1,0.05,0.15
            replica-cap,success_rate,control.interval × telemetry.rate_window,interaction,0.3,0.2,0.4
            replica-cap,goodput_requests_per_second,control.interval,main,0.45,0.3,0.6
            replica-cap,goodput_requests_per_second,telemetry.rate_window,main,0.55,0.4,0.7
            """;

    private VarianceFolder() {}

    static Path write(Path folder, String shares) {
        FixtureFolder.ofPoints(
                folder,
                HandMade.manifest("q", "replica-cap"),
                HandMade.POINT_HEADER.strip() + ",energy_joules_mean,energy_joules_low,energy_joules_high\n"
                        + "5s,none,20000,2,10,1,0.1,0.05,0.2,0,0.9,12,1,7.2e6,7.2e6,7.2e6\n"
                        + "10s,none,20000,2,10,2,0.2,0.1,0.3,0,0.9,12,1,7.2e6,7.2e6,7.2e6\n"
                        + "5s,replica-cap,20000,2,10,9,0.9,0.8,0.95,0,0.9,11,1,3.6e6,1.8e6,5.4e6\n"
                        + "10s,replica-cap,20000,2,10,5,0.5,0.4,0.6,0,0.9,11.5,1,5.4e6,5.4e6,5.4e6\n",
                HandMade.RUN_HEADER + "5s,r0,replica-cap,20000,0,0.9\n");
        FixtureFolder.write(folder.resolve("variance.csv"), shares);
        return folder;
    }
}
