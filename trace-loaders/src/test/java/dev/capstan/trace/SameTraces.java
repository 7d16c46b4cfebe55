package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;

/** Asserts that two traces hold the same, but for where they come from. */
final class SameTraces {

    private SameTraces() {}

    static void assertSame(RequestTrace back, RequestTrace trace) {
        assertThat(back.arrivalNanos()).isEqualTo(trace.arrivalNanos());
        assertThat(back.inputTokens()).isEqualTo(trace.inputTokens());
        assertThat(back.outputTokens()).isEqualTo(trace.outputTokens());
        assertThat(back.start()).isEqualTo(trace.start());
        assertThat(back.labels().keySet()).isEqualTo(trace.labels().keySet());
        trace.labels().forEach((label, column) -> {
            LabelColumn same = Objects.requireNonNull(back.labels().get(label));
            for (int i = 0; i < trace.size(); i++) {
                assertThat(same.text(i)).isEqualTo(column.text(i));
            }
        });
        assertThat(back.prefixBlocks().isPresent())
                .isEqualTo(trace.prefixBlocks().isPresent());
        trace.prefixBlocks().ifPresent(blocks -> {
            PrefixBlocks same = back.prefixBlocks().orElseThrow();
            assertThat(same.blockTokens()).isEqualTo(blocks.blockTokens());
            assertThat(same.offsets()).isEqualTo(blocks.offsets());
            assertThat(same.hashes()).isEqualTo(blocks.hashes());
        });
    }

    static void assertSame(PowerRecording back, PowerRecording recording) {
        assertThat(back.start()).isEqualTo(recording.start());
        assertThat(back.series()).hasSameSizeAs(recording.series());
        for (int i = 0; i < back.series().size(); i++) {
            PowerSeries was = recording.series().get(i);
            PowerSeries is = back.series().get(i);
            assertThat(is.name()).isEqualTo(was.name());
            assertThat(is.labels()).isEqualTo(was.labels());
            assertThat(is.gaps()).isEqualTo(was.gaps());
            assertThat(is.power().timeNanos()).isEqualTo(was.power().timeNanos());
            assertThat(is.power().watts()).isEqualTo(was.power().watts());
            assertThat(is.power().endNanos()).isEqualTo(was.power().endNanos());
        }
    }

    static void assertSame(CarbonTrace back, CarbonTrace trace) {
        assertThat(back.zone()).isEqualTo(trace.zone());
        assertThat(back.signal()).isEqualTo(trace.signal());
        assertThat(back.scope()).isEqualTo(trace.scope());
        assertThat(back.start()).isEqualTo(trace.start());
        assertThat(back.timeNanos()).isEqualTo(trace.timeNanos());
        assertThat(back.gramsPerKilowattHour()).isEqualTo(trace.gramsPerKilowattHour());
    }

    static void assertSame(PriceTrace back, PriceTrace trace) {
        assertThat(back.zone()).isEqualTo(trace.zone());
        assertThat(back.currency()).isEqualTo(trace.currency());
        assertThat(back.start()).isEqualTo(trace.start());
        assertThat(back.timeNanos()).isEqualTo(trace.timeNanos());
        assertThat(back.perMegawattHour()).isEqualTo(trace.perMegawattHour());
    }
}
