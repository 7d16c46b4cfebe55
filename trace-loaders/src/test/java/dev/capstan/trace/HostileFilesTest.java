package dev.capstan.trace;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** Whatever the bytes of a file are, a reader returns a trace or throws {@link TraceException}, and nothing else. */
class HostileFilesTest {

    private static final List<Consumer<Path>> READERS = List.of(
            RequestTraces::read,
            PowerCsv::read,
            file -> PowerCsv.read(file, new PowerCsv.Columns("time_seconds", "iso8601", "power_watts", "kW")),
            PowerRecordings::read,
            file -> PowerRecordings.read(file, new PowerFormat.DcgmDmon(1_000_000_000)),
            file -> PowerRecordings.read(file, new PowerFormat.NvidiaSmi(ZoneId.of("Europe/Berlin"))),
            file -> PowerRecordings.read(file, new PowerFormat.Prometheus("", Map.of(), "kW")),
            file -> CarbonTraces.read(file, CarbonTrace.Scope.DIRECT),
            file -> CarbonTraces.read(file, CarbonTrace.Scope.LIFE_CYCLE),
            file -> CarbonTraces.read(file, new CarbonFormat.NesoForecast()),
            PriceTraces::read,
            RateProfile::read,
            TokenLengths::read);

    private static final List<String> SOUND_FILES = List.of(
            "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:03.9799600,4808,10\r\n"
                    + "2024-05-10 00:00:01+00:00,2399,6",
            "# start: 2024-05-10T00:00:00Z\narrival_seconds,input_tokens,output_tokens\n0,1,2\n1.5,3,4\n",
            "time_seconds,power_watts\n0,5\n1.25,6e2\n2,\"7\"\n",
            "time_seconds,power_watts\n2024-04-29T17:39:05Z,5\n2024-04-29T17:39:06+02:00,6\n",
            "Time,07-17-2024 20:49:56.945,Watts,2511.1,Volts\nTime,07-17-2024 20:49:57.945,Watts,2516.6,Volts\n",
            """
            # zone: GB
            # signal: average
            # scope: direct
            time_utc,carbon_grams_per_kilowatt_hour
            2024-06-01T00:00Z,100
            2024-06-01T01:00:00Z,90.5
            """,
            "Datetime (UTC),Zone Id,Carbon Intensity gCO\u2082eq/kWh (direct)\r\n2024-01-01 00:00:00,X,6\r\n",
            """
            # series 1: {"name":"a","end_seconds":"3","labels":{"b":"c"}}
            time_seconds,series,power_watts,gap_until_seconds,gap_reason
            0,a,5,,
            1,a,,2,missing
            2,a,6,,
            """,
            "timestamp, index, power.draw [W]\n2024/04/29 17:39:05.123, 0, 350.50 W\n2024/04/29 17:39:06.123, 0, [N/A]\n",
            "1777514879,1, 126.99, 63, 2670, 6\n1777514881,1, 449.98, 70, 2220, 100\n",
            """
            DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="G"} 5 1714412345000
            DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="G"} 6 1714412346.5
            """,
            "#Entity POWER\nID W\nGPU 0 70.1\nGPU 0 N/A\n",
            "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":"
                    + "{\"__name__\":\"kepler_node_gpu_watts\"},\"values\":[[1795457350,\"1\"],[1795457365.5,\"NaN\"]]}]}}",
            "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":{},"
                    + "\"values\":[[1795457350,\"1\"],[1795457365.5,\"2\"]]}]}}",
            "time_seconds,series,power_watts\n0,a,1\n0,b,2\n1,a,3\n1,b,4\n",
            "time_utc,UUID,DCGM_FI_DEV_POWER_USAGE\n2024-04-29T17:39:05Z,a,5\n2024-04-29T17:39:06Z,a,6\n",
            "{\"zone\":\"FR\",\"history\":[{\"carbonIntensity\":52,\"datetime\":\"2024-06-01T00:00:00Z\","
                    + "\"emissionFactorType\":\"lifecycle\"}]}",
            "{\"data\":[{\"from\":\"2018-01-20T12:00Z\",\"to\":\"2018-01-20T12:30Z\",\"intensity\":{\"forecast\":266,"
                    + "\"actual\":263}}]}",
            "{\"data\":[{\"point_time\":\"2023-06-08T00:00:00+00:00\",\"value\":1000}],\"meta\":{\"region\":\"C\","
                    + "\"signal_type\":\"co2_moer\",\"units\":\"lbs_co2_per_mwh\"}}",
            "point_time,value,region,signal_type,units\n2023-06-08T00:00Z,10,C,co2_moer,lbs_co2_per_mwh\n",
            """
            # zone: DE-LU
            # currency: EUR
            time_utc,price_per_megawatt_hour
            2024-06-01T00:00Z,-1.5
            2024-06-01T00:15Z,20
            """,
            "{\"zone\":\"DE\",\"currency\":\"EUR\",\"unit\":\"MWh\",\"prices\":[{\"time\":\"2024-06-01T00:00Z\","
                    + "\"price\":-1}]}",
            "offset_seconds,requests_per_second\n0,1.5\n600,2\n",
            "quantile,input_tokens,output_tokens\n0,1,1\n0.5,7,8\n1,9,9\n");

    private static final String[] SPLINTERS = {
        "",
        "\"",
        ",",
        "\n",
        "\r",
        "#",
        "-",
        "9999999999999999999",
        "1e999999999",
        "NaN",
        "\u0000",
        "\uFEFF",
        ".",
        "Z",
        ":"
    };

    @FuzzTest(maxDuration = "1m")
    void readersSurviveAnyBytes(byte[] bytes) {
        readWithAll(bytes);
    }

    @Test
    void readersSurviveSoundFilesWithOnePlaceBroken() throws IOException {
        RandomStream random = RandomStream.named(1, "hostile");
        for (String sound : SOUND_FILES) {
            for (int i = 0; i < 80; i++) {
                int from = random.nextInt(sound.length());
                int to = Math.min(sound.length(), from + random.nextInt(4));
                String broken =
                        sound.substring(0, from) + SPLINTERS[random.nextInt(SPLINTERS.length)] + sound.substring(to);
                readWithAll(broken.getBytes(UTF_8));
            }
        }
    }

    @Test
    void readersSurviveFilesCutAnywhere() throws IOException {
        for (String sound : SOUND_FILES) {
            byte[] packed = gzip(sound.getBytes(UTF_8));
            for (int length = 0; length < sound.length(); length++) {
                readWithAll(sound.substring(0, length).getBytes(UTF_8));
            }
            for (int length = 0; length < packed.length; length++) {
                readWithAll(Arrays.copyOf(packed, length));
            }
        }
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    private static void readWithAll(byte[] bytes) {
        try {
            Path file = Files.createTempFile("hostile", ".csv");
            try {
                Files.write(file, bytes);
                for (Consumer<Path> reader : READERS) {
                    try {
                        reader.accept(file);
                    } catch (TraceException expected) {
                        // The one way to refuse a file.
                    }
                }
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
