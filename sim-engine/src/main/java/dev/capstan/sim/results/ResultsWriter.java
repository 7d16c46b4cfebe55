package dev.capstan.sim.results;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.run.Figure;
import dev.capstan.sim.run.RunResult;
import dev.capstan.sim.run.ServiceFigure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Writes a results folder so that a crash loses no finished run: the row of each run goes to {@code progress.jsonl} and to
 * the disk before the next one counts, tables are written beside their place and moved there when whole.
 */
public final class ResultsWriter {

    /** Figures that {@code points.csv} averages over the replications. */
    private static final List<Figure> AVERAGED = List.of(
            Figure.TIME_UNDER_CAP_FRACTION,
            Figure.OVER_CAP_SECONDS,
            Figure.OVER_CAP_JOULES,
            Figure.LONGEST_EXCURSION_SECONDS,
            Figure.PEAK_POWER_WATTS,
            Figure.MEAN_POWER_WATTS,
            Figure.STRANDED_WATT_SECONDS,
            Figure.ENERGY_JOULES,
            Figure.CARBON_GRAMS,
            Figure.REQUESTS_COMPLETED,
            Figure.TTFT_P50_SECONDS,
            Figure.TTFT_P99_SECONDS,
            Figure.TPOT_P99_SECONDS,
            Figure.E2E_P99_SECONDS,
            Figure.SLO_ATTAINMENT,
            Figure.GOODPUT_REQUESTS_PER_SECOND,
            Figure.JOULES_PER_OUTPUT_TOKEN,
            Figure.CAPPED_SECONDS,
            Figure.REPLICA_CHANGES,
            Figure.BREAKER_TRIPS,
            Figure.OUT_OF_RANGE_TIME_SHARE);

    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final ObjectMapper LINES = new ObjectMapper();

    private final Path folder;
    private final Path progress;
    private final List<String> axes;
    private final boolean sensitivity;
    private final Optional<String> comparedWith;
    private final Map<Integer, Row> rows = new LinkedHashMap<>();

    private ResultsWriter(Path folder, List<String> axes, boolean sensitivity, Optional<String> comparedWith) {
        this.folder = folder;
        this.sensitivity = sensitivity;
        this.comparedWith = comparedWith;
        this.progress = folder.resolve("progress.jsonl");
        this.axes = List.copyOf(axes);
    }

    /**
     * Begins a folder, or goes on with one that was not finished.
     *
     * @param axes dotted paths
     * @param sensitivity whether parameters are moved one at a time; the rows then say which, after the values of the axes
     * @param comparedWith label of the policy that others are compared with
     * @param identity hash of all that decides the results; the folder to go on with must carry the same
     * @throws FileAlreadyExistsException if the folder holds other files, or holds results and {@code resume} is false
     * @throws IOException if it cannot be written, or if it belongs to another experiment
     */
    public static ResultsWriter open(
            Path folder,
            List<String> axes,
            boolean sensitivity,
            Optional<String> comparedWith,
            String identity,
            boolean resume)
            throws IOException {
        ResultsWriter writer = new ResultsWriter(folder, axes, sensitivity, comparedWith);
        Files.createDirectories(folder);
        if (resume && Files.exists(writer.progress)) {
            writer.load(identity);
            return writer;
        }
        try (Stream<Path> files = Files.list(folder)) {
            if (files.findAny().isPresent()) {
                throw new FileAlreadyExistsException(folder.toString(), null, occupied(folder, resume));
            }
        }
        writer.append(head(identity));
        return writer;
    }

    private static String occupied(Path folder, boolean resume) {
        if (!resume) {
            return "is not empty. Maybe go on with it (--resume), or take another --out.";
        }
        return Files.exists(folder.resolve("summary.csv"))
                ? "is finished: there is nothing to resume. Maybe take another --out."
                : "holds other files and no runs to go on with. Maybe take another --out.";
    }

    private static String head(String identity) {
        return "{\"identity\":\"" + identity + "\"}";
    }

    /** Indices of the runs that are there already. */
    public List<Integer> finished() {
        return List.copyOf(rows.keySet());
    }

    /** Records a run for good, with its folder where its course was kept. */
    public synchronized void record(Row row, Experiment experiment, RunResult result) throws IOException {
        if (result.detail().isPresent()) {
            Path runs = Files.createDirectories(folder.resolve("runs"));
            Path whole = runs.resolve(row.runId());
            Path partial = runs.resolve("." + row.runId());
            delete(partial);
            delete(whole);
            try {
                RunFolder.write(partial, experiment, result.detail().get());
            } catch (UncheckedIOException e) {
                delete(partial);
                throw e.getCause();
            } catch (IOException e) {
                delete(partial);
                throw e;
            }
            Files.move(partial, whole, StandardCopyOption.ATOMIC_MOVE);
        }
        append(line(row));
        rows.put(row.index(), row);
    }

