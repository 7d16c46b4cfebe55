package dev.capstan.trace;

/**
 * Where a trace comes from, for the manifest and the report.
 *
 * @param path as the user gave it, or a recipe for a generated trace
 * @param sha256 hash of the file's bytes in hex, or of the recipe
 * @param licence what the loader or the file says of its licence; empty where nothing is known
 */
public record TraceOrigin(String path, String sha256, String licence) {}
