package dev.capstan.sim.results;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.sim.run.Figure;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a results folder so that a crash loses no finished run: the row of each run goes to {@code progress.jsonl} and to
 * the disk before it counts, tables are written beside their place and moved there when whole.
 */
public final class ResultsWriter implements Closeable {

    static final String PROGRESS = "progress.jsonl";

    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** Opens a table at a place. */
    private interface Opening {
        ResultTable at(Path file) throws IOException;
    }

    private final Path folder;
    private final Layout layout;
    private final ProgressFile progress;

    private ResultsWriter(Path folder, Layout layout, ProgressFile progress) {
        this.folder = folder;
        this.layout = layout;
        this.progress = progress;
    }

    /**
     * Begins a folder, or goes on with one that was not finished.
     *
     * @param identity hash of all that decides the results, followed by the part where the folder is for one; the folder to
     *     go on with must carry the same
     * @throws FileAlreadyExistsException if the folder holds other files, or holds results and {@code resume} is false
     * @throws IOException if it cannot be written, or if it belongs to another experiment
     */
    public static ResultsWriter open(Path folder, Layout layout, String identity, boolean resume) throws IOException {
        Path progress = folder.resolve(PROGRESS);
        Files.createDirectories(folder);
        if (resume && Files.exists(progress)) {
            return new ResultsWriter(folder, layout, resumed(folder, identity));
        }
        try (Stream<Path> files = Files.list(folder)) {
            if (files.findAny().isPresent()) {
                throw new FileAlreadyExistsException(folder.toString(), null, occupied(folder, resume));
            }
        }
        return new ResultsWriter(folder, layout, ProgressFile.begin(progress, head(identity)));
    }

    private static ProgressFile resumed(Path folder, String identity) throws IOException {
        return ProgressFile.resume(folder.resolve(PROGRESS), head(identity))
                .orElseThrow(
                        () -> new IOException(
                                folder + " holds results of another experiment, of this one or its traces before they"
                                        + " were changed, of another part, or of another version of Capstan. Maybe take another --out."));
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

    /** How many runs are there. */
    public int size() {
        return progress.size();
    }

    /** Whether a run is there. */
    public boolean has(int index) {
        return progress.has(index);
    }

    /**
     * The interval of a figure over runs of one point and policy, as {@code points.csv} will have it.
     *
     * @param runs indices; all must be there
     */
    public Interval interval(int[] runs, Figure figure) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (int run : runs) {
            rows.add(progress.row(run));
        }
        return PointsTable.interval(rows, figure, layout.confidence());
    }

    /**
     * The value of a column of {@code points.csv} over runs of one point and policy, as it will stand there.
     *
     * @param column one of {@link Layout#numbers}
     * @param runs indices; all must be there
     */
    public double value(int[] runs, String column) throws IOException {
        return Layout.of(interval(runs, Layout.figure(column)), column);
    }

    /**
     * Records a run for good. Threads do not wait for each other but for the last step, which they share.
     *
     * @param files its course, where it is kept
     */
    public void record(Row row, Optional<RunFiles> files) throws IOException {
        if (files.isPresent()) {
            Path runs = Files.createDirectories(folder.resolve("runs"));
            Path whole = runs.resolve(row.runId());
            Path partial = runs.resolve("." + row.runId());
            delete(partial);
            delete(whole);
            try {
                files.get().writeTo(partial);
            } catch (UncheckedIOException e) {
                delete(partial);
                throw e.getCause();
            } catch (IOException e) {
                delete(partial);
                throw e;
            }
            Files.move(partial, whole, StandardCopyOption.ATOMIC_MOVE);
        }
        progress.append(row);
    }

    /** Writes the tables and the manifest, and takes the progress file away. */
    public void finish(ObjectNode manifest) throws IOException {
        Map<String, Opening> openings = openings();
        List<String> names = new ArrayList<>(openings.keySet());
        names.add("manifest.json");
        try {
            writeTables(openings);
            Files.writeString(partial("manifest.json"), JSON.writeValueAsString(manifest) + "\n");
            for (String name : names) {
                if (Files.exists(partial(name))) {
                    Files.move(partial(name), folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            for (String name : names) {
                Files.deleteIfExists(partial(name));
            }
        }
        progress.close();
        Files.delete(folder.resolve(PROGRESS));
    }

    /** The tables by the names of their files. */
    private Map<String, Opening> openings() {
        Map<String, Opening> openings = new LinkedHashMap<>();
        if (layout.isCrossed()) {
            openings.put("effects.csv", file -> new EffectsTable(file, layout));
            openings.put("variance.csv", file -> new VarianceTable(file, layout));
        }
        layout.comparedWith()
                .ifPresent(label -> openings.put("comparison.csv", file -> new ComparisonTable(file, layout, label)));
        if (layout.sensitivity()) {
            openings.put("sensitivity.csv", file -> new SensitivityTable(file, layout));
        }
        openings.put("summary.csv", file -> new SummaryTable(file, layout));
        openings.put("services.csv", file -> new ServicesTable(file, layout));
        openings.put("points.csv", file -> new PointsTable(file, layout));
        openings.put("service-points.csv", file -> new ServicePointsTable(file, layout));
        return openings;
    }

    private Path partial(String name) {
        return folder.resolve("." + name);
    }

    private void writeTables(Map<String, Opening> openings) throws IOException {
        List<ResultTable> tables = new ArrayList<>();
        @Nullable Throwable failure = null;
        try {
            for (Map.Entry<String, Opening> opening : openings.entrySet()) {
                tables.add(opening.getValue().at(partial(opening.getKey())));
            }
            passBy(tables);
        } catch (IOException | RuntimeException e) {
            failure = e;
            throw e;
        } finally {
            close(tables, failure);
        }
    }

    /** Leads the rows past the tables in the order of the runs, point by point. */
    private void passBy(List<ResultTable> tables) throws IOException {
        int axes = layout.axes().size();
        List<Row> point = new ArrayList<>();
        int end = progress.end();
        for (int index = 0; index < end; index++) {
            if (progress.has(index)) {
                Row row = progress.row(index);
                boolean another = !point.isEmpty()
                        && !point.get(0)
                                .axisValues()
                                .subList(0, axes)
                                .equals(row.axisValues().subList(0, axes));
                if (another) {
                    add(point, tables);
                    point.clear();
                }
                point.add(row);
            }
        }
        if (!point.isEmpty()) {
            add(point, tables);
        }
        for (ResultTable table : tables) {
            table.finish();
        }
    }

    private static void add(List<Row> point, List<ResultTable> tables) {
        tables.forEach(table -> table.add(point));
    }

    /** Closes all, also where one cannot be. */
    private static void close(List<ResultTable> tables, @Nullable Throwable failure) throws IOException {
        @Nullable IOException own = null;
        for (ResultTable table : tables) {
            try {
                table.close();
            } catch (IOException e) {
                own = own == null ? e : own;
            }
        }
        if (own != null && failure == null) {
            throw own;
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

    /** Leaves the folder as it is, to be gone on with where it was not finished. */
    @Override
    public void close() throws IOException {
        progress.close();
    }
}
