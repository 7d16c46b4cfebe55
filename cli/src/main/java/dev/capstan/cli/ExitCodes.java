package dev.capstan.cli;

/** What the exit code of a command means. */
final class ExitCodes {

    static final int DONE = 0;
    static final int CHECK_FAILED = 1;
    static final int INVALID_INPUT = 2;
    static final int FAILED_WHILE_RUNNING = 3;

    private ExitCodes() {}
}
