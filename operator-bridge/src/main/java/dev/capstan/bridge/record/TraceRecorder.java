package dev.capstan.bridge.record;

import dev.capstan.bridge.prometheus.PrometheusAnswer;
import dev.capstan.bridge.prometheus.PrometheusClient;
import dev.capstan.bridge.prometheus.PrometheusException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Records a plan from a Prometheus into trace files. Long ranges are asked for in pieces, each durably noted in
 * {@code recording.progress} before the next, so that a recording that broke off goes on where it ended when it is
 * started again with the same plan and folder. Files appear when the plan is done, the note goes.
 */
public final class TraceRecorder {

    /** Prometheus refuses more than 11,000 values for each series. */
    private static final int LARGEST_PIECE = 10_000;

    private static final int ATTEMPTS = 5;

    private final PrometheusClient prometheus;
    private final Pacing pacing;
    private final Duration pause;
    private final Duration livePiece;

    /**
     * @param prometheus to ask
     * @param pacing for spans that lie ahead, and for pauses
     * @param pause between attempts; values of a live span are asked for this much after their time, so that they have
     *     been scraped
     * @param livePiece how much of a live span is asked for at once
     */
    public TraceRecorder(PrometheusClient prometheus, Pacing pacing, Duration pause, Duration livePiece) {
        this.prometheus = prometheus;
        this.pacing = pacing;
        this.pause = pause;
        this.livePiece = livePiece;
    }

    /**
     * Records into a folder, which is made where it is missing.
     *
     * @throws PrometheusException if the server refuses a query, or fails five times in a row; what is recorded stays
     * @throws IllegalArgumentException if the folder holds the progress of another plan
     * @throws UncheckedIOException where the folder cannot be written
     */
    public RecordingReport record(RecordingPlan plan, Path folder) {
        try {
            Files.createDirectories(folder);
            // Times are in the plan: a live span is resumed with the times it began with.
            RecordingProgress progress =
                    new RecordingProgress(folder.resolve("recording.progress"), prometheus.address() + " " + plan);
            int first = 0;
            while (first < plan.points()) {
                int size = pieceSize(plan, progress, first);
                Instant last = plan.time(first + size - 1);
                if (last.plus(pause).isAfter(pacing.now())) {
                    pacing.awaitTime(last.plus(pause));
                }
                for (int recording = 0; recording < plan.recordings().size(); recording++) {
                    List<Recording.Term> terms =
                            plan.recordings().get(recording).terms();
                    for (int term = 0; term < terms.size(); term++) {
                        if (!progress.has(recording, term, first)) {
                            progress.add(ask(plan, recording, term, first, size));
                        }
                    }
                }
                first += size;
            }
            RecordingReport report = new RecordedFiles(plan, progress.pieces()).write(folder);
            progress.delete();
            return report;
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " cannot be written", e);
        }
    }

    /** As in the run before where that had begun this piece; else all that is past, or a piece of what is to come. */
    private int pieceSize(RecordingPlan plan, RecordingProgress progress, int first) {
        int begun = progress.pointsFrom(first);
        if (begun > 0) {
            return begun;
        }
        long stepMillis = plan.step().toMillis();
        Instant scraped = pacing.now().minus(pause);
        long past = Math.floorDiv(Duration.between(plan.time(first), scraped).toMillis(), stepMillis) + 1;
        long size = Math.max(past, Math.max(1, livePiece.toMillis() / stepMillis));
        return (int) Math.min(Math.min(size, LARGEST_PIECE), plan.points() - first);
    }

    private RecordingProgress.Piece ask(RecordingPlan plan, int recording, int term, int first, int points) {
        Instant last = plan.time(first + points - 1);
        List<String> queries =
                plan.recordings().get(recording).terms().get(term).queries();
        for (String query : queries) {
            PrometheusAnswer answer = ask(query, plan.time(first), last, plan.step());
            if (!answer.series().isEmpty()) {
                return new RecordingProgress.Piece(
                        recording, term, first, points, query, answer.series(), answer.warnings());
            }
        }
        return new RecordingProgress.Piece(recording, term, first, points, "", List.of(), List.of());
    }

    private PrometheusAnswer ask(String query, Instant from, Instant to, Duration step) {
        for (int attempt = 1; ; attempt++) {
            try {
                return prometheus.queryRange(query, from, to, step);
            } catch (PrometheusException e) {
                if (!e.mayPass() || attempt == ATTEMPTS) {
                    throw new PrometheusException(
                            e.getMessage() + " Asked for '" + query + "' from " + from + " to " + to
                                    + ". What was recorded before is kept: run it again to go on.",
                            e.mayPass(),
                            e);
                }
                pacing.awaitTime(pacing.now().plus(pause));
            }
        }
    }
}
