package dev.capstan.report;

import java.nio.file.Path;
import java.util.Locale;

/** A folder written by hand of a league of three policies: one load, two kinds of faults, two caps, two replications. */
final class LeagueFolder {

    private static final String PLACE = "load,faults,cap.share,";
    private static final String POINTS = PLACE + "policy,cap_watts,replications,disturbances,disturbances_contained,"
            + "success_rate,success_rate_low,success_rate_high,time_under_cap_fraction_mean,slo_attainment_mean,"
            + "goodput_requests_per_second_mean,joules_per_output_token_mean,stranded_watt_seconds_mean,breaker_trips_mean\n";
    private static final String RUNS = PLACE + "run_id,policy,cap_watts,replication,success_rate,duration_seconds\n";
    private static final String COMPARISON = PLACE + "policy,against,cap_watts,replications"
            + columns("success_rate")
            + columns("time_under_cap_fraction")
            + columns("breaker_trips")
            + columns("slo_attainment")
            + columns("goodput_requests_per_second")
            + columns("joules_per_output_token")
            + columns("stranded_watt_seconds")
            + "\n";

    static final String MANIFEST = """
            {"name": "hand-made", "question": "Who?", "mode": "requests", "replications": 2, "capstan_version": "0.1.0",
             "duration_seconds": 1800, "warmup_seconds": 60,
             "axes": [{"path": "load", "values": ["code"]}, {"path": "faults", "values": ["none", "telemetry"]},
                      {"path": "cap.share", "values": ["60 %", "100 %"]}],
             "policies": [{"label": "none", "name": "none", "guarded": true, "parameters": {}},
                          {"label": "polca", "name": "polca", "guarded": true, "parameters": {}},
                          {"label": "capstan", "name": "capstan", "guarded": true, "parameters": {}}],
             "traces": [{"role": "load of code", "name": "bursts", "licence": "CC-BY-4.0"}],
             "notes": ["Power is modelled."]}
            """;

    private final StringBuilder points = new StringBuilder(POINTS);
    private final StringBuilder runs = new StringBuilder(RUNS);
    private final StringBuilder comparison = new StringBuilder(COMPARISON);

    private LeagueFolder() {}

    /**
     * At 60 % without faults {@code capstan} beats the only other as safe, at 100 % it cannot be told from it; with faults it
     * loses at 60 % and nobody is as safe at 100 %.
     */
    static Path write(Path folder) {
        LeagueFolder league = new LeagueFolder();
        String place = "code,none,60 %,";
        league.point(place, "none", "6000,2,20,5,0.25,0.11,0.47,0.6,0.95,14.5,5,0,0.5");
        league.point(place, "polca", "6000,2,20,20,1,0.84,1,0.97,0.8,12,5.5,1800,0");
        league.point(place, "capstan", "6000,2,20,20,1,0.84,1,0.99,0.85,13,5.2,3600,0");
        league.compare(
                place,
                "none",
                "6000",
                "-0.75,0.1",
                "-0.395,0.05",
                "0.5,1",
                "0.1,0.02",
                "1.5,0.31",
                "-0.2,0.1",
                "-3600,360");
        league.compare(
                place, "polca", "6000", "0,0", "-0.02,0.01", "0,0", "-0.05,0.01", "-1,0.2", "0.3,0.1", "-1800,180");
        place = "code,none,100 %,";
        league.point(place, "none", "10000,2,0,0,,,,0.999,1,15,4.9,0,0");
        league.point(place, "polca", "10000,2,0,0,,,,1,0.98,14.8,5.1,0,0");
        league.point(place, "capstan", "10000,2,0,0,,,,1,0.99,14.9,5,0,0");
        league.compare(place, "none", "10000", ",", "-0.001,0.0005", "0,0", "0.01,0.01", "0.1,0.05", "-0.1,0.1", "0,0");
        league.compare(place, "polca", "10000", ",", "0,0", "0,0", "-0.01,0.02", "-0.1,0.16", "0.1,0.1", "0,0");
        place = "code,telemetry,60 %,";
        league.point(place, "none", "6000,2,20,4,0.2,0.08,0.42,0.6,0.94,14.4,5,0,0");
        league.point(place, "polca", "6000,2,20,19,0.95,0.76,0.99,0.97,0.9,13.5,5.5,0,0");
        league.point(place, "capstan", "6000,2,20,18,0.9,0.7,0.97,0.98,0.85,13,5.2,0,0");
        league.compare(
                place, "none", "6000", "-0.7,0.1", "-0.38,0.05", "0,0", "0.09,0.02", "1.4,0.3", "-0.2,0.1", "0,0");
        league.compare(
                place, "polca", "6000", "0.05,0.08", "-0.01,0.01", "0,0", "0.05,0.01", "0.5,0.3", "0.3,0.1", "0,0");
        place = "code,telemetry,100 %,";
        league.point(place, "none", "10000,2,0,0,,,,0.999,1,15,4.9,0,0");
        league.point(place, "polca", "10000,2,2,1,0.5,0.09,0.91,0.999,0.98,14.9,5.1,0,0");
        league.point(place, "capstan", "10000,2,0,0,,,,1,0.99,14.9,5,0,0");
        league.compare(place, "none", "10000", ",", "-0.001,0.0005", "0,0", "0.01,0.01", "0.1,0.05", "-0.1,0.1", "0,0");
        league.compare(place, "polca", "10000", ",", "-0.001,0.0005", "0,0", "-0.01,0.02", "0,0.16", "0.1,0.1", "0,0");
        FixtureFolder.ofPoints(folder, MANIFEST, league.points.toString(), league.runs.toString());
        FixtureFolder.write(folder.resolve("comparison.csv"), league.comparison.toString());
        return folder;
    }

    private void point(String place, String policy, String cells) {
        points.append(place).append(policy).append(',').append(cells).append('\n');
        for (int replication = 0; replication < 2; replication++) {
            runs.append(place)
                    .append("r")
                    .append(runs.length())
                    .append(',')
                    .append(policy)
                    .append(',');
            runs.append(cells, 0, cells.indexOf(',') + 1).append(replication).append(",,1800\n");
        }
    }

    /** @param differences mean and half its interval each, in the order of the columns */
    private void compare(String place, String policy, String capWatts, String... differences) {
        comparison
                .append(place)
                .append(policy)
                .append(",capstan,")
                .append(capWatts)
                .append(",2");
        for (String difference : differences) {
            String[] parts = difference.split(",", -1);
            if (parts[0].isEmpty()) {
                comparison.append(",,,");
            } else {
                double mean = Double.parseDouble(parts[0]);
                double half = Double.parseDouble(parts[1]);
                comparison.append(String.format(Locale.ROOT, ",%.6f,%.6f,%.6f", mean, mean - half, mean + half));
            }
        }
        comparison.append('\n');
    }

    private static String columns(String name) {
        String column = "," + name + "_difference";
        return column + "_mean" + column + "_low" + column + "_high";
    }
}
