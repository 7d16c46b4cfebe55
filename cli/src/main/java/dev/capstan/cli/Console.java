package dev.capstan.cli;

import java.io.PrintStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a command writes.
 *
 * @param out results
 * @param err progress, warnings and errors
 * @param errColumns width of the terminal behind {@code err}; 0 where it is none
 * @param color whether the terminal may be coloured
 */
record Console(PrintStream out, PrintStream err, int errColumns, boolean color) {

    private static final int USUAL_COLUMNS = 80;

    /**
     * The console of this process. Java cannot tell whether standard error alone is a terminal, so the launcher does, in
     * the system property {@code capstan.columns}: the width of that terminal, or 0 where it is none.
     */
    static Console ofProcess(PrintStream out, PrintStream err, Map<String, String> environment) {
        String given = System.getProperty("capstan.columns");
        int columns = given == null ? 0 : parseColumns(given);
        return new Console(out, err, columns, columns > 0 && !isSet(environment.get("NO_COLOR")));
    }

    private static int parseColumns(String text) {
        try {
            return Math.max(0, Integer.parseInt(text));
        } catch (NumberFormatException e) {
            return USUAL_COLUMNS;
        }
    }

    /** By the convention of no-color.org an empty value does not count. */
    private static boolean isSet(@Nullable String value) {
        return value != null && !value.isEmpty();
    }

    /** Whether progress may be drawn. */
    boolean isTerminal() {
        return errColumns > 0;
    }
}
