package dev.capstan.capping;

/**
 * What one replica of a service may draw, in the same watts as the service's reading (the power it adds to its domain
 * over the same GPUs left unallocated). Set by the owner of the cluster, not measured.
 *
 * @param peakWatts worst case of a serving replica with its GPUs at {@code maxGpuLimitWatts}
 * @param idleWatts a ready replica without work
 * @param startingWatts worst case while it loads and warms up
 * @param gpus GPUs of the replica
 * @param gpuLimitWatts power limit enforced on each GPU now, as read back, not as requested
 * @param minGpuLimitWatts lowest limit the board accepts
 * @param maxGpuLimitWatts highest limit the board accepts: its TDP
 * @param clockMegahertz highest SM clock that each GPU may take now, as read back with the service's power and as old as
 *     that reading: a locked one, or {@code maxClockMegahertz}; NaN where it was not read
 * @param maxClockMegahertz highest SM clock that the owner allows: that of the board, or of a lock of the owner; 0 where
 *     it is not known, and then no clock can be locked
 * @param wallWattsPerGpuWatt watts at the domain's meter for each watt of a GPU (fans, power supplies); at least 1
 */
public record ReplicaPower(
        double peakWatts,
        double idleWatts,
        double startingWatts,
        int gpus,
        double gpuLimitWatts,
        double minGpuLimitWatts,
        double maxGpuLimitWatts,
        double clockMegahertz,
        int maxClockMegahertz,
        double wallWattsPerGpuWatt) {

    public ReplicaPower {
        if (!(peakWatts > 0) || !(idleWatts >= 0) || idleWatts > peakWatts || !(startingWatts >= 0)) {
            throw new IllegalArgumentException("power of a replica needs 0 <= idle <= peak, peak > 0 and starting >= 0;"
                    + " was idle " + idleWatts + ", peak " + peakWatts + ", starting " + startingWatts + " W");
        }
        if (gpus < 1 || !(minGpuLimitWatts > 0) || minGpuLimitWatts > maxGpuLimitWatts) {
            throw new IllegalArgumentException("a replica needs at least one GPU and 0 < lowest <= highest limit; was "
                    + gpus + " GPUs, " + minGpuLimitWatts + " to " + maxGpuLimitWatts + " W");
        }
        if (maxClockMegahertz < 0) {
            throw new IllegalArgumentException(
                    "the highest clock of a replica must not be negative, was " + maxClockMegahertz + " MHz");
        }
        if (!(wallWattsPerGpuWatt >= 1)) {
            throw new IllegalArgumentException(
                    "wall watts per GPU watt must be at least 1, was " + wallWattsPerGpuWatt);
        }
    }

    /** Worst case of one replica at the GPU limit enforced now; without a readable limit, at the highest. */
    public double worstCaseWatts() {
        return worstCaseWatts(gpuLimitWatts);
    }

    /** Worst case of one replica at the highest GPU limit. */
    public double highestWorstCaseWatts() {
        return worstCaseWatts(maxGpuLimitWatts);
    }

    /**
     * Worst case of one replica with each of its GPUs limited to {@code limitWatts}: the peak less what the limit takes
     * off every GPU at the domain's meter, and never under what it draws idle or starting.
     */
    public double worstCaseWatts(double limitWatts) {
        double limit = Double.isNaN(limitWatts)
                ? maxGpuLimitWatts
                : Math.max(minGpuLimitWatts, Math.min(maxGpuLimitWatts, limitWatts));
        double limitedPeakWatts = peakWatts - wallWattsPerGpuWatt * gpus * (maxGpuLimitWatts - limit);
        return Math.max(limitedPeakWatts, Math.max(idleWatts, startingWatts));
    }

    /** The limit in force; one that was not read is taken for the highest, one that no board accepts for the nearest. */
    public double enforcedGpuLimitWatts() {
        return Double.isNaN(gpuLimitWatts)
                ? maxGpuLimitWatts
                : Math.max(minGpuLimitWatts, Math.min(maxGpuLimitWatts, gpuLimitWatts));
    }

    /** The highest clock that GPUs may take now; one that was not read is taken for the owner's. */
    public double enforcedClockMegahertz() {
        return Double.isNaN(clockMegahertz) ? maxClockMegahertz : clockMegahertz;
    }
}
