package dev.capstan.bridge.resource;

/**
 * Something in a resource that cannot stay as it is.
 *
 * @param path dotted, such as {@code spec.targets[2].floor}; empty for the resource as a whole
 * @param message what was found, what is allowed and what to try
 */
public record Issue(String path, String message) {

    @Override
    public String toString() {
        return path.isEmpty() ? message : path + ": " + message;
    }
}
