package dev.capstan.capping;

import org.jspecify.annotations.Nullable;

/**
 * How many requests a service takes on: the limits of its gateway, or of its engines, as read back and as set by its
 * owner. What is read back is as old as the last scrape.
 *
 * @param concurrencyLimit most sequences that each replica runs at once now; NaN where it was not read
 * @param maxConcurrencyLimit the owner's own limit (vLLM {@code max_num_seqs}); {@link Integer#MAX_VALUE} for engines
 *     without one; 0 where there is none to set, as where a service serves no requests
 * @param admissionShare share of new requests that are admitted now, 0 to 1; NaN where it was not read
 * @param maxAdmissionShare the share that the owner admits, 1 as a rule; 0 where no gateway can refuse requests
 * @param route name of the stream of requests that it shares with the other pools of the same route; null where it has a
 *     stream of its own
 * @param sharesByWeight whether that stream is shared out in proportion to the weights of its pools; false where each request
 *     goes by the load of the pools, as it is by an endpoint picker, and where there is no route
 * @param routingWeight its weight against those pools now, 0 to 1; NaN where it was not read, or where there is no route
 */
public record GatewayReading(
        double concurrencyLimit,
        int maxConcurrencyLimit,
        double admissionShare,
        double maxAdmissionShare,
        @Nullable String route,
        boolean sharesByWeight,
        double routingWeight) {

    /** Neither limit is there to be set. */
    public static final GatewayReading NONE = new GatewayReading(Double.NaN, 0, Double.NaN, 0);

    public GatewayReading {
        if (maxConcurrencyLimit < 0 || concurrencyLimit < 0) {
            throw new IllegalArgumentException("concurrency limits must not be negative, were " + concurrencyLimit
                    + " of " + maxConcurrencyLimit + " sequences");
        }
        if (admissionShare < 0 || admissionShare > 1 || !(maxAdmissionShare >= 0 && maxAdmissionShare <= 1)) {
            throw new IllegalArgumentException(
                    "admission shares must lie in [0, 1], were " + admissionShare + " of " + maxAdmissionShare);
        }
        if (routingWeight < 0 || routingWeight > 1) {
            throw new IllegalArgumentException("a routing weight must lie in [0, 1], was " + routingWeight);
        }
    }

    /** A service with a stream of requests of its own. */
    public GatewayReading(
            double concurrencyLimit, int maxConcurrencyLimit, double admissionShare, double maxAdmissionShare) {
        this(concurrencyLimit, maxConcurrencyLimit, admissionShare, maxAdmissionShare, null, false, Double.NaN);
    }

    /** The concurrency limit in force; one that was not read, or is above the owner's, is taken for the owner's. */
    public double enforcedConcurrency() {
        return Double.isNaN(concurrencyLimit) ? maxConcurrencyLimit : Math.min(maxConcurrencyLimit, concurrencyLimit);
    }

    /** The admission share in force; one that was not read, or is above the owner's, is taken for the owner's. */
    public double enforcedAdmission() {
        return Double.isNaN(admissionShare) ? maxAdmissionShare : Math.min(maxAdmissionShare, admissionShare);
    }
}
