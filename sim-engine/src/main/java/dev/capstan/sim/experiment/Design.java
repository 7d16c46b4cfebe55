package dev.capstan.sim.experiment;

import dev.capstan.trace.RandomStream;
import java.util.List;
import org.apache.commons.math3.random.SobolSequenceGenerator;

/**
 * How axes that are ranges without steps are sampled together.
 *
 * @param points how many
 */
record Design(Kind kind, int points) {

    enum Kind {
        /**
         * Sobol's sequence with the direction numbers of Joe and Kuo (SIAM J. Sci. Comput. 30, 2008), not scrambled. It
         * begins after its first point, which is the origin: all axes at their lower ends.
         */
        SOBOL,
        /**
         * One point in each of as many equal stretches of every axis, at random within its stretch (McKay, Beckman and
         * Conover, Technometrics 21, 1979).
         */
        LATIN_HYPERCUBE
    }

    static final int MOST_POINTS = 10_000;

    /** As many as there are direction numbers for. */
    static final int MOST_SOBOL_AXES = 1000;

    /**
     * Samples the unit cube.
     *
     * @param paths of the axes; each has a random stream of its own, so that another axis does not move it
     * @return for each point how far each axis is on its way, from 0 to 1
     */
    double[][] shares(List<String> paths, long seed) {
        return kind == Kind.SOBOL ? sobol(paths.size()) : latinHypercube(paths, seed);
    }

    private double[][] sobol(int axes) {
        SobolSequenceGenerator sequence = new SobolSequenceGenerator(axes);
        sequence.nextVector();
        double[][] shares = new double[points][];
        for (int point = 0; point < points; point++) {
            shares[point] = sequence.nextVector();
        }
        return shares;
    }

    private double[][] latinHypercube(List<String> paths, long seed) {
        double[][] shares = new double[points][paths.size()];
        for (int axis = 0; axis < paths.size(); axis++) {
            RandomStream random = RandomStream.named(seed, "design.latin-hypercube." + paths.get(axis));
            int[] stretches = shuffled(random);
            for (int point = 0; point < points; point++) {
                shares[point][axis] = (stretches[point] + random.nextDouble()) / points;
            }
        }
        return shares;
    }

    /** The numbers from 0 to below the number of points in random order, by Fisher and Yates. */
    private int[] shuffled(RandomStream random) {
        int[] order = new int[points];
        for (int i = 0; i < points; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        return order;
    }
}
