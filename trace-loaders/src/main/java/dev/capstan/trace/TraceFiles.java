package dev.capstan.trace;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
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
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;

/** Reads a trace of whatever kind, and writes traces in Capstan's own forms and some of others. */
public final class TraceFiles {

    /** A trace of one of the kinds. */
    public sealed interface Content {}

    /** A request trace. */
    public record Requests(RequestTrace trace) implements Content {}

    /** Power of one or several meters. */
    public record Power(PowerRecording recording) implements Content {}

    /** Carbon intensity. */
    public record Carbon(CarbonTrace trace) implements Content {}

    /** Prices of electricity. */
    public record Prices(PriceTrace trace) implements Content {}

    /**
     * What a file that was read is.
     *
     * @param format its format
     * @param content the trace
     * @param remarks lines above its header that no reader has a use for, such as {@code recipe: ...}, and what was done to
     *     its requests in reading; they are written again with the trace
     */
    public record TraceFile(TraceFormat format, Content content, List<String> remarks) {

        public TraceFile {
            remarks = List.copyOf(remarks);
        }
    }

    /** A form that traces can be written in. */
    public enum Target {
        CSV(".csv"),
        CSV_GZ(".csv.gz"),
        CSV_ZST(".csv.zst"),
        /** Requests and power only. */
        PARQUET(".parquet"),
        /** Requests only; holds whole milliseconds, tokens and prefix blocks of 512. */
        MOONCAKE_JSONL(""),
        /** Requests only; holds dates to 100 ns and tokens. */
        AZURE_LLM_CSV(""),
        /** Power only: the total of all meters as {@code time_seconds,power_watts}. */
        POWER_CSV("");

        private final String suffix;

        Target(String suffix) {
            this.suffix = suffix;
        }

        /** The name users write, such as {@code csv.gz}; for the forms of others that of their {@link TraceFormat}. */
        public String id() {
            return suffix.isEmpty() ? name().toLowerCase(Locale.ROOT).replace('_', '-') : suffix.substring(1);
        }

        /** The end of the names of such files, such as {@code .csv}; empty where a name does not tell the form. */
        public String suffix() {
            return suffix;
        }

        /** The form that the end of a file's name tells, whatever its case. */
        public static Optional<Target> ofName(Path file) {
            String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
            for (Target target : values()) {
                if (!target.suffix.isEmpty() && name.endsWith(target.suffix)) {
                    return Optional.of(target);
                }
            }
            return Optional.empty();
        }
    }

    private TraceFiles() {}

    /**
     * The format of a file: the one that is stated, else the one that its content tells.
     *
     * @throws TraceException where the content tells none or another one, or something is stated that the format has no
     *     use for
     */
    public static TraceFormat formatOf(Path file, TraceReading reading) {
        return formatOf(FileHead.of(file), reading);
    }

    private static TraceFormat formatOf(FileHead head, TraceReading reading) {
        Optional<TraceFormat> told = told(head);
        TraceFormat format = reading.format().or(() -> told).orElseThrow(() -> unknown(head));
        if (!format.generic() && told.isPresent() && told.get() != format) {
            throw new TraceException(
                    head.file(),
                    "is not " + format.id() + ": its content tells "
                            + told.get().id() + ". Maybe leave out --format, or state columns with a generic one.");
        }
        reading.check(head.file(), format);
        return format;
    }

    /** Each kind of trace tells its own formats; none is told by two. */
    private static Optional<TraceFormat> told(FileHead head) {
        return RequestFormat.told(head)
                .<TraceFormat>map(format -> format)
                .or(() -> PowerFileFormat.told(head))
                .or(() -> CarbonFileFormat.told(head))
                .or(() -> PriceFileFormat.told(head));
    }

    private static TraceException unknown(FileHead head) {
        if (head.isEmpty()) {
            return new TraceException(head.file(), "is empty. Maybe it was cut short: fetch or write it again.");
        }
        return new TraceException(
                head.file(),
                (head.isParquet()
                                ? "is Parquet of another origin"
                                : "begins with '" + ByteLines.printable(head.header()) + "'")
                        + ", which is no format that can be told. Allowed: "
                        + TraceFormat.all().stream()
                                .filter(format -> !format.generic())
                                .map(TraceFormat::id)
                                .collect(Collectors.joining(", "))
                        + "; and any columns with --format "
                        + TraceFormat.all().stream()
                                .filter(TraceFormat::generic)
                                .map(TraceFormat::id)
                                .collect(Collectors.joining(", "))
                        + ". Maybe state its columns, such as --format "
                        + (head.isParquet() ? RequestFormat.GENERIC_PARQUET : RequestFormat.GENERIC_CSV).id()
                        + " --map arrival=COLUMN --map input=COLUMN --map output=COLUMN.");
    }

    /**
     * Reads a file. Without a scope stated, a carbon trace has that of the file, or life-cycle where it holds both.
     *
     * @throws TraceException where the format is none that is known, what is stated does not fit it, or the file or a line
     *     of it cannot be read
     */
    public static TraceFile read(Path file, TraceReading reading) {
        FileHead head = FileHead.of(file);
        TraceFormat format = formatOf(head, reading);
        Content content = content(head, format, reading);
        List<String> remarks = new ArrayList<>(SourceRemarks.of(head, format));
        if (content instanceof Requests requests
                && !requests.trace().origin().path().equals(file.toString())) {
            remarks.add("reading: " + Remark.oneLine(requests.trace().origin().path()));
        }
        return new TraceFile(format, content, remarks);
    }

