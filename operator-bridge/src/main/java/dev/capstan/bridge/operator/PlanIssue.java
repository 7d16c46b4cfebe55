package dev.capstan.bridge.operator;

/**
 * Something in a spec that its schema cannot say and that the operator cannot work with.
 *
 * @param path of the field, such as {@code spec.targets[2].floor}
 * @param message what was found, what is allowed, what to try
 */
public record PlanIssue(String path, String message) {

    @Override
    public String toString() {
        return path + ": " + message;
    }
}
