package dev.capstan.sim.kernel;

/** An invariant of {@code docs/invariants.md} does not hold: a fault of Capstan, not of its input. */
public final class InvariantViolation extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param number of the invariant
     * @param nowNanos simulated time
     * @param found what was found, with figures
     */
    public InvariantViolation(int number, long nowNanos, String found) {
        super("invariant " + number + " violated at " + nowNanos + " ns: " + found);
    }
}
