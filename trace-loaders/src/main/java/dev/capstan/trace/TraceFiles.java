package dev.capstan.trace;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.zip.GZIPOutputStream;

/** Reads a trace of whatever kind, told by the content of its file, and writes traces in Capstan's own forms. */
public final class TraceFiles {

    /** A trace of one of the kinds. */
    public sealed interface Content {}

    /** A request trace. */
    public record Requests(RequestTrace trace) implements Content {}

    /** Power of one or several meters. */
    public record Power(PowerRecording recording) implements Content {}

    /** Carbon intensity. */
    public record Carbon(CarbonTrace trace) implements Content {}

    /**
     * What a file that was read is.
     *
     * @param format name of its format
     * @param content the trace
     */
    public record TraceFile(String format, Content content) {}

    /** A form that traces can be written in. */
    public enum Target {
        CSV(".csv"),
        CSV_GZ(".csv.gz"),
        /** Request traces only. */
        PARQUET(".parquet");

        private final String suffix;

        Target(String suffix) {
            this.suffix = suffix;
        }

        /** The end of the names of such files, such as {@code .csv}. */
        public String suffix() {
            return suffix;
        }

        /** The form that the end of a file's name tells, whatever its case. */
        public static Optional<Target> ofName(Path file) {
            String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
            for (Target target : values()) {
                if (name.endsWith(target.suffix)) {
                    return Optional.of(target);
                }
            }
            return Optional.empty();
        }
    }

    private interface Reader {
        Content read(Path file, String header, Optional<CarbonTrace.Scope> scope);
    }

    /**
     * How a format is known and read.
     *
     * @param name for people
     * @param recognises the first line that is neither blank nor a remark
     * @param reader reads the whole file
     */
    private record Format(String name, Predicate<String> recognises, Reader reader) {}

    private static final String CARBON_COLUMN = "carbon_grams_per_kilowatt_hour";

    private static final List<Format> FORMATS = List.of(
            requests("Azure LLM inference CSV", "TIMESTAMP,"),
            requests("Capstan request CSV", "arrival_seconds,"),
            requests("BurstGPT CSV", "Timestamp,Model,"),
            new Format("Capstan request Parquet", header -> header.startsWith("PAR1"), TraceFiles::requests),
            new Format(
                    "Mooncake JSONL",
                    header -> header.startsWith("{") && header.contains("\"input_length\""),
                    TraceFiles::requests),
            new Format(
                    "access log JSONL",
                    header -> header.startsWith("{") && header.contains("prompt_tokens"),
                    TraceFiles::requests),
            new Format(
                    "Capstan power CSV",
                    header -> header.startsWith("time_seconds,")
                            && (header.contains("power_watts") || header.contains("series")),
                    TraceFiles::power),
            new Format("SPEC PTDaemon log", header -> header.matches("Time,[^,]*,Watts,.*"), TraceFiles::power),
            new Format("nvidia-smi CSV", header -> header.contains("power.draw"), TraceFiles::power),
            new Format(
                    "power sweep CSV without header",
                    header -> header.matches("[0-9.]+,[^,]+,[^,]+,[^,]+,[^,]+,[^,]+"),
                    TraceFiles::power),
            new Format("exporter dump", header -> header.matches("(DCGM_FI_|kepler_).*"), TraceFiles::power),
            new Format(
                    "Prometheus query_range JSON",
                    header -> header.startsWith("{") && header.contains("\"resultType\""),
                    TraceFiles::power),
            new Format("Electricity Maps CSV", header -> header.contains("Datetime (UTC)"), TraceFiles::carbon),
            new Format("Capstan carbon CSV", header -> header.contains(CARBON_COLUMN), TraceFiles::carbon),
            new Format(
                    "carbon API JSON",
                    header -> header.startsWith("{") && header.matches(".*(carbonIntensity|intensity|co2_moer).*"),
                    TraceFiles::carbon));

    private TraceFiles() {}

    private static Format requests(String name, String beginning) {
        return new Format(name, header -> header.startsWith(beginning), TraceFiles::requests);
    }

    private static Content requests(Path file, String header, Optional<CarbonTrace.Scope> scope) {
        return new Requests(RequestTraces.read(file));
    }

    private static Content power(Path file, String header, Optional<CarbonTrace.Scope> scope) {
        return new Power(PowerRecordings.read(file));
    }

