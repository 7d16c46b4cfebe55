package dev.capstan.report;

import java.nio.file.Path;

/** A folder written by hand of a sweep that moved three parameters for two policies. */
final class SensitivityFolder {

    private static final String PLACE = "control.interval,parameter,end,value,";

    private SensitivityFolder() {}

    static Path write(Path folder) {
        String manifest = HandMade.manifest("q", "replica-cap")
                .replace("\"5s\", \"10s\"", "\"5s\"")
                .replace("\"traces\"", """
                "sensitivity": [
                  {"parameter": "services[].adjust.gamma", "name": "gamma", "band": "1.5 to 3", "source": "caps"},
                  {"parameter": "cluster.server_base", "name": "server base", "band": "±15 %", "source": "MLPerf"},
                  {"parameter": "cluster.pue", "name": "PUE", "band": "1.1 to 1.4", "source": "assumption"}],
                "traces\"""");
        FixtureFolder.ofPoints(
                folder,
                manifest,
                PLACE
                        + HandMade.POINT_HEADER
                                .substring("control.interval,".length())
                                .strip()
                        + ",out_of_range_time_share_mean\n"
                        + "5s,,,,none,20000,5,100,10,0.1,0.055,0.174,0,0.94,11.9,1.4,0.25\n"
                        + "5s,,,,replica-cap,20000,5,100,80,0.8,0.711,0.867,0,0.9,11,2,0.5\n"
                        + "5s,services[].adjust.gamma,low,1.5,replica-cap,20000,5,100,90,0.9,0.825,0.945,0,0.9,11,2,0.9\n"
                        + "5s,services[].adjust.gamma,high,3,replica-cap,20000,5,100,60,0.6,0.502,0.691,0,0.9,11,2,0.5\n",
                PLACE + HandMade.RUN_HEADER.substring("control.interval,".length())
                        + "5s,,,,r0,none,20000,0,0.1\n5s,,,,r1,replica-cap,20000,0,0.8\n"
                        + "5s,services[].adjust.gamma,low,1.5,r2,replica-cap,20000,0,0.9\n"
                        + "5s,services[].adjust.gamma,high,3,r3,replica-cap,20000,0,0.6\n");
        FixtureFolder.write(
                folder.resolve("sensitivity.csv"),
                "control.interval,policy,cap_watts,parameter,end,value,replications,success_rate_change_mean,"
                        + "success_rate_change_low,success_rate_change_high,energy_joules_change_mean,"
                        + "energy_joules_change_low,energy_joules_change_high,carbon_grams_change_mean,"
                        + "carbon_grams_change_low,carbon_grams_change_high\n"
                        + "5s,none,20000,services[].adjust.gamma,low,1.5,5,0,0,0,0,0,0,,,\n"
                        + "5s,none,20000,services[].adjust.gamma,high,3,5,0,0,0,0,0,0,,,\n"
                        + "5s,none,20000,cluster.server_base,high,1552.5 W,5,0.05,-0.01,0.11,360000,360000,360000,,,\n"
                        + "5s,replica-cap,20000,cluster.server_base,high,1552.5 W,5,-0.12,-0.2,-0.04,7200000,1,2,,,\n"
                        + "5s,replica-cap,20000,services[].adjust.gamma,low,1.5,5,0.1,0.05,0.15,-3600000,-1,1,,,\n"
                        + "5s,replica-cap,20000,services[].adjust.gamma,high,3,5,-0.2,-0.3,-0.1,3600000,-1,1,,,\n"
                        + "5s,replica-cap,20000,cluster.pue,low,1.1,5,,,,0,0,0,,,\n");
        return folder;
    }
}
