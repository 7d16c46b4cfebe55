package dev.capstan.trace;

import java.util.Optional;

/**
 * What a reader may do beyond reading; nothing by default. What was done is told in the origin of the trace.
 *
 * @param mapping columns of a generic format; the other formats have their own
 * @param sort whether to put requests in order of arrival, as access logs need, which are written at completion. Requests
 *     of one arrival keep their order
 * @param skipFailures whether to leave out requests with 0 or no output tokens, which are mostly failed ones
 */
public record RequestReading(Optional<RequestMapping> mapping, boolean sort, boolean skipFailures) {

    /** Every row as it is, in the order it is. */
    public static final RequestReading STRICT = new RequestReading(Optional.empty(), false, false);

    /** With the columns of a generic format. */
    public RequestReading withMapping(RequestMapping columns) {
        return new RequestReading(Optional.of(columns), sort, skipFailures);
    }

    /** With the requests put in order of arrival. */
    public RequestReading sorted() {
        return new RequestReading(mapping, true, skipFailures);
    }

    /** Without requests of 0 or no output tokens. */
    public RequestReading withoutFailures() {
        return new RequestReading(mapping, sort, true);
    }
}
