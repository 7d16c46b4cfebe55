package dev.capstan.sim.sweep;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Carries out runs on threads of this process. */
public final class LocalEngine implements SweepEngine {

    private final int jobs;

    /** @param jobs runs at a time, at least 1 */
    public LocalEngine(int jobs) {
        if (jobs < 1) {
            throw new IllegalArgumentException("jobs must be at least 1, was " + jobs);
        }
        this.jobs = jobs;
    }

    @Override
    public String name() {
        return "local";
    }

    @Override
    public int jobs() {
        return jobs;
    }

    @Override
    public void execute(SweepTask task, List<SweepRun> runs, Sink sink) throws IOException {
        Queue queue = new Queue(task, runs, sink);
        int threads = Math.min(jobs, runs.size());
        if (threads == 0) {
            return;
        }
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                workers.add(executor.submit(queue::work));
            }
            queue.await(workers);
        } finally {
            executor.shutdown();
        }
    }

    /** Threads take runs in their order, so that all before one that failed were begun and come to their end. */
    private static final class Queue {

        private final SweepTask task;
        private final List<SweepRun> runs;
        private final Sink sink;
        private final AtomicInteger next = new AtomicInteger();
        private int failedAt = Integer.MAX_VALUE;
        private @Nullable Throwable failure;

        Queue(SweepTask task, List<SweepRun> runs, Sink sink) {
            this.task = task;
            this.runs = runs;
            this.sink = sink;
        }

        void work() {
            for (int at = next.getAndIncrement(); at < runs.size(); at = next.getAndIncrement()) {
                try {
                    sink.finished(task.run(runs.get(at)));
                } catch (Exception | Error e) {
                    fail(at, e);
                }
            }
        }

        private synchronized void fail(int at, Throwable with) {
            stop();
            if (at < failedAt) {
                failedAt = at;
                failure = with;
            }
        }

        private void stop() {
            next.set(runs.size());
        }

        /** Waits for all threads, so that nothing is written any more. */
        void await(List<Future<?>> workers) throws IOException {
            boolean interrupted = false;
            int done = 0;
            while (done < workers.size()) {
                try {
                    workers.get(done).get();
                    done++;
                } catch (InterruptedException e) {
                    interrupted = true;
                    stop();
                } catch (ExecutionException e) {
                    throw new IllegalStateException("a worker keeps what runs fail with", e);
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
                throw new IOException("the sweep was interrupted; what was finished stays");
            }
            rethrow();
        }

        private synchronized void rethrow() throws IOException {
            if (failure instanceof IOException io) {
                throw io;
            }
            if (failure instanceof RuntimeException runtime) {
                throw runtime;
            }
            if (failure != null) {
                throw new IllegalStateException(failure);
            }
        }
    }
}
