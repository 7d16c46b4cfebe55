package dev.capstan.sim.serving;

import dev.capstan.sim.cluster.Servers;

/**
 * Step times and power of a replica under one GPU power limit, worked out once for every batch size.
 *
 * <p>A limit below the natural draw lowers the clock until the draw fits and stretches the step (models of the package's
 * {@link ModelProfile}); the clock never falls below {@value #LOWEST_CLOCK} of its maximum, so that a limit under idle
 * power slows the replica and does not stop it.
 */
final class StepTable {

    private static final double LOWEST_CLOCK = 0.1;

    private final long[] decodeNanos;
    private final long[] decodeActiveMicrowatts;
    private final double[] decodeBoardWatts;
    private final double prefillNanosPerToken;
    private final double prefillBoardWatts;
    private final long idleActiveMicrowatts;
    private final Servers servers;
    private final int gpus;

    StepTable(ModelProfile model, double gpuLimitWatts, Servers servers) {
        this.servers = servers;
        gpus = model.gpus();
        double limitWatts = gpuLimitWatts * gpus;
        double idleWatts = gpus * model.idleGpuWatts();
        int size = model.maxSequences() + 1;
        decodeNanos = new long[size];
        decodeActiveMicrowatts = new long[size];
        decodeBoardWatts = new double[size];
        for (int b = 0; b < size; b++) {
            // Without running sequences the step belongs to prefill: it draws what one sequence would.
            double natural = model.decodeWatts(Math.max(1, b));
            double stretch = stretch(natural, limitWatts, idleWatts, model.kappaDecode(), model.gamma());
            decodeNanos[b] = Math.max(1, Math.round(model.decodeStepNanos(b) * stretch));
            decodeBoardWatts[b] = Math.min(natural, Math.max(limitWatts, idleWatts));
            decodeActiveMicrowatts[b] = Servers.microwatts(servers.activeWatts(decodeBoardWatts[b], gpus));
        }
        prefillBoardWatts = Math.min(model.peakWatts(), Math.max(limitWatts, idleWatts));
        prefillNanosPerToken = model.prefillNanosPerToken()
                * stretch(model.peakWatts(), limitWatts, idleWatts, model.kappaPrefill(), model.gamma());
        idleActiveMicrowatts = Servers.microwatts(servers.activeWatts(idleWatts, gpus));
    }

    long decodeNanos(int b) {
        return decodeNanos[b];
    }

    long decodeActiveMicrowatts(int b) {
        return decodeActiveMicrowatts[b];
    }

    long idleActiveMicrowatts() {
        return idleActiveMicrowatts;
    }

    /** Time of a step that decodes b sequences and takes in prompt tokens. */
    long mixedNanos(int b, int promptTokens) {
        return decodeNanos[b] + Math.round(prefillNanosPerToken * promptTokens);
    }

    /** Mean power of such a step: the decode part at its own draw, the prompt part at the prefill draw. */
    long mixedActiveMicrowatts(int b, int promptTokens) {
        double prefillNanos = prefillNanosPerToken * promptTokens;
        double share = prefillNanos / (prefillNanos + decodeNanos[b]);
        double watts = decodeBoardWatts[b] + (prefillBoardWatts - decodeBoardWatts[b]) * share;
        return Servers.microwatts(servers.activeWatts(watts, gpus));
    }

    private static double stretch(double natural, double limit, double idle, double kappa, double gamma) {
        if (natural <= limit || natural <= idle) {
            return 1;
        }
        double room = Math.max(0, limit - idle) / (natural - idle);
        double clock = Math.max(LOWEST_CLOCK, StrictMath.pow(room, 1 / gamma));
        return (1 - kappa) + kappa / clock;
    }
}
