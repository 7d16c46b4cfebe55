package dev.capstan.sim.sweep;

import dev.capstan.sim.results.ResultsWriter;
import dev.capstan.sim.run.Figure;
import java.io.IOException;
import java.util.List;

/** Records what comes of runs, and tells the listener. */
final class Progress implements SweepEngine.Sink {

    private final ResultsWriter writer;
    private final SweepListener listener;
    private final String folder;
    private final List<String> axes;
    private boolean isStarted;
    private long requests;

    Progress(ResultsWriter writer, SweepListener listener, String folder, List<String> axes) {
        this.writer = writer;
        this.listener = listener;
        this.folder = folder;
        this.axes = axes;
    }

    @Override
    public void finished(RunOutcome outcome) throws IOException {
        try {
            writer.record(outcome.row(), outcome.files());
        } catch (IOException e) {
            throw new IOException(
                    folder + ": run " + outcome.row().runId() + " cannot be written (" + e.getMessage()
                            + "). Finished runs are kept: make room there and go on with --resume.",
                    e);
        }
        synchronized (this) {
            double arrived = outcome.row().figures()[Figure.REQUESTS_ARRIVED.ordinal()];
            requests += Double.isNaN(arrived) ? 0 : (long) arrived;
            listener.runFinished(outcome.row());
        }
    }

    /**
     * A step begins, the first one or another.
     *
     * @param runs that it has still to do
     */
    void step(int runs) {
        int done = writer.size();
        if (isStarted) {
            listener.totalIs(done + runs);
        } else {
            isStarted = true;
            listener.started(done + runs, done, axes);
        }
    }

    synchronized long requests() {
        return requests;
    }
}
