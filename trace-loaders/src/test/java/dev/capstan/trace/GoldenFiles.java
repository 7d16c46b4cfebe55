package dev.capstan.trace;

import dev.capstan.trace.CarbonTrace.Scope;
import dev.capstan.trace.CarbonTrace.Signal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Small files of every format with the quirks of its sources, and what they do not say of themselves. */
final class GoldenFiles {

    static final PowerCsv.Columns METER_IN_KILOWATTS =
            new PowerCsv.Columns("time_seconds", "iso8601", "power_watts", "kW");
    static final PowerFormat NVIDIA_SMI = new PowerFormat.NvidiaSmi(ZoneId.of("Europe/Berlin"));
    static final PowerFormat DMON = new PowerFormat.DcgmDmon(2_000_000_000);
    static final PowerFormat EXPRESSION_IN_KILOWATTS = new PowerFormat.Prometheus("", Map.of(), "kW");
    static final CarbonFormat LOCAL_TIMES = new CarbonFormat.Table(
            "when", Optional.of(ZoneId.of("Europe/Berlin")), "level", "kg/MWh", "DE", Signal.AVERAGE, Scope.LIFE_CYCLE);

    private GoldenFiles() {}

    /** The columns of the generic files of requests. */
    static RequestMapping mapping(ArrivalUnit unit) {
        return new RequestMapping(
                "t",
                unit,
                "in",
                "out",
                Map.of(RequestLabel.MODEL, "m"),
                Optional.of(new RequestMapping.PrefixColumn("h", 16)));
    }

    /** A file by its place below the folder of golden files. */
    static Path file(String name) {
        try {
            return Path.of(Objects.requireNonNull(GoldenFiles.class.getResource("golden/" + name), name)
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** The files of a folder below that of golden files, by name. */
    static Stream<Path> in(String folder) {
        return list(file(folder)).stream();
    }

    static List<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
