package dev.capstan.trace;

import dev.capstan.trace.TraceFiles.Content;
import dev.capstan.trace.TraceFiles.Target;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** What of a trace a form cannot hold, found by looking at the trace and not only at its kind. */
final class TraceLosses {

    private static final long LAST_AZURE_SECOND =
            Instant.parse("2262-01-01T00:00:00Z").getEpochSecond();
    private static final int AZURE_GRAIN_NANOS = 100;
    private static final int MOONCAKE_GRAIN_NANOS = 1_000_000;

    private final List<String> losses = new ArrayList<>();

    private TraceLosses() {}

    /**
     * What would be lost, one line each; none for a form that holds everything.
     *
     * @throws TraceException where the form cannot hold such a trace at all
     */
    static List<String> of(Content content, List<String> remarks, Target target, Path file) {
        TraceLosses found = new TraceLosses();
        switch (target) {
            case CSV, CSV_GZ, CSV_ZST -> {}
            case PARQUET -> {
                if (!(content instanceof TraceFiles.Requests || content instanceof TraceFiles.Power)) {
                    throw new TraceException(
                            file,
                            "cannot be Parquet: only traces of requests and of power are. Maybe write .csv: the file is"
                                    + " small.");
                }
            }
            case MOONCAKE_JSONL -> found.mooncake(requests(content, target, file), remarks);
            case AZURE_LLM_CSV -> found.azure(requests(content, target, file), remarks, file);
            case POWER_CSV -> {
                if (!(content instanceof TraceFiles.Power power)) {
                    throw new TraceException(file, "cannot be power-csv: only power is. Maybe write .csv.");
                }
                found.meter(power.recording(), file);
            }
        }
        return found.losses;
    }

    private static RequestTrace requests(Content content, Target target, Path file) {
        if (content instanceof TraceFiles.Requests requests) {
            return requests.trace();
        }
        throw new TraceException(file, "cannot be " + target.id() + ": only traces of requests are. Maybe write .csv.");
    }

    private void mooncake(RequestTrace trace, List<String> remarks) {
        trace.start().ifPresent(start -> losses.add("start " + start));
        grain(trace, 0, MOONCAKE_GRAIN_NANOS, "1 ms");
        labels(trace);
        trace.prefixBlocks()
                .filter(blocks -> blocks.blockTokens() != RequestTraces.MOONCAKE_BLOCK_TOKENS)
                .ifPresent(blocks -> losses.add("size of prefix blocks, " + blocks.blockTokens()
                        + " tokens: they would read as blocks of " + RequestTraces.MOONCAKE_BLOCK_TOKENS));
        stated(trace.origin().licence(), "", remarks);
    }

    private void azure(RequestTrace trace, List<String> remarks, Path file) {
        Instant start = trace.start().orElse(Instant.EPOCH);
        if (start.getEpochSecond() < 0 || start.plusNanos(trace.spanNanos()).getEpochSecond() >= LAST_AZURE_SECOND) {
            throw new TraceException(
                    file,
                    "cannot be azure-llm-csv: its times lie from 1970 to 2261, the trace begins at " + start
                            + ". Maybe write .csv.");
        }
        if (trace.start().isEmpty()) {
            losses.add("that the trace has no start: its times would read as of 1970-01-01");
        }
        if (trace.size() > 0 && trace.arrivalNanos()[0] > 0) {
            losses.add("the " + Quantity.formatDuration(trace.arrivalNanos()[0]) + " ahead of the first request");
        }
        grain(trace, start.getNano(), AZURE_GRAIN_NANOS, "100 ns");
        labels(trace);
        trace.prefixBlocks().ifPresent(blocks -> losses.add("prefix blocks, " + blocks.hashes().length + " of them"));
        stated(trace.origin().licence(), RequestCsvParser.AZURE_LICENCE, remarks);
    }

    private void grain(RequestTrace trace, int startNanos, int grainNanos, String grain) {
        long finer = Arrays.stream(trace.arrivalNanos())
                .filter(arrival -> (arrival + startNanos) % grainNanos != 0)
                .count();
        if (finer > 0) {
            losses.add("digits below " + grain + " of " + finer + " of " + trace.size() + " arrivals");
        }
    }

    private void labels(RequestTrace trace) {
        if (!trace.labels().isEmpty()) {
            losses.add("labels "
                    + trace.labels().keySet().stream().map(RequestLabel::column).collect(Collectors.joining(", ")));
        }
    }

    private void stated(String licence, String implied, List<String> remarks) {
        if (!licence.isBlank() && !licence.equals(implied)) {
            losses.add("licence " + ByteLines.printable(licence));
        }
        for (String remark : remarks) {
            losses.add("remark '" + ByteLines.printable(remark) + "'");
        }
    }

    private void meter(PowerRecording recording, Path file) {
        PowerSeries total = recording.totalWithGaps();
        PowerTrace sum = total.power();
        if (sum.size() < 2) {
            throw new TraceException(file, "cannot be power-csv, which needs 2 samples; has 1. Maybe write .csv.");
        }
        if (recording.series().size() > 1) {
            losses.add("which of the " + recording.series().size() + " series drew how much: "
                    + recording.series().stream()
                            .map(PowerSeries::name)
                            .map(ByteLines::printable)
                            .collect(Collectors.joining(", ")));
        } else if (!recording.series().get(0).name().equals(PowerTables.meterName(PowerCsv.Columns.DEFAULT.power()))) {
            losses.add("name of the series, " + recording.series().get(0).name());
        }
        String labels = recording.series().stream()
                .flatMap(series -> series.labels().keySet().stream())
                .distinct()
                .collect(Collectors.joining(", "));
        if (!labels.isEmpty()) {
            losses.add("labels " + ByteLines.printable(labels));
        }
        for (PowerRecording.Gap gap : total.gaps()) {
            losses.add("that there is a gap from " + Quantity.formatDuration(gap.fromNanos()) + " to "
                    + Quantity.formatDuration(gap.toNanos()) + " (" + ByteLines.printable(gap.reason())
                    + "): held values would read as measured");
        }
        recording.start().filter(start -> !PowerCsv.tellsStart(start)).ifPresent(start -> losses.add("start " + start));
        times(sum);
    }

    /** A reader takes the last sample to hold for the usual interval, which one of a single meter the last interval. */
    private void times(PowerTrace sum) {
        long[] times = sum.timeNanos();
        long[] intervals = new long[times.length - 1];
        for (int i = 0; i < intervals.length; i++) {
            intervals[i] = times[i + 1] - times[i];
        }
        long[] sorted = intervals.clone();
        Arrays.sort(sorted);
        long usual = sorted[sorted.length / 2];
        long held = sum.endNanos() - times[times.length - 1];
        if (held != usual || held != intervals[intervals.length - 1]) {
            losses.add("that the last sample holds for " + Quantity.formatDuration(held)
                    + ": it would hold for the usual interval");
        }
        double longest = PowerAssembly.GAP_IN_LOGGED_INTERVALS * usual;
        long late =
                Arrays.stream(intervals).filter(interval -> interval > longest).count();
        if (late > 0) {
            losses.add("that " + late + " samples hold for more than three usual intervals: they would read as gaps");
        }
    }
}
