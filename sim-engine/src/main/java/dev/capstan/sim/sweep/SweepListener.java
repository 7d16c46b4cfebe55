package dev.capstan.sim.sweep;

/** Follows the progress of a sweep; called by one thread at a time. */
public interface SweepListener {

    /** A listener that does nothing. */
    SweepListener SILENT = new SweepListener() {
        @Override
        public void started(int totalRuns, int alreadyDone) {}

        @Override
        public void runFinished(String runId, double successRate) {}
    };

    /** The runs begin. */
    void started(int totalRuns, int alreadyDone);

    /**
     * A run is on disk.
     *
     * @param successRate NaN where there was no disturbance
     */
    void runFinished(String runId, double successRate);
}
