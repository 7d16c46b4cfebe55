package dev.capstan.sim.sweep;

import dev.capstan.sim.results.Row;
import java.util.List;

/** Follows the progress of a sweep; called by one thread at a time. */
public interface SweepListener {

    /** A listener that does nothing. */
    SweepListener SILENT = new SweepListener() {
        @Override
        public void started(int totalRuns, int alreadyDone, List<String> axes) {}

        @Override
        public void runFinished(Row row) {}
    };

    /**
     * The runs begin.
     *
     * @param totalRuns as far as can be told: all, or those of the first step of a sweep that goes by what it finds
     * @param axes dotted paths or names, in the order of the values of rows
     */
    void started(int totalRuns, int alreadyDone, List<String> axes);

    /** A run is on disk. */
    void runFinished(Row row);

    /** A further step of a sweep that goes by what it finds begins. */
    default void totalIs(int totalRuns) {}
}
