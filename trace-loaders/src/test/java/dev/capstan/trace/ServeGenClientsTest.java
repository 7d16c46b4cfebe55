package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeGenClientsTest {

    private static final long SECOND = 1_000_000_000L;
    private static final long WINDOW = 600 * SECOND;

    @TempDir
    Path folder;

    @BeforeEach
    void writeThreeClients() throws IOException {
        write("chunk-0-trace.csv", "0,5,2.0,Gamma,0.25,0.8\r\n600,0,0,,0,0\r\n1200,2,1.5,Weibull,0.7,0.4\r\n");
        write("chunk-7-trace.csv", "0,1,1.0,Gamma,1,1\r\n600,3,0.5,Weibull,2,0.3\r\n1200,0,0,,0,0\r\n");
        write("chunk-12-trace.csv", "0,1,1,Gamma,1,1\r\n600,1,1,Gamma,1,1\r\n1200,1,1,Gamma,1,1\r\n");
        write(
                "chunk-0-dataset.json",
                "{\"0\": {\"input_tokens\": \"{10: 0.25, 20: 0.75}\", \"output_tokens\": \"{0: 1.0}\","
                        + " \"reason_ratio\": \"{0.5: 1.0}\"}}");
        write(
                "chunk-7-dataset.json",
                "{\"0\": {\"input_tokens\": \"{1000: 1.0}\", \"output_tokens\": \"{7: 1.0}\"},\n"
                        + "\"1200\": {\"input_tokens\": \"{}\", \"output_tokens\": \"{}\"}}");
    }

    @Test
    void readsClientsWindowsAndRates() {
        ServeGenClients clients = ServeGenClients.read(folder);
        assertThat(clients.size()).isEqualTo(3);
        assertThat(clients.windows()).isEqualTo(3);
        assertThat(clients.endNanos()).isEqualTo(3 * WINDOW);
        assertThat(clients.clientsWithLengths()).containsExactly(0, 7);
        // (5 + 2 + 1 + 3 + 3) / 3 windows
        assertThat(clients.meanRequestsPerSecond()).isCloseTo(14 / 3.0, within(1e-12));
        assertThat(clients.rates().requestsPerSecond(1)).isEqualTo(4);
    }

    @Test
    void eachWindowHasItsRateWithinOnePercentOverFourHundredSeeds() {
        ServeGenClients clients = ServeGenClients.read(folder);
        long[] counts = new long[3];
        int seeds = 400;
        for (int seed = 0; seed < seeds; seed++) {
            for (long arrival :
                    clients.generate(0, 3 * WINDOW, Optional.empty(), seed).arrivalNanos()) {
                counts[(int) (arrival / WINDOW)]++;
            }
        }
        // Expected 4,200, 2,400 and 1,800 requests. The first has the largest spread: variance 4 * 3,000 + 1,200 a run,
        // standard error sqrt(13,200 / 400) / 4,200 = 0.14 %.
        assertThat(counts[0] / (double) seeds).isCloseTo(4_200, within(42.0));
        assertThat(counts[1] / (double) seeds).isCloseTo(2_400, within(24.0));
        assertThat(counts[2] / (double) seeds).isCloseTo(1_800, within(18.0));
    }

    @Test
    void intervalsOfAClientHaveItsVariationWithinTwoPercent() throws IOException {
        // 360,000 intervals in each window: standard errors of 2.79 / sqrt(n) = 0.46 % (Weibull, CV 2) and 0.79 /
        // sqrt(n) =
        // 0.13 % (gamma, CV 0.5); see RequestGeneratorTest. With 120,000, 2 % would be 2.5 standard errors only.
        write("one/chunk-3-trace.csv", "0,600,2.0,Weibull,1,1\n600,600,0.5,Gamma,1,1\n");
        write("one/chunk-3-dataset.json", "{\"0\": {\"input_tokens\": \"{1: 1}\", \"output_tokens\": \"{1: 1}\"}}");
        RequestTrace trace = ServeGenClients.read(folder.resolve("one")).generate(0, 2 * WINDOW, Optional.empty(), 5);
        assertThat(variation(trace, 0)).isCloseTo(2.0, within(0.04));
        assertThat(variation(trace, WINDOW)).isCloseTo(0.5, within(0.01));
    }

    @Test
    void lengthsKeepWithinTheKolmogorovSmirnovBoundOfTheirDistribution() throws IOException {
        write("one/chunk-3-trace.csv", "0,100,1,Gamma,1,1\n600,100,1,Gamma,1,1\n");
        write(
                "one/chunk-3-dataset.json",
                "{\"0\": {\"input_tokens\": \"{1: 0.1, 5: 0.2, 50: 0.4, 900: 0.25, 30000: 0.05}\","
                        + " \"output_tokens\": \"{1: 1}\"}}");
        int[] input = ServeGenClients.read(folder.resolve("one"))
                .generate(0, 2 * WINDOW, Optional.empty(), 6)
                .inputTokens();
        double[] cumulative = {0.1, 0.3, 0.7, 0.95, 1};
        int[] tokens = {1, 5, 50, 900, 30_000};
        for (int i = 0; i < tokens.length; i++) {
            int bound = tokens[i];
            double share = Arrays.stream(input).filter(value -> value <= bound).count() / (double) input.length;
            // 1.63 / sqrt(n) is the bound of the Kolmogorov-Smirnov test at 1 %: 0.0047 for about 120,000 requests.
            // Between
            // these numbers both distributions are flat, so that the largest difference is at one of them.
            assertThat(share).isCloseTo(cumulative[i], within(1.63 / Math.sqrt(input.length)));
        }
    }

    @Test
    void clientsWithoutLengthsBorrowTheMixtureWeightedByRate() {
        // Window 0: client 0 has 3,000 requests with prompts of 10 or 20, client 7 has 600 of 1,000; its period
        // reaches to 1,200 s, in which client 0 has 3,000 and client 7 has 2,400. Client 12 borrows 2,400 of 5,400.
        ServeGenClients clients = ServeGenClients.read(folder);
        long long1000 = 0;
        int seeds = 40;
        for (int seed = 0; seed < seeds; seed++) {
            long1000 += Arrays.stream(
                            clients.generate(0, WINDOW, Optional.empty(), seed).inputTokens())
                    .filter(tokens -> tokens == 1000)
                    .count();
        }
        // 600 + 600 * 2,400 / 5,400 = 866.7 a run; standard error about sqrt(870 / 40) = 4.7
        assertThat(long1000 / (double) seeds).isCloseTo(866.7, within(20.0));
    }

    @Test
    void clientsWithoutLengthsDrawFromATableWhereOneIsGiven() {
        TokenLengths table = new TokenLengths(
                new double[] {0, 1}, new double[] {5, 5}, new double[] {6, 6}, new TraceOrigin("t", "77", ""));
        RequestTrace trace = ServeGenClients.read(folder).generate(2 * WINDOW, WINDOW, Optional.of(table), 1);
        // Client 12 has none at all, client 0 has those of its last period.
        assertThat(Arrays.stream(trace.inputTokens()).distinct()).containsExactlyInAnyOrder(5, 10, 20);
        assertThat(trace.origin().path()).contains("the others draw from the table with sha256 77");
    }

    @Test
    void aRequestHasAtLeastOneOutputToken() {
        RequestTrace trace = ServeGenClients.read(folder).generate(0, WINDOW, Optional.empty(), 1);
        assertThat(Arrays.stream(trace.outputTokens()).distinct()).containsExactlyInAnyOrder(1, 7);
    }

    @Test
    void thinningTakesClientsAwayAndLeavesTheOthersAsTheyWere() throws IOException {
        ServeGenClients clients = ServeGenClients.read(folder);
        ServeGenClients thin = clients.thinTo(2.3, 1);
        // Means are 7/3, 4/3 and 1; whichever comes first, the sum gets near 2.3.
        assertThat(thin.size()).isLessThan(3);
        assertThat(thin.meanRequestsPerSecond()).isCloseTo(2.3, within(0.1));
        assertThat(thin.origin().path()).contains("target=2.3 requests/s", "seed=1");
        assertThatThrownBy(() -> clients.thinTo(0.1, 1)).hasMessageContaining("no client is as slow");
    }

    @Test
    void givesTheSameTraceForOneSeedAndWritesItsRecipe() {
        ServeGenClients clients = ServeGenClients.read(folder);
        RequestTrace first = clients.generate(WINDOW / 2, WINDOW, Optional.empty(), 9);
        RequestTrace again = clients.generate(WINDOW / 2, WINDOW, Optional.empty(), 9);
        assertThat(again.arrivalNanos()).isEqualTo(first.arrivalNanos());
        assertThat(again.inputTokens()).isEqualTo(first.inputTokens());
        assertThat(first.spanNanos()).isLessThan(WINDOW);
        assertThat(first.origin().path())
                .contains("from=5m", "duration=10m", "2 of 3 clients have token lengths", "borrow", "seed=9")
                .doesNotContain(String.valueOf(folder.getParent()));
        assertThat(first.origin().licence()).startsWith("Apache-2.0");
    }

    @Test
    void namesFileLineAndPathOfAFault() throws IOException {
        write("chunk-7-trace.csv", "0,1,1,Gamma,1,1\n600,1,1,Pareto,1,1\n");
        assertThatThrownBy(() -> ServeGenClients.read(folder))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("chunk-7-trace.csv:2: pattern must be Gamma, Weibull or empty");
        write("chunk-7-trace.csv", "0,1,1,Gamma,1,1\n600,1,1,Gamma,1,1\n");
        assertThatThrownBy(() -> ServeGenClients.read(folder)).hasMessageContaining("has 2 windows");
        write("chunk-0-dataset.json", "{\"0\":\n{\"input_tokens\": \"{10: exit()}\"}}");
        assertThatThrownBy(() -> ServeGenClients.read(folder))
                .hasMessageContaining("chunk-0-dataset.json:2: 0.input_tokens must have a number here");
        write("chunk-0-dataset.json", "{\"0\": {");
        assertThatThrownBy(() -> ServeGenClients.read(folder)).hasMessageContaining("is not JSON");
        assertThatThrownBy(() -> ServeGenClients.read(folder.resolve("absent"))).hasMessageContaining("no such file");
    }

    @Test
    void aSetWithoutAnyLengthsAsksForATable() throws IOException {
        write("bare/chunk-0-trace.csv", "0,1,1,Gamma,1,1\n600,1,1,Gamma,1,1\n");
        ServeGenClients bare = ServeGenClients.read(folder.resolve("bare"));
        assertThatThrownBy(() -> bare.generate(0, WINDOW, Optional.empty(), 1))
                .hasMessageContaining("Maybe give a table of token lengths");
        assertThatThrownBy(() -> bare.generate(0, 3 * WINDOW, Optional.empty(), 1))
                .hasMessageContaining("the clients cover 0s to 20m");
    }

    @Test
    void theRealServiceHasTheFiguresThatAreKnownOfIt() {
        ServeGenClients clients = ServeGenClients.read(RealTraces.file("servegen/language/m-large"));
        assertThat(clients.size()).isEqualTo(162);
        assertThat(clients.windows()).isEqualTo(2_016);
        assertThat(clients.clientsWithLengths()).containsExactly(20, 34, 61, 78, 104, 116, 143);
        assertThat(clients.meanRequestsPerSecond()).isCloseTo(195.8, within(0.05));
        RateProfile rates = clients.rates();
        double[] totals = new double[rates.size()];
        for (int i = 0; i < totals.length; i++) {
            totals[i] = rates.requestsPerSecond(i);
        }
        Arrays.sort(totals);
        assertThat(totals[0]).isCloseTo(48, within(0.5));
        assertThat(totals[2_015]).isCloseTo(583, within(0.5));

        ServeGenClients thin = clients.thinTo(5, 1);
        RequestTrace day = thin.generate(86_400 * SECOND, 86_400 * SECOND, Optional.empty(), 1);
        assertThat(thin.meanRequestsPerSecond()).isCloseTo(5, within(0.25));
        assertThat(day.size()).isGreaterThan(100_000);
    }

    private static double variation(RequestTrace trace, long fromNanos) {
        long[] times = Arrays.stream(trace.arrivalNanos())
                .filter(arrival -> arrival >= fromNanos && arrival < fromNanos + WINDOW)
                .toArray();
        double mean = (times[times.length - 1] - times[0]) / (double) (times.length - 1);
        double squares = 0;
        for (int i = 1; i < times.length; i++) {
            double deviation = times[i] - times[i - 1] - mean;
            squares += deviation * deviation;
        }
        return Math.sqrt(squares / (times.length - 1)) / mean;
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
