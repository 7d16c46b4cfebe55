package dev.capstan.sim.results;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.capstan.sim.run.Figure;
import dev.capstan.sim.run.ServiceFigure;
import dev.capstan.trace.RandomStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ProgressFileTest {

    private static final int ROWS = 3_000;
    private static final String HEAD = "{\"identity\":\"one\"}";

    private final Path path = Jimfs.newFileSystem(Configuration.unix()).getPath("/progress.jsonl");

    /** More than fits in what is read at once, in no order: each row comes back as it was. */
    @Test
    void givesBackEachRowWhateverOrderTheyCameIn() throws IOException {
        List<Integer> order = new ArrayList<>();
        for (int index = 0; index < ROWS; index++) {
            order.add(2 * index);
        }
        Collections.shuffle(order, new Random(1));
        try (ProgressFile file = ProgressFile.begin(path, HEAD)) {
            for (int index : order) {
                file.append(row(index));
            }
            assertWhole(file);
        }
        try (ProgressFile resumed = ProgressFile.resume(path, HEAD).orElseThrow()) {
            assertWhole(resumed);
        }
        assertThat(ProgressFile.resume(path, "{\"identity\":\"two\"}")).isEmpty();
    }

    private static void assertWhole(ProgressFile file) throws IOException {
        assertThat(file.size()).isEqualTo(ROWS);
        assertThat(file.end()).isEqualTo(2 * ROWS - 1);
        for (int index = 0; index < 2 * ROWS + 100; index++) {
            boolean isThere = index % 2 == 0 && index < 2 * ROWS;
            assertThat(file.has(index)).isEqualTo(isThere);
            if (isThere) {
                assertThat(RowLine.write(file.row(index))).isEqualTo(RowLine.write(row(index)));
            }
        }
    }

    @Test
    void takesRowsFromSeveralThreadsAtOnce() throws Exception {
        try (ProgressFile file = ProgressFile.begin(path, HEAD)) {
            ExecutorService threads = Executors.newFixedThreadPool(4);
            List<Future<?>> pending = new ArrayList<>();
            for (int index = 0; index < ROWS; index++) {
                int mine = 2 * index;
                pending.add(threads.submit(() -> {
                    file.append(row(mine));
                    return null;
                }));
            }
            for (Future<?> one : pending) {
                one.get();
            }
            threads.shutdown();
            assertWhole(file);
        }
    }

    @Property
    void keepsEveryDigit(@ForAll double figure, @ForAll String policy, @ForAll long seed) {
        double[] figures = new double[Figure.values().length];
        Arrays.fill(figures, Double.isInfinite(figure) ? Double.NaN : figure);
        Row row = new Row(3, "run", List.of("5s", ""), policy, 20_000, 1, seed, figures, List.of());

        Row read = RowLine.read(RowLine.write(row));

        assertThat(read.figures()).isEqualTo(figures);
        assertThat(read.policy()).isEqualTo(policy);
        assertThat(read.seed()).isEqualTo(seed);
        assertThat(read.axisValues()).containsExactly("5s", "");
    }

    /** Rows of lengths of their own, in letters of one byte and two. */
    private static Row row(int index) {
        RandomStream random = RandomStream.named(index, "row");
        double[] figures = new double[Figure.values().length];
        for (int i = 0; i < figures.length; i++) {
            figures[i] = random.nextInt(3) == 0 ? Double.NaN : random.nextDouble();
        }
        double[] ofService = new double[ServiceFigure.values().length];
        Arrays.fill(ofService, index / 3.0);
        return new Row(
                index,
                "run-" + index,
                List.of("ä".repeat(1 + random.nextInt(400))),
                "policy",
                20_000,
                index,
                7,
                figures,
                List.of(new Row.Service("chat", ofService)));
    }
}
