package dev.capstan.bridge.telemetry;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A service whose power is asked for.
 *
 * @param name as its readings are to be called
 * @param namespace of its pods
 * @param podPattern regular expression (of RE2) of the whole names of its pods, such as {@code chat-[a-z0-9]+-[a-z0-9]{5}}:
 *     {@code chat-.*} would match the pods of {@code chat-large} as well
 * @param readyReplicas replicas that serve: all of them must answer
 * @param presentReplicas replicas that may draw power: ready, starting and terminating
 * @param gpusPerReplica from the limits of the pods, not from metrics; 0 where it is not known
 */
public record MeteredService(
        String name, String namespace, String podPattern, int readyReplicas, int presentReplicas, int gpusPerReplica) {

    private static final Pattern DNS_LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");

    /** @throws IllegalArgumentException if the pattern is none, the namespace cannot be one, or a number is negative */
    public MeteredService {
        if (!DNS_LABEL.matcher(namespace).matches()) {
            throw new IllegalArgumentException("namespace of service " + name
                    + " must be a DNS label such as ml-serving, was '" + namespace + "'");
        }
        try {
            Pattern.compile(podPattern);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "the pods of service " + name + " must be given as a regular expression, was '" + podPattern + "': "
                            + e.getDescription(),
                    e);
        }
        if (readyReplicas < 0 || presentReplicas < readyReplicas || gpusPerReplica < 0) {
            throw new IllegalArgumentException("service " + name + " needs 0 <= ready <= present replicas and at least"
                    + " 0 GPUs; was " + readyReplicas + ", " + presentReplicas + " and " + gpusPerReplica);
        }
    }
}
