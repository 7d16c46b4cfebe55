package dev.capstan.trace;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Reads and writes power of several meters. The format of a file is told by its content:
 *
 * <ul>
 *   <li>Capstan's own CSV and Parquet, as {@link #writeCsv} and {@link #writeParquet} make them;
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
 * <p>All text may be gzip or Zstandard. Marks for "no value" and silences become gaps; any other fault refuses the whole file.
 */
public final class PowerRecordings {

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

    /**
     * Writes a recording as Parquet with everything it holds: samples and gaps as rows, series with their labels, start
     * (UTC), units and licence as metadata.
     *
     * @throws TraceException where the file cannot be written
     */
    public static void writeParquet(PowerRecording recording, Path file) {
        try {
            PowerParquet.write(recording, List.of(), file);
        } catch (IOException e) {
            throw new TraceException(file, "cannot be written (" + e.getMessage() + ")", e);
        }
    }

    /** Writes a recording in Capstan's own form, without loss. */
    public static void writeCsv(PowerRecording recording, Appendable out) throws IOException {
        PowerRecordingCsv.write(recording, out);
    }

    private static PowerRecording read(Path file, Optional<PowerFormat> format) {
        FileHead head = FileHead.of(file);
        Optional<PowerFileFormat> told = PowerFileFormat.told(head);
        // Whatever tells nothing is taken for what it could be, and its reader says what is missing.
        PowerFileFormat form = format.map(given -> stated(given, head))
                .or(() -> told)
                .orElse(head.isJson() ? PowerFileFormat.PROMETHEUS_JSON : PowerFileFormat.POWER_CSV);
        Optional<PowerFormat.Prometheus> metric =
                format.filter(PowerFormat.Prometheus.class::isInstance).map(PowerFormat.Prometheus.class::cast);
        try {
            return switch (form) {
                case DCGM_DMON -> DcgmDmonText.read(file, format.map(PowerFormat.DcgmDmon.class::cast));
                case PROMETHEUS_JSON -> PrometheusAnswer.read(file, metric);
                case EXPORTER_TEXT -> PrometheusText.read(file, metric);
                case CAPSTAN_POWER_PARQUET -> PowerParquet.read(file);
                case GENERIC_POWER_PARQUET ->
                    PowerParquet.read(
                            file, format.map(PowerFormat.Table.class::cast).orElseThrow());
                default -> PowerTables.read(file, form, format);
            };
        } catch (IOException e) {
            throw SourceBytes.unreadable(file, e);
        }
    }

    private static PowerFileFormat stated(PowerFormat format, FileHead head) {
        if (format instanceof PowerFormat.DcgmDmon) {
            return PowerFileFormat.DCGM_DMON;
        }
        if (format instanceof PowerFormat.NvidiaSmi) {
            return PowerFileFormat.NVIDIA_SMI_CSV;
        }
        if (format instanceof PowerFormat.Prometheus) {
            return head.isJson() && !head.firstLine().startsWith("{__name__=")
                    ? PowerFileFormat.PROMETHEUS_JSON
                    : PowerFileFormat.EXPORTER_TEXT;
        }
        return head.isParquet() ? PowerFileFormat.GENERIC_POWER_PARQUET : PowerFileFormat.GENERIC_POWER_CSV;
    }
}
