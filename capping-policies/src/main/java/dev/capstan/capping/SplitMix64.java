package dev.capstan.capping;

/**
 * Random numbers from a state that fits one number in JSON. Source: Steele, Lea and Flood, "Fast splittable
 * pseudorandom number generators", OOPSLA 2014.
 */
final class SplitMix64 {

    private SplitMix64() {}

    /** The state after one draw. */
    static long next(long state) {
        return state + 0x9e3779b97f4a7c15L;
    }

    /** The draw of a state, from 0 up to and without the bound. */
    static int below(long state, int bound) {
        long mixed = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return Math.floorMod(mixed ^ (mixed >>> 31), bound);
    }

    /** The draw of a state as a time between two numbers of seconds, in milliseconds of resolution. */
    static long nanosBetween(long state, int leastSeconds, int mostSeconds) {
        return (1000L * leastSeconds + below(state, 1000 * (mostSeconds - leastSeconds) + 1)) * 1_000_000L;
    }
}
