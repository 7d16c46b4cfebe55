package dev.capstan.sim.sweep;

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
    public void started(int totalRuns, int alreadyDone) {}

    @Override
    public void runFinished(String runId, double successRate) {
        if (--left == 0) {
            throw new Stopped(runId);
        }
    }
}