    /** Writes the tables and the manifest, and takes the progress file away. */
    public synchronized List<Point> finish(ObjectNode manifest) throws IOException {
        List<Row> ordered = rows.values().stream()
                .sorted(Comparator.comparingInt(Row::index))
                .toList();
        List<Point> points = new ArrayList<>();
        List<String> names = new ArrayList<>(
                List.of("summary.csv", "services.csv", "points.csv", "service-points.csv", "manifest.json"));
        if (sensitivity) {
            names.add(0, "sensitivity.csv");
        }
        if (comparedWith.isPresent()) {
            names.add(0, "comparison.csv");
        }
        if (!axes.isEmpty()) {
            names.add(0, "effects.csv");
        }
        List<Path> partial =
                names.stream().map(name -> folder.resolve("." + name)).toList();
        try {
            for (int i = 0; i < names.size(); i++) {
                switch (names.get(i)) {
                    case "sensitivity.csv" ->
                        new SensitivityTable(axes, new PairedChange("_change", compared()))
                                .write(partial.get(i), ordered);
                    case "effects.csv" -> new EffectsTable(axes, compared()).write(partial.get(i), unmoved(ordered));
                    case "comparison.csv" ->
                        new ComparisonTable(
                                        places(),
                                        comparedWith.orElseThrow(),
                                        new PairedChange("_difference", compared()))
                                .write(partial.get(i), ordered);
                    case "summary.csv" -> summary(partial.get(i), ordered);
                    case "services.csv" -> new ServiceTables(places()).write(partial.get(i), ordered);
                    case "service-points.csv" -> new ServiceTables(places()).writePoints(partial.get(i), ordered);
                    case "points.csv" -> points(partial.get(i), ordered, points);
                    default -> Files.writeString(partial.get(i), JSON.writeValueAsString(manifest) + "\n");
                }
            }
            for (int i = 0; i < names.size(); i++) {
                Files.move(partial.get(i), folder.resolve(names.get(i)), StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            for (Path file : partial) {
                Files.deleteIfExists(file);
            }
        }
        Files.delete(progress);
        return points;
    }

    /** The columns that tell where a run stands in its sweep. */
    private List<String> places() {
        List<String> places = new ArrayList<>(axes);
        if (sensitivity) {
            places.addAll(SensitivityTable.COLUMNS);
        }
        return places;
    }

    /** The runs of the experiment as it stands, without those that moved a parameter. */
    private List<Row> unmoved(List<Row> ordered) {
        return ordered.stream()
                .filter(row -> !sensitivity || row.axisValues().get(axes.size()).isEmpty())
                .toList();
    }

    /** Success and what is averaged: figures that are compared pair by pair of runs, or over the values of an axis. */
    private static List<Figure> compared() {
        List<Figure> figures = new ArrayList<>(List.of(Figure.SUCCESS_RATE));
        figures.addAll(AVERAGED);
        return figures;
    }

    private void summary(Path file, List<Row> ordered) throws IOException {
        List<String> header = places();
        header.addAll(List.of("run_id", "policy", "cap_watts", "replication", "seed"));
        for (Figure figure : Figure.values()) {
            header.add(figure.column());
        }
        try (CsvTable table = new CsvTable(file, header)) {
            for (Row row : ordered) {
                List<Object> cells = new ArrayList<>(row.axisValues());
                cells.addAll(List.of(row.runId(), row.policy(), row.capWatts(), row.replication(), row.seed()));
                for (double figure : row.figures()) {
                    cells.add(figure);
                }
                table.row(cells.toArray());
            }
        }
    }

    private void points(Path file, List<Row> ordered, List<Point> points) throws IOException {
        List<String> header = places();
        header.addAll(List.of(
                "policy",
                "cap_watts",
                "replications",
                "disturbances",
                "disturbances_contained",
                "success_rate",
                "success_rate_low",
                "success_rate_high"));
        for (Figure figure : AVERAGED) {
            header.addAll(List.of(figure.column() + "_mean", figure.column() + "_low", figure.column() + "_high"));
        }
        record Key(List<String> axisValues, String policy) {}
        Map<Key, List<Row>> groups = new LinkedHashMap<>();
        for (Row row : ordered) {
            groups.computeIfAbsent(new Key(row.axisValues(), row.policy()), key -> new ArrayList<>())
                    .add(row);
        }
        try (CsvTable table = new CsvTable(file, header)) {
            for (Map.Entry<Key, List<Row>> group : groups.entrySet()) {
                List<Row> replications = group.getValue();
                long disturbances = sum(replications, Figure.DISTURBANCES);
                long contained = sum(replications, Figure.DISTURBANCES_CONTAINED);
                Point point = new Point(
                        group.getKey().axisValues(),
                        group.getKey().policy(),
                        replications.get(0).capWatts(),
                        replications.size(),
                        disturbances,
                        contained,
                        Interval.ofShare(
                                values(replications, Figure.DISTURBANCES_CONTAINED),
                                values(replications, Figure.DISTURBANCES)));
                points.add(point);
                List<Object> cells = new ArrayList<>(point.axisValues());
                cells.addAll(List.of(
                        point.policy(),
                        point.capWatts(),
                        point.replications(),
                        disturbances,
                        contained,
                        point.success().estimate(),
                        point.success().low(),
                        point.success().high()));
                for (Figure figure : AVERAGED) {
                    Interval mean = Interval.ofMean(values(replications, figure));
                    cells.addAll(List.of(mean.estimate(), mean.low(), mean.high()));
                }
                table.row(cells.toArray());
            }
        }
    }

    private static double[] values(List<Row> rows, Figure figure) {
        return rows.stream().mapToDouble(row -> row.figures()[figure.ordinal()]).toArray();
    }

    private static long sum(List<Row> rows, Figure figure) {
        long sum = 0;
        for (Row row : rows) {
            sum += (long) row.figures()[figure.ordinal()];
        }
        return sum;
    }

    private void append(String line) throws IOException {
        try (FileChannel channel = FileChannel.open(
                progress, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            long whole = channel.size();
            ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
            try {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(false);
            } catch (IOException e) {
                channel.truncate(whole);
                throw e;
            }
        }
    }

    private String line(Row row) throws JsonProcessingException {
        ObjectNode node = LINES.createObjectNode();
        node.put("index", row.index());
        node.put("run_id", row.runId());
        row.axisValues().forEach(node.putArray("axes")::add);
        node.put("policy", row.policy());
        node.put("cap_watts", row.capWatts());
        node.put("replication", row.replication());
        node.put("seed", row.seed());
        write(row.figures(), node.putArray("figures"));
        ArrayNode services = node.putArray("services");
        for (Row.Service service : row.services()) {
            write(
                    service.figures(),
                    services.addObject().put("service", service.name()).putArray("figures"));
        }
        return LINES.writeValueAsString(node);
    }

    private static void write(double[] figures, ArrayNode to) {
        for (double figure : figures) {
            if (Double.isNaN(figure)) {
                to.addNull();
            } else {
                to.add(figure);
            }
        }
    }

    private static double[] figures(JsonNode from, int count) {
        double[] figures = new double[count];
        for (int i = 0; i < count; i++) {
            JsonNode figure = from.path(i);
            figures[i] = figure.isNumber() ? figure.doubleValue() : Double.NaN;
        }
        return figures;
    }

    /** A last line that was cut short by a crash belongs to a run that is not there. */
    private void load(String identity) throws IOException {
        byte[] bytes = Files.readAllBytes(progress);
        int whole = bytes.length;
        while (whole > 0 && bytes[whole - 1] != '\n') {
            whole--;
        }
        try (FileChannel channel = FileChannel.open(progress, StandardOpenOption.WRITE)) {
            channel.truncate(whole);
        }
        if (whole == 0) {
            append(head(identity));
            return;
        }
        List<String> lines =
                new String(bytes, 0, whole, StandardCharsets.UTF_8).lines().toList();
        if (!lines.get(0).equals(head(identity))) {
            throw new IOException(folder + " holds results of another experiment, of this one or its traces before they"
                    + " were changed, or of another version of Capstan. Maybe take another --out.");
        }
        for (String line : lines.subList(1, lines.size())) {
            JsonNode node = LINES.readTree(line);
            List<String> axisValues = new ArrayList<>();
            node.path("axes").forEach(value -> axisValues.add(value.asText()));
            List<Row.Service> services = new ArrayList<>();
            for (JsonNode service : node.path("services")) {
                services.add(new Row.Service(
                        service.path("service").asText(),
                        figures(service.path("figures"), ServiceFigure.values().length)));
            }
            int index = node.path("index").intValue();
            rows.put(
                    index,
                    new Row(
                            index,
                            node.path("run_id").asText(),
                            axisValues,
                            node.path("policy").asText(),
                            node.path("cap_watts").doubleValue(),
                            node.path("replication").intValue(),
                            node.path("seed").longValue(),
                            figures(node.path("figures"), Figure.values().length),
                            services));
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
    }
}
