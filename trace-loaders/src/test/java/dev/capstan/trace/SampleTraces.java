package dev.capstan.trace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * Makes the files of the module {@code traces-sample} again: {@link #main} writes them, {@link SampleTracesTest} compares
 * what is there with what would be written.
 */
final class SampleTraces {

    static final Path FOLDER = Path.of("..", "traces-sample");

    private static final String AZURE_2023 =
            "CC-BY-4.0, quantiles measured on Azure/AzurePublicDataset (Patel et al., Splitwise, ISCA 2024)";
    private static final String AZURE_2024 =
            "CC-BY-4.0, changes made, after Azure/AzurePublicDataset" + " (Stojkovic et al., DynamoLLM, HPCA 2025)";
    private static final String MEASURED =
            "Apache-2.0, measured for Capstan on one H200, see ../h200-measured/README.md";
    private static final String OWN = "Apache-2.0, synthetic: made for Capstan, not measured";

    private SampleTraces() {}

    public static void main(String[] arguments) throws IOException {
        for (String trace : new String[] {"conversation", "code"}) {
            write("lengths/azure-2023-" + trace + ".csv", lengths(trace));
            write("rates/azure-2024-week-" + trace + ".csv", rates(trace));
        }
        write("power/synthetic-gpu-row.csv", gpuRow());
        write("carbon/synthetic-solar-day.csv", solarDay());
        write("power/measured-h200-mixed.csv", measuredBoard());
    }

    private static void write(String path, String text) throws IOException {
        Files.writeString(FOLDER.resolve(path), text);
    }

    /** Token lengths measured on a request trace of 2023. */
    static String lengths(String trace) throws IOException {
        Path file = RealTraces.file("azure-llm-2023/AzureLLMInferenceTrace_" + source(trace) + ".csv");
        RequestTrace requests = RequestTraces.read(file);
        RequestTrace attributed = new RequestTrace(
                requests.arrivalNanos(),
                requests.inputTokens(),
                requests.outputTokens(),
                requests.start(),
                new TraceOrigin("", "", AZURE_2023));
        StringBuilder text = new StringBuilder();
        TokenLengths.measure(attributed).writeCsv(text);
        return text.toString();
    }

    /** The ten-minute rates of a week of 2024, as figures. */
    static String rates(String trace) throws IOException {
        StringBuilder text = new StringBuilder("# licence: " + AZURE_2024 + "\noffset_seconds,requests_per_second\n");
        try (CsvTable table =
                CsvTable.open(RealTraces.file("azure-week-rate-profile/" + source(trace) + "_10min.csv"))) {
            int offset = table.column("offset_s");
            int rate = table.column("requests_per_s_scaled");
            while (table.advance()) {
                text.append(table.text(offset))
                        .append(',')
                        .append(table.text(rate))
                        .append('\n');
            }
        }
        return text.toString();
    }

    /** What the H200 drew in its mixed load, every tenth of a second: the last reading of the moment before it. */
    static String measuredBoard() throws IOException {
        Path folder = FOLDER.resolve("h200-measured");
        double begin = Double.NaN;
        double end = Double.NaN;
        try (CsvTable points = CsvTable.open(folder.resolve("points.csv"))) {
            int phase = points.column("phase");
            while (points.advance()) {
                if (points.text(phase).equals("mixed")) {
                    begin = Double.parseDouble(points.text(points.column("begin_seconds")));
                    end = Double.parseDouble(points.text(points.column("end_seconds")));
                }
            }
        }
        StringBuilder text = new StringBuilder("# licence: " + MEASURED + "\ntime_seconds,power_watts\n");
        try (CsvTable samples = CsvTable.open(folder.resolve("samples.csv.gz"))) {
            int time = samples.column("time_seconds");
            int power = samples.column("power_instant_watts");
            int tenths = 0;
            String watts = "";
            while (samples.advance()) {
                double at = Double.parseDouble(samples.text(time));
                for (; begin + tenths * 0.1 < Math.min(at, end); tenths++) {
                    text.append(String.format(Locale.ROOT, "%.1f,%s\n", tenths * 0.1, watts));
                }
                watts = samples.text(power);
            }
        }
        return text.toString();
    }

    private static String source(String trace) {
        return trace.equals("conversation") ? "conv" : "code";
    }

    /**
     * Four hours of a row of 32 servers with 8 GPUs each at 1 s. A server draws 2,445 W idle and 6,286 W busy, the 2nd
     * percentile and the plateau of an 8x H200 server at 500 W a GPU in MLPerf Inference v4.1 (NVIDIA, Llama-2-70B Server).
     * The busy share is a morning rise, three lasting steps, bursts of 10 to 50 s and a little noise.
     */
    static String gpuRow() {
        int servers = 32;
        double idleWatts = 2_445;
        double busyWatts = 6_286;
        int seconds = 4 * 3_600;
        RandomStream noiseDraws = RandomStream.named(1, "sample.power.noise");
        RandomStream burstDraws = RandomStream.named(1, "sample.power.bursts");
        StringBuilder text = new StringBuilder("# licence: " + OWN + "\ntime_seconds,power_watts\n");
        double noise = 0;
        double burst = 0;
        double burstTarget = 0;
        double untilToggle = 300 * burstDraws.nextExponential();
        for (int second = 0; second < seconds; second++) {
            double rise = 0.45 + 0.30 * (1 - StrictMath.cos(StrictMath.PI * second / seconds)) / 2;
            double step = (second >= 4_200 ? 0.06 : 0) - (second >= 7_800 ? 0.10 : 0) + (second >= 10_800 ? 0.08 : 0);
            if (--untilToggle < 0) {
                boolean begins = burstTarget == 0;
                burstTarget = begins ? 0.10 + 0.15 * burstDraws.nextDouble() : 0;
                untilToggle = begins ? 10 + 40 * burstDraws.nextDouble() : 300 * burstDraws.nextExponential();
            }
            burst += (burstTarget - burst) / 3; // Batches fill and drain within seconds.
            noise = 0.9 * noise + 0.004 * noiseDraws.nextGaussian();
            double busy = Math.max(0, Math.min(1, rise + step + burst + noise));
            long watts = Math.round(servers * (idleWatts + (busyWatts - idleWatts) * busy));
            text.append(second).append(',').append(watts).append('\n');
        }
        return text.toString();
    }

    /**
     * One day, hour by hour: 320 g/kWh, less a solar dip of 180 around 12:30, more an evening peak of 90 around 19:30 and
     * a morning one of 40 around 7:30, each a bell of the width given.
     */
    static String solarDay() {
        Instant start = Instant.parse("2024-06-21T00:00:00Z");
        StringBuilder text = new StringBuilder(
                "# licence: " + OWN
                        + "\n# zone: SYNTHETIC\n# signal: average\n# scope: life-cycle\ntime_utc,carbon_grams_per_kilowatt_hour\n");
        for (int hour = 0; hour < 24; hour++) {
            double grams = 320 - 180 * bell(hour, 12.5, 3) + 90 * bell(hour, 19.5, 1.8) + 40 * bell(hour, 7.5, 1.5);
            text.append(start.plus(Duration.ofHours(hour))).append(String.format(Locale.ROOT, ",%.1f\n", grams));
        }
        return text.toString();
    }

    /** Height 1 at the centre; taken in the middle of the hour. */
    private static double bell(int hour, double centre, double width) {
        double distance = (hour + 0.5 - centre) / width;
        return StrictMath.exp(-distance * distance / 2);
    }
}
