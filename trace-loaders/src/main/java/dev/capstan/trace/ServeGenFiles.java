package dev.capstan.trace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads the files of a ServeGen set. */
final class ServeGenFiles {

    private static final Pattern TRACE = Pattern.compile("chunk-(\\d{1,9})-trace\\.csv");
    private static final List<String> COLUMNS = List.of("t_s", "rate", "cv", "pattern", "arg1", "arg2");
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long LATEST_SECOND = Long.MAX_VALUE / 2 / NANOS_PER_SECOND;
    private static final double LARGEST_RATE = 1e9;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Path folder;
    private final StringBuilder hashes = new StringBuilder();

    ServeGenFiles(Path folder) {
        this.folder = folder;
    }

    /** The clients in order of their numbers. */
    List<ServeGenClient> clients() {
        TreeMap<Integer, Path> traces = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.forEach(file -> {
                Matcher name = TRACE.matcher(file.getFileName().toString());
                if (name.matches()) {
                    traces.put(Integer.parseInt(name.group(1)), file);
                }
            });
        } catch (IOException e) {
            throw SourceBytes.unreadable(folder, e);
        }
        if (traces.isEmpty()) {
            throw new TraceException(
                    folder, "holds no chunk-N-trace.csv. Maybe it is the folder above, such as language.");
        }
        List<ServeGenClient> clients = new ArrayList<>();
        traces.forEach((number, trace) -> {
            Path dataset = folder.resolve("chunk-" + number + "-dataset.json");
            NavigableMap<Long, ServeGenClient.Lengths> lengths =
                    Files.exists(dataset) ? lengths(dataset) : new TreeMap<>();
            clients.add(new ServeGenClient(number, windows(trace), lengths));
        });
        return clients;
    }

    /** Hash over the names and hashes of all files read. */
    String sha256() {
        return Sha256.of(hashes.toString());
    }

    private List<ServeGenClient.Window> windows(Path file) {
        List<ServeGenClient.Window> windows = new ArrayList<>();
        try (CsvTable table = CsvTable.open(file)) {
            if (table.header().size() != COLUMNS.size()) {
                throw table.fault("must have the columns " + String.join(", ", COLUMNS) + ", has "
                        + table.header().size() + " columns. Maybe the file is of another kind.");
            }
            // The files have no header: the first row is a window.
            table.nameColumns(COLUMNS);
            Ahead ahead = new Ahead();
            new Faults(file).eachRow(table, true, () -> windows.add(window(table, ahead)));
            hashes.append(file.getFileName()).append(table.origin().sha256());
        } catch (IOException e) {
            throw SourceBytes.unreadable(file, e);
        }
        if (windows.size() < 2) {
            throw new TraceException(file, "has 1 window; at least 2 are needed to tell how long one is.");
        }
        return windows;
    }

    /** When the row ahead begins, good or bad, so that one wrong row makes one fault. */
    private static final class Ahead {
        private long nanos = -1;
    }

    private static ServeGenClient.Window window(CsvTable table, Ahead ahead) {
        long start = Math.round(number(table, 0, LATEST_SECOND) * NANOS_PER_SECOND);
        boolean wrong = ahead.nanos < 0 ? start != 0 : start <= ahead.nanos;
        ahead.nanos = start;
        if (wrong) {
            throw table.fault("t_s must begin at 0 and increase, is " + ByteLines.printable(table.text(0))
                    + ". Maybe rows are double or out of order.");
        }
        double rate = number(table, 1, LARGEST_RATE);
        double cv = number(table, 2, Double.MAX_VALUE);
        String pattern = table.text(3);
        if (pattern.isEmpty() || rate == 0) {
            return new ServeGenClient.Window(start, 0, Optional.empty());
        }
        try {
            ArrivalLaw law = new ArrivalLaw(ArrivalLaw.Intervals.valueOf(pattern.toUpperCase(Locale.ROOT)), cv, 0);
            return new ServeGenClient.Window(start, rate, Optional.of(law));
        } catch (IllegalArgumentException e) {
            throw table.fault("pattern must be Gamma, Weibull or empty and cv from 0.001 to 500, are '"
                    + ByteLines.printable(pattern) + "' and " + cv + ". Maybe the columns are in another order.");
        }
    }

    private static double number(CsvTable table, int column, double largest) {
        double value = table.number(column);
        if (value >= 0 && value <= largest) {
            return value;
        }
        throw table.fault(COLUMNS.get(column) + " must be a number from 0 to " + largest + ", is "
                + ByteLines.printable(table.text(column)) + ". Maybe it is in another unit.");
    }

    private NavigableMap<Long, ServeGenClient.Lengths> lengths(Path file) {
        NavigableMap<Long, ServeGenClient.Lengths> lengths = new TreeMap<>();
        try (SourceBytes source = SourceBytes.open(file)) {
            try (JsonParser json = JSON.createParser(source.stream())) {
                json.disable(JsonParser.Feature.AUTO_CLOSE_SOURCE);
                require(file, json, json.nextToken() == JsonToken.START_OBJECT, "must be an object of periods");
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    String second = json.currentName();
                    require(
                            file,
                            json,
                            second.matches("\\d{1,9}"),
                            "must have periods named by their second, has '" + ByteLines.printable(second) + "'");
                    json.nextToken();
                    lengths.put(Long.parseLong(second) * NANOS_PER_SECOND, period(file, json, second));
                }
                require(file, json, json.nextToken() == null, "must end after its closing brace");
            }
            hashes.append(file.getFileName()).append(source.finishSha256());
            return lengths;
        } catch (JsonProcessingException e) {
            throw new TraceException(
                    file,
                    e.getLocation().getLineNr(),
                    "is not JSON (" + ByteLines.printable(e.getOriginalMessage())
                            + "). Maybe it was cut short: fetch it again.");
        } catch (IOException e) {
            throw SourceBytes.unreadable(file, e);
        }
    }

    private static ServeGenClient.Lengths period(Path file, JsonParser json, String second) throws IOException {
        require(file, json, json.currentToken() == JsonToken.START_OBJECT, second + " must be an object");
        TokenHistogram input = TokenHistogram.parse("{}");
        TokenHistogram output = input;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            String path = second + "." + ByteLines.printable(name);
            switch (name) {
                case "input_tokens" -> input = histogram(file, json, path);
                case "output_tokens" -> output = histogram(file, json, path);
                default -> json.skipChildren();
            }
        }
        return new ServeGenClient.Lengths(input, output);
    }

    private static TokenHistogram histogram(Path file, JsonParser json, String path) throws IOException {
        require(
                file,
                json,
                json.currentToken() == JsonToken.VALUE_STRING,
                path + " must be a text that holds a dictionary, such as \"{71: 0.25, 72: 0.75}\"");
        try {
            return TokenHistogram.parse(json.getText());
        } catch (IllegalArgumentException e) {
            throw new TraceException(file, json.currentLocation().getLineNr(), path + " " + e.getMessage());
        }
    }

    private static void require(Path file, JsonParser json, boolean holds, String rule) {
        if (!holds) {
            throw new TraceException(file, json.currentLocation().getLineNr(), rule);
        }
    }
}
