package dev.capstan.sim.validation;

import dev.capstan.sim.serving.Hardware;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.math3.stat.StatUtils;

/** C6: wall power of a server with eight H200. */
final class WallPowerSuite extends DataSuite {

    private static final String SOURCE = "S-MLP mlcommons/inference_results_v4.1 @198fc46, spl.txt";
    private static final double GPU_WATTS = 8 * 500;

    WallPowerSuite() {
        super(
                "wall-power",
                "C6: the wall power of a server with eight H200, each at a cap of 500 W, in MLPerf "
                        + "Inference v4.1. The plateau is the mean of the samples within 5 % of the 90th "
                        + "percentile. The model must meet both plateaus within 5 %; its base fitted on the "
                        + "Server run must meet the Offline run within 100 W.",
                Map.of("plateau, Offline, base fitted on Server", "the two runs differ by that at the same cap"));
    }

    @Override
    List<Check> checks(Path data) throws IOException {
        Path folder = data.resolve("mlperf-v4.1-h200x8/maxq/llama2-70b-99");
        if (!Files.isDirectory(folder)) {
            return List.of(skipped("plateaus of 8x H200 at 500 W", folder));
        }
        Hardware.Server server = Hardware.server("8xH200");
        double modelled = server.wallWatts(GPU_WATTS);
        double serverRun = plateauWatts(folder.resolve("Server/spl.txt"));
        double offlineRun = plateauWatts(folder.resolve("Offline/spl.txt"));
        double base = serverRun - server.wallWattsPerGpuWatt() * GPU_WATTS;
        List<Check> checks = new ArrayList<>();
        checks.add(within("plateau, Server", SOURCE, "W", serverRun, modelled, 0.05 * serverRun));
        checks.add(within("plateau, Offline", SOURCE, "W", offlineRun, modelled, 0.05 * offlineRun));
        checks.add(within(
                "plateau, Offline, base fitted on Server",
                SOURCE,
                "W",
                offlineRun,
                base + server.wallWattsPerGpuWatt() * GPU_WATTS,
                100));
        return checks;
    }

    static double plateauWatts(Path log) throws IOException {
        List<Double> watts = new ArrayList<>();
        for (CSVRecord row : Csv.bare(log)) {
            if (row.size() > 3 && row.get(0).equals("Time")) {
                watts.add(Csv.number(row, 3));
            }
        }
        double[] all = watts.stream().mapToDouble(d -> d).toArray();
        double high = StatUtils.percentile(all, 90);
        return StatUtils.mean(Arrays.stream(all).filter(w -> w >= 0.95 * high).toArray());
    }
}
