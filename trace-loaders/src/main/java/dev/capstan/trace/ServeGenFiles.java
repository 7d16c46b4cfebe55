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
    private static final int COLUMNS = 6;
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
        return SourceBytes.sha256Of(hashes.toString());
    }

    private List<ServeGenClient.Window> windows(Path file) {
        List<ServeGenClient.Window> windows = new ArrayList<>();
        try (CsvTable table = CsvTable.open(file)) {
            if (table.header().size() != COLUMNS) {
                throw table.fault("must have " + COLUMNS + " columns (t_s, rate, cv, pattern, two arguments), has "
                        + table.header().size());
            }
            // The files have no header: the first row is a window.
            do {
                windows.add(window(table, windows));
            } while (table.advance());
            hashes.append(file.getFileName()).append(table.origin().sha256());
        } catch (IOException e) {
            throw SourceBytes.unreadable(file, e);
        }
        if (windows.size() < 2) {
            throw new TraceException(file, "has 1 window; at least 2 are needed to tell how long one is.");
        }
        return windows;
    }

    private static ServeGenClient.Window window(CsvTable table, List<ServeGenClient.Window> ahead) {
        double seconds = number(table, 0, "t_s", LATEST_SECOND);
        long start = Math.round(seconds * NANOS_PER_SECOND);
        if (ahead.isEmpty() ? start != 0 : start <= ahead.get(ahead.size() - 1).startNanos()) {
            throw table.fault("t_s must begin at 0 and increase, is " + ByteLines.printable(table.text(0)));
        }
        double rate = number(table, 1, "rate", LARGEST_RATE);
        double cv = number(table, 2, "cv", Double.MAX_VALUE);
        String pattern = table.text(3);
        if (pattern.isEmpty() || rate == 0) {
            return new ServeGenClient.Window(start, 0, Optional.empty());
        }
        try {
            ArrivalLaw law = new ArrivalLaw(ArrivalLaw.Intervals.valueOf(pattern.toUpperCase(Locale.ROOT)), cv, 0);
            return new ServeGenClient.Window(start, rate, Optional.of(law));
        } catch (IllegalArgumentException e) {
            throw table.fault("pattern must be Gamma, Weibull or empty and cv from 0.001 to 500, are '"
                    + ByteLines.printable(pattern) + "' and " + cv);
        }
    }

    private static double number(CsvTable table, int column, String name, double largest) {
        String text = table.text(column);
        try {
            double value = Double.parseDouble(text);
            if (value >= 0 && value <= largest) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below, together with numbers out of range.
        }
        throw table.fault(name + " must be a number from 0, is '" + ByteLines.printable(text) + "'");
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
                    "is not JSON (" + e.getOriginalMessage() + "). Maybe it was cut short: fetch it again.");
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
