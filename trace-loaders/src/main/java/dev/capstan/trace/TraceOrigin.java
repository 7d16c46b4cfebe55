package dev.capstan.trace;

/**
 * Where a trace comes from, for the manifest and the report.
 *
 * @param path as the user gave it, or the recipe of a trace that was made
 * @param sha256 hash of the file's bytes in hex, or of the recipe
 * @param licence what the loader or the file says of its licence; empty where nothing is known
 * @param made whether {@code path} is a recipe
 */
public record TraceOrigin(String path, String sha256, String licence, boolean made) {

    /** A file. */
    public TraceOrigin(String path, String sha256, String licence) {
        this(path, sha256, licence, false);
    }

    /** A trace that was made. */
    static TraceOrigin ofRecipe(String recipe, String sha256, String licence) {
        return new TraceOrigin(recipe, sha256, licence, true);
    }

    /** For the recipe of what is made from it: a file by name and hash, since its folder differs between machines. */
    String named() {
        return made ? path : path.substring(path.replace('\\', '/').lastIndexOf('/') + 1) + " (sha256 " + sha256 + ")";
    }
}
