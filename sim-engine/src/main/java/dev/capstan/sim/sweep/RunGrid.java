package dev.capstan.sim.sweep;

import dev.capstan.sim.results.ResultsWriter;
import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import java.util.stream.IntStream;

/**
 * The runs of a sweep by their index: settings slowest, then policies, then replications. They are made when they are asked for.
 *
 * @param settings in their order; more may follow
 * @param policies how many at each setting
 * @param replications the most of each setting and policy
 */
record RunGrid(List<Setting> settings, int policies, int replications) {

    private final class Runs extends AbstractList<SweepRun> implements RandomAccess {
        private final int[] indices;

        Runs(int[] indices) {
            this.indices = indices;
        }

        @Override
        public SweepRun get(int at) {
            return run(indices[at]);
        }

        @Override
        public int size() {
            return indices.length;
        }
    }

    int size() {
        return settings.size() * policies * replications;
    }

    SweepRun run(int index) {
        int place = index / replications;
        return new SweepRun(index, settings.get(place / policies), place % policies, index % replications);
    }

    List<SweepRun> runs(int[] indices) {
        return new Runs(indices);
    }

    /** The runs of a setting and policy with the first replications. */
    int[] replications(int setting, int policy, int first) {
        int index = (setting * policies + policy) * replications;
        return IntStream.range(index, index + first).toArray();
    }

    /** The runs of some settings with some replications that are not there yet. */
    int[] missing(int[] of, int from, int to, ResultsWriter writer) {
        return IntStream.of(of)
                .flatMap(setting -> IntStream.range(setting * policies, (setting + 1) * policies))
                .flatMap(place -> IntStream.range(place * replications + from, place * replications + to))
                .filter(index -> !writer.has(index))
                .toArray();
    }
}
