package dev.capstan.sim.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.capstan.sim.run.Figure;
import dev.capstan.sim.run.ServiceFigure;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ResultsWriterTest {

    private static final Layout LAYOUT = layout("control.interval", "5s, or so", Optional.empty());
    private static final ObjectNode MANIFEST = JsonNodeFactory.instance.objectNode();

    private final Path folder = Jimfs.newFileSystem(Configuration.unix()).getPath("/results/one");

    @Test
    void writesTheColumnsThatScriptsRelyOn() throws IOException {
        ResultsWriter writer = open(false);
        record(writer, 0, 4, 3);
        writer.finish(MANIFEST);

        assertThat(line("summary.csv", 0)).isEqualTo("""
                control.interval,run_id,policy,cap_watts,replication,seed,duration_seconds,success_rate,\
                time_under_cap_fraction,window_success_1s,window_success_10s,window_success_60s,window_success_900s,\
                excursions,longest_excursion_seconds,over_cap_seconds,over_cap_joules,peak_power_watts,\
                peak_over_cap_watts,mean_power_watts,stranded_watt_seconds,breaker_trips,min_breaker_margin,\
                energy_joules,carbon_grams,requests_arrived,requests_completed,requests_rejected,requests_lost,\
                requests_unfinished,input_tokens,output_tokens,ttft_p50_seconds,ttft_p90_seconds,ttft_p99_seconds,\
                tpot_p50_seconds,tpot_p90_seconds,tpot_p99_seconds,e2e_p50_seconds,e2e_p99_seconds,slo_attainment,\
                goodput_requests_per_second,joules_per_output_token,capped_seconds,decisions,replica_changes,events,\
                disturbances,disturbances_contained,disturbances_self_inflicted,requests_timed_out,requests_abandoned,\
                wasted_output_tokens,preemptions,recomputed_tokens,prefix_cached_tokens,energy_cost,\
                out_of_range_time_share,wasted_joules,requests_refused,carbon_overspend_grams,\
                over_carbon_budget_seconds,carbon_infeasible_seconds,over_budget_seconds""");
        assertThat(line("points.csv", 0)).isEqualTo("""
                control.interval,policy,cap_watts,replications,disturbances,disturbances_contained,success_rate,\
                success_rate_low,success_rate_high""" + averaged("""
                time_under_cap_fraction over_cap_seconds over_cap_joules longest_excursion_seconds peak_power_watts \
                mean_power_watts stranded_watt_seconds energy_joules carbon_grams requests_completed \
                ttft_p50_seconds ttft_p99_seconds tpot_p99_seconds e2e_p99_seconds slo_attainment \
                goodput_requests_per_second joules_per_output_token capped_seconds replica_changes breaker_trips \
                out_of_range_time_share energy_cost"""));
    }

    @Test
    void writesARowForEachServiceOfARunUnderItsKeys() throws IOException {
        ResultsWriter writer = open(false);
        record(writer, 1, 0, 0);
        record(writer, 0, 0, 0);
        writer.finish(MANIFEST);

        assertThat(line("services.csv", 0)).isEqualTo("""
                control.interval,run_id,policy,cap_watts,replication,seed,service,requests_arrived,requests_completed,\
                requests_rejected,requests_refused,requests_lost,requests_timed_out,requests_abandoned,\
                requests_unfinished,refused_share,input_tokens,output_tokens,generated_tokens,generated_tokens_per_second,\
                ttft_p50_seconds,ttft_p90_seconds,ttft_p99_seconds,tpot_p50_seconds,tpot_p90_seconds,\
                tpot_p99_seconds,e2e_p50_seconds,e2e_p99_seconds,slo_attainment,goodput_requests_per_second,\
                active_energy_joules,active_joules_per_generated_token,mean_ready_replicas,replica_changes,\
                wasted_output_tokens,wasted_joules,preemptions,recomputed_tokens,prefix_cached_tokens,\
                out_of_range_time_share""");
        assertThat(Files.readAllLines(folder.resolve("services.csv")).stream().skip(1))
                .containsExactly(
                        "\"5s, or so\",run-0,größer,20000,0,100,chat" + ",".repeat(23) + "0,0.1" + ",".repeat(9),
                        "\"5s, or so\",run-0,größer,20000,0,100,batch" + ",".repeat(23) + "0,0.1" + ",".repeat(9),
                        "\"5s, or so\",run-1,größer,20000,1,101,chat" + ",".repeat(23) + "1,0.4333333333"
                                + ",".repeat(9),
                        "\"5s, or so\",run-1,größer,20000,1,101,batch" + ",".repeat(23) + "10,3.433333333"
                                + ",".repeat(9));
    }

    /** Goodput of 0 and 10 in the mean 5; with one degree of freedom the 97.5 % quantile of Student's t is 12.706. */
    @Test
    void takesTheReplicationsOfAServiceTogether() throws IOException {
        ResultsWriter writer = open(false);
        record(writer, 0, 0, 0);
        record(writer, 1, 0, 0);
        writer.finish(MANIFEST);

        assertThat(line("service-points.csv", 0)).isEqualTo("""
                control.interval,policy,cap_watts,service,replications""" + averaged("""
                requests_arrived requests_completed refused_share generated_tokens_per_second ttft_p50_seconds \
                ttft_p99_seconds tpot_p99_seconds e2e_p99_seconds slo_attainment goodput_requests_per_second \
                active_energy_joules active_joules_per_generated_token mean_ready_replicas replica_changes \
                out_of_range_time_share"""));
        // 12.7062 * sqrt(50 / 2)
        assertThat(line("service-points.csv", 1))
                .startsWith("\"5s, or so\",größer,20000,chat,2" + ",".repeat(28) + "0.5,-5.853");
        assertThat(line("service-points.csv", 2))
                .startsWith("\"5s, or so\",größer,20000,batch,2" + ",".repeat(28) + "5,-58.53");
    }

    @Test
    void takesReplicationsTogether() throws IOException {
        ResultsWriter writer = open(false);
        record(writer, 1, 10, 5);
        record(writer, 0, 10, 10);
        writer.finish(MANIFEST);

        // 15 of 20 disturbances, 2.5 from the share in both runs: 2 x 12.5 / 20 is 6.67 times 0.75 x 0.25, so that they
        // are worth three.
        // By hand with z = 1.96: centre 0.6096, half width 0.3535.
        assertThat(line("points.csv", 1)).startsWith("\"5s, or so\",größer,20000,2,20,15,0.75,0.256");
    }

    /**
     * Success of 0.5, 0.6 and 0.7 against 0.4 in each replication: 0.2 in the mean, 0.1 standard deviation, and 4.303 is the 97.5 %
     * quantile of Student's t with two degrees of freedom.
     */
    @Test
    void comparesPoliciesPairByPair() throws IOException {
        ResultsWriter writer = ResultsWriter.open(folder, layout("axis", "5s", Optional.of("ours")), "one", false);
        for (int r = 0; r < 3; r++) {
            for (String policy : List.of("ours", "theirs")) {
                double[] figures = row(r, 0, 0).figures();
                figures[Figure.SUCCESS_RATE.ordinal()] = policy.equals("ours") ? 0.4 : 0.5 + r / 10.0;
                int index = policy.equals("ours") ? r : 3 + r;
                Row row = new Row(index, "run-" + index, List.of("5s"), policy, 20_000, r, 100 + r, figures, List.of());
                writer.record(row, Optional.empty());
            }
        }
        writer.finish(MANIFEST);

        List<String> lines = Files.readAllLines(folder.resolve("comparison.csv"));
        assertThat(lines.get(0))
                .startsWith(
                        "axis,policy,against,cap_watts,replications,success_rate_difference_mean,"
                                + "success_rate_difference_low,success_rate_difference_high,time_under_cap_fraction_difference_mean");
        assertThat(lines).hasSize(2);
        String[] cells = lines.get(1).split(",");
        assertThat(cells).startsWith("5s", "theirs", "ours", "20000", "3");
        double half = 4.302652729911275 * 0.1 / Math.sqrt(3);
        assertThat(Double.parseDouble(cells[5])).isCloseTo(0.2, within(1e-9));
        assertThat(Double.parseDouble(cells[6])).isCloseTo(0.2 - half, within(1e-6));
        assertThat(Double.parseDouble(cells[7])).isCloseTo(0.2 + half, within(1e-6));
    }

    @Test
    void ordersRowsByTheirRunsAndLeavesCellsWithoutAValueEmpty() throws IOException {
        ResultsWriter writer = open(false);
        record(writer, 1, 0, 0);
        record(writer, 0, 0, 0);
        writer.finish(MANIFEST);

        assertThat(line("summary.csv", 1)).startsWith("\"5s, or so\",run-0,größer,20000,0,100,,,");
        assertThat(line("summary.csv", 2)).startsWith("\"5s, or so\",run-1,größer,20000,1,101,,,");
        assertThat(line("points.csv", 1)).startsWith("\"5s, or so\",größer,20000,2,0,0,,,,,,");
    }

    @Test
    void leavesOnlyWholeFilesWhenDone() throws IOException {
        ResultsWriter writer = open(false);
        record(writer, 0, 1, 1);
        assertThat(names()).containsExactly("progress.jsonl");

        writer.finish(MANIFEST);

        assertThat(names())
                .containsExactly(
                        "effects.csv",
                        "manifest.json",
                        "points.csv",
                        "service-points.csv",
                        "services.csv",
                        "summary.csv",
                        "variance.csv");
    }

    @Test
    void goesOnWithTheRowsThatAreThereDigitByDigit() throws IOException {
        Path other = folder.resolveSibling("two");
        ResultsWriter uninterrupted = ResultsWriter.open(other, LAYOUT, "one", false);
        for (ResultsWriter writer : List.of(uninterrupted, open(false))) {
            record(writer, 0, 3, 1);
            record(writer, 1, 3, 2);
        }
        uninterrupted.finish(MANIFEST);

        ResultsWriter resumed = open(true);
        assertThat(resumed.size()).isEqualTo(2);
        resumed.finish(MANIFEST);

        for (String table : List.of("summary.csv", "services.csv", "service-points.csv")) {
            assertThat(Files.readAllLines(folder.resolve(table))).isEqualTo(Files.readAllLines(other.resolve(table)));
        }
    }

    /** A crash may cut the file anywhere, also within a letter of two bytes. */
    @Test
    void goesOnAfterACrashWhereverItCutTheLastLine() throws IOException {
        ResultsWriter first = open(false);
        record(first, 0, 3, 1);
        long whole = Files.size(progress());
        record(first, 1, 3, 2);
        byte[] bytes = Files.readAllBytes(progress());

        for (int cut = 0; cut < bytes.length; cut++) {
            Files.write(progress(), Arrays.copyOf(bytes, cut));
            ResultsWriter second = open(true);
            record(second, 1, 3, 2);

            ResultsWriter third = open(true);
            assertThat(third.has(0)).isEqualTo(cut >= whole);
            assertThat(third.has(1)).isTrue();
        }
    }

    @Test
    void refusesAFolderThatHoldsFiles() throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("thesis.tex"), "all of it");

        for (boolean resume : new boolean[] {false, true}) {
            assertThatThrownBy(() -> open(resume))
                    .isInstanceOf(FileAlreadyExistsException.class)
                    .hasMessageContaining("/results/one")
                    .hasMessageContaining("Maybe");
        }
        assertThat(names()).containsExactly("thesis.tex");
    }

    @Test
    void refusesToGoOnWithAFinishedFolder() throws IOException {
        ResultsWriter writer = open(false);
        record(writer, 0, 1, 1);
        writer.finish(MANIFEST);

        assertThatThrownBy(() -> open(true)).hasMessageContaining("is finished: there is nothing to resume");
    }

    @Test
    void refusesToGoOnWithAnotherExperiment() throws IOException {
        record(open(false), 0, 1, 1);

        assertThatThrownBy(() -> ResultsWriter.open(folder, LAYOUT, "other", true))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("holds results of another experiment")
                .hasMessageContaining("Maybe take another --out");
    }

    @Test
    void beginsInAnEmptyFolderWhereThereIsNothingToGoOnWith() throws IOException {
        Files.createDirectories(folder);

        assertThat(open(true).size()).isZero();
    }

    @Test
    void cannotBeginWhereAFileStandsInTheWay() throws IOException {
        Files.createDirectories(folder.getParent());
        Files.writeString(folder, "a file", StandardOpenOption.CREATE);

        assertThatThrownBy(() -> open(false)).isInstanceOf(IOException.class).hasMessageContaining("/results/one");
    }

    private static Layout layout(String path, String value, Optional<String> comparedWith) {
        return new Layout(SweepLayouts.grid(Map.of(path, List.of(value))), false, comparedWith, 0.95, 1);
    }

    private ResultsWriter open(boolean resume) throws IOException {
        return ResultsWriter.open(folder, LAYOUT, "one", resume);
    }

    private static void record(ResultsWriter writer, int index, double disturbances, double contained)
            throws IOException {
        Row row = row(index, disturbances, contained);
        writer.record(row, Optional.empty());
    }

    private static Row row(int index, double disturbances, double contained) {
        double[] figures = new double[Figure.values().length];
        Arrays.fill(figures, Double.NaN);
        figures[Figure.ENERGY_JOULES.ordinal()] = 0.1 + index / 3.0;
        figures[Figure.DISTURBANCES.ordinal()] = disturbances;
        figures[Figure.DISTURBANCES_CONTAINED.ordinal()] = contained;
        List<Row.Service> services = List.of(service("chat", index), service("batch", 10 * index));
        return new Row(
                index, "run-" + index, List.of("5s, or so"), "größer", 20_000, index, 100 + index, figures, services);
    }

    private static Row.Service service(String name, double goodput) {
        double[] figures = new double[ServiceFigure.values().length];
        Arrays.fill(figures, Double.NaN);
        figures[ServiceFigure.GOODPUT_REQUESTS_PER_SECOND.ordinal()] = goodput;
        figures[ServiceFigure.ACTIVE_ENERGY_JOULES.ordinal()] = 0.1 + goodput / 3.0;
        return new Row.Service(name, figures);
    }

    private static String averaged(String names) {
        StringBuilder columns = new StringBuilder();
        for (String name : names.split(" ", -1)) {
            for (String end : List.of("mean", "low", "high")) {
                columns.append(',').append(name).append('_').append(end);
            }
        }
        return columns.toString();
    }

    private Path progress() {
        return folder.resolve("progress.jsonl");
    }

    private String line(String file, int line) throws IOException {
        return Files.readAllLines(folder.resolve(file)).get(line);
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
