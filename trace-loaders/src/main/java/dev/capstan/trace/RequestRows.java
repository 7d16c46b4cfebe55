package dev.capstan.trace;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes a trace of rows of text: numbers checked, order checked or made, labels coded. */
final class RequestRows {

    /** What arrivals count from. */
    enum Clock {
        /** The start of the trace, whatever the numbers. */
        TRACE,
        /** 1970, always. */
        EPOCH,
        /** 1970 where the first request comes after {@link #EPOCH_FROM_NANOS}, the start of the trace otherwise. */
        BY_SIZE
    }

    /** More characters than any number that means something; keeps hostile ones from costing memory. */
    private static final int LONGEST_NUMBER = 40;

    private static final int LARGEST_EXPONENT = 60;
    private static final long LATEST_NANOS = 9_000_000_000_000_000_000L;

    /** 100,000,000 s: 1973 as a time, three years as a length. */
    private static final long EPOCH_FROM_NANOS = 100_000_000_000_000_000L;

    private static final String CUT_SHORT = "Maybe the file was cut short: fetch or write it again.";

    private final Path file;
    private final RequestReading reading;
    private final Clock clock;
    private final Faults faults;
    private long rows;
    private long failures;
    private int size;
    private long[] arrivals = new long[1024];
    private int[] inputs = new int[1024];
    private int[] outputs = new int[1024];
    private final Map<RequestLabel, Dictionary> labels = new EnumMap<>(RequestLabel.class);
    private int[] blockEnds = new int[0];
    private long[] hashes = new long[0];
    private String problem = "";
    private String hint = "";

    RequestRows(Path file, RequestReading reading, Clock clock) {
        this.file = file;
        this.reading = reading;
        this.clock = clock;
        this.faults = new Faults(file);
    }

    /** Reads every row of a source; the trace where all of them are good. */
    RequestTrace read(RequestRowSource source, RequestMapping mapping, Optional<Instant> start, Origin origin)
            throws IOException {
        for (Map.Entry<RequestLabel, String> label : mapping.labelColumns().entrySet()) {
            labels.put(label.getKey(), new Dictionary(source.declares(label.getValue())));
        }
        while (source.advance()) {
            rows++;
            if (!row(source, mapping)) {
                faults.add(source.line(), problem, source::shown, hint);
            }
        }
        return finish(start, mapping.prefix(), origin);
    }

    /** Adds a request that is already checked, but for its order. */
    void add(long arrivalNanos, int input, int output) {
        rows++;
        if (output == 0) {
            failures++;
        } else {
            keep(arrivalNanos, input, output);
        }
    }

    /** Where the trace comes from, known only after the last row. */
    @FunctionalInterface
    interface Origin {
        TraceOrigin get() throws IOException;
    }

    RequestTrace finish(Optional<Instant> start, Optional<RequestMapping.PrefixColumn> prefix, Origin source)
            throws IOException {
        faults.throwIfAny();
        if (size == 0) {
            throw new TraceException(
                    file,
                    rows == 0
                            ? "has no requests. " + CUT_SHORT
                            : "has only failed requests, " + failures + " of them. Maybe the column is another.");
        }
        arrivals = Arrays.copyOf(arrivals, size);
        inputs = Arrays.copyOf(inputs, size);
        outputs = Arrays.copyOf(outputs, size);
        Optional<PrefixBlocks> blocks = prefix.map(column -> blocks(column.blockTokens()));
        boolean sorted = reading.sort() && !ordered();
        int @Nullable [] order = sorted ? order() : null;
        Map<RequestLabel, LabelColumn> columns = new EnumMap<>(RequestLabel.class);
        labels.forEach((label, dictionary) -> {
            if (dictionary.declared || !dictionary.texts.isEmpty()) {
                int[] codes = Arrays.copyOf(dictionary.codes, size);
                columns.put(
                        label,
                        new LabelColumn(
                                List.copyOf(dictionary.texts.keySet()), order == null ? codes : picked(codes, order)));
            }
        });
        if (order != null) {
            long[] unsorted = arrivals;
            arrivals = new long[size];
            for (int i = 0; i < size; i++) {
                arrivals[i] = unsorted[order[i]];
            }
            inputs = picked(inputs, order);
            outputs = picked(outputs, order);
            blocks = blocks.map(unordered -> picked(unordered, order));
        }
        Optional<Instant> begin = start;
        if (clock == Clock.EPOCH || (clock == Clock.BY_SIZE && arrivals[0] >= EPOCH_FROM_NANOS)) {
            long first = arrivals[0];
            begin = Optional.of(Instant.ofEpochSecond(0, first));
            for (int i = 0; i < size; i++) {
                arrivals[i] -= first;
            }
        }
        return new RequestTrace(arrivals, inputs, outputs, begin, told(source.get(), sorted), columns, blocks);
    }

