package dev.capstan.sim.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.results.Interval;
import dev.capstan.sim.results.Row;
import dev.capstan.sim.run.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A small experiment done 1,000 times with five replications each: the 95 % intervals hold the truth in 93 to 97 % of them. One
 * standard error of such a share is 0.7 %.
 */
class IntervalCoverageTest {

    private static final int REPETITIONS = 1_000;
    private static final int REPLICATIONS = 5;

    /** Three commands of ten are lost, one scrape of ten fails: about half of five disturbances a run are contained in time. */
    private static final String LOSSY = SmallSweep.SQUARE_WAVE + """
            cap: {power: 5 kW, contain_within: 20s}
            telemetry: {exporter_interval: 1s, scrape_interval: 5s, rate_window: 15s, failed_scrapes: 0.1}
            control: {interval: 10s, silent_failures: 0.3}
            policies: [three-band]
            """;

    /** Two requests a second on average for a minute. */
    private static final String POISSON = """
            name: poisson
            duration: 1m
            workload:
              generate: {disturbance: {shape: step, base: 2, peak: 2, at: 1s}, lengths: lengths.csv}
            cluster: {servers: 1}
            services:
              - {name: chat, model: llama-3.1-8b-h100, replicas: {min: 1, initial: 1, max: 1}}
            cap: {power: 5 kW}
            policies: [none]
            output: {detail: none}
            """;

    private static final String LENGTHS = """
            quantile,input_tokens,output_tokens
            0,10,2
            1,20,4
            """;

    @TempDir
    Path folder;

    /** The truth is that of all 5,000 runs, whose own error is a fourteenth of that of an interval. */
    @Test
    void ofSharesOfDisturbancesThatAreAlikeAndOfMeans() throws IOException {
        List<Row> rows = rows(LOSSY);
        double contained = total(rows, Figure.DISTURBANCES_CONTAINED);
        double truth = contained / total(rows, Figure.DISTURBANCES);
        assertThat(truth).isBetween(0.3, 0.7);
        assertHeld(
                rows,
                group -> Interval.ofShare(
                        values(group, Figure.DISTURBANCES_CONTAINED), values(group, Figure.DISTURBANCES)),
                truth);
        assertHeld(
                rows,
                group -> Interval.ofMean(values(group, Figure.OVER_CAP_SECONDS)),
                total(rows, Figure.OVER_CAP_SECONDS) / rows.size());
    }

    /** The mean of a Poisson process is its rate times the time. */
    @Test
    void ofTheMeanOfAPoissonProcess() throws IOException {
        assertHeld(rows(POISSON), group -> Interval.ofMean(values(group, Figure.REQUESTS_ARRIVED)), 2 * 60);
    }

    private List<Row> rows(String experiment) throws IOException {
        Files.writeString(folder.resolve("lengths.csv"), LENGTHS);
        Path file = Files.writeString(folder.resolve("experiment.yaml"), experiment);
        List<Row> rows = new ArrayList<>();
        Sweep.of(ExperimentFile.read(file, List.of("replications=" + REPETITIONS * REPLICATIONS)))
                .run(SmallSweep.options(folder.resolve("out"), 2, false), new SweepListener() {
                    @Override
                    public void started(int totalRuns, int alreadyDone, List<String> axes) {}

                    @Override
                    public void runFinished(Row row) {
                        rows.add(row);
                    }
                });
        rows.sort(Comparator.comparingInt(Row::index));
        return rows;
    }

    private static void assertHeld(List<Row> rows, Function<List<Row>, Interval> interval, double truth) {
        int held = 0;
        for (int i = 0; i < REPETITIONS; i++) {
            Interval of = interval.apply(rows.subList(i * REPLICATIONS, (i + 1) * REPLICATIONS));
            held += of.low() <= truth && truth <= of.high() ? 1 : 0;
        }
        assertThat((double) held / REPETITIONS)
                .as("share of intervals that hold %s", truth)
                .isBetween(0.93, 0.97);
    }

    private static double[] values(List<Row> rows, Figure figure) {
        return rows.stream().mapToDouble(row -> row.figures()[figure.ordinal()]).toArray();
    }

    private static double total(List<Row> rows, Figure figure) {
        double total = 0;
        for (double value : values(rows, figure)) {
            total += value;
        }
        return total;
    }
}
