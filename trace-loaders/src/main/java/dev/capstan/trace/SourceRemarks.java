package dev.capstan.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The remarks of a file that its reader has no use for, so that they are not lost when the trace is written again. */
final class SourceRemarks {

    /** Keys that mean something in one of Capstan's forms. */
    private static final Set<String> RESERVED = Set.of(
            "licence",
            "start",
            "zone",
            "signal",
            "scope",
            "currency",
            "unit",
            "units",
            "time zone",
            "region",
            "signal_type",
            RequestTraces.BLOCK_TOKENS);

    private SourceRemarks() {}

    /** Those of a file; what would be taken for a statement of Capstan's own becomes {@code source start: ...}. */
    static List<String> of(FileHead head, TraceFormat format) {
        if (head.isParquet()) {
            return ParquetRows.remarks(ParquetRows.statements(head.file()));
        }
        if (format == PowerFileFormat.EXPORTER_TEXT || format == PowerFileFormat.DCGM_DMON) {
            return List.of();
        }
        Set<String> used = used(format);
        List<String> kept = new ArrayList<>();
        for (String line : head.remarkLines()) {
            String key = Remark.of(line).key();
            boolean series = format == PowerFileFormat.CAPSTAN_POWER_CSV && key.matches("series \\d+");
            if (!used.contains(key) && !series) {
                kept.add(RESERVED.contains(key) || key.matches("series \\d+") ? "source " + line : line);
            }
        }
        return kept;
    }

    /** Keys that the reader of a format takes in, or the writer of the trace states anew. */
    private static Set<String> used(TraceFormat format) {
        if (format instanceof RequestFormat requests) {
            return switch (requests) {
                case CAPSTAN_CSV -> Set.of("licence", "start", RequestTraces.BLOCK_TOKENS, "units", "time zone");
                case GENERIC_CSV -> Set.of("licence");
                default -> Set.of();
            };
        }
        if (format instanceof PowerFileFormat power) {
            return switch (power) {
                case CAPSTAN_POWER_CSV -> Set.of("licence", "start", "units", "time zone");
                case POWER_CSV -> Set.of("licence", "units", "time zone");
                case DCGM_CSV, GENERIC_POWER_CSV -> Set.of("licence");
                default -> Set.of();
            };
        }
        if (format instanceof CarbonFileFormat carbon) {
            return switch (carbon) {
                case CAPSTAN_CARBON_CSV -> Set.of("licence", "zone", "signal", "scope", "unit", "units", "time zone");
                case WATTTIME_CSV -> Set.of("licence", "region", "signal_type", "units");
                case GENERIC_CARBON_CSV -> Set.of("licence");
                default -> Set.of();
            };
        }
        return format == PriceFileFormat.CAPSTAN_PRICE_CSV
                ? Set.of("licence", "zone", "currency", "unit", "units", "time zone")
                : Set.of("licence");
    }
}
