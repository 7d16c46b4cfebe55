package dev.capstan.trace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The beginning of a trace file, as far as it takes to tell the format; each kind of trace tells its own from it. */
final class FileHead {

    private static final String PARQUET_MAGIC = "PAR1";
    private static final JsonFactory JSON = new JsonFactory();

    private final Path file;
    private final String text;

    private FileHead(Path file, String text) {
        this.file = file;
        this.text = text;
    }

    static FileHead of(Path file) {
        try (SourceBytes source = SourceBytes.open(file)) {
            return new FileHead(file, new String(source.head(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw SourceBytes.unreadable(file, e);
        }
    }

    Path file() {
        return file;
    }

    String text() {
        return text;
    }

    boolean isEmpty() {
        return text.isBlank();
    }

    boolean isParquet() {
        return text.startsWith(PARQUET_MAGIC);
    }

    boolean isJson() {
        String begin = text.stripLeading();
        return begin.startsWith("{") || begin.startsWith("[");
    }

    /** The first line that is not blank; empty where there is none. */
    String firstLine() {
        return text.lines()
                .filter(line -> !line.isBlank())
                .findFirst()
                .orElse("")
                .strip();
    }

    /** The first line that is neither blank nor a remark; empty where there is none. */
    String header() {
        return text.lines()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .findFirst()
                .orElse("");
    }

    /** The cells of {@link #header}. */
    List<String> cells() {
        return Arrays.stream(header().split(",", -1))
                .map(cell -> cell.strip().replaceFirst("^\"(.*)\"$", "$1"))
                .toList();
    }

    /** The lines of remarks above the header, without their sign. */
    List<String> remarkLines() {
        return text.lines()
                .takeWhile(line -> line.startsWith("#") || line.isBlank())
                .filter(line -> line.startsWith("#"))
                .map(line -> line.substring(1).strip())
                .toList();
    }

    /** The remarks above the header. */
    List<Remark> remarks() {
        return remarkLines().stream().map(Remark::of).toList();
    }

    /** Paths of the fields of the first JSON value, joined by points and without arrays, as far as the head goes. */
    Set<String> fields() {
        Set<String> found = new LinkedHashSet<>();
        try (JsonParser parser = JSON.createParser(text)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME) {
                    found.add(path(parser.getParsingContext()));
                } else if (parser.getParsingContext().inRoot()) {
                    break;
                }
            }
        } catch (IOException e) {
            // The head may end within the value; whoever reads the file tells what is wrong with it.
        }
        return found;
    }

    private static String path(JsonStreamContext context) {
        String path = "";
        for (JsonStreamContext at = context; at != null; at = at.getParent()) {
            if (at.inObject()) {
                path = at.getCurrentName() + (path.isEmpty() ? "" : "." + path);
            }
        }
        return path;
    }
}
