package dev.capstan.capping;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Shares watts out to services under any number of caps over groups of them, which may nest and overlap. First everybody gets
 * the lowest; then what is reserved, as far as it is wanted; then what is left is lent: one priority after the other from the
 * highest, within one by weight, until all have what they want; last, in proportion to what each can still take.
 *
 * <p>Each round is a progressive filling ({@link WaterFilling#progressive}), whose outcome is unique and does not depend on
 * the order of caps and services. It is a function of the demand of this moment, so that what is lent is revoked in the step
 * in which its owner wants it. Where the lowest do not fit a cap they are kept, and nobody under it gets more; reservations
 * that do not fit are cut in proportion.
 */
final class BudgetShares {

    /** What is missing up to here is rounding, and not told. */
    static final double ROUNDING_WATTS = 1e-5;

    /**
     * What a service asks for.
     *
     * @param lowestWatts granted in any case
     * @param demandWatts what it wants, at least the lowest
     * @param highestWatts what it can take, at least the demand
     * @param priority larger comes first
     * @param weight share of what is lent, against the others of its priority
     * @param reservedWatts what it gets before anybody borrows, as far as it wants it
     */
    record Claim(
            double lowestWatts,
            double demandWatts,
            double highestWatts,
            int priority,
            double weight,
            double reservedWatts) {

        double promisedWatts() {
            return Math.max(lowestWatts, Math.min(demandWatts, reservedWatts));
        }
    }

    /**
     * A cap that cannot carry what was promised under it.
     *
     * @param ofLowest whether not even the lowest fit; otherwise the reservations do not
     */
    record Shortfall(String cap, double missingWatts, boolean ofLowest) {}

    private final List<Claim> claims;
    private final double[] reserved;

    private BudgetShares(List<Claim> claims, double[] reserved) {
        this.claims = claims;
        this.reserved = reserved;
    }

    /** Grants the lowest and what is reserved and wanted. */
    static BudgetShares reserved(List<Claim> claims, List<GroupCap> caps) {
        double[] grants = claims.stream().mapToDouble(Claim::lowestWatts).toArray();
        double[] promised = promised(claims);
        // At rates of what each lacks all would arrive at once: whoever a cap stops gets the same share of it.
        WaterFilling.progressive(grants, difference(promised, grants), promised, caps);
        return new BudgetShares(claims, grants);
    }

    /** The watts of each that nobody may borrow now. */
    double[] reserved() {
        return reserved.clone();
    }

    /** The watts of each with what is lent beyond the reservations. */
    double[] lent(List<GroupCap> caps) {
        double[] grants = reserved();
        double[] demand = claims.stream().mapToDouble(Claim::demandWatts).toArray();
        double[] highest = claims.stream().mapToDouble(Claim::highestWatts).toArray();
        int[] priorities = claims.stream().mapToInt(Claim::priority).distinct().toArray();
        Arrays.sort(priorities);
        for (int level = priorities.length - 1; level >= 0; level--) {
            int priority = priorities[level];
            double[] rates = claims.stream()
                    .mapToDouble(claim -> claim.priority() == priority ? claim.weight() : 0)
                    .toArray();
            WaterFilling.progressive(grants, rates, demand, caps);
        }
        WaterFilling.progressive(grants, difference(highest, grants), highest, caps);
        return grants;
    }

    /** The caps that cannot carry what is promised, by name. */
    static List<Shortfall> shortfalls(List<Claim> claims, List<GroupCap> caps) {
        double[] lowest = claims.stream().mapToDouble(Claim::lowestWatts).toArray();
        double[] promised = promised(claims);
        List<Shortfall> shortfalls = new ArrayList<>();
        for (GroupCap cap : caps) {
            double missing = cap.sum(lowest) - cap.watts();
            boolean ofLowest = missing > ROUNDING_WATTS;
            missing = ofLowest ? missing : cap.sum(promised) - cap.watts();
            if (missing > ROUNDING_WATTS) {
                shortfalls.add(new Shortfall(cap.name(), missing, ofLowest));
            }
        }
        shortfalls.sort(Comparator.comparing(Shortfall::cap));
        return shortfalls;
    }

    private static double[] promised(List<Claim> claims) {
        return claims.stream().mapToDouble(Claim::promisedWatts).toArray();
    }

    private static double[] difference(double[] of, double[] less) {
        double[] difference = new double[of.length];
        Arrays.setAll(difference, i -> of[i] - less[i]);
        return difference;
    }
}
