package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.capstan.trace.RequestTraceTransforms.Service;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What labels, prefix blocks and clumps become of when traces are transformed. */
class RequestTraceLabelsTest {

    private static final TraceOrigin ORIGIN = new TraceOrigin("made.csv", "0", "CC0-1.0");

    @Test
    void aWindowKeepsLabelsAndPrefixBlocksWithTheirRequests() {
        RequestTrace window = RequestTraceTransforms.window(labelled(10, 20, 30), 15, 100);
        assertThat(text(window, RequestLabel.MODEL)).containsExactly("m1", "m2");
        assertThat(blocks(window)).containsExactly("[1, 1]", "[2, 2]");
    }

    @Test
    void scalingKeepsThemForEveryCopy() {
        RequestTrace scaled = RequestTraceTransforms.scale(labelled(10, 20, 30), 4, 1);
        for (int i = 0; i < scaled.size(); i++) {
            int request = scaled.inputTokens()[i];
            assertThat(column(scaled, RequestLabel.MODEL).text(i)).isEqualTo("m" + request);
            assertThat(blocks(scaled).get(i)).isEqualTo("[" + request + ", " + request + "]");
        }
    }

    @Test
    void mergingLabelsEachRequestWithItsService() {
        RequestTrace merged = RequestTraceTransforms.merge(
                List.of(new Service("chat", labelled(10, 20)), new Service("code", plain(5, 10, 30))));
        assertThat(merged.arrivalNanos()).containsExactly(5, 10, 10, 20, 30);
        assertThat(text(merged, RequestLabel.SERVICE)).containsExactly("code", "chat", "code", "chat", "code");
        assertThat(text(merged, RequestLabel.MODEL)).containsExactly(null, "m0", null, "m1", null);
        assertThat(blocks(merged)).containsExactly("[]", "[0, 0]", "[]", "[1, 1]", "[]");
        assertThat(merged.origin().path())
                .isEqualTo("merged at their beginnings: chat=(made.csv (sha256 0)), code=(made.csv (sha256 0))");
        assertThat(merged.start()).isEmpty();
    }

    @Test
    void selectingUndoesMerging() {
        RequestTrace merged = RequestTraceTransforms.merge(
                List.of(new Service("chat", labelled(10, 20)), new Service("code", plain(5, 10, 30))));
        RequestTrace chat = RequestTraceTransforms.select(merged, Map.of(RequestLabel.SERVICE, List.of("chat")));
        assertThat(chat.arrivalNanos()).containsExactly(10, 20);
        assertThat(text(chat, RequestLabel.MODEL)).containsExactly("m0", "m1");
        assertThat(blocks(chat)).containsExactly("[0, 0]", "[1, 1]");
        RequestTrace code = RequestTraceTransforms.select(merged, Map.of(RequestLabel.SERVICE, List.of("code")));
        assertThat(code.arrivalNanos()).containsExactly(5, 10, 30);
        RequestTrace both =
                RequestTraceTransforms.select(merged, Map.of(RequestLabel.SERVICE, List.of("code", "chat")));
        assertThat(both.arrivalNanos()).containsExactly(merged.arrivalNanos());
        assertThat(both.origin().path()).startsWith("selected: service=code|chat, of merged at their beginnings: ");
    }

    @Test
    void aSelectedRequestCarriesATextOfEachLabelNamed() {
        RequestTrace merged = RequestTraceTransforms.merge(
                List.of(new Service("chat", labelled(10, 20)), new Service("code", plain(5, 10, 30))));
        RequestTrace one = RequestTraceTransforms.select(
                merged, Map.of(RequestLabel.SERVICE, List.of("chat"), RequestLabel.MODEL, List.of("m1", "m0")));
        assertThat(one.arrivalNanos()).containsExactly(10, 20);
        assertThatThrownBy(() -> RequestTraceTransforms.select(
                        merged, Map.of(RequestLabel.SERVICE, List.of("code"), RequestLabel.MODEL, List.of("m1"))))
                .hasMessage("no request carries all of selected: model=m1, service=code. Maybe select by one label.");
    }

    @Test
    void servicesShareNoPrefixesButOneServiceInTwoPartsDoes() {
        RequestTrace merged = RequestTraceTransforms.merge(
                List.of(new Service("a", labelled(1)), new Service("b", labelled(2)), new Service("b", labelled(3))));
        assertThat(blocks(merged).get(0)).isNotEqualTo(blocks(merged).get(1));
        assertThat(blocks(merged).get(1)).isEqualTo(blocks(merged).get(2));
        assertThat(column(merged, RequestLabel.SERVICE).dictionary()).containsExactly("a", "b");
        assertThat(merged.start()).contains(Instant.EPOCH);
    }

