package dev.capstan.capping;

/**
 * How long the steps of one replica take, over its sequences, its prompts and its clock, and what a clock leaves of its
 * draw. With phi the share of the highest clock, what takes t seconds there takes {@code t * ((1 - kappa) + kappa / phi)},
 * and the draw over idle falls to {@code phi^gamma}, with another exponent under the knee. Set by the owner of the cluster,
 * from a measurement of the model on its GPUs.
 *
 * <p>Caveats: means. The context of the sequences is that of the measurement, and prompts take time in proportion to their
 * tokens, which is too little for very long ones.
 *
 * @param alphaSeconds step time without sequences at the highest clock; above 0
 * @param betaSeconds what each sequence adds to it; not negative
 * @param promptTokenSeconds what each token of a prompt adds to the step that takes it in; not negative
 * @param alphaKappa elasticity of alpha, 0 to 1: 0 where it is all memory, 1 where it is all computation
 * @param betaKappa that of beta
 * @param promptKappa that of prompts
 * @param gamma exponent of the draw down to the knee
 * @param gammaBelowKnee exponent beneath it
 * @param knee share of the highest clock below which the voltage no longer falls, 0 to 1
 * @param maxClockMegahertz the highest clock of the board; above 0
 */
public record StepLaw(
        double alphaSeconds,
        double betaSeconds,
        double promptTokenSeconds,
        double alphaKappa,
        double betaKappa,
        double promptKappa,
        double gamma,
        double gammaBelowKnee,
        double knee,
        int maxClockMegahertz) {

    public StepLaw {
        if (!(alphaSeconds > 0) || !(betaSeconds >= 0) || !(promptTokenSeconds >= 0)) {
            throw new IllegalArgumentException(
                    "the law of a step needs alpha above 0, beta and prompts of at least 0 s;"
                            + " was alpha " + alphaSeconds + ", beta " + betaSeconds + ", per prompt token "
                            + promptTokenSeconds + " s");
        }
        if (!isShare(alphaKappa) || !isShare(betaKappa) || !isShare(promptKappa) || !isShare(knee)) {
            throw new IllegalArgumentException("elasticities and the knee must lie in [0, 1], were " + alphaKappa + ", "
                    + betaKappa + ", " + promptKappa + " and " + knee);
        }
        if (!(gamma > 0) || !(gammaBelowKnee > 0) || maxClockMegahertz < 1) {
            throw new IllegalArgumentException("exponents and the highest clock must be above 0, were " + gamma + ", "
                    + gammaBelowKnee + " and " + maxClockMegahertz + " MHz");
        }
    }

    private static boolean isShare(double value) {
        return value >= 0 && value <= 1;
    }

    /** Time of a step of so many sequences that takes in no prompt. */
    public double stepSeconds(double sequences, double megahertz) {
        double slower = 1 / share(megahertz) - 1;
        return alphaSeconds * (1 + alphaKappa * slower) + betaSeconds * sequences * (1 + betaKappa * slower);
    }

    /** Share of its time that a replica spends on so many prompt tokens a second; from 1 on it cannot keep up. */
    public double promptShare(double inputTokensPerSecond, double megahertz) {
        return inputTokensPerSecond * promptTokenSeconds * (1 + promptKappa * (1 / share(megahertz) - 1));
    }

    /**
     * Mean time between tokens of a replica that makes so many a second and takes in so many of prompts: of each second,
     * prompts and sequences take their part, and steps come as often as alpha fits into the rest. Infinite where it cannot
     * keep up.
     */
    public double secondsPerToken(double outputTokensPerSecond, double inputTokensPerSecond, double megahertz) {
        double baseSeconds = stepSeconds(0, megahertz);
        double sequencesShare = outputTokensPerSecond * (stepSeconds(1, megahertz) - baseSeconds);
        double rest = 1 - sequencesShare - promptShare(inputTokensPerSecond, megahertz);
        return rest > 0 ? baseSeconds / rest : Double.POSITIVE_INFINITY;
    }

    /** What is left of the draw over idle. */
    public double dynamicShare(double megahertz) {
        double share = share(megahertz);
        return share >= knee
                ? StrictMath.pow(share, gamma)
                : StrictMath.pow(knee, gamma) * StrictMath.pow(share / knee, gammaBelowKnee);
    }

    private double share(double megahertz) {
        return Math.min(1, megahertz / maxClockMegahertz);
    }
}
