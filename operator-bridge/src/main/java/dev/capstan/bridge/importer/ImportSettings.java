package dev.capstan.bridge.importer;

import org.jspecify.annotations.Nullable;

/**
 * What the resources of others do not say and a PowerCap needs.
 *
 * @param prometheusUrl where power is read; null for what the resource names
 * @param replicaPeakWatts what a replica can draw at most; null where it is not known, and then nothing can be imported
 */
public record ImportSettings(
        @Nullable String prometheusUrl, @Nullable Double replicaPeakWatts) {}
