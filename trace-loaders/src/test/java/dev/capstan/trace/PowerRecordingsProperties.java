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
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class PowerRecordingsProperties {

    @Property(tries = 200)
    void readsBackEveryRecordingItWrites(@ForAll("recordings") PowerRecording recording) throws IOException {
        Path file = Files.createTempFile("power", ".csv");
        try {
            PowerRecordings.writeCsv(recording, file);
            assertSame(PowerRecordings.read(file), recording);
        } finally {
            Files.delete(file);
        }
    }

    @Property(tries = 60)
    void parquetKeepsEverything(@ForAll("recordings") PowerRecording recording) throws IOException {
        Path file = Files.createTempFile("power", ".parquet");
        try {
            PowerRecordings.writeParquet(recording, file);
            assertSame(PowerRecordings.read(file), recording);
        } finally {
            Files.delete(file);
        }
    }

    /** One meter in even steps, from a time that its numbers tell or from none. */
    @Property(tries = 100)
    void oneMeterInEvenStepsIsKeptByPowerCsv(
            @ForAll @Size(min = 2, max = 20) List<@DoubleRange(min = 0, max = 1e6) Double> watts,
            @ForAll @LongRange(min = 1, max = 1_000_000_000_000L) long stepNanos,
            @ForAll("told") Optional<Instant> start)
            throws IOException {
        long[] times = LongStream.range(0, watts.size()).map(i -> i * stepNanos).toArray();
        double[] values = watts.stream().mapToDouble(Double::doubleValue).toArray();
        TraceOrigin origin = new TraceOrigin("made", "0", "CC0-1.0");
        PowerTrace power = new PowerTrace(times, values, watts.size() * stepNanos, start, origin);
        PowerRecording recording =
                new PowerRecording(List.of(new PowerSeries("power", Map.of(), power, List.of())), start, origin);
        assertThat(throughPowerCsv(recording)).hasValueSatisfying(back -> assertSame(back, recording));
    }

    @Property(tries = 200)
    void powerCsvKeepsARecordingOrTellsWhatItWouldLose(@ForAll("recordings") PowerRecording recording)
            throws IOException {
        throughPowerCsv(recording).ifPresent(back -> assertSame(back, recording));
    }

    private static Optional<PowerRecording> throughPowerCsv(PowerRecording recording) throws IOException {
        Path file = Files.createTempFile("power", ".csv");
        try {
            TraceFiles.write(new TraceFiles.Power(recording), List.of(), TraceFiles.Target.POWER_CSV, file, false);
            return Optional.of(PowerRecordings.read(file));
        } catch (TraceException refused) {
            assertThat(refused).message().containsAnyOf("Lost would be:\n  ", "needs 2 samples");
            return Optional.empty();
        } finally {
            Files.delete(file);
        }
    }

    private static void assertSame(PowerRecording back, PowerRecording recording) {
        SameTraces.assertSame(back, recording);
        assertThat(back.origin().licence()).isEqualTo(recording.origin().licence());
    }

    @Provide
    Arbitrary<Optional<Instant>> told() {
        return Arbitraries.longs()
                .between(100_000_000L, 4_000_000_000L)
                .map(seconds -> Instant.ofEpochSecond(seconds, seconds % 1_000_000_000))
                .optional();
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
