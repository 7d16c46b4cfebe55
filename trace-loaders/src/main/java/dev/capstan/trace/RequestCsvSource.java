package dev.capstan.trace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.csv.QuoteMode;
import org.jspecify.annotations.Nullable;

/** Rows of a CSV file with a header; quoted texts may hold commas and line ends. */
final class RequestCsvSource implements RequestRowSource {

    /** An empty field is none; an empty text is quoted. */
    static final CSVFormat FORMAT = CSVFormat.RFC4180
            .builder()
            .setCommentMarker('#')
            .setIgnoreEmptyLines(true)
            .setQuoteMode(QuoteMode.ALL_NON_NULL)
            .setNullString("")
            .get();

    private final Path file;
    private final CsvRecords records;
    private final List<String> header;
    private final Map<String, String> remarks = new LinkedHashMap<>();
    private CSVRecord row;

    RequestCsvSource(Path file, InputStream text) throws IOException {
        this.file = file;
        this.records = new CsvRecords(file, text, FORMAT);
        if (!records.hasNext()) {
            throw new TraceException(file, "is empty. Maybe it was cut short: fetch or write it again.");
        }
        row = records.next();
        header = row.stream().map(name -> name == null ? "" : name.strip()).toList();
        if (row.hasComment()) {
            row.getComment().lines().map(Remark::of).forEach(remark -> remarks.put(remark.key(), remark.value()));
        }
    }

    List<String> header() {
        return header;
    }

    /** What the file states above its header; empty where nothing. */
    String remark(String key) {
        return remarks.getOrDefault(key, "");
    }

    /** Throws where a column is missing, or one that is read is there twice. */
    void check(RequestMapping mapping) {
        for (String column : mapping.columns()) {
            if (!header.contains(column)) {
                throw new TraceException(
                        file,
                        line(),
                        "there is no column '" + column + "'. Columns here: "
                                + ByteLines.printable(String.join(", ", header)) + ". Maybe the file has no header.");
            }
            if (header.indexOf(column) != header.lastIndexOf(column)) {
                throw new TraceException(
                        file, line(), "there are two columns '" + column + "'. Maybe rename the one not meant.");
            }
        }
    }

    @Override
    public boolean advance() {
        if (!records.hasNext()) {
            return false;
        }
        row = records.next();
        return true;
    }

    @Override
    public @Nullable String problem() {
        return row.size() == header.size()
                ? null
                : "the row has " + row.size() + " columns, the header has " + header.size();
    }

    @Override
    public @Nullable String text(String column) {
        int index = header.indexOf(column);
        return index < 0 ? null : row.get(index);
    }

    @Override
    public boolean declares(String column) {
        return header.contains(column);
    }

    @Override
    public long line() {
        return records.line();
    }

    @Override
    public String shown() {
        return row.stream().map(field -> field == null ? "" : field).collect(Collectors.joining(","));
    }

    @Override
    public void close() throws IOException {
        records.close();
    }
}
