package dev.capstan.sim.sweep;

import dev.capstan.sim.results.Row;
import java.util.List;

/** Fails at the end of one of the next runs, as a kill would. */
class StopAfter implements SweepListener {

    /** What it fails with. */
    static final class Stopped extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Stopped(String runId) {
            super(runId);
        }
    }

    private int left;

    StopAfter(int runs) {
        left = runs;
    }

    @Override
    public void started(int totalRuns, int alreadyDone, List<String> axes) {}

    @Override
    public void runFinished(Row row) {
        if (--left == 0) {
            throw new Stopped(row.runId());
        }
    }
}
