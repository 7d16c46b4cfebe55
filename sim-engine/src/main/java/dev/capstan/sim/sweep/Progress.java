package dev.capstan.sim.sweep;

import dev.capstan.sim.experiment.Axis;
import dev.capstan.sim.results.ResultsWriter;
import dev.capstan.sim.run.Figure;
import java.io.IOException;
import java.util.List;

/** Records what comes of runs, and tells the listener. */
final class Progress implements SweepEngine.Sink {

    private final ResultsWriter writer;
    private final SweepListener listener;
    private final String folder;
    private long requests;

    Progress(ResultsWriter writer, SweepListener listener, String folder) {
        this.writer = writer;
        this.listener = listener;
        this.folder = folder;
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

    /** @param left runs to come in the first step */
    void started(int left, List<Axis> axes) {
        int done = writer.size();
        listener.started(done + left, done, axes.stream().map(Axis::path).toList());
    }

    /** @param runs to come in a further step */
    void left(int runs) {
        listener.totalIs(writer.size() + runs);
    }

    synchronized long requests() {
        return requests;
    }
}
