package dev.capstan.trace;

/**
 * Where a trace comes from, for the manifest and the report.
 *
 * @param path as the user gave it, or the recipe of a trace that was made
 * @param sha256 hash of the file's bytes in hex, or of the recipe
 * @param licence what the loader or the file says of its licence; empty where nothing is known
 * @param recipe how the trace was made, also where a file says so of itself; empty where nothing is known
 */
public record TraceOrigin(String path, String sha256, String licence, String recipe) {

    /** A file that does not say how it was made. */
    public TraceOrigin(String path, String sha256, String licence) {
        this(path, sha256, licence, "");
    }

    /** A trace that was made. */
    static TraceOrigin ofRecipe(String recipe, String sha256, String licence) {
        return new TraceOrigin(recipe, sha256, licence, recipe);
    }

    /**
     * For the recipe of what is made from it: a recipe, or a file by name, since its folder differs between machines, and
     * hash.
     */
    String named() {
        if (path.equals(recipe)) {
            return recipe;
        }
        String name = path.substring(path.replace('\\', '/').lastIndexOf('/') + 1);
        return name + " (sha256 " + sha256 + (recipe.isEmpty() ? ")" : "; " + recipe + ")");
    }
}
