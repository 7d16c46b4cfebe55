package dev.capstan.sim.sweep;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** Carries out runs of a sweep: on the threads of this process, or on other machines. */
public interface SweepEngine extends Closeable {

    /** Takes what comes of runs; may be called by several threads at a time. */
    interface Sink {

        /**
         * A run is done.
         *
         * @throws IOException if it cannot be written; no further runs should be begun
         */
        void finished(RunOutcome outcome) throws IOException;
    }

    /** What the manifest calls it. */
    String name();

    /** How many runs it carries out at a time. */
    int jobs();

    /**
     * Carries out runs and hands on what came of each, in any order. Returns when all are done.
     *
     * <p>Where a run fails no more are begun, those under way are ended, and what the first of those that failed, by their
     * order, had failed with is thrown.
     *
     * @param runs in their order
     * @throws IOException if the engine is interrupted or breaks down, or the sink cannot write
     */
    void execute(SweepTask task, List<SweepRun> runs, Sink sink) throws IOException;

    @Override
    default void close() throws IOException {}
}
