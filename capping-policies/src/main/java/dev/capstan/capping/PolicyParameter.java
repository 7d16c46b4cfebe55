package dev.capstan.capping;

/**
 * A numeric parameter of a policy. Switches are 0 or 1.
 *
 * @param name as written in experiments and resources, in snake_case
 * @param unit such as {@code watts}, {@code seconds}, {@code ratio}, {@code steps}, {@code replicas},
 *     {@code switch}
 * @param defaultValue used where none is given
 * @param min lowest value allowed
 * @param max highest value allowed
 * @param description one line: what it does
 * @param source where the default comes from: a paper, code, or {@code assumption}
 */
public record PolicyParameter(
        String name, String unit, double defaultValue, double min, double max, String description, String source) {

    public PolicyParameter {
        if (!(min <= defaultValue && defaultValue <= max)) {
            throw new IllegalArgumentException(
                    "default of parameter " + name + " must lie in [" + min + ", " + max + "], was " + defaultValue);
        }
    }
}
