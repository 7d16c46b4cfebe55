package dev.capstan.capping;

/**
 * A parameter that a policy cannot take.
 *
 * @param parameter as it was given; a caller can put its dotted path in front
 * @param message what was found, what is allowed and what to try
 */
public record ParameterIssue(String parameter, String message) {}
