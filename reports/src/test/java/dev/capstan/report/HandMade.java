package dev.capstan.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Folders of a few points written by hand, one axis ({@code control.interval}) and the measures that answers use. */
final class HandMade {

    static final String POINT_HEADER = "control.interval,policy,cap_watts,replications,disturbances,"
            + "disturbances_contained,success_rate,success_rate_low,success_rate_high,stranded_watt_seconds_mean,"
            + "slo_attainment_mean,goodput_requests_per_second_mean,ttft_p99_seconds_mean\n";
    static final String RUN_HEADER = "control.interval,run_id,policy,cap_watts,replication,success_rate\n";

    private HandMade() {}

    static String manifest(String question, String policy) {
        return """
                {"name": "hand-made", "question": "%s", "mode": "requests", "contain_within_seconds": 15,
                 "axes": [{"path": "control.interval", "values": ["5s", "10s"]}],
                 "policies": [{"label": "none", "name": "none", "guarded": false, "parameters": {}},
                              {"label": "%s", "name": "replica-cap", "guarded": true, "parameters": {}}],
                 "traces": [], "notes": []}
                """.formatted(question, policy);
    }

    static Answer answer(Path folder, String... points) {
        return Answer.of(ResultsFolder.read(FixtureFolder.ofPoints(
                folder,
                manifest("q", "replica-cap"),
                POINT_HEADER + String.join("\n", points) + "\n",
                RUN_HEADER + runs(points))));
    }

    private static String runs(String... points) {
        List<String> rows = new ArrayList<>();
        for (String point : points) {
            String[] cells = point.split(",", -1);
            rows.add(String.join(",", cells[0], "r" + rows.size(), cells[1], cells[2], "0", cells[6]));
        }
        return String.join("\n", rows) + "\n";
    }
}