    @Test
    void refusesBlocksOfTwoSizesAndNoServices() {
        RequestTrace large = new RequestTrace(
                new long[] {1},
                new int[] {1},
                new int[] {1},
                Optional.empty(),
                ORIGIN,
                Map.of(),
                Optional.of(new PrefixBlocks(16, new int[] {0, 0}, new long[0])));
        assertThatThrownBy(() ->
                        RequestTraceTransforms.merge(List.of(new Service("a", labelled(1)), new Service("b", large))))
                .hasMessageContaining("prefix blocks of one size, have [512, 16] tokens");
        assertThatThrownBy(() -> RequestTraceTransforms.merge(List.of())).hasMessageContaining("at least one service");
        assertThatThrownBy(() -> new Service(" ", labelled(1))).hasMessageContaining("needs a name");
    }

    @Test
    void clumpingMovesRequestsToTheBeginningOfTheirCell() {
        RequestTrace clumped = RequestTraceTransforms.clump(labelled(0, 2_999, 3_000, 8_000), 3_000);
        assertThat(clumped.arrivalNanos()).containsExactly(0, 0, 3_000, 6_000);
    }

    @Test
    void spreadingIsTheInverseOfClumping() {
        long[] arrivals = new long[3_000];
        for (int i = 0; i < arrivals.length; i++) {
            arrivals[i] = 1 + i * 997L;
        }
        RequestTrace clumped = RequestTraceTransforms.clump(labelled(arrivals), 100_000);
        assertThat(Arrays.stream(clumped.arrivalNanos()).distinct().count()).isEqualTo(30);
        RequestTrace spread = RequestTraceTransforms.spread(clumped, 100_000, 3);
        assertThat(Arrays.stream(spread.arrivalNanos()).distinct().count()).isGreaterThan(2_900);
        assertThat(spread.inputTokens()).isEqualTo(clumped.inputTokens());
        assertThat(RequestTraceTransforms.clump(spread, 100_000).arrivalNanos()).isEqualTo(clumped.arrivalNanos());
        // Uniform within the cell: the mean of 3,000 offsets is half a cell +- 4 * 100,000 / sqrt(12 * 3,000).
        double mean = Arrays.stream(spread.arrivalNanos())
                .map(arrival -> arrival % 100_000)
                .average()
                .orElseThrow();
        assertThat(mean).isBetween(47_800.0, 52_200.0);
        assertThat(spread.origin().path()).contains("spread: grid=100us, seed=3");
    }

    @Test
    void spreadingLeavesRequestsOffTheGridWhereTheyAre() {
        RequestTrace spread = RequestTraceTransforms.spread(labelled(0, 0, 0, 1_500, 3_000), 3_000, 1);
        assertThat(spread.arrivalNanos()).isSorted().contains(1_500);
        for (int i = 0; i < spread.size(); i++) {
            if (spread.inputTokens()[i] == 3) {
                assertThat(spread.arrivalNanos()[i]).isEqualTo(1_500);
            }
        }
        assertThatThrownBy(() -> RequestTraceTransforms.spread(spread, 0, 1)).hasMessageContaining("wider than 0 ns");
    }

    private static RequestTrace plain(long... arrivals) {
        int[] ones = new int[arrivals.length];
        Arrays.fill(ones, 1);
        return new RequestTrace(arrivals, ones, ones, Optional.empty(), ORIGIN);
    }

    /** Request i has i input tokens, the model mi and two blocks of hash i. */
    private static RequestTrace labelled(long... arrivals) {
        int size = arrivals.length;
        int[] numbers = new int[size];
        int[] ones = new int[size];
        int[] offsets = new int[size + 1];
        long[] hashes = new long[2 * size];
        String[] models = new String[size];
        for (int i = 0; i < size; i++) {
            numbers[i] = i;
            ones[i] = 1;
            offsets[i + 1] = 2 * (i + 1);
            hashes[2 * i] = i;
            hashes[2 * i + 1] = i;
            models[i] = "m" + i;
        }
        return new RequestTrace(
                arrivals,
                numbers,
                ones,
                Optional.of(Instant.EPOCH),
                ORIGIN,
                Map.of(RequestLabel.MODEL, new LabelColumn(List.of(models), numbers)),
                Optional.of(new PrefixBlocks(512, offsets, hashes)));
    }

    private static List<String> text(RequestTrace trace, RequestLabel label) {
        String[] texts = new String[trace.size()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = column(trace, label).text(i);
        }
        return Arrays.asList(texts);
    }

    private static List<String> blocks(RequestTrace trace) {
        PrefixBlocks blocks = trace.prefixBlocks().orElseThrow();
        String[] texts = new String[trace.size()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] =
                    Arrays.toString(Arrays.copyOfRange(blocks.hashes(), blocks.offsets()[i], blocks.offsets()[i + 1]));
        }
        return List.of(texts);
    }

    private static LabelColumn column(RequestTrace trace, RequestLabel label) {
        return Objects.requireNonNull(trace.labels().get(label));
    }
}
