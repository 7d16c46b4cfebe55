package dev.capstan.sim.run;

import java.util.Arrays;

/** A figure that stays as it is until it is set again, as it stands at the end of each second. */
final class HeldFigure {

    private static final long SECOND_NANOS = 1_000_000_000L;

    private final double[] atEndOfSecond;
    private int filled;
    private double value;

    HeldFigure(int seconds, double value) {
        this.atEndOfSecond = new double[seconds];
        this.value = value;
    }

    /** What happens at the very end of a second is part of it, as in the samples of the timeline. */
    void set(long nowNanos, double value) {
        fill((int) ((nowNanos + SECOND_NANOS - 1) / SECOND_NANOS) - 1);
        this.value = value;
    }

    double[] toArray() {
        fill(atEndOfSecond.length);
        return atEndOfSecond.clone();
    }

    private void fill(int toSecond) {
        int to = Math.min(toSecond, atEndOfSecond.length);
        if (to > filled) {
            Arrays.fill(atEndOfSecond, filled, to, value);
            filled = to;
        }
    }
}
