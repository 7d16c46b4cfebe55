package dev.capstan.capping;

import java.util.List;

/**
 * What a step wants done.
 *
 * @param actions in the order in which they shall be written; at most one for each service; a service that is not
 *     named is left as it is
 * @param code the reason as a stable word such as {@code over-band}, for tables and alerts
 * @param reason the reason for people, with the figures that led to it
 */
public record Decision(List<ServiceAction> actions, String code, String reason) {

    public Decision {
        actions = List.copyOf(actions);
    }

    /** Leave everything as it is. */
    public static Decision hold(String code, String reason) {
        return new Decision(List.of(), code, reason);
    }
}
