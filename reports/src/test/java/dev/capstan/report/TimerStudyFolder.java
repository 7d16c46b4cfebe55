package dev.capstan.report;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A folder written by hand of a study of timers: a cap of 10 kW that demand of 12 kW passes from 6 kW, three exporters, two rate
 * windows, two operator intervals, two replications with 10 disturbances each, of which one passes by itself.
 */
final class TimerStudyFolder {

    private static final String AXES =
            "faults,exporter,telemetry.scrape_interval,telemetry.rate_window,control.interval,"
                    + "services[0].autoscaler.hpa_sync,cold_start,cap.power,";
    private static final String MANIFEST = """
            {"name": "study", "question": "Which?", "mode": "requests", "replications": 2, "capstan_version": "0.1.0",
             "duration_seconds": 1000, "warmup_seconds": 60, "contain_within_seconds": 60,
             "axes": [{"path": "faults", "values": ["none", "telemetry"]},
                      {"path": "exporter", "values": ["kepler-5s", "dcgm-30s", "dcgm-energy-30s"]},
                      {"path": "telemetry.scrape_interval", "values": ["5s"]},
                      {"path": "telemetry.rate_window", "values": ["30s", "2m"]},
                      {"path": "control.interval", "values": ["5s", "60s"]},
                      {"path": "services[0].autoscaler.hpa_sync", "values": ["15s"]},
                      {"path": "cold_start", "values": ["85s"]},
                      {"path": "cap.power", "values": ["10 kW"]}],
             "policies": [{"label": "none", "name": "none", "guarded": true, "parameters": {}},
                          {"label": "static-floor", "name": "static-floor", "guarded": true, "parameters": {}},
                          {"label": "three-band", "name": "three-band", "guarded": true, "parameters": {"cap_ratio": 0.9}},
                          {"label": "hungry", "name": "climatik-shipped", "guarded": false, "parameters": {}}],
             "notes": ["Power is modelled."],
             "conditions": [%s]}
            """;

    private final StringBuilder points =
            new StringBuilder(AXES + "policy,cap_watts,disturbances,success_rate,success_rate_low,success_rate_high\n");
    private final StringBuilder runs = new StringBuilder(
            AXES
                    + "run_id,policy,cap_watts,replication,success_rate,disturbances,disturbances_contained,duration_seconds,"
                    + "over_cap_seconds,over_cap_joules,mean_power_watts,longest_excursion_seconds,excursions,goodput_requests_per_second\n");
    private final StringBuilder conditions = new StringBuilder();

    private TimerStudyFolder() {}

    static Path write(Path folder) {
        TimerStudyFolder study = new TimerStudyFolder();
        for (String faults : List.of("none", "telemetry")) {
            int lost = faults.equals("none") ? 0 : 2;
            for (String window : List.of("30s", "2m")) {
                boolean quick = window.equals("30s");
                study.loop(faults, "kepler-5s", window, "5s", quick ? 10 - lost : 2, quick ? 10 - lost : 1, 8);
                study.loop(faults, "kepler-5s", window, "60s", quick ? 9 - lost : 1, quick ? 8 - lost : 1, 9);
                study.loop(faults, "dcgm-30s", window, "5s", 10 - lost, 10 - lost, quick ? 8 : 7);
                study.loop(faults, "dcgm-30s", window, "60s", 6 - lost, 8 - lost, 9);
                study.loop(faults, "dcgm-energy-30s", window, "5s", 5 - lost, 5 - lost, 6);
                study.loop(faults, "dcgm-energy-30s", window, "60s", 5 - lost, 5 - lost, 6);
            }
        }
        FixtureFolder.ofPoints(
                folder, MANIFEST.formatted(study.conditions), study.points.toString(), study.runs.toString());
        FixtureFolder.write(folder.resolve("effects.csv"), """
                axis,value,policy,points,replications,success_rate_mean,success_rate_low,success_rate_high
                telemetry.rate_window,30s,three-band,12,2,0.7,0.6,0.8
                telemetry.rate_window,2m,three-band,12,2,0.4,0.3,0.5
                """);
        FixtureFolder.write(folder.resolve("variance.csv"), """
                policy,figure,term,kind,share,share_low,share_high
                three-band,success_rate,control.interval,main,0.2,0.15,0.25
                three-band,success_rate,telemetry.rate_window,main,0.6,0.55,0.65
                three-band,success_rate,telemetry.rate_window × control.interval,interaction,0.1,0.05,0.15
                three-band,success_rate,,rest,0.1,0.05,0.15
                three-band,goodput_requests_per_second,control.interval,main,0.4,0.3,0.5
                three-band,goodput_requests_per_second,,rest,0.6,0.5,0.7
                hungry,success_rate,exporter,main,0.9,0.8,1
                static-floor,success_rate,exporter,main,,,
                """);
        return folder;
    }

    /** @param first and {@code second}: what three-band contains of 10 in either replication */
    private void loop(
            String faults, String exporter, String window, String operator, int first, int second, double goodput) {
        String place = faults + "," + exporter + ",5s," + window + "," + operator + ",15s,85s,10 kW,";
        // Of 1000 s 400 s are 2 kW over the cap; 8.4 kW in the mean leave 6 kW for the others.
        policy(place, "none", 1, 1, "400,800000,8400,250,10", 10);
        policy(place, "static-floor", 10, 10, "0,0,5000,0,0", 4);
        policy(place, "three-band", first, second, "80,100000,7000,20," + (window.equals("30s") ? 10 : 25), goodput);
        policy(place, "hungry", first, second, "0,0,3000,0,0", 1);
        conditions
                .append(conditions.isEmpty() ? "" : ", ")
                .append(String.format(
                        Locale.ROOT,
                        """
                {"axes": ["%s", "%s", "5s", "%s", "%s", "15s", "85s", "10 kW"],
                 "timers": {"power_source": "%s", "control_interval_seconds": %s, "exporter_interval_seconds": %s,
                            "scrape_interval_seconds": 5, "rate_window_seconds": %s, "gpu_limit_latency_seconds": 0.5}}
                """,
                        faults,
                        exporter,
                        window,
                        operator,
                        exporter.equals("dcgm-30s") ? "power-gauge" : "energy-counter",
                        operator.replace("s", ""),
                        exporter.equals("kepler-5s") ? "5" : "30",
                        window.equals("30s") ? "30" : "120"));
    }

    private void policy(String place, String policy, int first, int second, String power, double goodput) {
        points.append(place).append(policy).append(",10000,20,");
        points.append((first + second) / 20.0).append(",0,1\n");
        for (int replication = 0; replication < 2; replication++) {
            int contained = replication == 0 ? first : second;
            runs.append(place)
                    .append("run")
                    .append(runs.length())
                    .append(',')
                    .append(policy)
                    .append(",10000,");
            runs.append(replication)
                    .append(',')
                    .append(contained / 10.0)
                    .append(",10,")
                    .append(contained);
            runs.append(",1000,").append(power).append(',').append(goodput).append('\n');
        }
    }
}
