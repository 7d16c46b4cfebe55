package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.trace.PowerRecording.Gap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class PowerRecordingsProperties {

    @Property(tries = 200)
    void readsBackEveryRecordingItWrites(@ForAll("recordings") PowerRecording recording) throws IOException {
        Path file = Files.createTempFile("power", ".csv");
        try {
            PowerRecordings.writeCsv(recording, file);
            PowerRecording back = PowerRecordings.read(file);
            SameTraces.assertSame(back, recording);
            assertThat(back.origin().licence()).isEqualTo(recording.origin().licence());
        } finally {
            Files.delete(file);
        }
    }

    @Property(tries = 200)
    void theTotalHoldsTheEnergyOfAllSeriesThatEndTogether(@ForAll("recordings") PowerRecording recording) {
        double parts = 0;
        for (PowerSeries one : recording.series()) {
            parts += joules(one.power(), recording.endNanos());
        }
        double total = joules(recording.totalWithGaps().power(), recording.endNanos());
        assertThat(Math.abs(total - parts)).isLessThanOrEqualTo(1e-9 * parts);
    }

    /** The last value is held to the end of the recording, as the sum does over the gap it marks there. */
    private static double joules(PowerTrace power, long end) {
        double joules = 0;
        for (int i = 0; i < power.size(); i++) {
            long until = i + 1 < power.size() ? power.timeNanos()[i + 1] : end;
            joules += power.watts()[i] * (until - power.timeNanos()[i]) * 1e-9;
        }
        return joules;
    }

    @Provide
    Arbitrary<PowerRecording> recordings() {
        Arbitrary<String> names = Arbitraries.of("GPU-a", "0", "a, b", "say \"hi\"", "#1", "n\u00f6de=x", "a:b");
        Arbitrary<Map<String, String>> labels = Arbitraries.maps(
                        Arbitraries.of("pod", "zone", "a b"), Arbitraries.of("", "x: y", "line\nbreak", "\u00e9\"\\"))
                .ofMaxSize(3);
        Arbitrary<Optional<Instant>> starts = Arbitraries.longs()
                .between(0, 4_000_000_000L)
                .map(seconds -> Instant.ofEpochSecond(seconds, seconds % 1_000_000_000))
                .optional();
        Arbitrary<List<Shape>> shapes = Combinators.combine(names, labels, samples(), gapSteps())
                .as(Shape::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .uniqueElements(Shape::name);
        return Combinators.combine(shapes, starts, Arbitraries.of("", "CC-BY-4.0", "a: b"))
                .as((all, start, licence) -> {
                    TraceOrigin origin = new TraceOrigin("made", "0", licence);
                    return new PowerRecording(
                            all.stream().map(one -> one.series(start, origin)).toList(), start, origin);
                });
    }

    private static Arbitrary<List<double[]>> samples() {
        Arbitrary<Long> steps = Arbitraries.longs().between(1, 1_000_000_000_000L);
        Arbitrary<Double> watts = Arbitraries.doubles().between(0, 1e6);
        return Combinators.combine(steps, watts)
                .as((step, watt) -> new double[] {step, watt})
                .list()
                .ofMinSize(1)
                .ofMaxSize(20);
    }

    private static Arbitrary<List<Long>> gapSteps() {
        return Arbitraries.longs().between(1, 1_000_000_000_000L).list().ofMaxSize(6);
    }

    /** A series before it is known what recording it belongs to: intervals ahead of samples, and ends of gaps. */
    private record Shape(String name, Map<String, String> labels, List<double[]> samples, List<Long> gapSteps) {

        PowerSeries series(Optional<Instant> start, TraceOrigin origin) {
            long[] times = new long[samples.size()];
            double[] watts = new double[samples.size()];
            long time = 0;
            for (int i = 0; i < times.length; i++) {
                times[i] = time;
                watts[i] = samples.get(i)[1];
                time += (long) samples.get(i)[0];
            }
            List<Gap> gaps = new ArrayList<>();
            long from = 0;
            for (long step : gapSteps) {
                if (from + step > time) {
                    break;
                }
                gaps.add(new Gap(from, from + step, "sentinel \"N/A\", " + step));
                from += step + step % 2;
            }
            return new PowerSeries(name, labels, new PowerTrace(times, watts, time, start, origin), gaps);
        }
    }
}