    /** Without a scope asked for, that which the file states; life-cycle where it holds both. */
    private static Content carbon(Path file, String header, Optional<CarbonTrace.Scope> scope) {
        boolean directAlone = header.contains("(direct)") && !hasLifeCycle(header);
        return new Carbon(CarbonTraces.read(
                file,
                scope.orElse(
                        directAlone || (header.contains(CARBON_COLUMN) && statesDirect(file))
                                ? CarbonTrace.Scope.DIRECT
                                : CarbonTrace.Scope.LIFE_CYCLE)));
    }

    /**
     * Reads a file.
     *
     * @param scope of a carbon trace; where empty, the scope that the file states, or life-cycle where it holds both
     * @throws TraceException where the format is none that is known, or the file or a line of it cannot be read
     */
    public static TraceFile read(Path file, Optional<CarbonTrace.Scope> scope) {
        String header = head(file).header();
        for (Format format : FORMATS) {
            if (format.recognises().test(header)) {
                return new TraceFile(format.name(), format.reader().read(file, header, scope));
            }
        }
        throw new TraceException(
                file,
                (header.isEmpty() ? "is empty" : "begins with '" + ByteLines.printable(header) + "'")
                        + ", which is no format that can be told. Allowed: "
                        + String.join(", ", FORMATS.stream().map(Format::name).toList())
                        + ". Maybe the file was cut short, or rename its columns: docs/traces.md lists them.");
    }

    /**
     * Writes a trace without loss. Other readers see the old file or the new one, never a part.
     *
     * @param recipe how a generated trace was made, kept above the header; empty for others
     * @throws TraceException where the form cannot hold the trace
     * @throws IOException where the file cannot be written, with a message that says so
     */
    public static void write(Content content, String recipe, Target target, Path file) throws IOException {
        if (target == Target.PARQUET && !(content instanceof Requests)) {
            throw new TraceException(file, "cannot be Parquet: only request traces are. Maybe write .csv.");
        }
        Path whole = file.toAbsolutePath();
        Path draft = whole.resolveSibling("." + whole.getFileName() + ".part");
        try {
            if (target == Target.PARQUET) {
                RequestTraces.writeParquet(((Requests) content).trace(), draft);
            } else {
                try (Writer out = writer(target, draft)) {
                    if (!recipe.isBlank()) {
                        out.append("# recipe: ").append(Remark.oneLine(recipe)).append('\n');
                    }
                    write(content, out);
                }
            }
            try {
                Files.move(draft, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(draft, whole, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            Files.deleteIfExists(draft);
            throw new IOException(
                    file + ": cannot be written (" + e + "). Maybe its folder does not exist or the disk is full.", e);
        }
    }

    private static Writer writer(Target target, Path file) throws IOException {
        OutputStream bytes = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
        return new OutputStreamWriter(
                target == Target.CSV_GZ ? new GZIPOutputStream(bytes, 1 << 16) : bytes, StandardCharsets.UTF_8);
    }

    private static void write(Content content, Writer out) throws IOException {
        if (content instanceof Requests requests) {
            RequestTraces.writeCsv(requests.trace(), out);
        } else if (content instanceof Power power) {
            PowerRecordings.writeCsv(power.recording(), out);
        } else if (content instanceof Carbon carbon) {
            CarbonTraces.writeCsv(carbon.trace(), out);
        }
    }

    private static boolean hasLifeCycle(String header) {
        return header.contains("(LCA)") || header.contains("(Life cycle)");
    }

    private static boolean statesDirect(Path file) {
        return head(file).remarks().stream()
                .anyMatch(
                        remark -> remark.key().equals("scope") && remark.value().equalsIgnoreCase("direct"));
    }

    /** The remarks above the header, and the header; empty for a file without one. */
    private record Head(List<Remark> remarks, String header) {}

    private static Head head(Path file) {
        List<Remark> remarks = new ArrayList<>();
        try (SourceBytes source = SourceBytes.open(file)) {
            ByteLines lines = new ByteLines(file, source.stream());
            while (lines.advance()) {
                String line = lines.text();
                if (line.startsWith("#")) {
                    remarks.add(Remark.of(line));
                } else if (!lines.blank()) {
                    return new Head(remarks, line);
                }
            }
            return new Head(remarks, "");
        } catch (IOException e) {
            throw SourceBytes.unreadable(file, e);
        }
    }
}
