package dev.capstan.trace.inspect;

/**
 * Token lengths of the requests of a trace. Quantiles are linear between order statistics; above 2^20 tokens they are
 * exact to 1/4096.
 *
 * @param mean tokens of a request
 * @param min fewest
 * @param p10 10 % of the requests have at most so many
 * @param p50 the median
 * @param p90 90 % of the requests have at most so many
 * @param p99 99 % of the requests have at most so many
 * @param max most
 * @param mostFrequent the number that comes most often
 * @param mostFrequentShare share of the requests that have it
 * @param clippedShare share of the requests that pile up at {@code max} (within 0.2 %); 0 where there is no pile
 * @param histogram for the picture, in bins of half an octave
 */
public record TokenStatistics(
        double mean,
        int min,
        double p10,
        double p50,
        double p90,
        double p99,
        int max,
        int mostFrequent,
        double mostFrequentShare,
        double clippedShare,
        Histogram histogram) {}
