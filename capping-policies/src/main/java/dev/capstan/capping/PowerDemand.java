package dev.capstan.capping;

/**
 * What a service would draw if nothing limited it, estimated from its reading. A service that draws close to what its limit
 * allows may want anything up to its highest; one that does not is taken at what it draws and some headroom.
 *
 * @param headroom added to the measured power
 * @param boundRatio share of the worst case at the limit in force from which the limit is taken to hold it back
 */
record PowerDemand(double headroom, double boundRatio) {

    static final PolicyParameter HEADROOM = new PolicyParameter(
            "headroom", "ratio", 0.1, 0, 1, "Added to measured power to get what a service wants.", "assumption");

    static final PolicyParameter BOUND_RATIO = new PolicyParameter(
            "bound_ratio",
            "ratio",
            0.9,
            0.1,
            1,
            "Share of the worst case at its limit from which a service is taken to be held back by it.",
            "assumption");

    /** Between the lowest and the highest of the range; the highest where there is no complete reading. */
    double watts(ServiceReading service, GpuLimitRange range) {
        if (!service.power().isFresh()) {
            return range.highestWatts();
        }
        double measured = service.power().watts();
        double allowed = range.worstCaseWatts(service.replicaPower().gpuLimitWatts());
        double wanted = measured >= boundRatio * allowed ? range.highestWatts() : measured * (1 + headroom);
        return Math.max(range.lowestWatts(), Math.min(range.highestWatts(), wanted));
    }
}
