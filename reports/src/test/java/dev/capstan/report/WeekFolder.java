package dev.capstan.report;

import java.nio.file.Path;

/**
 * A folder written by hand of a run of a week in steps of a minute on a row of two racks. Power is 6 kW, but for an excursion
 * from 300,000 to 300,020 s, whose seconds are told from 299,940 s on: at 300,000 s power is 9 kW, of which rack-a has 7 kW. The
 * policy sees 6 kW until 300,010 s and 9 kW from then on, when it acts.
 */
final class WeekFolder {

    private static final int DAYS = 7;
    private static final int BEGIN = 300_000;
    private static final int END = 300_020;

    private WeekFolder() {}

    static Path write(Path folder) {
        FixtureFolder.ofPoints(
                folder,
                HandMade.manifest("q", "replica-cap").replace("\"5s\", \"10s\"", "\"5s\""),
                HandMade.POINT_HEADER + "5s,replica-cap,8000,1,1,1,1,0.2,1,0,0.9,11,2\n",
                HandMade.RUN_HEADER + "5s,r0,replica-cap,8000,0,1\n");
        StringBuilder timeline = new StringBuilder(
                "time_seconds,power_mean_watts,power_max_watts,reference_power_watts,"
                        + "cap_watts,sensed_power_watts,ready_replicas,starting_replicas,terminating_replicas,waiting_requests\n");
        StringBuilder domains =
                new StringBuilder("time_seconds,domain,power_mean_watts,power_max_watts,limit_watts,breaker_heat\n");
        for (int end = 60; end <= DAYS * 86_400; end += 60) {
            boolean over = end > BEGIN && end <= BEGIN + 60;
            // A third of the minute at 9 kW.
            timeline.append(end)
                    .append(over ? ",7000,9000" : ",6000,6000")
                    .append(over ? ",7000" : ",6000")
                    .append(",8000,6000,4,0,0,0\n");
            domains.append(end).append(",row,6000,9000,8000,0.25\n");
            domains.append(end).append(over ? ",rack-a,5000,7000,7500,\n" : ",rack-a,4000,4000,7500,\n");
            domains.append(end).append(",rack-b,2000,2000,,\n");
        }
        StringBuilder seconds = new StringBuilder("time_seconds,power_watts,reference_power_watts,cap_watts,"
                + "sensed_power_watts,ready_replicas,starting_replicas,terminating_replicas,domain.rack-a.power_watts,"
                + "domain.rack-b.power_watts\n");
        for (int second = BEGIN - 60; second < END + 120; second++) {
            boolean over = second >= BEGIN && second < END;
            seconds.append(second + 1)
                    .append(over ? ",9000,9000,8000" : ",6000,6000,8000")
                    .append(second >= BEGIN + 10 ? ",9000,4,0,1" : ",6000,4,0,0")
                    .append(over ? ",7000,2000\n" : ",4000,2000\n");
        }
        FixtureFolder.write(folder.resolve("runs/r0/timeline.csv"), timeline.toString());
        FixtureFolder.write(folder.resolve("runs/r0/domains.csv"), domains.toString());
        FixtureFolder.write(folder.resolve("runs/r0/seconds.csv"), seconds.toString());
        FixtureFolder.write(
                folder.resolve("runs/r0/decisions.csv"),
                "time_seconds,code,reason,sensed_power_watts\n" + (BEGIN + 10)
                        + ",lower,9000 W are over the cap,9000\n");
        FixtureFolder.write(
                folder.resolve("runs/r0/events.csv"),
                "time_seconds,event,subject,detail\n" + BEGIN + ",excursion,row,20 s\n");
        return folder;
    }
}