    private TraceOrigin told(TraceOrigin origin, boolean sorted) {
        String done = (sorted ? "sorted by arrival, of " : "")
                + (failures > 0 ? "without " + failures + " failed requests, of " : "");
        return done.isEmpty() ? origin : TraceOrigin.ofRecipe(done + origin.named(), origin.sha256(), origin.licence());
    }

    private boolean row(RequestRowSource source, RequestMapping mapping) {
        String broken = source.problem();
        if (broken != null) {
            return failed(broken, CUT_SHORT);
        }
        long arrival = arrival(source, mapping);
        if (arrival < 0) {
            return false;
        }
        if (reading.skipFailures() && failure(source.text(mapping.outputColumn()))) {
            failures++;
            return true;
        }
        int input = tokens(source, mapping.inputColumn(), 0);
        int output = input < 0 ? -1 : tokens(source, mapping.outputColumn(), 1);
        if (output < 0) {
            return false;
        }
        if (!reading.sort() && size > 0 && arrival < arrivals[size - 1]) {
            // The next rows are measured against this one, so that one late row makes one fault.
            arrivals[size - 1] = arrival;
            return failed(
                    "requests are not in order of arrival: this one comes before the one ahead of it",
                    "Maybe ask for sorting (--sort): an access log is written at completion.");
        }
        if (mapping.prefix().isPresent()
                && !addHashes(source, mapping.prefix().get().column())) {
            return false;
        }
        keep(arrival, input, output);
        mapping.labelColumns().forEach((label, column) -> dictionary(label).add(size - 1, source.text(column)));
        return true;
    }

    private Dictionary dictionary(RequestLabel label) {
        return labels.computeIfAbsent(label, absent -> new Dictionary(false));
    }

    private static boolean failure(@Nullable String output) {
        return output == null || output.isBlank() || output.strip().equals("0");
    }

    private void keep(long arrival, int input, int output) {
        if (size == arrivals.length) {
            int capacity = Math.addExact(size, size);
            arrivals = Arrays.copyOf(arrivals, capacity);
            inputs = Arrays.copyOf(inputs, capacity);
            outputs = Arrays.copyOf(outputs, capacity);
        }
        arrivals[size] = arrival;
        inputs[size] = input;
        outputs[size] = output;
        size++;
    }

    /** Nanoseconds, or -1 where the column holds no time. */
    private long arrival(RequestRowSource source, RequestMapping mapping) {
        String column = mapping.arrivalColumn();
        String text = source.text(column);
        if (text == null) {
            failed(column + " is missing", CUT_SHORT);
            return -1;
        }
        if (mapping.arrivalUnit() == ArrivalUnit.ISO8601 || (clock == Clock.EPOCH && text.indexOf(':') > 0)) {
            return isoNanos(column, text);
        }
        BigDecimal number = decimal(text);
        BigDecimal nanos = number == null
                ? null
                : number.movePointRight(mapping.arrivalUnit().decimalsToNanos());
        if (nanos == null || nanos.signum() < 0 || nanos.compareTo(BigDecimal.valueOf(LATEST_NANOS)) > 0) {
            failed(
                    column + " must be a number of " + mapping.arrivalUnit().symbol() + " from 0 to 285 years",
                    "Maybe it is in another unit.");
            return -1;
        }
        long value = nanos.setScale(0, RoundingMode.DOWN).longValue();
        if (clock == Clock.EPOCH && value < EPOCH_FROM_NANOS) {
            failed(
                    column + " must be seconds since 1970 or a time with its zone",
                    "Maybe map the columns as generic-jsonl.");
            return -1;
        }
        return value;
    }

