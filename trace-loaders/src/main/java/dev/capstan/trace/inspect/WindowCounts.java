package dev.capstan.trace.inspect;

/** Sums over windows of one length that follow each other from the first request; times must not decrease. */
final class WindowCounts {

    private final long widthNanos;
    private long window;
    private long inWindow;
    private long most;
    private long least = Long.MAX_VALUE;
    private long empty;

    WindowCounts(long widthNanos) {
        this.widthNanos = widthNanos;
    }

    void add(long nanos, long amount) {
        long at = nanos / widthNanos;
        if (at != window) {
            close();
            if (at > window + 1) {
                empty += at - window - 1;
                least = 0;
            }
            window = at;
            inWindow = 0;
        }
        inWindow += amount;
    }

    private void close() {
        most = Math.max(most, inWindow);
        least = Math.min(least, inWindow);
    }

    long most() {
        return Math.max(most, inWindow);
    }

    long least() {
        return Math.min(least, inWindow);
    }

    /** Windows without anything in them. */
    long empty() {
        return empty;
    }

    /** Windows up to that of the last request, which may be cut short. */
    long windows() {
        return window + 1;
    }

    double mostPerSecond() {
        return most() * 1e9 / widthNanos;
    }
}
