package dev.capstan.sim.experiment;

import dev.capstan.trace.RandomStream;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.random.SobolSequenceGenerator;

/**
 * How axes that are ranges without steps are sampled together.
 *
 * @param points how many; of {@link Kind#SALTELLI} how many rows of points
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
        LATIN_HYPERCUBE,
        /**
         * Rows of points that share out the variance of a figure (Saltelli and others, Computer Physics Communications 181,
         * 2010): A and B, the halves of one point of Sobol's sequence in twice as many dimensions, then for each axis A with
         * the value of B on that axis.
         */
        SALTELLI
    }

    static final int MOST_POINTS = 10_000;

    /** There are direction numbers for as many. */
    private static final int MOST_SOBOL_DIMENSIONS = 1000;

    /** How many axes it can sample. */
    int mostAxes() {
        return switch (kind) {
            case SOBOL -> MOST_SOBOL_DIMENSIONS;
            case SALTELLI -> MOST_SOBOL_DIMENSIONS / 2;
            case LATIN_HYPERCUBE -> Integer.MAX_VALUE;
        };
    }

    /**
     * Samples the unit cube.
     *
     * @param paths of the axes; each has a random stream of its own, so that another axis does not move it
     * @return for each point how far each axis is on its way, from 0 to 1
     */
    double[][] shares(List<String> paths, long seed) {
        return switch (kind) {
            case SOBOL -> sobol(paths.size());
            case SALTELLI -> saltelli(paths.size());
            case LATIN_HYPERCUBE -> latinHypercube(paths, seed);
        };
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

    private double[][] saltelli(int axes) {
        double[][] shares = new double[points * (axes + 2)][];
        int next = 0;
        for (double[] both : sobol(2 * axes)) {
            double[] a = Arrays.copyOf(both, axes);
            shares[next++] = a;
            shares[next++] = Arrays.copyOfRange(both, axes, 2 * axes);
            for (int axis = 0; axis < axes; axis++) {
                double[] mixed = a.clone();
                mixed[axis] = both[axes + axis];
                shares[next++] = mixed;
            }
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
