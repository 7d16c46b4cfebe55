package dev.capstan.trace;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A file of requests as rows of named texts. */
interface RequestRowSource extends Closeable {

    /** Goes to the next row; false at the end. */
    boolean advance() throws IOException;

    /** What is wrong with the present row as a whole; null where it can be read. */
    @Nullable String problem();

    /** Text of a mapped column in the present row; null where it has none. */
    @Nullable String text(String column);

    /** Whether the file says ahead of its rows that it has a column; formats without a header say no. */
    boolean declares(String column);

    /** Number of the present line or row, from 1. */
    long line();

    /** The present row for a message. */
    String shown();
}
