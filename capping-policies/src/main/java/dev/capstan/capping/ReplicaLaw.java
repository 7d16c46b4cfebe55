package dev.capstan.capping;

/**
 * How the draw of one replica follows the number of sequences that it runs, at full clock: b sequences take a step of
 * {@code alpha + beta b} seconds, give {@code x = b / (alpha + beta b)} tokens a second, and draw {@code fixed + e x}. Set
 * by the owner of the cluster, from a measurement of the model on its GPUs; in the watts of the service's reading.
 *
 * <p>Caveats: a mean over steps. Prompts draw up to the peak of the replica for as long as they are taken in, a lower
 * clock or limit draws less, and below the fewest sequences that were measured (8 as a rule) the law is extrapolated.
 *
 * @param alphaSeconds step time without sequences; above 0
 * @param betaSeconds what each sequence adds to it; not negative
 * @param fixedWatts draw that the first sequence brings; not negative
 * @param joulesPerToken energy of one more token; above 0
 */
public record ReplicaLaw(double alphaSeconds, double betaSeconds, double fixedWatts, double joulesPerToken) {

    public ReplicaLaw {
        if (!(alphaSeconds > 0) || !(betaSeconds >= 0) || !(fixedWatts >= 0) || !(joulesPerToken > 0)) {
            throw new IllegalArgumentException("the law of a replica needs alpha and joules per token above 0, beta and"
                    + " fixed watts of at least 0; was alpha " + alphaSeconds + " s, beta " + betaSeconds + " s, fixed "
                    + fixedWatts + " W, " + joulesPerToken + " J per token");
        }
    }

    /** What a replica draws that runs this many sequences. */
    public double watts(double sequences) {
        return fixedWatts + joulesPerToken * tokensPerSecond(sequences);
    }

    /** What it gives. */
    public double tokensPerSecond(double sequences) {
        return sequences / (alphaSeconds + betaSeconds * sequences);
    }

    /** The sequences with which a step takes this long; 0 where even the first takes longer. */
    public double sequencesWithin(double stepSeconds) {
        return stepSeconds <= alphaSeconds ? 0 : (stepSeconds - alphaSeconds) / betaSeconds;
    }

    /**
     * The sequences with which a replica draws this much: {@code alpha x / (1 - beta x)} with {@code x = (watts - fixed) /
     * e}. 0 where even the first draws more, infinite where no number of them draws as much.
     */
    public double sequences(double watts) {
        double tokensPerSecond = Math.max(0, (watts - fixedWatts) / joulesPerToken);
        double busyShare = betaSeconds * tokensPerSecond;
        return busyShare >= 1 ? Double.POSITIVE_INFINITY : alphaSeconds * tokensPerSecond / (1 - busyShare);
    }

    /** The same steps at this many times the draw. */
    public ReplicaLaw scaled(double factor) {
        return new ReplicaLaw(alphaSeconds, betaSeconds, factor * fixedWatts, factor * joulesPerToken);
    }
}
