package dev.capstan.trace;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads and writes power of several meters. The format of a file is told by its content:
 *
 * <ul>
 *   <li>Capstan's own CSV, as {@link #writeCsv} makes it;
 *   <li>logs of SPEC's PTDaemon (UTC), one series {@code wall};
 *   <li>CSV of {@code nvidia-smi --query-gpu} with {@code timestamp} and {@code power.draw}, with and without header and
 *       units;
 *   <li>{@code epoch_s, gpu, W, degC, MHz, util} without a header;
 *   <li>dumps of DCGM's exporter and of Kepler in the text form of Prometheus, where the samples have times; CSV with a
 *       column {@code DCGM_FI_DEV_POWER_USAGE};
 *   <li>the JSON answer of Prometheus to {@code query_range} for one of their metrics;
 *   <li>CSV with {@code time_seconds}, {@code epoch_s}, {@code epoch_ms} or {@code time_utc}, and {@code power_watts} and
 *       {@code series}, or a column {@code ..._watts} for each meter.
 * </ul>
 *
 * <p>All may be gzip. Marks for "no value" and silences become gaps; any other fault refuses the whole file.
 */
public final class PowerRecordings {

    private static final int SNIFFED_BYTES = 4096;

    /** A sample of an exporter, or a comment that only exporters write. */
    private static final Pattern EXPOSITION = Pattern.compile(
            "# (HELP|TYPE|UNIT) .*|[a-zA-Z_:][a-zA-Z0-9_:]*(\\{[^\\n]*})?[ \\t]+[^ ,]+([ \\t]+[0-9.]+)?|\\{__name__=.*");

    private static final Pattern DMON = Pattern.compile("#\\s*Entity\\b.*");

    private PowerRecordings() {}

    /**
     * Reads a file that says itself what it means.
     *
     * @throws TraceException where it cannot be read, or does not say enough: then give a {@link PowerFormat}
     */
    public static PowerRecording read(Path file) {
        return read(file, Optional.empty());
    }

    /**
     * Reads a file of a format that does not say all.
     *
     * @throws TraceException where it cannot be read
     */
    public static PowerRecording read(Path file, PowerFormat format) {
        return read(file, Optional.of(format));
    }

    /**
     * Writes a recording in Capstan's own form, without loss.
     *
     * @throws TraceException where the file cannot be written
     */
    public static void writeCsv(PowerRecording recording, Path file) {
        try (Writer out = Files.newBufferedWriter(file)) {
            writeCsv(recording, out);
        } catch (IOException e) {
            throw new TraceException(file, "cannot be written (" + e.getMessage() + ")", e);
        }
    }

    /** Writes a recording in Capstan's own form, without loss. */
    public static void writeCsv(PowerRecording recording, Appendable out) throws IOException {
        PowerRecordingCsv.write(recording, out);
    }

    private static PowerRecording read(Path file, Optional<PowerFormat> format) {
        try {
            Content found = contentOf(firstLine(file));
            Content content = format.map(given -> contentOf(given, found)).orElse(found);
            Optional<PowerFormat.Prometheus> metric =
                    format.filter(PowerFormat.Prometheus.class::isInstance).map(PowerFormat.Prometheus.class::cast);
            return switch (content) {
                case DMON -> DcgmDmonText.read(file, format.map(PowerFormat.DcgmDmon.class::cast));
                case PROMETHEUS -> PrometheusAnswer.read(file, metric);
                case EXPOSITION -> PrometheusText.read(file, metric);
                case TABLE -> PowerTables.read(file, format);
            };
        } catch (IOException e) {
            throw SourceBytes.unreadable(file, e);
        }
    }

    private enum Content {
        DMON,
        PROMETHEUS,
        EXPOSITION,
        TABLE
    }

    private static Content contentOf(PowerFormat format, Content found) {
        if (format instanceof PowerFormat.DcgmDmon) {
            return Content.DMON;
        }
        if (format instanceof PowerFormat.Prometheus) {
            return found == Content.PROMETHEUS ? Content.PROMETHEUS : Content.EXPOSITION;
        }
        return Content.TABLE;
    }

    private static Content contentOf(String line) {
        if (DMON.matcher(line).matches()) {
            return Content.DMON;
        }
        if (EXPOSITION.matcher(line).matches()) {
            return Content.EXPOSITION;
        }
        return line.startsWith("{") || line.startsWith("[") ? Content.PROMETHEUS : Content.TABLE;
    }

    /** The first line that is not blank, as far as it takes to tell the format. */
    private static String firstLine(Path file) throws IOException {
        try (SourceBytes source = SourceBytes.open(file)) {
            byte[] bytes = source.stream().readNBytes(SNIFFED_BYTES);
            return new String(bytes, StandardCharsets.UTF_8)
                    .strip()
                    .lines()
                    .findFirst()
                    .orElse("");
        }
    }
}
