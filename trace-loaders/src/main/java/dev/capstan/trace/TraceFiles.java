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
import java.util.Map;
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
        CSV_GZ(".csv.gz");

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

    private static final List<Format> FORMATS = List.of(
            new Format(
                    "Azure LLM inference CSV",
                    header -> header.startsWith("TIMESTAMP,"),
                    (file, header, scope) -> new Requests(RequestTraces.read(file))),
            new Format(
                    "Capstan request CSV",
                    header -> header.startsWith("arrival_seconds,"),
                    (file, header, scope) -> new Requests(RequestTraces.read(file))),
            new Format(
                    "Capstan power CSV",
                    header -> header.contains("time_seconds") && header.contains("power_watts"),
                    (file, header, scope) -> new Power(oneMeter(PowerCsv.read(file)))),
            new Format(
                    "SPEC PTDaemon log",
                    header -> header.matches("Time,[^,]*,Watts,.*"),
                    (file, header, scope) -> new Power(oneMeter(PowerCsv.read(file)))),
            new Format(
                    "Electricity Maps CSV",
                    header -> header.contains("Datetime (UTC)"),
                    (file, header, scope) -> new Carbon(HourlyCarbonCsv.read(
                            file,
                            scope.orElse(
                                    header.contains("(direct)") && !hasLifeCycle(header)
                                            ? CarbonTrace.Scope.DIRECT
                                            : CarbonTrace.Scope.LIFE_CYCLE)))),
            new Format(
                    "Capstan carbon CSV",
                    header -> header.contains("carbon_grams_per_kilowatt_hour"),
                    (file, header, scope) -> new Carbon(
                            HourlyCarbonCsv.read(file, scope.isPresent() ? scope.get() : statedScope(file)))));

    private static final String CARBON_HEADER = "time_utc,carbon_grams_per_kilowatt_hour";

    private TraceFiles() {}

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
     * What a file in a form cannot hold of a trace; empty where nothing is lost.
     *
     * @return for people, such as {@code "model of each request"}
     */
    public static List<String> lost(Content content, Target target) {
        List<String> lost = new ArrayList<>();
        if (content instanceof Requests requests) {
            requests.trace().labels().keySet().forEach(label -> lost.add(label.column() + " of each request"));
            requests.trace().prefixBlocks().ifPresent(blocks -> lost.add("prefix blocks of each request"));
        } else if (content instanceof Power power) {
            PowerSeries series = power.recording().series().get(0);
            if (!series.labels().isEmpty()) {
                lost.add("labels of series " + series.name());
            }
            if (!series.gaps().isEmpty()) {
                lost.add(series.gaps().size() + " gaps of series " + series.name()
                        + " (the value ahead holds over them)");
            }
            power.recording().start().ifPresent(start -> lost.add("start " + start));
        }
        return lost;
    }

    /**
     * Writes a trace. Other readers see the old file or the new one, never a part.
     *
     * @param recipe how a generated trace was made, kept above the header; empty for others
     * @throws TraceException where the form cannot hold the trace
     * @throws IOException where the file cannot be written, with a message that says so
     */
    public static void write(Content content, String recipe, Target target, Path file) throws IOException {
        if (content instanceof Power power && power.recording().series().size() > 1) {
            throw new TraceException(
                    file,
                    "a power CSV holds one meter, the recording has "
                            + power.recording().series().size() + ". Maybe split it first.");
        }
        Path whole = file.toAbsolutePath();
        Path draft = whole.resolveSibling("." + whole.getFileName() + ".part");
        try {
            try (Writer out = writer(target, draft)) {
                if (!recipe.isBlank()) {
                    out.append("# recipe: ").append(Remark.oneLine(recipe)).append('\n');
                }
                write(content, out);
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
            writePower(power.recording(), out);
        } else if (content instanceof Carbon carbon) {
            writeCarbon(carbon.trace(), out);
        }
    }

    private static void writePower(PowerRecording recording, Writer out) throws IOException {
        PowerTrace power = recording.series().get(0).power();
        writeLicence(recording.origin(), out);
        out.append("time_seconds,power_watts\n");
        StringBuilder row = new StringBuilder();
        for (int i = 0; i < power.size(); i++) {
            row.setLength(0);
            RequestTraces.appendSeconds(row, power.timeNanos()[i]);
            out.append(row.append(',').append(power.watts()[i]).append('\n'));
        }
    }

    private static void writeCarbon(CarbonTrace trace, Writer out) throws IOException {
        writeLicence(trace.origin(), out);
        out.append("# zone: ").append(Remark.oneLine(trace.zone())).append('\n');
        out.append("# signal: ").append(word(trace.signal())).append('\n');
        out.append("# scope: ").append(word(trace.scope())).append('\n');
        out.append(CARBON_HEADER).append('\n');
        for (int i = 0; i < trace.size(); i++) {
            out.append(trace.start().plusNanos(trace.timeNanos()[i]).toString())
                    .append(',')
                    .append(Double.toString(trace.gramsPerKilowattHour()[i]))
                    .append('\n');
        }
    }

    private static void writeLicence(TraceOrigin origin, Writer out) throws IOException {
        if (!origin.licence().isBlank()) {
            out.append("# licence: ").append(Remark.oneLine(origin.licence())).append('\n');
        }
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static PowerRecording oneMeter(PowerTrace power) {
        return new PowerRecording(
                List.of(new PowerSeries("meter", Map.of(), power, List.of())), power.start(), power.origin());
    }

    private static boolean hasLifeCycle(String header) {
        return header.contains("(LCA)") || header.contains("(Life cycle)");
    }

    private static CarbonTrace.Scope statedScope(Path file) {
        return head(file).remarks().stream()
                        .anyMatch(remark ->
                                remark.key().equals("scope") && remark.value().equalsIgnoreCase("direct"))
                ? CarbonTrace.Scope.DIRECT
                : CarbonTrace.Scope.LIFE_CYCLE;
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
