package dev.capstan.trace;

import dev.capstan.trace.TraceReading.Fact;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The forms of power of one or several meters. */
enum PowerFileFormat implements TraceFormat {
    CAPSTAN_POWER_CSV("Capstan power recording CSV"),
    CAPSTAN_POWER_PARQUET("Capstan power recording Parquet"),
    POWER_CSV("Capstan power CSV"),
    PTDAEMON_LOG("SPEC PTDaemon log"),
    NVIDIA_SMI_CSV("nvidia-smi CSV"),
    POWER_SWEEP_CSV("power sweep CSV without header"),
    EXPORTER_TEXT("exporter text"),
    DCGM_CSV("DCGM CSV"),
    DCGM_DMON("dcgmi dmon table"),
    PROMETHEUS_JSON("Prometheus query_range JSON"),
    GENERIC_POWER_CSV("power CSV, columns as stated"),
    GENERIC_POWER_PARQUET("power Parquet, columns as stated");

    static final List<String> SWEEP = List.of("epoch_s", "gpu", "W", "degC", "MHz", "util");
    static final String DCGM_POWER = "DCGM_FI_DEV_POWER_USAGE";
    static final Pattern NVIDIA_SMI_CLOCK = Pattern.compile("\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3}");
    static final List<String> NVIDIA_SMI_POWER =
            List.of("power.draw [W]", "power.draw.average [W]", "power.draw.instant [W]");
    static final List<String> TIME_COLUMNS = List.of("time_seconds", "epoch_s", "epoch_ms", "time_utc");

    /** A sample of an exporter, or a comment that only exporters write. */
    private static final Pattern EXPOSITION = Pattern.compile("# (HELP|TYPE|UNIT) .*"
            + "|[a-zA-Z_:][a-zA-Z0-9_:]*(\\{[^\\n]*})?[ \\t]+([-+]?[0-9.][-+0-9.eE]*|NaN|[-+]?Inf)([ \\t]+[0-9.]+)?"
            + "|\\{__name__=.*");

    private static final Pattern DMON = Pattern.compile("#\\s*Entity\\b.*");

    private final String title;

    PowerFileFormat(String title) {
        this.title = title;
    }

    /** The format that the beginning of a file tells, if it is one of power; the generic ones are never told. */
    static Optional<PowerFileFormat> told(FileHead head) {
        if (head.isParquet()) {
            return PowerParquet.isRecording(head.file()) ? Optional.of(CAPSTAN_POWER_PARQUET) : Optional.empty();
        }
        if (DMON.matcher(head.firstLine()).matches()) {
            return Optional.of(DCGM_DMON);
        }
        if (EXPOSITION.matcher(head.firstLine()).matches()) {
            return Optional.of(EXPORTER_TEXT);
        }
        if (head.isJson()) {
            Set<String> fields = head.fields();
            return fields.contains("status") && (fields.contains("data.resultType") || fields.contains("errorType"))
                    ? Optional.of(PROMETHEUS_JSON)
                    : Optional.empty();
        }
        return table(head.cells());
    }

    private static Optional<PowerFileFormat> table(List<String> cells) {
        if (cells.equals(PowerRecordingCsv.HEADER)) {
            return Optional.of(CAPSTAN_POWER_CSV);
        }
        if (PowerCsv.isPtDaemonLog(cells)) {
            return Optional.of(PTDAEMON_LOG);
        }
        if (NVIDIA_SMI_CLOCK.matcher(cells.get(0)).matches() || cells.stream().anyMatch(NVIDIA_SMI_POWER::contains)) {
            return Optional.of(NVIDIA_SMI_CSV);
        }
        if (cells.size() == SWEEP.size() && cells.stream().allMatch(text -> Decimals.parse(text) != null)) {
            return Optional.of(POWER_SWEEP_CSV);
        }
        if (cells.contains(DCGM_POWER)) {
            return Optional.of(DCGM_CSV);
        }
        return cells.stream().anyMatch(TIME_COLUMNS::contains)
                        && cells.stream().anyMatch(name -> name.endsWith("_watts"))
                ? Optional.of(POWER_CSV)
                : Optional.empty();
    }

    @Override
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public boolean generic() {
        return this == GENERIC_POWER_CSV || this == GENERIC_POWER_PARQUET;
    }

    @Override
    public Set<Fact> facts() {
        return switch (this) {
            case NVIDIA_SMI_CSV -> Fact.setOf(Fact.TIME_ZONE);
            case DCGM_DMON -> Fact.setOf(Fact.INTERVAL);
            case EXPORTER_TEXT, PROMETHEUS_JSON -> Fact.setOf(Fact.METRIC, Fact.UNIT, Fact.LABEL);
            case GENERIC_POWER_CSV, GENERIC_POWER_PARQUET -> Fact.setOf(Fact.MAP, Fact.TIME_UNIT, Fact.UNIT);
            default -> Set.of();
        };
    }
}
