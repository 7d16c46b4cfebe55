package dev.capstan.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** The points of a results folder as a short table: axes, policy, cap and how well the cap was held. */
final class PointTable {

    private static final int MOST_ROWS = 40;

    /** Column of points.csv to heading; the axes come before them. */
    private static final Map<String, String> HEADINGS = headings();

    private final List<String> axes;
    private final List<Map<String, String>> rows;

    private PointTable(List<String> axes, List<Map<String, String>> rows) {
        this.axes = axes;
        this.rows = rows;
    }

    /** Reads {@code points.csv}, whose columns {@code docs/results.md} fixes. */
    static PointTable read(Path file) throws IOException {
        CSVFormat format = CSVFormat.DEFAULT
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .get();
        try (CSVParser parser = CSVParser.parse(Files.newBufferedReader(file, StandardCharsets.UTF_8), format)) {
            List<String> header = parser.getHeaderNames();
            List<String> axes = header.subList(0, header.indexOf("policy"));
            Set<String> shown = HEADINGS.keySet();
            List<Map<String, String>> rows = new ArrayList<>();
            for (CSVRecord line : parser) {
                Map<String, String> row = new LinkedHashMap<>();
                axes.forEach(axis -> row.put(axis, line.get(axis)));
                shown.forEach(column -> row.put(column, line.get(column)));
                rows.add(row);
            }
            return new PointTable(axes, rows);
        }
    }

    /** The shown columns by name, as written in the file; empty where there is no such value. */
    List<Map<String, String>> rows() {
        return rows;
    }

    String render() {
        List<String> heading = new ArrayList<>(axes);
        heading.addAll(HEADINGS.values());
        TextTable table = new TextTable(heading.toArray(String[]::new));
        for (Map<String, String> row : rows.subList(0, Math.min(MOST_ROWS, rows.size()))) {
            List<String> cells = new ArrayList<>();
            row.forEach((column, value) -> cells.add(shown(column, value)));
            table.add(cells.toArray(String[]::new));
        }
        String more = rows.size() > MOST_ROWS ? "... and " + (rows.size() - MOST_ROWS) + " more in points.csv\n" : "";
        return table.render() + more;
    }

    private static String shown(String column, String value) {
        if (value.isEmpty()) {
            return "-";
        }
        return switch (column) {
            case "success_rate", "time_under_cap_fraction_mean" ->
                String.format(Locale.ROOT, "%.2f %%", 100 * Double.parseDouble(value));
            case "cap_watts", "mean_power_watts_mean" ->
                String.format(Locale.ROOT, "%.0f W", Double.parseDouble(value));
            case "ttft_p99_seconds_mean" -> String.format(Locale.ROOT, "%.2f s", Double.parseDouble(value));
            default -> value;
        };
    }

    private static Map<String, String> headings() {
        Map<String, String> headings = new LinkedHashMap<>();
        headings.put("policy", "policy");
        headings.put("cap_watts", "cap");
        headings.put("disturbances", "disturbances");
        headings.put("success_rate", "success rate");
        headings.put("time_under_cap_fraction_mean", "under cap");
        headings.put("mean_power_watts_mean", "mean power");
        headings.put("ttft_p99_seconds_mean", "TTFT p99");
        return headings;
    }
}