    private long isoNanos(String column, String text) {
        try {
            Instant time = OffsetDateTime.parse(text.replace(' ', 'T')).toInstant();
            if (time.getEpochSecond() >= 0 && time.getEpochSecond() < LATEST_NANOS / 1_000_000_000) {
                return time.getEpochSecond() * 1_000_000_000 + time.getNano();
            }
        } catch (DateTimeException e) {
            // Told below, together with times out of range.
        }
        failed(
                column + " must be a time from 1970 to 2255 with its zone, such as 2024-05-10T00:00:00.5Z",
                "Maybe add Z for UTC.");
        return -1;
    }

    private int tokens(RequestRowSource source, String column, int least) {
        String text = source.text(column);
        BigDecimal number = text == null ? null : decimal(text);
        if (number != null && number.signum() >= 0 && number.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) <= 0) {
            int tokens = number.intValue();
            if (tokens >= least && number.compareTo(BigDecimal.valueOf(tokens)) == 0) {
                return tokens;
            }
        }
        failed(
                column + (text == null ? " is missing: it" : "") + " must be a whole number from " + least + " to "
                        + Integer.MAX_VALUE,
                least == 0 ? CUT_SHORT : "Maybe a failed request: ask to leave such rows out (--skip-failed).");
        return -1;
    }

    private static @Nullable BigDecimal decimal(String text) {
        String number = text.strip();
        if (number.length() > LONGEST_NUMBER) {
            return null;
        }
        try {
            BigDecimal value = new BigDecimal(number);
            return Math.abs((long) value.scale()) > LARGEST_EXPONENT ? null : value;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private boolean addHashes(RequestRowSource source, String column) {
        String text = source.text(column);
        int from = size == 0 ? 0 : blockEnds[size - 1];
        int to = from;
        if (text != null && !text.isBlank()) {
            for (String hash : text.strip().split(" +", -1)) {
                if (to == hashes.length) {
                    hashes = Arrays.copyOf(hashes, Math.max(1024, Math.addExact(to, to)));
                }
                try {
                    hashes[to++] = Long.parseLong(hash);
                } catch (NumberFormatException e) {
                    return failed(column + " must hold whole numbers of 64 bits", "Maybe they are texts: hash them.");
                }
            }
        }
        if (size == blockEnds.length) {
            blockEnds = Arrays.copyOf(blockEnds, Math.max(1024, size * 2));
        }
        blockEnds[size] = to;
        return true;
    }

    private PrefixBlocks blocks(int blockTokens) {
        int[] offsets = new int[size + 1];
        System.arraycopy(blockEnds, 0, offsets, 1, size);
        return new PrefixBlocks(blockTokens, offsets, Arrays.copyOf(hashes, offsets[size]));
    }

    private boolean ordered() {
        for (int i = 1; i < size; i++) {
            if (arrivals[i] < arrivals[i - 1]) {
                return false;
            }
        }
        return true;
    }

    private int[] order() {
        List<Integer> rowsByArrival = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            rowsByArrival.add(i);
        }
        long[] keys = arrivals;
        rowsByArrival.sort(Comparator.comparingLong(row -> keys[row]));
        return rowsByArrival.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int[] picked(int[] values, int[] order) {
        int[] result = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            result[i] = values[order[i]];
        }
        return result;
    }

    private static PrefixBlocks picked(PrefixBlocks blocks, int[] order) {
        int[] offsets = new int[order.length + 1];
        long[] hashes = new long[blocks.hashes().length];
        for (int i = 0; i < order.length; i++) {
            int from = blocks.offsets()[order[i]];
            int length = blocks.offsets()[order[i] + 1] - from;
            System.arraycopy(blocks.hashes(), from, hashes, offsets[i], length);
            offsets[i + 1] = offsets[i] + length;
        }
        return new PrefixBlocks(blocks.blockTokens(), offsets, hashes);
    }

    private boolean failed(String what, String tryThis) {
        problem = what;
        hint = tryThis;
        return false;
    }

    /** A label while its column grows. */
    private static final class Dictionary {

        private final boolean declared;
        private final Map<String, Integer> texts = new LinkedHashMap<>();
        private int[] codes = new int[1024];

        Dictionary(boolean declared) {
            this.declared = declared;
        }

        void add(int request, @Nullable String text) {
            if (request >= codes.length) {
                codes = Arrays.copyOf(codes, Math.max(request + 1, codes.length * 2));
            }
            Integer code = LabelColumn.NONE;
            if (text != null) {
                Integer known = texts.putIfAbsent(text, texts.size());
                code = known == null ? texts.size() - 1 : known;
            }
            codes[request] = code;
        }
    }
}
