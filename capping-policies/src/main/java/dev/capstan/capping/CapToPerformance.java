package dev.capstan.capping;

/**
 * Performance of a replica under a power limit, 1 without: {@code 1 / ((1 - kappa) + kappa / phi)} with the relative clock
 * {@code phi = ((watts - idle) / (natural - idle))^(1 / gamma)}. Concave in the watts for gamma of at least 1. Source: the
 * model of capped steps that the simulator's profiles use; kappa and gamma are assumptions on most boards.
 *
 * @param kappa share of a step's time that goes with the clock: 1 for prefill, little for decode at small batch
 * @param gamma exponent of dynamic power in the clock
 */
record CapToPerformance(double kappa, double gamma) {

    /** Under this share of the dynamic power the slope is taken as constant, so that it stays finite. */
    private static final double LEAST_SHARE = 1e-6;

    /**
     * Relative performance.
     *
     * @param share of the power between idle and natural, 0 to 1
     */
    double performance(double share) {
        return share <= 0 ? 0 : 1 / (1 - kappa + kappa / phi(share));
    }

    /** Its slope: what it gains for the whole of the power between idle and natural at the present rate. */
    double slope(double share) {
        double bounded = Math.max(LEAST_SHARE, Math.min(1, share));
        double phi = phi(bounded);
        double denominator = (1 - kappa) * phi + kappa;
        return kappa / (denominator * denominator) * phi / (gamma * bounded);
    }

    private double phi(double share) {
        return StrictMath.pow(share, 1 / gamma);
    }
}
