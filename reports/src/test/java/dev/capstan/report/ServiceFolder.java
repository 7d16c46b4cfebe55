package dev.capstan.report;

import java.nio.file.Path;

/** A folder written by hand of a sweep with two services, at two settings each. */
final class ServiceFolder {

    static final String HEADER = "control.interval,policy,cap_watts,service,replications,"
            + "goodput_requests_per_second_mean,goodput_requests_per_second_low,goodput_requests_per_second_high,"
            + "slo_attainment_mean,slo_attainment_low,slo_attainment_high,"
            + "active_energy_joules_mean,active_energy_joules_low,active_energy_joules_high,"
            + "ttft_p99_seconds_mean,ttft_p99_seconds_low,ttft_p99_seconds_high\n";

    private ServiceFolder() {}

    static Path write(Path folder) {
        return write(folder, """
                5s,none,20000,chat,3,11,11,11,0.9,0.8,0.99,3600000,3600000,3600000,,,
                5s,none,20000,batch,3,2,1,3,,,,7200000,7000000,7400000,,,
                10s,none,20000,chat,3,99,99,99,0.9,0.8,0.99,3600000,3600000,3600000,,,
                10s,none,20000,batch,3,99,99,99,,,,7200000,7000000,7400000,,,
                5s,replica-cap,20000,chat,3,66,66,66,0.5,0.4,0.6,1,1,1,,,
                5s,replica-cap,20000,batch,3,66,66,66,0.5,0.4,0.6,1,1,1,,,
                10s,replica-cap,20000,chat,3,10,9,11,0.999,0.998,1,1800000,1700000,1900000,,,
                10s,replica-cap,20000,batch,3,0,0,0,0,0,0,0,0,0,,,
                """);
    }

    /** The best setting of {@code replica-cap} is 10 s, that of {@code none} 5 s. */
    static Path write(Path folder, String services) {
        FixtureFolder.ofPoints(
                folder,
                HandMade.manifest("q", "replica-cap"),
                HandMade.POINT_HEADER
                        + "5s,none,20000,3,10,5,0.5,0.2,0.8,0,0.9,13,1\n"
                        + "10s,none,20000,3,10,4,0.4,0.2,0.8,0,0.9,198,1\n"
                        + "5s,replica-cap,20000,3,10,6,0.6,0.2,0.8,0,0.5,132,1\n"
                        + "10s,replica-cap,20000,3,10,9,0.9,0.2,0.8,0,0.9,10,1\n",
                HandMade.RUN_HEADER + "5s,r0,none,20000,0,0.5\n");
        FixtureFolder.write(folder.resolve("service-points.csv"), HEADER + services);
        return folder;
    }
}
