package dev.capstan.sim.sweep;

import java.util.Map;

/**
 * Where a search ended: the best point that it tried.
 *
 * @param keepsToBounds whether it does; else no point did, and this one comes closest
 * @param axes the value of each axis by its path, in their order
 * @param policy label of the best policy there
 */
public record FoundPoint(boolean keepsToBounds, Map<String, String> axes, String policy) {}
