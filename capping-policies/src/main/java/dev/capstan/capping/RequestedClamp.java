package dev.capstan.capping;

import java.util.Arrays;

/**
 * Clamps the replicas that autoscalers propose to a budget of requested watts. Source: the power clamp of NVIDIA Dynamo's
 * planner (ai-dynamo/dynamo, planner core/budget.py) for a prefill and a decode role; for more of them the same scale and
 * floor, with the remainder by largest fractional part, is Capstan's.
 */
final class RequestedClamp {

    private final int[] current;
    private final int[] proposed;
    private final int[] least;
    private final double[] watts;
    private final double budgetWatts;
    private final boolean shrinks;
    private boolean staged;

    /**
     * A clamp of one step.
     *
     * @param current replicas now
     * @param proposed replicas wished; a service that wishes what it has proposes nothing, and is not changed
     * @param least replicas that each keeps
     * @param watts requested for one replica of each
     * @param shrinks whether services that propose nothing are clamped too
     */
    RequestedClamp(int[] current, int[] proposed, int[] least, double[] watts, double budgetWatts, boolean shrinks) {
        this.current = current;
        this.proposed = proposed;
        this.least = least;
        this.watts = watts;
        this.budgetWatts = budgetWatts;
        this.shrinks = shrinks;
    }

    /** Whether rising services wait for falling ones. Known once {@link #clamped} has answered. */
    boolean staged() {
        return staged;
    }

    /** What is accepted of each proposal; never more than it. */
    int[] clamped() {
        int[] accepted = proposed.clone();
        stage(accepted);
        if (projected(accepted) > budgetWatts) {
            scale(accepted);
            stage(accepted);
        }
        return accepted;
    }

    private double projected(int[] replicas) {
        double sum = 0;
        for (int i = 0; i < replicas.length; i++) {
            sum += replicas[i] * watts[i];
        }
        return sum;
    }

    /** Holds rising services while falling ones still draw, where both together exceed the budget. */
    private void stage(int[] replicas) {
        int[] parallel = new int[replicas.length];
        boolean rises = false;
        boolean falls = false;
        for (int i = 0; i < replicas.length; i++) {
            parallel[i] = Math.max(current[i], replicas[i]);
            rises |= replicas[i] > current[i];
            falls |= replicas[i] < current[i];
        }
        if (rises && falls && projected(parallel) > budgetWatts) {
            staged = true;
            for (int i = 0; i < replicas.length; i++) {
                replicas[i] = Math.min(replicas[i], current[i]);
            }
        }
    }

    private void scale(int[] accepted) {
        boolean[] open = new boolean[accepted.length];
        double availableWatts = budgetWatts;
        double leastWatts = 0;
        for (int i = 0; i < accepted.length; i++) {
            open[i] = shrinks || accepted[i] != current[i];
            if (open[i]) {
                leastWatts += Math.min(least[i], accepted[i]) * watts[i];
            } else {
                availableWatts -= accepted[i] * watts[i];
            }
        }
        if (availableWatts < leastWatts) {
            // Whatever is fixed leaves no room for the floors: nothing grows, and nothing is taken away either.
            for (int i = 0; i < accepted.length; i++) {
                accepted[i] = Math.min(accepted[i], current[i]);
            }
            return;
        }
        scaleAndFloor(accepted, open, availableWatts);
    }

    /** Scales the open proposals to what is available; those that the scale takes under their least keep that. */
    private void scaleAndFloor(int[] accepted, boolean[] open, double availableWatts) {
        int[] wished = accepted.clone();
        double[] exact = new double[accepted.length];
        double leftWatts = availableWatts;
        boolean[] scaled = open.clone();
        boolean again = true;
        while (again) {
            again = false;
            double wishedWatts = 0;
            for (int i = 0; i < wished.length; i++) {
                wishedWatts += scaled[i] ? wished[i] * watts[i] : 0;
            }
            double scale = wishedWatts > 0 ? Math.min(1, leftWatts / wishedWatts) : 0;
            for (int i = 0; i < wished.length && !again; i++) {
                exact[i] = scale * wished[i];
                int keeps = Math.min(least[i], wished[i]);
                if (scaled[i] && exact[i] < keeps) {
                    scaled[i] = false;
                    accepted[i] = keeps;
                    leftWatts -= keeps * watts[i];
                    again = true;
                }
            }
        }
        for (int i = 0; i < wished.length; i++) {
            if (scaled[i]) {
                accepted[i] = (int) Math.floor(exact[i] + 1e-9);
                leftWatts -= accepted[i] * watts[i];
            }
        }
        Integer[] byRemainder = new Integer[wished.length];
        Arrays.setAll(byRemainder, i -> i);
        Arrays.sort(
                byRemainder,
                (a, b) -> Double.compare(exact[b] - Math.floor(exact[b]), exact[a] - Math.floor(exact[a])));
        for (int i : byRemainder) {
            if (scaled[i] && accepted[i] < wished[i] && watts[i] <= leftWatts) {
                accepted[i]++;
                leftWatts -= watts[i];
            }
        }
    }
}
