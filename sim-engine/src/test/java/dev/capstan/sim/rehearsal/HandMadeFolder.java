package dev.capstan.sim.rehearsal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A results folder of a sweep over interval and cap, written by hand: two replications of each point. */
final class HandMadeFolder {

    private static final String CONDITIONS = """
            {"axes": ["5s", "18 kW"], "warmup_seconds": 0, "duration_seconds": 600,
             "cap": {"lowest_watts": 18000, "highest_watts": 18000, "contain_within_seconds": 60},
             "timers": {"control_interval_seconds": 5}, "guard_rails": {"hold_seconds": 60},
             "services": [{"name": "chat", "profile": "llama-3.1-8b-h100"}],
             "policies": [{"label": "none", "name": "none", "parameters": {}},
                          {"label": "floor", "name": "static-floor", "parameters": {"reserve_watts": 0}},
                          {"label": "band", "name": "three-band", "parameters": {"cap_ratio": 0.99}},
                          {"label": "strange", "name": "of-another-jar", "parameters": {}}]}""";

    private final Path folder;
    private final boolean sensitivity;
    private final List<String> points = new ArrayList<>();
    private final List<String> runs = new ArrayList<>();
    private final List<String> conditions = new ArrayList<>(List.of(CONDITIONS));

    HandMadeFolder(Path folder, boolean sensitivity) {
        this.folder = folder;
        this.sensitivity = sensitivity;
        String moved = sensitivity ? "parameter,end,value," : "";
        points.add("control.interval,cap.power," + moved
                + "policy,cap_watts,replications,disturbances,disturbances_contained,"
                + "success_rate,success_rate_low,success_rate_high,"
                + "stranded_watt_seconds_mean,stranded_watt_seconds_low,stranded_watt_seconds_high,"
                + "goodput_requests_per_second_mean,goodput_requests_per_second_low,goodput_requests_per_second_high");
        runs.add("control.interval,cap.power," + moved
                + "run_id,policy,cap_watts,replication,seed,disturbances,disturbances_contained");
    }

    /** Conditions of a point that differ from the first one's. */
    HandMadeFolder conditions(String interval, int kilowatts) {
        conditions.add(String.format(
                Locale.ROOT,
                "{\"axes\": [\"%s\", \"%d kW\"], \"cap\": {\"lowest_watts\": %d, \"highest_watts\": %d,"
                        + " \"contain_within_seconds\": 60}, \"timers\": {\"control_interval_seconds\": %s}}",
                interval,
                kilowatts,
                1000 * kilowatts,
                1000 * kilowatts,
                interval.replace("s", "")));
        return this;
    }

    HandMadeFolder point(
            String interval, int kilowatts, String policy, int disturbances, int contained, Object goodput) {
        return point(interval, kilowatts, ",,,", policy, disturbances, contained, goodput, 1000);
    }

    /** @param moved parameter, end and value, each with a comma behind */
    HandMadeFolder point(
            String interval,
            int kilowatts,
            String moved,
            String policy,
            int disturbances,
            int contained,
            Object goodput,
            int stranded) {
        String place = interval + "," + kilowatts + " kW," + (sensitivity ? moved : "");
        for (int replication = 0; replication < 2; replication++) {
            // The first replication has one disturbance, contained if any is, and the second has the rest.
            int ofThis = Math.min(1, disturbances);
            int containedOfThis = Math.min(1, contained);
            runs.add(place
                    + String.format(
                            Locale.ROOT,
                            "%05d-%s-r%d,%s,%d,%d,%d,%d,%d",
                            runs.size() - 1,
                            policy,
                            replication,
                            policy,
                            1000 * kilowatts,
                            replication,
                            9_007_199_254_740_993L + replication,
                            replication == 0 ? ofThis : disturbances - ofThis,
                            replication == 0 ? containedOfThis : contained - containedOfThis));
        }
        points.add(place + policy + "," + 1000 * kilowatts + ",2," + disturbances + "," + contained + ",,,,"
                + (stranded + "," + stranded + "," + stranded + ",") + (goodput + "," + goodput + "," + goodput));
        return this;
    }

    Path write(String mode) throws IOException {
        Files.writeString(folder.resolve("points.csv"), String.join("\n", points) + "\n");
        Files.writeString(folder.resolve("summary.csv"), String.join("\n", runs) + "\n");
        Files.writeString(
                folder.resolve("manifest.json"),
                "{\"capstan_version\": \"0.1.0\", \"name\": \"by hand\", \"mode\": \"" + mode
                        + "\", \"axes\": [{\"path\": \"control.interval\"}, {\"path\": \"cap.power\"}], \"conditions\": ["
                        + String.join(", ", conditions) + "]}");
        return folder;
    }
}
