package dev.capstan.cli;

/** An argument that cannot be acted on, with a message for the person who gave it. */
final class InvalidArgument extends RuntimeException {

    private static final long serialVersionUID = 1L;

    InvalidArgument(String message) {
        super(message);
    }

    /** With the message of the cause. */
    InvalidArgument(IllegalArgumentException cause) {
        super(cause.getMessage(), cause);
    }
}