    private static Content content(FileHead head, TraceFormat format, TraceReading reading) {
        Path file = head.file();
        if (format instanceof RequestFormat requests) {
            RequestReading how = stated(file, () -> reading.requests(requests));
            return new Requests(RequestTraces.read(file, requests, how));
        }
        if (format instanceof PowerFileFormat power) {
            return new Power(stated(file, () -> reading.power(power))
                    .map(given -> PowerRecordings.read(file, given))
                    .orElseGet(() -> PowerRecordings.read(file)));
        }
        if (format instanceof CarbonFileFormat carbon) {
            CarbonTrace.Scope scope = stated(file, reading::scope).orElseGet(() -> carbon.scope(head));
            return new Carbon(stated(file, () -> reading.carbon(carbon))
                    .map(given -> CarbonTraces.read(file, given))
                    .or(() -> stated(file, reading::signal).map(signal -> CarbonTraces.read(file, signal, scope)))
                    .orElseGet(() -> CarbonTraces.read(file, scope)));
        }
        return new Prices(stated(file, () -> reading.prices((PriceFileFormat) format))
                .map(columns -> PriceTraces.read(file, columns))
                .orElseGet(() -> PriceTraces.read(file)));
    }

    /** What was stated of a file, or the fault of it. */
    private static <T> T stated(Path file, Supplier<T> statement) {
        try {
            return statement.get();
        } catch (IllegalArgumentException e) {
            throw new TraceException(file, String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Writes a trace without loss. Other readers see the old file or the new one, never a part.
     *
     * @param recipe how a generated trace was made, kept above the header; empty for others
     * @throws TraceException where the form cannot hold the trace
     * @throws IOException where the file cannot be written, with a message that says so
     */
    public static void write(Content content, String recipe, Target target, Path file) throws IOException {
        List<String> remarks = recipe.isBlank() ? List.of() : List.of("recipe: " + Remark.oneLine(recipe));
        write(content, remarks, target, file, false);
    }

    /**
     * Writes a trace. Other readers see the old file or the new one, never a part.
     *
     * @param remarks lines for above the header
     * @param drop whether what the form cannot hold may be left out
     * @return what was left out
     * @throws TraceException where the form cannot hold the kind of trace, or something of it that may not be left out
     * @throws IOException where the file cannot be written, with a message that says so
     */
    public static List<String> write(Content content, List<String> remarks, Target target, Path file, boolean drop)
            throws IOException {
        List<String> losses = TraceLosses.of(content, remarks, target, file);
        if (!losses.isEmpty() && !drop) {
            throw new TraceException(
                    file,
                    target.id() + " cannot hold all of the trace. Lost would be:\n  " + String.join("\n  ", losses)
                            + "\nMaybe write csv or parquet, which hold everything, or leave this out with --drop.");
        }
        Path whole = file.toAbsolutePath();
        Path draft = whole.resolveSibling("." + whole.getFileName() + ".part");
        try {
            if (target == Target.PARQUET) {
                writeParquet(content, remarks, draft);
            } else {
                try (Writer out = writer(target, whole, draft)) {
                    writeText(content, remarks, target, out);
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
        return losses;
    }

    /** Text of the forms whose name does not say so is packed as the file's name says. */
    private static Writer writer(Target target, Path file, Path draft) throws IOException {
        String name = file.toString().toLowerCase(Locale.ROOT);
        boolean byName = target.suffix().isEmpty();
        OutputStream bytes = new BufferedOutputStream(Files.newOutputStream(draft), 1 << 16);
        if (target == Target.CSV_GZ || (byName && name.endsWith(".gz"))) {
            bytes = new GZIPOutputStream(bytes, 1 << 16);
        } else if (target == Target.CSV_ZST || (byName && name.endsWith(".zst"))) {
            bytes = new ZstdOutputStreamNoFinalizer(bytes);
        }
        return new OutputStreamWriter(bytes, StandardCharsets.UTF_8);
    }

    private static void writeParquet(Content content, List<String> remarks, Path file) throws IOException {
        if (content instanceof Requests requests) {
            RequestParquetWriter.write(requests.trace(), remarks, file);
        } else if (content instanceof Power power) {
            PowerParquet.write(power.recording(), remarks, file);
        }
    }

    private static void writeText(Content content, List<String> remarks, Target target, Writer out) throws IOException {
        switch (target) {
            case MOONCAKE_JSONL -> RequestTexts.writeMooncake(((Requests) content).trace(), out);
            case AZURE_LLM_CSV -> RequestTexts.writeAzure(((Requests) content).trace(), out);
            default -> {
                for (String remark : remarks) {
                    out.append("# ").append(remark).append('\n');
                }
                writeCapstan(content, target, out);
            }
        }
    }

    private static void writeCapstan(Content content, Target target, Writer out) throws IOException {
        if (content instanceof Requests requests) {
            RequestTexts.writeCapstan(requests.trace(), out);
        } else if (content instanceof Power power) {
            if (target == Target.POWER_CSV) {
                PowerCsv.write(power.recording().totalWithGaps().power(), out);
            } else {
                PowerRecordingCsv.write(power.recording(), out);
            }
        } else if (content instanceof Carbon carbon) {
            CarbonTraces.writeCsv(carbon.trace(), out);
        } else if (content instanceof Prices prices) {
            PriceTraces.writeCsv(prices.trace(), out);
        }
    }
}
