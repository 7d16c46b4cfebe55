package dev.capstan.sim.telemetry;

import dev.capstan.trace.RandomStream;
import java.util.Arrays;

/**
 * What sensors and exporters do to the truth: gain of each board, noise of each reading, boards without a series, scrapes
 * that fail. Each fault has a random stream of its own, so that one leaves the others as they are.
 *
 * <p>NVIDIA's on-board sensors are off by up to 5 % of a board's own and see 25 ms of each 100 ms on A100 and H100 (Yang et
 * al., <i>Part-time Power Measurements</i>, SC 2024, from a second-hand account): hence gain and noise.
 */
public final class Sensors {

    /** A board without a series. */
    private static final double SILENT = Double.NaN;

    private final double boardGain;
    private final double gaugeNoise;
    private final double silentBoards;
    private final double failedScrapes;
    private final RandomStream gains;
    private final RandomStream silences;
    private final RandomStream noise;
    private final RandomStream scrapes;

    /**
     * @param boardGain half the width of a factor, uniform around 1, for each board
     * @param gaugeNoise standard deviation of each reading of a gauge, as a share of it
     * @param silentBoards share of the boards that have no series
     * @param failedScrapes share of the scrapes of a server's exporter that fail
     */
    public Sensors(double boardGain, double gaugeNoise, double silentBoards, double failedScrapes, long seed) {
        this.boardGain = boardGain;
        this.gaugeNoise = gaugeNoise;
        this.silentBoards = silentBoards;
        this.failedScrapes = failedScrapes;
        gains = RandomStream.named(seed, "telemetry.gain");
        silences = RandomStream.named(seed, "telemetry.silence");
        noise = RandomStream.named(seed, "telemetry.noise");
        scrapes = RandomStream.named(seed, "telemetry.scrapes");
    }

    /** The gains of the boards of a new pod; NaN for one without a series. */
    double[] boards(int gpus) {
        double[] boards = new double[gpus];
        Arrays.fill(boards, 1);
        for (int i = 0; i < gpus; i++) {
            if (boardGain > 0) {
                boards[i] += boardGain * (2 * gains.nextDouble() - 1);
            }
            if (silentBoards > 0 && silences.nextDouble() < silentBoards) {
                boards[i] = SILENT;
            }
        }
        return boards;
    }

    /** A reading of a gauge; power is never read below zero. */
    double read(double watts) {
        return gaugeNoise == 0 ? watts : watts * Math.max(0, 1 + gaugeNoise * noise.nextGaussian());
    }

    /** Whether the next scrape of a server's exporter fails. */
    boolean scrapeFails() {
        return failedScrapes > 0 && scrapes.nextDouble() < failedScrapes;
    }
}
