package dev.capstan.capping;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which power domain each instance of the services goes to, so that those whose power peaks at different times share a
 * domain. Every instance has a series of watts over the same instants. Source: Hsu et al., "SmoothOperator", ASPLOS 2018,
 * for the score and the swaps; the first placement is a greedy one of our own instead of their clustering.
 */
public final class PowerPlacement {

    /**
     * Two instances that change their domains.
     *
     * @param first index of one instance
     * @param second index of the other, in another domain
     * @param scoreGain by how much the scores of the two domains rise together
     */
    public record Swap(int first, int second, double scoreGain) {}

    private PowerPlacement() {}

    /**
     * The asynchrony of instances that share a domain: sum of their peaks over the peak of their sum, from 1 where all
     * peak at once up to the number of instances.
     *
     * @param watts series of equal length, at least one, with a peak above 0
     */
    public static double asynchrony(List<double[]> watts) {
        double[] sum = new double[instants(watts)];
        double peaks = 0;
        for (double[] one : watts) {
            add(sum, one);
            peaks += peak(one);
        }
        return peaks / peak(sum);
    }

    /** The peak of each domain. Arguments as in {@link #bestSwap}. */
    public static double[] peaksWatts(List<double[]> watts, int[] domainOf) {
        return Arrays.stream(sums(watts, domainOf))
                .mapToDouble(PowerPlacement::peak)
                .toArray();
    }

    /** The peaks of all domains added up: what they must be fed with. Arguments as in {@link #bestSwap}. */
    public static double sumOfPeaksWatts(List<double[]> watts, int[] domainOf) {
        return Arrays.stream(peaksWatts(watts, domainOf)).sum();
    }

    /** Instances in their order, cut into blocks of equal size, to one: as if each service had racks of its own. */
    public static int[] inBlocks(int instances, int domains) {
        int[] domainOf = new int[instances];
        Arrays.setAll(domainOf, i -> (int) ((long) i * domains / instances));
        return domainOf;
    }

    /**
     * Deals instances to domains of equal size, to one: the one with the highest peak first, each to the domain with room
     * whose peak is then lowest, and among equals to the first. Then makes the {@link #bestSwap} as long as there is one.
     *
     * <p>Caveats: a swap is found in time that grows with the square of the instances, times the instants.
     *
     * @param watts series of equal length, one for each instance
     * @param domains at least 1
     * @return the domain of each instance
     */
    public static int[] place(List<double[]> watts, int domains) {
        int[] domainOf = deal(watts, domains);
        Optional<Swap> swap = bestSwap(watts, domainOf);
        while (swap.isPresent()) {
            int held = domainOf[swap.get().first()];
            domainOf[swap.get().first()] = domainOf[swap.get().second()];
            domainOf[swap.get().second()] = held;
            swap = bestSwap(watts, domainOf);
        }
        return domainOf;
    }

    private static int[] deal(List<double[]> watts, int domains) {
        if (domains < 1) {
            throw new IllegalArgumentException("instances are placed on at least 1 domain, was " + domains);
        }
        int instants = instants(watts);
        List<Integer> order = new ArrayList<>();
        double[] peaks = new double[watts.size()];
        for (int i = 0; i < peaks.length; i++) {
            order.add(i);
            peaks[i] = peak(watts.get(i));
        }
        order.sort(Comparator.comparingDouble(instance -> -peaks[instance]));
        double[][] sums = new double[domains][instants];
        int[] sizes = new int[domains];
        int[] domainOf = new int[peaks.length];
        int placed = 0;
        for (int instance : order) {
            // The domains that take one more than the others are those that fill up first.
            int room = placed / domains + 1;
            int best = -1;
            double lowest = Double.POSITIVE_INFINITY;
            for (int domain = 0; domain < domains; domain++) {
                double with = peakOfSum(sums[domain], watts.get(instance));
                if (sizes[domain] < room && with < lowest) {
                    best = domain;
                    lowest = with;
                }
            }
            add(sums[best], watts.get(instance));
            sizes[best]++;
            domainOf[instance] = best;
            placed++;
        }
        return domainOf;
    }

    /**
     * The swap of two instances that raises the sum of the domains' asynchrony most; empty where none does.
     *
     * @param watts series of equal length, one for each instance, each with a peak above 0
     * @param domainOf the domain of each instance, numbered from 0 without gaps
     */
    public static Optional<Swap> bestSwap(List<double[]> watts, int[] domainOf) {
        double[][] sums = sums(watts, domainOf);
        double[] peaks = new double[domainOf.length];
        double[] peaksOfDomain = new double[sums.length];
        for (int i = 0; i < peaks.length; i++) {
            peaks[i] = peak(watts.get(i));
            peaksOfDomain[domainOf[i]] += peaks[i];
        }
        Swap best = null;
        for (int i = 0; i < peaks.length; i++) {
            for (int j = i + 1; j < peaks.length; j++) {
                int a = domainOf[i];
                int b = domainOf[j];
                if (a == b) {
                    continue;
                }
                double before = peaksOfDomain[a] / peak(sums[a]) + peaksOfDomain[b] / peak(sums[b]);
                double after =
                        (peaksOfDomain[a] - peaks[i] + peaks[j]) / peakOfExchange(sums[a], watts.get(i), watts.get(j))
                                + (peaksOfDomain[b] - peaks[j] + peaks[i])
                                        / peakOfExchange(sums[b], watts.get(j), watts.get(i));
                // What is left of rounding is no gain, lest two swaps undo each other for ever.
                if (after - before > (best == null ? 1e-9 * before : best.scoreGain())) {
                    best = new Swap(i, j, after - before);
                }
            }
        }
        return Optional.ofNullable(best);
    }

    private static double[][] sums(List<double[]> watts, int[] domainOf) {
        if (watts.size() != domainOf.length) {
            throw new IllegalArgumentException(
                    "each instance needs a domain, were " + watts.size() + " and " + domainOf.length);
        }
        int domains = 1 + Arrays.stream(domainOf).max().orElse(-1);
        double[][] sums = new double[domains][instants(watts)];
        for (int i = 0; i < domainOf.length; i++) {
            add(sums[domainOf[i]], watts.get(i));
        }
        return sums;
    }

    private static int instants(List<double[]> watts) {
        if (watts.isEmpty() || watts.get(0).length == 0) {
            throw new IllegalArgumentException("placement needs the power of at least one instance at one instant");
        }
        int instants = watts.get(0).length;
        for (double[] one : watts) {
            if (one.length != instants) {
                throw new IllegalArgumentException(
                        "all series must have one length, were " + instants + " and " + one.length);
            }
        }
        return instants;
    }

    private static void add(double[] sum, double[] watts) {
        for (int k = 0; k < sum.length; k++) {
            sum[k] += watts[k];
        }
    }

    private static double peak(double[] watts) {
        double peak = Double.NEGATIVE_INFINITY;
        for (double one : watts) {
            peak = Math.max(peak, one);
        }
        return peak;
    }

    private static double peakOfSum(double[] sum, double[] more) {
        double peak = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < sum.length; k++) {
            peak = Math.max(peak, sum[k] + more[k]);
        }
        return peak;
    }

    private static double peakOfExchange(double[] sum, double[] out, double[] in) {
        double peak = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < sum.length; k++) {
            peak = Math.max(peak, sum[k] - out[k] + in[k]);
        }
        return peak;
    }
}
